"""A person's token acts for that person: its requests carry the person's id and no one else's."""

from __future__ import annotations

import hashlib
from typing import Protocol, TypeVar

import msgspec

from aiguardian.identity.principal import Principal

LONGEST_SESSION = 256
"""As the envelope has it: an instance of a guard reads it again."""


class _Named(Protocol):
    @property
    def user_id(self) -> str | None: ...
    @property
    def session_id(self) -> str | None: ...


RequestT = TypeVar("RequestT", bound=_Named)


def for_person(principal: Principal, request: RequestT) -> RequestT:
    """The request, bound to whom it may be for; a key that is no person's may name anyone.

    A session is then the person's own too: what was put away in it is not found by another member
    of the organisation who names the same one. Raises `Forbidden`.
    """
    if principal.user_id is None:
        return request
    user = principal.acting_for(request.user_id) or principal.user_id
    session = request.session_id and own_session(user, request.session_id)
    bound: RequestT = msgspec.structs.replace(request, user_id=user, session_id=session)  # type: ignore[type-var]  # a struct with these two
    return bound


def own_session(user: str, session: str) -> str:
    """The name of a person's session, apart from everyone else's; a long one by its digest."""
    name = f"{user}/{session}"
    if len(name) <= LONGEST_SESSION:
        return name
    return f"{user}/{hashlib.sha256(session.encode('utf-8', 'surrogatepass')).hexdigest()}"


def shown_session(principal: Principal, session: str) -> str:
    """The session's name as its owner gave it, unless it was long."""
    return session if principal.user_id is None else session.partition("/")[2] or session
