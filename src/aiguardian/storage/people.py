"""Whom Clerk knows: which users and organisations there are, who belongs where, who signed out.

No name and no address is kept: an id, a role, and what has ended. What has ended is remembered for
a while, so that a token from before does not open and a message that comes late revives nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

REMEMBERED_S = 30 * 86_400.0
"""What has ended, and which messages came; Svix gives up a message after some five days."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that Clerk told. Times are seconds since 1970, by Clerk's clock."""

    kind: Literal["user", "organisation", "membership", "session"]
    at: float
    user: str = ""
    organisation: str = ""
    role: str = ""
    is_gone: bool = False
    is_barred: bool = False
    session: str = ""
    """A sign-in; it is told of only when it ends."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a user in an organisation; without a word of Clerk's, nothing is."""

    is_barred: bool = False
    """The user was deleted, banned or locked, the organisation deleted, or the sign-in ended."""
    role: str = ""
    is_member: bool = True
    changed_at: float = 0.0
    """When role or membership changed last."""


class PeopleStore(Protocol):
    """Keeps people. Safe from several threads; raises `NotAvailable` when out of reach."""

    def has_seen(self, message: str) -> bool:
        """Whether the message was noted."""
        ...

    def note(self, message: str) -> None:
        """The message was dealt with; forget messages and people that are long gone."""
        ...

    def apply(self, change: Change) -> None:
        """Keep what was told, unless something later is known; a deletion is always later."""
        ...

    def tenants(self, user: str) -> list[str]:
        """The organisations that the user belongs or belonged to, in order."""
        ...

    def leave_all(self, user: str) -> None:
        """Forget where the user belonged."""
        ...

    def membership(self, user: str, organisation: str) -> Change | None:
        """The user's place in the organisation, one that was lost as well."""
        ...

    def leave(self, user: str, organisation: str) -> bool:
        """Forget that the user belonged there, and tell whether it was known."""
        ...

    def standing(self, user: str, organisation: str, *, session: str = "") -> Future[Standing]:
        """What is known, soon; `organisation` is empty for who acts for none."""
        ...


@dataclass(slots=True)
class MemoryPeople:
    """A `PeopleStore` that ends with the process."""

    clock: Callable[[], float] = time.time
    _users: dict[str, Change] = field(default_factory=dict)
    _organisations: dict[str, Change] = field(default_factory=dict)
    _memberships: dict[tuple[str, str], Change] = field(default_factory=dict)
    _sessions: dict[str, Change] = field(default_factory=dict)
    _messages: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def has_seen(self, message: str) -> bool:
        """As the protocol says."""
        return message in self._messages

    def note(self, message: str) -> None:
        """As the protocol says."""
        with self._lock:
            now = self.clock()
            self._messages[message] = now
            old = now - REMEMBERED_S
            self._messages = {one: at for one, at in self._messages.items() if at >= old}
            self._users = _without_old(self._users, old)
            self._organisations = _without_old(self._organisations, old)
            self._memberships = _without_old(self._memberships, old)
            self._sessions = _without_old(self._sessions, old)

    def apply(self, change: Change) -> None:
        """As the protocol says."""
        with self._lock:
            match change.kind:
                case "user":
                    _keep(self._users, change.user, change)
                case "organisation":
                    _keep(self._organisations, change.organisation, change)
                case "session":
                    self._sessions[change.session] = replace(change, is_gone=True)
                case "membership":
                    place = (change.organisation, change.user)
                    known = self._memberships.get(place)
                    if known is None or known.at <= change.at:
                        self._memberships[place] = change

    def tenants(self, user: str) -> list[str]:
        """As the protocol says."""
        with self._lock:
            return sorted(place[0] for place in self._memberships if place[1] == user)

    def leave_all(self, user: str) -> None:
        """As the protocol says."""
        with self._lock:
            for place in [place for place in self._memberships if place[1] == user]:
                del self._memberships[place]

    def membership(self, user: str, organisation: str) -> Change | None:
        """As the protocol says."""
        return self._memberships.get((organisation, user))

    def leave(self, user: str, organisation: str) -> bool:
        """As the protocol says."""
        with self._lock:
            return self._memberships.pop((organisation, user), None) is not None

    def standing(self, user: str, organisation: str, *, session: str = "") -> Future[Standing]:
        """As the protocol says."""
        with self._lock:
            is_over = session in self._sessions
            person, place = self._users.get(user), self._organisations.get(organisation)
            member = self._memberships.get((organisation, user))
        found = Standing(
            is_barred=bool(person and (person.is_gone or person.is_barred))
            or bool(place and place.is_gone)
            or is_over
        )
        if member is not None:
            found = replace(
                found, role=member.role, is_member=not member.is_gone, changed_at=member.at
            )
        soon: Future[Standing] = Future()
        soon.set_result(found)
        return soon


def _keep(known: dict[str, Change], name: str, change: Change) -> None:
    before = known.get(name)
    if change.is_gone or before is None or (not before.is_gone and before.at <= change.at):
        known[name] = change


def _without_old(known: dict, old: float) -> dict:  # type: ignore[type-arg]  # of three kinds of keys
    return {name: one for name, one in known.items() if not one.is_gone or one.at >= old}
