"""One file of the journal: lines with tags, locked by the process that writes it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hmac
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

READ_BYTES = 256 * 1024
"""At once: some 500 entries."""
START = bytes(32)
"""The tag before the first."""
SUFFIX = ".journal"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Entries that wait, as far as their tags hold."""

    entries: Sequence[bytes] = ()
    size: int = 0
    """Bytes of their lines."""
    tag: bytes = START
    """Of the last of them."""
    is_damaged: bool = False
    """Whether the tag of the line behind them does not hold: nothing from there on is trusted."""


class Segment:
    """One file of a journal, open and locked."""

    def __init__(self, path: Path, *, is_new: bool) -> None:
        """Raises `OSError`; `BlockingIOError` when another process has it."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self.path = path
        self.fd = os.open(path, flags | (os.O_CREAT | os.O_EXCL if is_new else 0), 0o600)
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self.fd)
            raise
        self.size = os.fstat(self.fd).st_size
        self.synced = 0
        self.moved = 0
        self.is_set_aside = False
        self.tag = START
        """Of the last line that went to the database."""

    def append(self, line: bytes) -> None:
        """Write a line, whole or not at all. Raises `OSError`."""
        try:
            written = os.write(self.fd, line)
        except OSError:
            self._cut()
            raise
        if written != len(line):  # the disk is full
            self._cut()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += written

    def _cut(self) -> None:
        with contextlib.suppress(OSError):  # what is left is no whole line: a reader drops it
            os.ftruncate(self.fd, self.size)

    def read(self, key: bytes) -> Waiting:
        """The next lines whose tags hold."""
        data = os.pread(self.fd, READ_BYTES, self.moved)
        end = data.rfind(b"\n") + 1
        if not end and len(data) == READ_BYTES:  # a line longer than that
            data = os.pread(self.fd, self.size - self.moved, self.moved)
            end = data.find(b"\n") + 1
        entries: list[bytes] = []
        size, tag = 0, self.tag
        for line in data[:end].split(b"\n")[:-1]:
            written, _, entry = line.partition(b" ")
            next_tag = tagged(key, tag, entry)
            if not hmac.compare_digest(written, next_tag.hex().encode()):
                return Waiting(entries, size, tag, is_damaged=True)
            entries.append(entry)
            size, tag = size + len(line) + 1, next_tag
        return Waiting(entries, size, tag)

    def forget(self, done: Waiting) -> None:
        """These entries are in the database."""
        self.tag = done.tag
        self.moved += done.size

    def sync(self) -> None:
        """Let what was written survive a power cut. Raises `OSError`."""
        size = self.size
        if self.synced < size:
            os.fdatasync(self.fd)
            self.synced = size

    def is_in_place(self) -> bool:
        """Whether the file still has its name: else a kill would lose what is in it."""
        try:
            there = self.path.stat()
        except OSError:
            return False
        here = os.fstat(self.fd)
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def set_aside(self) -> None:
        """Give the file a name that no program reads."""
        self.is_set_aside = True
        with contextlib.suppress(OSError):
            self.path.rename(self.path.with_suffix(".damaged"))

    def close(self) -> None:
        """Let go of the file, which stays."""
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def remove(self) -> None:
        """Delete the file."""
        with contextlib.suppress(OSError):  # gone already, or its folder is read-only by now
            self.path.unlink()
        self.close()


def tagged(key: bytes, previous: bytes, entry: bytes) -> bytes:
    """The tag of an entry behind the one with this tag: HMAC-SHA-256, 32 bytes."""
    mac = _keyed(key).copy()
    mac.update(previous + entry)
    return mac.digest()


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    """Kept, because `hmac.digest` lets go of the interpreter for each entry: on the event loop
    that costs a wait of a tenth of a millisecond or more for whoever else took it."""
    return hmac.new(key, digestmod="sha256")


def left_behind(folder: Path) -> Iterator[Segment]:
    """The files of processes that have ended, locked from now on, the oldest first."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with contextlib.suppress(OSError):  # a living process has it, or it is gone already
            yield Segment(path, is_new=False)
