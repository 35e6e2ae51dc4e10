"""Small programs that a claim may mean on a table: look up, count, compare, rank, add.

Each reading of a claim is run on the table; what comes out is true or false of the claim. The
readings are weighed in `weighing.py`, none is believed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aiguardian.guards.trust.tables.counts import (
    count_rows,
    have_share,
    outnumber,
    stand_most_often,
)
from aiguardian.guards.trust.tables.linking import Linked
from aiguardian.guards.trust.tables.lookups import (
    hold_value,
    share_value,
    stand_in_named_columns,
    stand_in_one_row,
)
from aiguardian.guards.trust.tables.rankings import (
    are_extreme,
    are_ranked,
    compare_columns,
    compare_rows,
    lie_past_bound,
    stand_at_end,
)
from aiguardian.guards.trust.tables.reading import Outcome
from aiguardian.guards.trust.tables.totals import add_up, differ_by
from aiguardian.processor import Deadline


def run_programs(linked: Linked, deadline: Deadline) -> list[Outcome]:
    """The outcomes of all readings that the words of the claim allow."""
    outcomes: list[Outcome] = []
    for program in _PROGRAMS:
        deadline.check()
        outcomes.extend(program(linked))
    return outcomes


_PROGRAMS: tuple[Callable[[Linked], Iterator[Outcome]], ...] = (
    stand_in_one_row,
    stand_in_named_columns,
    count_rows,
    lie_past_bound,
    are_extreme,
    compare_rows,
    compare_columns,
    differ_by,
    add_up,
    have_share,
    outnumber,
    stand_most_often,
    share_value,
    are_ranked,
    stand_at_end,
    hold_value,
)
