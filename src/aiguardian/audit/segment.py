"""One file of the journal: lines with tags, zeros behind them, locked by who writes it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import hmac
import mmap
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

READ_BYTES = 1024 * 1024
"""At once: some 2,000 entries."""
READ_ENTRIES = 2_048
"""At once, of those in memory."""
START = bytes(32)
"""The tag before the first."""
SUFFIX = ".journal"
_TAG_CHARACTERS = 64


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
    is_all: bool = False
    """Whether nothing else waited when they were read."""


class Segment:
    """One file of a journal, locked. Its whole length is allotted when it is made, so that no
    entry meets a full disk, and mapped into memory: writing an entry is copying it, the kernel
    has it at once, and no other thread takes over as at a system call."""

    def __init__(self, path: Path, *, length: int = 0) -> None:
        """Makes a file of that length; with 0, opens one that is there, to read it.

        Raises `OSError`; `BlockingIOError` when another process has it.
        """
        self.path = path
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
        self.fd = os.open(path, flags | (os.O_CREAT | os.O_EXCL if length else 0), 0o600)
        self._map: mmap.mmap | None = None
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if length:
                _allot(self.fd, length)
                self._map = mmap.mmap(self.fd, length)
        except OSError:
            os.close(self.fd)
            if length:
                path.unlink()
            raise
        self.length = os.fstat(self.fd).st_size
        self.size = 0 if length else self.length
        """Bytes of the lines that were written."""
        self.synced = 0
        self.moved = 0
        self.is_set_aside = False
        self.tag = START
        """Of the last line that went to the database."""
        self._held: list[tuple[bytes, bytes]] = []
        """The next lines to read, as long as they are in memory: nobody but this process made
        them, and what somebody else makes of the file has no say."""
        self._is_holding = bool(length)

    def append(self, tag: bytes, entry: bytes, *, is_held: bool = True) -> None:
        """Write a line; the tag last, which makes it one: what a kill cuts short has none.

        From the first one on that is not held in memory, all are read from the file.
        """
        if self._map is None:
            raise ValueError("This file is only read.")
        start = self.size
        behind = start + _TAG_CHARACTERS
        stop = behind + len(entry) + 2
        self._map[behind:stop] = b" %b\n" % entry
        self._map[start:behind] = tag.hex().encode()
        if self._is_holding and is_held:
            self._held.append((entry, tag))
        else:
            self._is_holding = False
        self.size = stop  # the last: `read` looks at it first

    def read(self, key: bytes, *, is_last: bool = False) -> Waiting:
        """The next lines whose tags hold. `is_last`: no other file follows by now."""
        there = self.size
        if held := self._held[:READ_ENTRIES]:
            entries = [entry for entry, _ in held]
            size = sum(map(len, entries)) + len(held) * line_bytes(b"")
            return Waiting(
                entries, size, held[-1][1], is_all=is_last and self.moved + size >= there
            )
        data = self._lines(READ_BYTES) or self._lines(there - self.moved)
        is_all = is_last and self.moved + len(data) >= there
        entries, size, tag = [], 0, self.tag
        for line in data.split(b"\n")[:-1]:
            written, _, entry = line.partition(b" ")
            if b"\0" in written:  # the end, or a line that was never whole
                break
            next_tag = tagged(key, tag, entry)
            if not hmac.compare_digest(written, next_tag.hex().encode()):
                return Waiting(entries, size, tag, is_damaged=True)
            entries.append(entry)
            size, tag = size + len(line) + 1, next_tag
        return Waiting(entries, size, tag, is_all=is_all)

    def _lines(self, most: int) -> bytes:
        """Whole lines from behind those that were moved, as far as they fit into so many bytes."""
        data = os.pread(self.fd, min(most, self.size - self.moved), self.moved)
        return data[: data.rfind(b"\n") + 1]

    def forget(self, done: Waiting) -> None:
        """These entries are in the database."""
        self.tag = done.tag
        self.moved += done.size
        del self._held[: len(done.entries)]

    def sync(self) -> None:
        """Let what was written survive a power cut. Raises `OSError`."""
        size = self.size
        if self.synced < size:
            os.fsync(self.fd)
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
        if self._map is not None:
            self._map.close()
            self._map = None
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def remove(self) -> None:
        """Delete the file."""
        with contextlib.suppress(OSError):  # gone already, or its folder is read-only by now
            self.path.unlink()
        self.close()


def line_bytes(entry: bytes) -> int:
    """How long the entry's line is."""
    return _TAG_CHARACTERS + len(entry) + 2


def _allot(descriptor: int, length: int) -> None:
    """Give a file its length, with room for it on the disk. Raises `OSError`."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, length)
        return
    zeros = bytes(length)  # macOS has no such call
    if os.pwrite(descriptor, zeros, 0) != length:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def tagged(key: bytes, previous: bytes, entry: bytes) -> bytes:
    """The tag of an entry behind the one with this tag: keyed BLAKE2b (RFC 7693), 32 bytes.

    It takes a third of the time of HMAC-SHA-256, and, unlike `hmac.digest`, does not let go of the
    interpreter: on the event loop that costs a wait for whoever else took it.
    """
    return hashlib.blake2b(previous + entry, key=key, digest_size=32).digest()


def left_behind(folder: Path) -> Iterator[Segment]:
    """The files of processes that have ended, locked from now on, the oldest first."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with contextlib.suppress(OSError):  # a living process has it, or it is gone already
            yield Segment(path)
