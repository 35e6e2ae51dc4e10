"""Stored keys, verified: looked up at first sight, then known for a few seconds."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiguardian.errors import DeadlineExceeded, NotAvailable, Overloaded, Unauthenticated
from aiguardian.identity.api_key import PEPPER, digest, read_id
from aiguardian.identity.principal import SCOPES, KeyLimits, Principal, Scope
from aiguardian.storage.keys import KeyStore, StoredKey, Use
from aiguardian.storage.sealing import Secrets, key_id

log = logging.getLogger(__name__)

FRESH_S = 3.0
"""A key that was revoked by another process is refused after this time at the latest."""
GRACE_S = 300.0
"""For so long after it was verified a key goes on working while the database is out of reach."""
AGAIN_S = 1.0
"""Between two tries to verify a known key again meanwhile."""
TELL_AGAIN_S = 60.0
"""Between two lines in the log about it."""
PATIENCE_S, FIRST_PATIENCE_S = 0.25, 5.0
"""For the database, with a known key and with one that is seen for the first time."""
MOST_KNOWN = 10_000
"""Keys that are known at once; the one that was verified longest ago gives way."""
MOST_LOOK_UPS = 64
"""At once: guesses from many addresses must not fill the queue of the database."""
NOTED_EACH_S = 10.0
"""Between two writings of when keys were used: what a kill may lose."""

UNKNOWN = "The key is not known here."


@dataclass(slots=True)
class _Known:
    principal: Principal
    verified_at: float
    look_again_at: float
    expires_at: float | None
    """Of the wall clock; the two others are of the monotonic one."""


class KeyRing:
    """The stored keys as the gate asks for them. The event loop's thread only."""

    def __init__(
        self,
        store: KeyStore,
        secrets: Secrets,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`clock` measures spans, `now` is the time of day that keys expire by."""
        self._store = store
        self._secrets = secrets
        self._ids: dict[bytes, str] = {}
        self._clock = clock
        self._now = now
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._looking: dict[bytes, asyncio.Task[Principal]] = {}
        self._uses: dict[str, Use] = {}
        self._tell_again_at = float("-inf")

    def known(self, given: bytes) -> Principal | None:
        """Who has this key, if it was verified a moment ago."""
        entry = self._known.get(_name(given))
        if entry is None or self._clock() >= entry.look_again_at or self._has_expired(entry):
            return None
        self._use(entry.principal.key_id)
        return entry.principal

    def was_known(self, given: bytes) -> bool:
        """Whether this very key was good lately: its owner is no guesser."""
        return _name(given) in self._known

    async def look_up(self, given: bytes) -> Principal:
        """Who has this key.

        Raises `Unauthenticated`, `Overloaded`; `NotAvailable` when the database is out of reach
        and the key was not known.
        """
        name = _name(given)
        task = self._looking.get(name)
        if task is None:
            if len(self._looking) >= MOST_LOOK_UPS:
                raise Overloaded("Too many new keys are being looked up.", retry_after_s=1)
            task = asyncio.create_task(self._verify(name, given))
            self._looking[name] = task
            task.add_done_callback(lambda done: self._looked_up(name, done))
        # several requests wait for one task: one that is cancelled must not end it for the others
        return await asyncio.shield(task)

    def forget(self, key: str) -> None:
        """A key was changed: it is looked up at its next use, here and now."""
        for name in [name for name, one in self._known.items() if one.principal.key_id == key]:
            del self._known[name]

    def forget_tenant(self, tenant: str) -> None:
        """All keys of a tenant were changed."""
        for name in [name for name, one in self._known.items() if one.principal.tenant == tenant]:
            del self._known[name]

    async def watch(self) -> None:
        """Write down when keys were used, now and then, until cancelled."""
        while True:
            await asyncio.sleep(NOTED_EACH_S)
            await self.write_down()

    async def write_down(self) -> None:
        """Write down when keys were used since the last time."""
        uses, self._uses = list(self._uses.values()), {}
        if not uses:
            return
        try:
            await asyncio.to_thread(self._store.note, uses)
        except (NotAvailable, DeadlineExceeded):
            for use in uses:  # later, unless there is a later use by then
                self._uses.setdefault(use.id, use)

    def _looked_up(self, name: bytes, task: asyncio.Task[Principal]) -> None:
        del self._looking[name]
        if not task.cancelled():
            task.exception()  # nobody may be waiting for it any more

    async def _verify(self, name: bytes, given: bytes) -> Principal:
        entry = self._known.get(name)
        try:
            stored = await self._find(given, PATIENCE_S if entry else FIRST_PATIENCE_S)
        except (NotAvailable, TimeoutError) as error:
            if entry is None or self._clock() - entry.verified_at > GRACE_S:
                raise NotAvailable("Keys cannot be looked up.", retry_after_s=1) from error
            if self._has_expired(entry):
                raise Unauthenticated("The key has expired.") from error
            self._tell_of_loss()
            entry.look_again_at = self._clock() + AGAIN_S
            return entry.principal
        self._known.pop(name, None)
        found = self._check(given, stored)
        return self._remember(name, principal_of(found), found.expires_at)

    def _tell_of_loss(self) -> None:
        if self._clock() >= self._tell_again_at:
            self._tell_again_at = self._clock() + TELL_AGAIN_S
            log.warning("keys are not verified again: the database does not answer")

    async def _find(self, given: bytes, patience_s: float) -> StoredKey | None:
        key = read_id(given)
        if key is None:
            return None
        async with asyncio.timeout(patience_s):
            # the statement ends by itself: one that is broken off may cost the connection
            return await asyncio.shield(asyncio.wrap_future(self._store.find(key)))

    def _check(self, given: bytes, stored: StoredKey | None) -> StoredKey:
        """Return the stored key if this is it and it may be used now."""
        peppers = {self._id(one): one for one in self._secrets.each(PEPPER)}
        closing = self._secrets.closing(PEPPER)
        pepper = peppers.get(stored.pepper) if stored else None
        # as much work for a key that does not exist as for one that does
        made = digest(given, pepper or closing)
        is_it = hmac.compare_digest(made, stored.digest if stored else made[::-1])
        if stored is None or not is_it:
            if stored is not None and pepper is None:
                log.warning("%s was kept under a SECRET_KEY that is not set any more", stored.id)
            raise Unauthenticated(UNKNOWN)
        if stored.revoked_at is not None:
            raise Unauthenticated("The key was revoked.")
        if stored.expires_at is not None and self._now() >= stored.expires_at:
            raise Unauthenticated("The key has expired.")
        newest = self._secrets.newest(PEPPER)
        if closing == newest and stored.pepper != self._id(newest):
            moved = digest(given, newest)
            self._uses[stored.id] = Use(stored.id, self._now(), moved, self._id(newest))
        return stored

    def _id(self, pepper: bytes) -> str:
        known = self._ids.get(pepper)
        if known is None:
            known = self._ids[pepper] = key_id(pepper)
        return known

    def _remember(self, name: bytes, principal: Principal, expires_at: float | None) -> Principal:
        at = self._clock()
        self._known[name] = _Known(principal, at, at + FRESH_S, expires_at)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        self._use(principal.key_id)
        return principal

    def _has_expired(self, entry: _Known) -> bool:
        return entry.expires_at is not None and self._now() >= entry.expires_at

    def _use(self, key: str) -> None:
        use = self._uses.get(key)
        if use is None:
            self._uses[key] = Use(key, self._now())


def principal_of(stored: StoredKey) -> Principal:
    """The caller that a stored key makes. Raises `NotAvailable` for limits that a later version
    wrote: without them it would be a key without limits."""
    try:
        limits = KeyLimits.read(stored.limits)
    except ValueError as error:
        log.error("the limits of %s cannot be read", stored.id)
        raise NotAvailable("The limits of this key cannot be read by this version.") from error
    return Principal(
        key_id=stored.id,
        tenant=stored.tenant,
        scopes=read_scopes(stored.scopes),
        policy=stored.policy,
        limits=limits,
    )


def read_scopes(words: Sequence[str]) -> frozenset[Scope]:
    """The rights that are known of those named: a later version's words give none here."""
    return frozenset(word for word in SCOPES if word in words)


def _name(given: bytes) -> bytes:
    """What a key is remembered by: nobody can time a comparison with what he cannot choose."""
    return hashlib.sha256(given).digest()
