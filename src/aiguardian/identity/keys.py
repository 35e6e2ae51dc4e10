"""What can be done with stored keys: make, change, rotate and revoke them, each by its rules.

The admin API and the command line both speak to this.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from aiguardian.errors import Conflict, InvalidField, NotFound
from aiguardian.identity.api_key import PEPPER, digest, new_key
from aiguardian.identity.principal import SCOPES, KeyLimits
from aiguardian.storage.keys import MOST_KEYS, KeyChanged, KeysFull, KeyStore, Place, StoredKey
from aiguardian.storage.sealing import Secrets, key_id

MOST_OVERLAP_S = 30 * 86_400.0
USUAL_OVERLAP_S = 86_400.0
"""Both keys work after a rotation for so long, unless it says otherwise: a day's deployments."""
_NEVER = 253_402_300_800.0
"""The year 10000: what lies behind it is a mistake in the unit."""


class Keys:
    """The keys of all tenants. Blocks: event loops call it in a thread."""

    def __init__(
        self,
        store: KeyStore,
        secrets: Secrets,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._now = now

    def create(self, wanted: StoredKey) -> tuple[StoredKey, str]:
        """A new key with what is wanted of it (its id and digest do not count), and the key
        itself, which nobody can ask for again. Raises `InvalidField`, `Conflict`."""
        self._check(wanted)
        self._check_end(wanted.expires_at)
        key, text = self._minted(wanted)
        try:
            self._store.add(key)
        except KeysFull:
            raise _full() from None
        return key, text

    def page(self, tenant: str | None, *, after: Place | None, limit: int) -> list[StoredKey]:
        """A tenant's keys, or everyone's, newest first."""
        return self._store.page(tenant, after=after, limit=limit)

    def get(self, key: str, tenant: str | None) -> StoredKey:
        """The key, if it is the tenant's; None: anyone's. Raises `NotFound` else, without a word
        on whether another has it."""
        found = self._store.get(key)
        if found is None or tenant not in (None, found.tenant):
            raise NotFound("There is no such key. GET /api/v1/admin/keys lists them.")
        return found

    def change(self, before: StoredKey, after: StoredKey) -> StoredKey:
        """Keep the key as it is to be. Raises `InvalidField`, and `Conflict` when somebody else
        was faster."""
        self._check(after)
        if after.expires_at != before.expires_at:
            self._check_end(after.expires_at)
        return self._write(after, before.version)

    def rotate(
        self, old: StoredKey, *, by: str, overlap_s: float | None = None
    ) -> tuple[StoredKey, str]:
        """A new key with the rights of the old one, which ends after the overlap. Raises
        `InvalidField`, `Conflict`."""
        now = self._now()
        if not self.is_live(old):
            raise Conflict("The key was revoked or has expired: make a new one.")
        overlap_s = USUAL_OVERLAP_S if overlap_s is None else overlap_s
        if not 0.0 <= overlap_s <= MOST_OVERLAP_S:
            raise InvalidField(
                f"overlap_s must be from 0 to {MOST_OVERLAP_S:.0f} seconds.", field="overlap_s"
            )
        new, text = self._minted(replace(old, replaces=old.id, created_by=by))
        ends_at = min(now + overlap_s, old.expires_at or float("inf"))
        try:
            self._store.rotate(replace(old, expires_at=ends_at), new, expected=old.version)
        except KeyChanged:
            raise _changed() from None
        except KeysFull:
            raise _full() from None
        return new, text

    def revoke(self, key: StoredKey) -> StoredKey:
        """End the key now; again: nothing. Raises `Conflict`."""
        if key.revoked_at is not None:
            return key
        return self._write(replace(key, revoked_at=self._now()), key.version)

    def remove(self, key: StoredKey) -> None:
        """Delete a key that is at its end, for good. Raises `Conflict` for one that still works."""
        if self.is_live(key):
            raise Conflict("The key still works: revoke it first.")
        self._store.remove(key.id)

    def is_live(self, key: StoredKey) -> bool:
        """Whether the key works now."""
        return key.revoked_at is None and (key.expires_at is None or key.expires_at > self._now())

    def uses_newest_secret(self, key: StoredKey) -> bool:
        """Whether the key works without SECRET_KEY_PREVIOUS."""
        return key.pepper == key_id(self._secrets.newest(PEPPER))

    def _minted(self, wanted: StoredKey) -> tuple[StoredKey, str]:
        name, text = new_key()
        pepper = self._secrets.closing(PEPPER)
        key = replace(
            wanted,
            id=name,
            digest=digest(text.encode(), pepper),
            pepper=key_id(pepper),
            created_at=self._now(),
            revoked_at=None,
            last_used_at=None,
            version=1,
        )
        return key, text

    def _check(self, key: StoredKey) -> None:
        if not key.scopes or not set(key.scopes) <= set(SCOPES):
            raise InvalidField(f"scopes must be some of {', '.join(SCOPES)}.", field="scopes")
        try:
            KeyLimits.read(key.limits)
        except ValueError as error:
            raise InvalidField(f"limits: {error}.", field="limits") from None

    def _check_end(self, expires_at: float | None) -> None:
        if expires_at is not None and not self._now() < expires_at < _NEVER:
            raise InvalidField(
                "expires_at must be seconds since 1970, and lie ahead.", field="expires_at"
            )

    def _write(self, key: StoredKey, expected: int) -> StoredKey:
        try:
            return self._store.write(key, expected=expected)
        except KeyChanged:
            raise _changed() from None


def _full() -> Conflict:
    return Conflict(
        f"The organisation has {MOST_KEYS:,} keys, the most it may: delete those at their end."
    )


def _changed() -> Conflict:
    return Conflict("The key was changed meanwhile: read it again.")
