"""Whether a request may come in: open on loopback in development, else a key.

Keys are compared as SHA-256 digests in constant time, so neither their content nor their
length shows in how long an answer takes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from ipaddress import ip_address

from aiguardian.errors import Unauthenticated
from aiguardian.identity.principal import Principal
from aiguardian.settings.groups import Settings

LOCAL, UNIFIED, INTERNAL = "local", "unified", "internal"
"""The ids of the callers that there are: loopback in development, UNIFIED_API_KEY, a gateway."""
SPEAKS_FOR = b"x-aiguardian-tenant"
MOST_ID = 128


class Authenticator:
    """Checks the credentials of a request."""

    def __init__(self, settings: Settings) -> None:
        self._is_development = settings.is_development
        unified = settings.access.unified_api_key
        keys = {INTERNAL: internal_key(settings), UNIFIED: unified.reveal() if unified else ""}
        self._digests = {name: _digest(key.encode()) for name, key in keys.items() if key}

    def check(self, headers: Mapping[bytes, bytes], client: tuple[str, int] | None) -> Principal:
        """Return who calls, else raise `Unauthenticated`.

        A gateway that calls a guard's instance speaks for its own caller and names that one's
        tenant.
        """
        key = headers.get(b"x-api-key")
        name = self._named(key) if key is not None else None
        if name == INTERNAL:
            tenant = headers.get(SPEAKS_FOR, INTERNAL.encode()).decode("latin-1")[:MOST_ID]
            return Principal(INTERNAL, tenant)
        if name is not None:
            return Principal(name)
        if self._is_development and _is_local(headers, client):
            return Principal(LOCAL)
        if key is None:
            raise Unauthenticated("A key is needed: send it in the header X-API-Key.")
        raise Unauthenticated("The key in X-API-Key is not known here.")

    def _named(self, key: bytes) -> str | None:
        digest = _digest(key)
        # No early return: the time does not tell which key was nearly right.
        matches = [
            name for name, known in self._digests.items() if hmac.compare_digest(digest, known)
        ]
        return matches[0] if matches else None


def internal_key(settings: Settings) -> str:
    """The key by which the gateway calls its guards' instances; derived, never stored.

    Empty without a SECRET_KEY: instances then answer on loopback in development only.
    """
    secret = settings.access.secret_key
    if secret is None:
        return ""
    return hmac.new(
        secret.reveal().encode(), b"aiguardian/internal-call/1", hashlib.sha256
    ).hexdigest()


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()


def _is_local(headers: Mapping[bytes, bytes], client: tuple[str, int] | None) -> bool:
    """Whether the peer is this machine and does not speak for somebody else."""
    if b"x-forwarded-for" in headers or b"forwarded" in headers:
        return False
    if client is None:
        return False
    host = client[0]
    if host == "127.0.0.1":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
