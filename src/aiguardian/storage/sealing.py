"""Keys derived from SECRET_KEY, and values sealed with them (AES-256-GCM, NIST SP 800-38D)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aiguardian.settings.groups import Access

_NONCE_BYTES = 12
_ID_BYTES = 4


class Unreadable(Exception):
    """A sealed value that this key did not seal, or that somebody changed."""


def derived_key(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF-SHA256, RFC 5869): keys of two purposes tell nothing of
    each other."""
    return HKDF(SHA256(), 32, salt=None, info=f"aiguardian/{purpose}".encode()).derive(secret)


class Secrets:
    """SECRET_KEY and those before it. Each opens; one closes.

    A new one only opens for a while before it closes: other gateways, which learn of it a little
    later, could not open what it closed. May be changed while it is used. Safe from several
    threads.
    """

    def __init__(
        self,
        values: Sequence[bytes],
        *,
        overlap_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`values` has the newest first. With a former one beside it, the newest closes after
        `overlap_s` seconds."""
        self._overlap_s = overlap_s
        self._clock = clock
        self._state = _State(tuple(values), 0, float("-inf"))
        if len(self.values) > 1:
            self._state = _State(self.values, 1, clock() + overlap_s)

    @property
    def values(self) -> tuple[bytes, ...]:
        """All of them, the newest first."""
        return self._state.values

    def take(self, values: Sequence[bytes]) -> None:
        """Use these from now on, the newest first. Raises `ValueError` where something kept would
        be lost: without the one that closes now, or without the oldest at the end."""
        state = self._state
        closing = state.values[state.closing(self._clock())]
        if not values or values[-1] != state.values[-1]:
            raise ValueError(
                "SECRET_KEY_PREVIOUS must end with the oldest secret in use: what is kept is found "
                "by it, and lost at a start without it"
            )
        if closing not in values:
            raise ValueError(
                "SECRET_KEY_PREVIOUS must hold the SECRET_KEY that is in use: what it closed is "
                "lost at a start without it"
            )
        self._state = _State(
            tuple(values), tuple(values).index(closing), self._clock() + self._overlap_s
        )

    def newest(self, purpose: str) -> bytes:
        """The key that closes and signs for one purpose from the start on: of what only this
        process writes."""
        return derived_key(self.values[0], purpose)

    def closing(self, purpose: str) -> bytes:
        """The key that closes for one purpose now."""
        return self.ordered(purpose)[0]

    def each(self, purpose: str) -> Sequence[bytes]:
        """Every key that opens for one purpose: the one that closes now first, then the newest
        first. It follows what is taken later."""
        return _Keys(self, purpose)

    def ordered(self, purpose: str) -> tuple[bytes, ...]:
        """As `each`, of this moment."""
        state = self._state
        closing = state.closing(self._clock())
        known = state.derived.get((purpose, closing))
        if known is None:
            values = (state.values[closing], *state.values[:closing], *state.values[closing + 1 :])
            known = tuple(derived_key(value, purpose) for value in values)
            state.derived[purpose, closing] = known
        return known

    def lasting(self, purpose: str) -> bytes:
        """The key of digests that values are found by: it stays the oldest secret's, for what was
        filed under a digest is found under that one only."""
        return derived_key(self.values[-1], purpose)


class _State:
    """One list of secrets, and which of them closes until when."""

    __slots__ = ("before", "derived", "since_s", "values")

    def __init__(self, values: tuple[bytes, ...], before: int, since_s: float) -> None:
        self.values = values
        self.before = before
        """The place of the one that closes until `since_s`; the first does after that."""
        self.since_s = since_s
        self.derived: dict[tuple[str, int], tuple[bytes, ...]] = {}
        """Keys by purpose and closing place: to derive one costs more than to use it."""

    def closing(self, now_s: float) -> int:
        """The place of the one that closes now."""
        return self.before if now_s < self.since_s else 0


class _Keys(Sequence[bytes]):
    """The keys of one purpose, as they are whenever somebody looks."""

    def __init__(self, secrets: Secrets, purpose: str) -> None:
        self._secrets = secrets
        self._purpose = purpose

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        return self._secrets.ordered(self._purpose)[index]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._secrets.ordered(self._purpose))

    def __len__(self) -> int:
        return len(self._secrets.values)


def secrets_of(access: Access) -> Secrets | None:
    """The installation's secrets; None where there is no SECRET_KEY."""
    values = secret_values(access)
    return Secrets(values, overlap_s=access.secret_key_overlap_s) if values else None


def secret_values(access: Access) -> tuple[bytes, ...]:
    """SECRET_KEY and those before it, the newest first; none without SECRET_KEY."""
    if access.secret_key is None:
        return ()
    former = access.secret_key_previous.reveal().split(",") if access.secret_key_previous else []
    values = [access.secret_key.reveal(), *(one.strip() for one in former if one.strip())]
    return tuple(dict.fromkeys(value.encode() for value in values))


def key_id(key: bytes) -> str:
    """Eight hexadecimal digits that name a key and tell nothing of it."""
    return derived_key(key, "key-id/1")[:_ID_BYTES].hex()


class Seal:
    """Seals values with the first of its keys, and opens what any of them sealed. Safe from several
    threads."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` may change, see `Secrets.each`."""
        self._keys = keys
        self._known: dict[bytes, tuple[bytes, AESGCM]] = {}

    def close(self, value: str, *, bound_to: bytes) -> bytes:
        """The sealed value, the key's id and a nonce before it; opens only with the same
        `bound_to`."""
        return self.close_bytes(value.encode("utf-8", "surrogatepass"), bound_to=bound_to)

    def open(self, sealed: bytes, *, bound_to: bytes) -> str:
        """The value again. Raises `Unreadable`."""
        try:
            return self.open_bytes(sealed, bound_to=bound_to).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise Unreadable("A sealed value is no text.") from error

    def close_bytes(self, value: bytes, *, bound_to: bytes) -> bytes:
        """As `close`, of bytes."""
        name, cipher = self._cipher(self._keys[0])
        nonce = os.urandom(_NONCE_BYTES)
        return name + nonce + cipher.encrypt(nonce, value, bound_to)

    def open_bytes(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """As `open`, of bytes. Raises `Unreadable`."""
        ciphers = [self._cipher(key) for key in self._keys]
        for name, cipher in ciphers:
            if sealed.startswith(name):
                opened = _opened(cipher, sealed[_ID_BYTES:], bound_to)
                if opened is not None:
                    return opened
        for _, cipher in ciphers:  # before there were several keys, no id was written
            opened = _opened(cipher, sealed, bound_to)
            if opened is not None:
                return opened
        raise Unreadable("A sealed value does not open with this key.")

    def _cipher(self, key: bytes) -> tuple[bytes, AESGCM]:
        """The key's id and its cipher."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = bytes.fromhex(key_id(key)), AESGCM(key)
        return known


def _opened(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes | None:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):
        return None
