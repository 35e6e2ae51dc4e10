"""The journal: each entry is in a file before the caller has its answer, and goes on to the
database later. The kernel has it then, whatever becomes of the process.

A line is a tag, a space, the entry, a line feed. The tag is a MAC over the tag before it and the
entry, so that nobody without SECRET_KEY changes a file that waits. A process locks its files: what
no process has locked was left behind, and the next one to start takes it over.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from aiguardian.audit.segment import START, SUFFIX, Segment, Waiting, line_bytes, tagged

SEGMENT_BYTES = 4 * 1024 * 1024
"""Of one file, some 10,000 entries; the next one follows, and it is deleted when the database has
all of it."""
HELD_BYTES = 8 * 1024 * 1024
"""Entries are held in memory too while no more than this waits: some seconds of a busy gateway.
What waits longer, because the database is away, is read from the files again."""
TIDY_BYTES = 256 * 1024
"""A file that is longer than this gives way as soon as the database has all of it."""


class JournalFull(Exception):
    """So many bytes wait for the database that no more may."""


class Journal(Protocol):
    """Where entries wait. `append` belongs to one thread, the others to another one."""

    def append(self, entry: bytes, /) -> None:
        """Take an entry. Raises `OSError` and `JournalFull`; then it was not taken."""
        ...

    def waiting(self) -> Waiting:
        """The oldest entries, some 2,000 of them."""
        ...

    def forget(self, done: Waiting) -> None:
        """These, the oldest, are in the database."""
        ...

    def set_aside(self) -> None:
        """Keep the file whose tags do not hold for people to look at; go on with another."""
        ...

    def sync(self) -> None:
        """Let all that was taken survive a power cut too. Raises `OSError`."""
        ...

    def close(self) -> None:
        """Nothing follows."""
        ...


class FileJournal:
    """A `Journal` in files of a folder."""

    def __init__(
        self,
        folder: Path,
        chain: str,
        *,
        key: bytes,
        most_bytes: int,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        """Opens nothing yet."""
        self._folder = folder
        self._chain = chain
        self._key = key
        self._most_bytes = most_bytes
        self._segment_bytes = segment_bytes
        self._segments: deque[Segment] = deque()
        self._count = 0
        self._tag = START
        self._appended = 0
        self._forgotten = 0
        self._is_out_of_place = False
        self._closing = threading.Lock()

    def append(self, entry: bytes) -> None:
        """As the protocol says."""
        waiting = self._appended - self._forgotten
        if waiting >= self._most_bytes:
            raise JournalFull
        length = line_bytes(entry)
        segment = self._segments[-1] if self._segments else None
        if segment is None or self._is_out_of_place or not _takes(segment, length):
            segment = self._next(length)
        tag = tagged(self._key, self._tag, entry)
        segment.append(tag, entry, is_held=waiting < HELD_BYTES)
        self._tag = tag
        self._appended += length

    def waiting(self) -> Waiting:
        """As the protocol says."""
        with self._closing:
            while len(self._segments) > 1 and self._segments[0].moved >= self._segments[0].size:
                self._segments.popleft().remove()
            if len(self._segments) > 1 and self._segments[0].is_set_aside:
                self._segments.popleft().close()
        if not self._segments or self._segments[0].is_set_aside:
            return Waiting(is_all=True)
        return self._segments[0].read(self._key, is_last=len(self._segments) == 1)

    def forget(self, done: Waiting) -> None:
        """As the protocol says."""
        if done.entries:
            self._segments[0].forget(done)
            self._forgotten += done.size

    def set_aside(self) -> None:
        """As the protocol says."""
        first = self._segments[0]
        first.set_aside()
        self._is_out_of_place = len(self._segments) == 1
        self._forgotten += first.size - first.moved

    def sync(self) -> None:
        """As the protocol says."""
        with self._closing:
            for segment in tuple(self._segments):
                segment.sync()
            last = self._segments[-1] if self._segments else None
            if last is not None and not last.is_in_place():
                self._is_out_of_place = True

    def close(self) -> None:
        """As the protocol says. What still waits is left for the next process."""
        with self._closing:
            while self._segments:
                segment = self._segments.popleft()
                if segment.moved >= segment.size:
                    segment.remove()
                else:
                    segment.close()

    def _next(self, least: int) -> Segment:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{self._chain}-{self._count:06}{SUFFIX}"
        segment = Segment(path, length=max(self._segment_bytes, least))
        self._count += 1
        self._segments.append(segment)
        self._tag, self._is_out_of_place = START, False
        return segment


def _takes(segment: Segment, length: int) -> bool:
    """Whether a line goes into this file: there is room, and no reason to let it go."""
    if segment.size + length > segment.length:
        return False
    return not segment.size == segment.moved >= TIDY_BYTES


class MemoryJournal:
    """A `Journal` that ends with the process: for development, where nothing is kept."""

    def __init__(self, most_entries: int = 10_000) -> None:
        self._entries: deque[bytes] = deque()
        self._most_entries = most_entries

    def append(self, entry: bytes) -> None:
        """As the protocol says."""
        if len(self._entries) >= self._most_entries:
            raise JournalFull
        self._entries.append(entry)

    def waiting(self) -> Waiting:
        """As the protocol says."""
        entries = tuple(self._entries)
        return Waiting(entries, len(entries), is_all=True)

    def forget(self, done: Waiting) -> None:
        """As the protocol says."""
        for _ in done.entries:
            self._entries.popleft()

    def set_aside(self) -> None:
        """As the protocol says: nobody changes what is in memory."""

    def sync(self) -> None:
        """As the protocol says: there is nothing to sync."""

    def close(self) -> None:
        """As the protocol says."""


class LeftJournal:
    """The files that one process left behind, as a `Journal` that takes nothing any more."""

    def __init__(self, segments: Iterable[Segment], keys: Sequence[bytes]) -> None:
        """`keys`: of the tags, the present one and those before."""
        self._segments = deque(segments)
        self._keys = keys

    def append(self, _: bytes, /) -> None:
        """Never: it only gives."""
        raise JournalFull

    def waiting(self) -> Waiting:
        """As the protocol says. A file that has gone to the database is deleted, with the piece of
        a line at its end: whoever waited for that one had no answer."""
        while self._segments:
            found = self._read(self._segments[0])
            if found.entries or found.is_damaged:
                return found
            self._segments.popleft().remove()
        return Waiting(is_all=True)

    def _read(self, segment: Segment) -> Waiting:
        """By the key that fits: SECRET_KEY may have been changed since."""
        reads = [segment.read(key) for key in self._keys]
        return max(reads, key=lambda one: (not one.is_damaged, one.size))

    def forget(self, done: Waiting) -> None:
        """As the protocol says."""
        if done.entries:
            self._segments[0].forget(done)

    def set_aside(self) -> None:
        """As the protocol says."""
        segment = self._segments.popleft()
        segment.set_aside()
        segment.close()

    def sync(self) -> None:
        """As the protocol says: it was."""

    def close(self) -> None:
        """As the protocol says."""
