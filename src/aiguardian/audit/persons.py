"""Who a row is about, without a name: a keyed digest of tenant and user."""

from __future__ import annotations

import hmac

MOST_KNOWN = 10_000
"""Digests at hand; then it begins anew."""


class Persons:
    """Digests of users, each the same for as long as the key is. For one thread."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[tuple[str, str], str] = {}

    def digest(self, tenant: str, user: str) -> str:
        """32 hexadecimal digits of an HMAC-SHA-256; nothing for nobody."""
        if not user:
            return ""
        known = self._known.get((tenant, user))
        if known is not None:
            return known
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        whose = f"{len(tenant)}:{tenant}{user}".encode("utf-8", "surrogatepass")
        made = self._known[tenant, user] = hmac.digest(self._key, whose, "sha256")[:16].hex()
        return made

    def forget(self, tenant: str, user: str) -> None:
        """Take the name out of memory."""
        self._known.pop((tenant, user), None)
