"""From a request that somebody calls falsely judged to a proposal, over the recorded traffic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from aiguardian.errors import Conflict, InvalidField
from aiguardian.policy.proposing import Evidence, Mark, Proposal, propose, text_with
from aiguardian.policy.recorded import Recorded, StoredTraffic
from aiguardian.policy.shelf import Shelf
from aiguardian.storage.marks import MOST_MARKS, MarkStore
from aiguardian.storage.request_rows import RequestStore

LOOKED_AT_S = 7 * 86_400.0
"""How old recorded traffic may be that a proposal is tried on."""
MOST_TEXTS = 5_000
"""Of it, the newest."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The policies of a tenant, its recorded traffic, and what was marked in it before."""

    shelf: Shelf
    requests: RequestStore
    marks: MarkStore
    tenant: str

    def proposal(
        self, request_id: str, category: str, *, guard: str | None, value: str, now: float
    ) -> tuple[Mark, Proposal]:
        """What would let the finding pass. `value` is the string that was found, if it is known;
        `now` is in seconds since 1970. Waits for the stores.

        Raises `NotFound`, `InvalidField` and `Conflict` as `propose` does, and `Conflict` where no
        policy decided.
        """
        traffic = StoredTraffic(self.requests, self.tenant, value)
        texts = traffic.request(request_id)
        mark = Mark(request_id, guard or _guard(texts, category), category)
        name = text_with(texts, mark).policy
        if not name:
            raise Conflict("No policy decided on this request: there is none to change.")
        known = self.marks.newest(self.tenant, limit=MOST_MARKS)
        evidence = Evidence(
            texts=texts,
            traffic=islice(traffic.texts(now - LOOKED_AT_S), MOST_TEXTS),
            marked=[Mark(one.request_id, one.guard, one.category) for one in known],
            catalogue=self.shelf.catalogue,
        )
        found = self.shelf.shelved(name, self.tenant)
        return mark, propose(mark, found, evidence, has_value=bool(value))


def _guard(texts: Sequence[Recorded], category: str) -> str:
    """The guard that found such a thing: raised the alarm, or at least gave it a score. Raises
    `InvalidField` when it is not exactly one."""
    said = [(name, verdict) for one in texts for name, verdict in one.guards.items()]
    guards = {name for name, verdict in said if category in verdict.alarms} or {
        name for name, verdict in said if verdict.categories.get(category, 0.0) > 0.0
    }
    if texts and len(guards) != 1:
        told = f"Several did: {', '.join(sorted(guards))}." if guards else "None did."
        raise InvalidField(f"Name the guard that found it. {told}", field="guard")
    return next(iter(guards), "")
