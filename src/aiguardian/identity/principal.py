"""Whoever calls: by which key, of which tenant, with which rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self, get_args

from aiguardian.errors import Forbidden
from aiguardian.settings.rates import Limit, read_limits

Scope = Literal["guards", "proxy", "admin", "read", "metrics"]
"""What a key may be good for: judging texts, the proxy, administration, reading what
administration may change, or reading /metrics alone."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
ALL_SCOPES = frozenset(SCOPES)
_READS: frozenset[Scope] = frozenset({"admin", "read"})

DEFAULT_TENANT = "default"
"""The organisation of whoever comes in without one: loopback in development, UNIFIED_API_KEY. It is
the operator's own."""


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """How much one key may use. What it names of a unit takes the place of all that
    RATE_LIMIT_PER_KEY says of that unit."""

    each: tuple[Limit, ...] = ()

    @classmethod
    def read(cls, texts: Iterable[str]) -> Self:
        """From texts as `600 requests/minute`, which are also how they are kept and shown; raises
        `ValueError` with the mend."""
        return cls(read_limits(texts))

    def texts(self) -> list[str]:
        """As `read` takes them."""
        return [str(limit) for limit in self.each]


NO_LIMITS = KeyLimits()


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
    limits: KeyLimits = NO_LIMITS
    """Its own limits, see gateway/limits."""
    is_operator: bool = False
    """Whoever runs the installation: it may make keys for any organisation."""

    def require(self, scope: Scope) -> None:
        """Return if it has the right, else raise `Forbidden`. `admin` includes `read`; and in the
        operator's own organisation that includes `metrics`, which are of all organisations."""
        if scope in self.scopes or (scope == "read" and "admin" in self.scopes):
            return
        if scope == "metrics" and self.tenant == DEFAULT_TENANT and self.scopes & _READS:
            return
        raise Forbidden(f"This credential lacks the right `{scope}`.")

    def acting_for(self, user_id: str | None) -> str | None:
        """The user that a request is for: the one it names, else the person who calls.

        Raises `Forbidden` when a person names somebody else and is no administrator.
        """
        if self.user_id is None:
            return user_id
        if user_id is None or user_id == self.user_id or "admin" in self.scopes:
            return user_id or self.user_id
        raise Forbidden("This credential is one person's: user_id names another.", field="user_id")
