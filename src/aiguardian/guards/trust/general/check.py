"""What can be said against a text without any source. Never a score from phrases or style."""

from __future__ import annotations

from collections.abc import Sequence

from aiguardian.guards.trust.general.calendar import calendar_faults
from aiguardian.guards.trust.general.contradictions import contradictions
from aiguardian.guards.trust.general.sums import wrong_sums
from aiguardian.guards.trust.general.table_totals import wrong_totals
from aiguardian.guards.trust.judgement import Check, Claim
from aiguardian.processor import Deadline


def check_general(text: str, claims: Sequence[Claim], deadline: Deadline) -> list[Check]:
    """What the text says against itself, arithmetic or the calendar, in order; all `contradicted`.

    Names: `general.contradiction` (two of its sentences), `general.sum`, `general.percent`,
    `general.count` (a list shorter or longer than announced), `general.dates`. An empty answer
    means that nothing of the kind was found, not that the text is true.
    """
    found = list(calendar_faults(text))
    deadline.check()
    found.extend(wrong_sums(text))
    deadline.check()
    found.extend(wrong_totals(text, deadline))
    found.extend(contradictions(claims, deadline))
    return sorted(found, key=lambda check: (check.start, check.end))
