"""Checkpoints signed with Ed25519 (RFC 8032), by a key that is derived from SECRET_KEY.

Who holds the database and not SECRET_KEY can forge none; who holds the public key can check all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from aiguardian.storage.audit_rows import Checkpoint, CheckpointKind

PURPOSE = "audit/checkpoint/1"
"""What the signing key's seed is derived for."""
_STATEMENT = b"aiguardian audit checkpoint 1\n"
_RECEIPT = b"aiguardian receipt 1\n"


class Signer:
    """Signs with the key that a seed of 32 bytes gives."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()
        self.key_id = key_id(self.public_key)

    def checkpoint(
        self, chain: str, number: int, *, hash_: bytes, at: float, kind: CheckpointKind
    ) -> Checkpoint:
        """The signed statement."""
        statement = _statement(chain, number, hash_, at, kind)
        return Checkpoint(chain, number, at, hash_, kind, self.key_id, self._key.sign(statement))

    def receipt(self, statement: bytes) -> bytes:
        """The signature under a receipt, which is no checkpoint."""
        return self._key.sign(_RECEIPT + statement)


class PublicKeys:
    """Checks signatures by any of several keys: SECRET_KEY is changed now and then, also while the
    program runs."""

    def __init__(self, keys: Iterable[bytes], *, seeds: Sequence[bytes] = ()) -> None:
        """`seeds` may get more members later (`Secrets.each`): their keys are known then, too."""
        self._seeds = seeds
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._learn(keys)

    @classmethod
    def of(cls, seeds: Sequence[bytes]) -> PublicKeys:
        """The keys that belong to these seeds."""
        return cls((), seeds=seeds)

    def hold(self, one: Checkpoint) -> bool:
        """Whether one of the keys has signed this checkpoint as it stands."""
        statement = _statement(one.chain, one.number, one.hash, one.at, one.kind)
        return self._is_by(one.key_id, one.signature, statement)

    def hold_receipt(self, key: str, signature: bytes, statement: bytes) -> bool:
        """Whether the key of this id has signed the receipt."""
        return self._is_by(key, signature, _RECEIPT + statement)

    def _is_by(self, name: str, signature: bytes, statement: bytes) -> bool:
        if name not in self._keys:
            self._learn(Signer(seed).public_key for seed in self._seeds)
        key = self._keys.get(name)
        if key is None:
            return False
        try:
            key.verify(signature, statement)
        except InvalidSignature:
            return False
        return True

    def _learn(self, keys: Iterable[bytes]) -> None:
        self._keys |= {key_id(key): Ed25519PublicKey.from_public_bytes(key) for key in keys}


def key_id(public_key: bytes) -> str:
    """The name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def _statement(chain: str, number: int, hash_: bytes, at: float, kind: str) -> bytes:
    # head and kept say the same: only a floor allows that entries are missing
    is_floor = kind == "floor"
    return _STATEMENT + msgspec.json.encode([chain, number, hash_.hex(), round(at, 6), is_floor])
