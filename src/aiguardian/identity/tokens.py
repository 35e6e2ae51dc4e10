"""People by their tokens: verified once, then known until they expire or Clerk says otherwise."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from aiguardian.errors import NotAvailable, Unauthenticated
from aiguardian.identity.claims import LEEWAY_S, Claims, issuer_of, key_id_of, read_claims
from aiguardian.identity.jwks import KeySource
from aiguardian.identity.key_ring import TELL_AGAIN_S, read_scopes
from aiguardian.identity.principal import Principal, Scope
from aiguardian.settings.identity import ROLE, Identity
from aiguardian.storage.people import PeopleStore, Standing

log = logging.getLogger(__name__)

FRESH_S = 10.0
"""A user who was banned elsewhere is refused after this time at the latest."""
PATIENCE_S = 1.0
"""For the database, on what it knows of the user."""
MOST_KNOWN = 10_000
"""Tokens that are known at once; the one that was verified longest ago gives way."""


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal
    look_again_at: float
    expires_at: float
    """Of the wall clock; the other is of the monotonic one."""


class ClerkTokens:
    """Clerk's tokens as the gate asks for them. The event loop's thread only."""

    def __init__(
        self,
        settings: Identity,
        keys: KeySource,
        people: PeopleStore,
        *,
        name_key: bytes,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`name_key` keys the digests by which people are called in logs and limits."""
        self._settings = settings
        self._keys = keys
        self._people = people
        self._name_key = name_key
        self._roles = read_roles(settings.clerk_roles)
        self._clock = clock
        self._now = now
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._tell_again_at = float("-inf")

    def is_ours(self, given: bytes) -> bool:
        """Whether it says that it comes from our issuer; true or not is another matter."""
        return given.startswith(b"eyJ") and (
            self.was_known(given) or issuer_of(given) == self._settings.issuer()
        )

    def known(self, given: bytes) -> Principal | None:
        """Who has this token, if it was verified a moment ago."""
        entry = self._known.get(_name(given))
        if entry is None or self._clock() >= entry.look_again_at or self._now() >= entry.expires_at:
            return None
        return entry.principal

    def was_known(self, given: bytes) -> bool:
        """Whether this very token was good lately."""
        return _name(given) in self._known

    async def look_up(self, given: bytes) -> Principal:
        """Who has this token. Raises `Unauthenticated`, and `NotAvailable` without Clerk's keys."""
        name = _name(given)
        self._known.pop(name, None)
        payload = await self._verified(given)
        claims = read_claims(payload, self._settings, now=self._now())
        standing = await self._standing(claims)
        if standing.is_barred:
            raise Unauthenticated("This user may not sign in, or has signed out.")
        principal = self._principal(claims, standing)
        self._known[name] = _Known(
            principal, self._clock() + FRESH_S, expires_at=claims.exp + LEEWAY_S
        )
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return principal

    def forget(self, user: str) -> None:
        """Clerk told something of this user: its tokens are verified again."""
        for name in [name for name, one in self._known.items() if one.principal.user_id == user]:
            del self._known[name]

    def forget_all(self) -> None:
        """Clerk told something of an organisation."""
        self._known.clear()

    async def _verified(self, given: bytes) -> bytes:
        """The payload of a token whose signature is good."""
        from joserfc import jws  # a tenth of a second, only where people sign in
        from joserfc.errors import JoseError

        key = await self._keys.key(key_id_of(given))
        if key is None:
            raise Unauthenticated("The token's key is not known here.")
        try:
            return jws.deserialize_compact(given, key, algorithms=["RS256"]).payload or b""
        except (JoseError, ValueError):
            raise Unauthenticated("The token's signature is wrong.") from None

    async def _standing(self, claims: Claims) -> Standing:
        """What Clerk's webhooks told of the user. Without the database the token's own word
        counts: it is a minute old at most, and whoever was removed gets no new one."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                soon = self._people.standing(
                    claims.sub, claims.organisation, session=claims.sid or ""
                )
                return await asyncio.shield(asyncio.wrap_future(soon))
        except (NotAvailable, TimeoutError):
            if self._clock() >= self._tell_again_at:
                self._tell_again_at = self._clock() + TELL_AGAIN_S
                log.warning("tokens are taken at their word: the database does not answer")
            return Standing()

    def _principal(self, claims: Claims, standing: Standing) -> Principal:
        role, is_member = claims.role, True
        if claims.organisation and standing.changed_at > (claims.iat or 0.0):
            role, is_member = standing.role, standing.is_member
        if not is_member:
            raise Unauthenticated("This user has left the organisation.")
        digest = hmac.digest(self._name_key, claims.sub.encode(), hashlib.sha256).hex()
        return Principal(
            key_id=f"person-{digest[:16]}",
            tenant=claims.organisation or claims.sub,
            user_id=claims.sub,
            scopes=self._roles.get(role, frozenset()),
        )


def read_roles(settings: tuple[str, ...]) -> dict[str, frozenset[Scope]]:
    """The rights of each role, as CLERK_ROLES has them; Clerk's `org:` may stand before a name."""
    found = [ROLE.match(one) for one in settings]
    return {
        one["name"].removeprefix("org:"): read_scopes(one["scopes"].split("+"))
        for one in found
        if one is not None
    }


def _name(given: bytes) -> bytes:
    return hashlib.sha256(given).digest()
