"""What of a turn reaches the database: sealed values and keyed digests, nothing to be read."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from aiguardian.storage.sealing import Seal, Secrets
from aiguardian.storage.turns import Owner

_KEY_BYTES = 8
"""Of a term: among a million terms of one owner two meet with a chance of 3 in 10^8."""


class TurnKeys:
    """Seals and digests, each with a key of its own."""

    def __init__(self, secrets: Secrets) -> None:
        self._seal = Seal(secrets.each("memory/seal/1"))
        self._digest_key = secrets.lasting("memory/digest/1")
        self._term_key = secrets.lasting("memory/terms/1")
        self._cell_key = secrets.lasting("memory/cells/1")

    def owner(self, owner: Owner) -> bytes:
        """The owner's digest, 16 bytes: the same for all sessions of a user."""
        return self.digest(b"owner", *owner.key)

    def session(self, owner: Owner) -> bytes:
        """The session's digest, 16 bytes."""
        return self.digest(self.owner(owner), owner.session)

    def digest(self, within: bytes, *parts: str) -> bytes:
        """A digest of several strings, 16 bytes; their borders count."""
        message = [within]
        for part in parts:
            data = _bytes(part)
            message += [len(data).to_bytes(8, "big"), data]
        return hmac.digest(self._digest_key, b"".join(message), "sha256")[:16]

    def terms(self, within: bytes, terms: Iterable[str]) -> Any:
        """The keys of an owner's terms in their order, (n,), int64: the same word of two owners
        has nothing in common."""
        return _keys(self._term_key, within, terms)

    def cells(self, within: bytes, cells: Iterable[str]) -> Any:
        """The keys of cells of meaning in their order, (n,), int64, of one owner as terms are."""
        return _keys(self._cell_key, within, cells)

    def close_text(self, row: bytes, role: str, text: str) -> bytes:
        """Role and text, sealed for the turn with this public id."""
        return self._seal.close(f"{len(role)}:{role}{text}", bound_to=b"turn" + row)

    def open_text(self, row: bytes, sealed: bytes) -> tuple[str, str]:
        """Role and text again. Raises `Unreadable`."""
        length, _, rest = self._seal.open(sealed, bound_to=b"turn" + row).partition(":")
        return rest[: int(length)], rest[int(length) :]

    def close_name(self, session: bytes, name: str) -> bytes:
        """The name of a session, sealed."""
        return self._seal.close(name, bound_to=b"session" + session)

    def open_name(self, session: bytes, sealed: bytes) -> str:
        """The name again. Raises `Unreadable`."""
        return self._seal.open(sealed, bound_to=b"session" + session)

    def close_meaning(self, row: bytes, meaning: bytes) -> bytes:
        """An embedding, sealed; nothing stays nothing."""
        if not meaning:
            return b""
        return self._seal.close_bytes(meaning, bound_to=b"meaning" + row)

    def open_meanings(self, rows: Sequence[tuple[bytes, bytes]], size: int) -> Any:
        """The embeddings of n (public id, sealed), (n, size), int8, zeros where there is none."""
        empty = bytes(size)
        return np.frombuffer(
            b"".join(
                self._seal.open_bytes(sealed, bound_to=b"meaning" + row) if sealed else empty
                for row, sealed in rows
            ),
            dtype=np.int8,
        ).reshape(len(rows), size)

    def close_block(self, block: int, entries: bytes) -> bytes:
        """The entries of a block, sealed."""
        return self._seal.close_bytes(entries, bound_to=b"block" + block.to_bytes(8, "big"))

    def open_block(self, block: int, sealed: bytes) -> bytes:
        """The entries again. Raises `Unreadable`."""
        return self._seal.open_bytes(sealed, bound_to=b"block" + block.to_bytes(8, "big"))


def _keys(key: bytes, within: bytes, names: Iterable[str]) -> Any:
    digests = b"".join(
        hmac.digest(key, within + _bytes(name), "sha256")[:_KEY_BYTES] for name in names
    )
    return np.frombuffer(digests, dtype=">i8").astype(np.int64)


def packed(keys: Any) -> bytes:
    """Keys as a column holds them, sorted; `unpacked` reads them."""
    data: bytes = np.sort(keys).astype("<i8").tobytes()
    return data


def unpacked(columns: Sequence[bytes]) -> tuple[Any, Any]:
    """The keys of n turns one after the other, and where each turn's begin, (n + 1,)."""
    sizes = [len(column) // _KEY_BYTES for column in columns]
    return np.frombuffer(b"".join(columns), dtype="<i8"), np.cumsum([0, *sizes])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
