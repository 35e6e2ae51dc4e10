"""The places where something of a person may lie: how each hands it out and forgets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Protocol

import msgspec

from aiguardian.audit.entry import decode
from aiguardian.audit.persons import Persons
from aiguardian.guards.security.guard import session_name
from aiguardian.privacy.person import Person
from aiguardian.processor import Deadline
from aiguardian.storage.audit_rows import AuditQuery, AuditStore, place_of
from aiguardian.storage.pseudonyms import PseudonymStore
from aiguardian.storage.request_rows import RequestQuery, RequestStore
from aiguardian.storage.turns import KeptTurn, Owner, TurnStore
from aiguardian.storage.usage_rows import UsageQuery, UsageStore

PAGE = 500
TIME_S = 60.0
"""For one large memory."""


class Place(Protocol):
    """Somewhere. Safe from several threads; raises `NotAvailable`."""

    @property
    def name(self) -> str:
        """As receipts and exports call it."""
        ...

    @property
    def why_kept(self) -> str:
        """Why what lies here stays after an erasure; empty: it does not."""
        ...

    def export(self, person: Person) -> Iterator[Any]:
        """All that is known of the person here, as JSON can hold it."""
        ...

    def erase(self, person: Person) -> int:
        """Forget it, and tell how many things there were. Of a place that keeps it: how many it
        keeps."""
        ...


class Placeholders:
    """Which placeholder stands for which value, in the sessions that are named or remembered.
    Asked before the memories, which know of sessions."""

    name = "placeholders"
    why_kept = ""

    def __init__(self, pseudonyms: PseudonymStore, turns: TurnStore) -> None:
        self._pseudonyms = pseudonyms
        self._turns = turns

    def export(self, person: Person) -> Iterator[Any]:
        """As the protocol says."""
        for session in self._sessions(person):
            values = self._pseudonyms.values(session_name(person.tenant, session))
            if values:
                yield {"session_id": session, "values": values}

    def erase(self, person: Person) -> int:
        """As the protocol says."""
        return sum(
            self._pseudonyms.forget(session_name(person.tenant, session))
            for session in self._sessions(person)
        )

    def _sessions(self, person: Person) -> list[str]:
        remembered = (turn.session for turn in _turns(self._turns, person))
        return list(dict.fromkeys([*person.sessions, *remembered]))


class Memories:
    """What ContextGuard remembers."""

    name = "memories"
    why_kept = ""

    def __init__(self, turns: TurnStore) -> None:
        self._turns = turns

    def export(self, person: Person) -> Iterator[Any]:
        """As the protocol says."""
        for turn in _turns(self._turns, person):
            told = asdict(turn)
            del told["row"]
            yield told

    def erase(self, person: Person) -> int:
        """As the protocol says."""
        deadline = Deadline(TIME_S)
        gone = [
            self._turns.forget(owner, ids=None, before=None, deadline=deadline)
            for owner in _owners(person)
        ]
        return sum(one.turns + one.facts for one in gone)


class Requests:
    """Recorded requests."""

    name = "requests"
    why_kept = ""

    def __init__(self, requests: RequestStore, persons: Persons) -> None:
        self._requests = requests
        self._persons = persons

    def export(self, person: Person) -> Iterator[Any]:
        """As the protocol says."""
        query = RequestQuery(person.tenant, users=(person.digest(self._persons),))
        after: bytes | None = None
        while rows := self._requests.page(query, after=after, limit=PAGE):
            for row in rows:
                yield msgspec.to_builtins(row) | {"id": row.id.hex()}
            after = rows[-1].id

    def erase(self, person: Person) -> int:
        """As the protocol says."""
        return self._requests.erase(person.tenant, (person.digest(self._persons),))


class Usage:
    """What was used: sums, which stay without the person."""

    name = "usage"
    why_kept = ""

    def __init__(self, usage: UsageStore, persons: Persons) -> None:
        self._usage = usage
        self._persons = persons

    def export(self, person: Person) -> Iterator[Any]:
        """As the protocol says."""
        query = UsageQuery(person.tenant, users=(person.digest(self._persons),))
        for total in self._usage.totals(query, ("day", "service", "model")):
            yield msgspec.to_builtins(total)

    def erase(self, person: Person) -> int:
        """As the protocol says."""
        return self._usage.forget_user(person.tenant, (person.digest(self._persons),))


class Audited:
    """The audit, which names nobody and must not change."""

    name = "audit"
    why_kept = (
        "It must stay whole to be proof, and is kept for as long as the law or the operator asks. "
        "It holds a keyed digest of the person, no name and no text."
    )

    def __init__(self, audit: AuditStore, persons: Persons) -> None:
        self._audit = audit
        self._persons = persons

    def export(self, person: Person) -> Iterator[Any]:
        """As the protocol says."""
        query = AuditQuery(person.tenant, users=(person.digest(self._persons),))
        after = None
        while rows := self._audit.page(query, after=after, limit=PAGE):
            for row in rows:
                yield msgspec.to_builtins(decode(row.entry))
            after = place_of(rows[-1])

    def erase(self, person: Person) -> int:
        """How many entries stay."""
        return sum(1 for _ in self.export(person))


def _owners(person: Person) -> list[Owner]:
    """The person's memory, and that of each session that was held without a name."""
    nameless = (Owner(person.tenant, "", session) for session in person.sessions)
    return [Owner(person.tenant, person.user_id, ""), *nameless]


def _turns(turns: TurnStore, person: Person) -> Iterator[KeptTurn]:
    for owner in _owners(person):
        yield from turns.everything(owner, deadline=Deadline(TIME_S))
