"""Whoever calls: by which key, of which tenant, with which rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from aiguardian.errors import Forbidden

Scope = Literal["guards", "proxy", "admin", "read"]
"""What a key may be good for: judging texts, the proxy, administration, or reading what
administration may change."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
ALL_SCOPES = frozenset(SCOPES)

DEFAULT_TENANT = "default"
"""The organisation of whoever comes in without one: loopback in development, UNIFIED_API_KEY."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller who has proved who it is."""

    key_id: str
    """The name of its credential, never the credential."""
    tenant: str = DEFAULT_TENANT
    """The organisation, whose data alone it may touch."""
    user_id: str | None = None
    """The one user that it is, when the credential is a person's; else any of the tenant's."""
    scopes: frozenset[Scope] = ALL_SCOPES
    policy: str | None = None
    """The policy that judges its traffic through the proxy; None: the gateway's."""

    def require(self, scope: Scope) -> None:
        """Return if it has the right, else raise `Forbidden`. `admin` includes `read`."""
        if scope in self.scopes or (scope == "read" and "admin" in self.scopes):
            return
        raise Forbidden(f"This credential lacks the right `{scope}`.")
