"""Sessions of MCP servers, each bound to the one that it was begun for.

The client gets the server's id with a tag behind it, which only this installation can make. So
nothing has to be kept, and any gateway knows the session again. An id without the right tag is that
of no session, whether the server has one of that name or not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

import msgspec

PURPOSE = "mcp/session/1"
"""What the key of the tags is derived for."""
HEADER = "mcp-session-id"
_TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose session it is: another organisation, or another person of it, does not know it."""

    tenant: str
    user: str
    """Empty where a program calls: its key speaks for all of the organisation's users."""
    server: str


class Sessions:
    """Ties ids to owners, and unties them again."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def tied(self, session: str, owner: Owner) -> str:
        """The id that the owner's client gets."""
        return f"{session}.{self._tag(session, owner)}"

    def untied(self, given: str, owner: Owner) -> str | None:
        """The server's own id; None for one that is not this owner's."""
        session, _, tag = given.rpartition(".")
        right = self._tag(session, owner)
        is_right = hmac.compare_digest(tag.encode("utf-8", "replace"), right.encode())
        return session if is_right else None

    def _tag(self, session: str, owner: Owner) -> str:
        said = msgspec.json.encode([owner.tenant, owner.user, owner.server, session])
        tag = hmac.digest(self._key, said, hashlib.sha256)[:_TAG_BYTES]
        return base64.urlsafe_b64encode(tag).rstrip(b"=").decode()
