"""Checkpoints outside the database: in a file, a line each, and in the log.

Who deletes the newest rows of the audit and its checkpoints together is found out by them.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from aiguardian.storage.audit_rows import Checkpoint

log = logging.getLogger(__name__)
FILE = "checkpoints.jsonl"
MOST_BYTES = 16 * 1024 * 1024
"""Of the file, a year's checkpoints or so; then it takes the place of the one beside it."""


class Anchor(Struct, frozen=True, kw_only=True):
    """A checkpoint as its line tells it."""

    chain: str
    number: int
    at: float
    hash: str
    key: str
    signature: str


class Anchors:
    """Writes the lines; without a file, to the log only."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def add(self, checkpoint: Checkpoint) -> None:
        """Tell of a checkpoint. A disk that is full costs the file's line, not the log's."""
        line = msgspec.json.encode(anchor_of(checkpoint))
        log.info("audit checkpoint %s", line.decode())
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            descriptor = os.open(self._file, flags, 0o600)
            try:
                os.write(descriptor, line + b"\n")
                is_long = os.fstat(descriptor).st_size > MOST_BYTES
            finally:
                os.close(descriptor)
            if is_long:
                self._file.replace(_beside(self._file))

    def last(self) -> Anchor | None:
        """The newest one in the file."""
        return next(iter(deque(self.read(), maxlen=1)), None)

    def read(self) -> Iterator[Anchor]:
        """Those in the file and in the one beside it, oldest first."""
        for file in (_beside(self._file), self._file) if self._file is not None else ():
            if file.is_file():
                with file.open("rb") as lines:
                    yield from read_anchors(lines)


def _beside(file: Path) -> Path:
    return file.with_suffix(".old")


def anchor_of(checkpoint: Checkpoint) -> Anchor:
    """The checkpoint as it is told."""
    return Anchor(
        chain=checkpoint.chain,
        number=checkpoint.number,
        at=checkpoint.at,
        hash=checkpoint.hash.hex(),
        key=checkpoint.key_id,
        signature=checkpoint.signature.hex(),
    )


def checkpoint_of(anchor: Anchor) -> Checkpoint:
    """The checkpoint that was told of. Raises `ValueError`."""
    return Checkpoint(
        chain=anchor.chain,
        number=anchor.number,
        at=anchor.at,
        hash=bytes.fromhex(anchor.hash),
        kind="kept",
        key_id=anchor.key,
        signature=bytes.fromhex(anchor.signature),
    )


def read_anchors(lines: Iterable[bytes]) -> Iterator[Anchor]:
    """The anchors in lines of a file or of a log; all other lines are passed over."""
    for line in lines:
        start = line.find(b'{"chain"')
        with contextlib.suppress(msgspec.MsgspecError):
            text = line[start:].strip()
            if start >= 0:
                yield msgspec.json.decode(text, type=Anchor)
