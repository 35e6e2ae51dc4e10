"""From the journal to the store: entries get their hashes, each batch its signed checkpoint."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from aiguardian.audit import chain as links
from aiguardian.audit.anchors import Anchors
from aiguardian.audit.entry import read_columns, row_of
from aiguardian.audit.journal import Journal, LeftJournal
from aiguardian.audit.segment import left_behind
from aiguardian.audit.signing import Signer
from aiguardian.storage.audit_rows import AuditRow, AuditStore, Checkpoint
from aiguardian.storage.pieces import in_pieces

log = logging.getLogger(__name__)

KEPT_ENTRIES = 100_000
KEPT_S = 600.0
"""After so many entries or seconds a checkpoint is kept and told to the log: chosen by us, so that
a busy gateway tells of a few an hour."""


class NotOurs(Exception):
    """An entry that has no business in this journal."""


class Mover:
    """Moves the entries of one chain. Safe from several threads: one moves, the others wait."""

    def __init__(
        self,
        journal: Journal,
        chain: str,
        store: AuditStore,
        signer: Signer,
        *,
        anchors: Anchors,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._journal = journal
        self._chain = chain
        self._store = store
        self._signer = signer
        self._anchors = anchors
        self._clock = clock
        self._moving = threading.Lock()
        self._hash = links.START
        self._number = 0
        self._kept_number = 0
        self._kept_at = clock()

    def go_on(self) -> None:
        """Find out what the store has of the chain already. Raises `NotAvailable`."""
        known = self._store.checkpoints(self._chain)
        if known:
            self._hash, self._number = known[-1].hash, known[-1].number

    def move(self, *, is_last: bool = False) -> int:
        """Move all that waits, and tell how much that was. Raises `NotAvailable`.

        What comes in meanwhile waits for the next time: following it would be moving a few
        entries at a time, again and again, and cost the most where there is the most to do. With
        `is_last` that is moved too, and the checkpoint over the last entry is kept.
        """
        with self._moving:
            return self._move(is_last=is_last)

    def _move(self, *, is_last: bool) -> int:
        moved = 0
        while True:
            waiting = self._journal.waiting()
            is_damaged = waiting.is_damaged
            try:
                moved += self._add(waiting.entries)
            except (NotOurs, msgspec.MsgspecError):
                is_damaged = True
            else:
                self._journal.forget(waiting)
            if is_damaged:
                log.error("a journal of the audit was changed by somebody else; it is set aside")
                self._journal.set_aside()
            elif not waiting.entries or (waiting.is_all and not is_last):
                break
        if is_last and self._number > self._kept_number:
            self._keep([], self._checkpoint(is_kept=True))
        return moved

    def _add(self, entries: Sequence[bytes]) -> int:
        rows: list[AuditRow] = []
        last = self._hash
        for piece in in_pieces(entries):
            columns = read_columns(piece)
            if len(columns) != len(piece):
                raise NotOurs
            for entry, data in zip(columns, piece, strict=True):
                if entry.chain != self._chain:
                    raise NotOurs
                if entry.number > self._number:  # else a former process moved it before it ended
                    last = links.linked(last, data)
                    rows.append(row_of(entry, data, last))
        if rows:
            before = self._hash, self._number
            self._hash, self._number = last, rows[-1].number
            try:
                self._keep(rows, self._checkpoint(is_kept=self._is_due()))
            except BaseException:  # noted, then raised again
                self._hash, self._number = before
                raise
        return len(rows)

    def _is_due(self) -> bool:
        return (
            self._number - self._kept_number >= KEPT_ENTRIES
            or self._clock() - self._kept_at >= KEPT_S
        )

    def _checkpoint(self, *, is_kept: bool) -> Checkpoint:
        return self._signer.checkpoint(
            self._chain,
            self._number,
            hash_=self._hash,
            at=self._clock(),
            kind="kept" if is_kept else "head",
        )

    def _keep(self, rows: Sequence[AuditRow], checkpoint: Checkpoint) -> None:
        self._store.add(rows, checkpoint)
        if checkpoint.kind == "kept":
            self._kept_number, self._kept_at = checkpoint.number, checkpoint.at
            self._anchors.add(checkpoint)


def take_over(
    folder: Path, keys: Sequence[bytes], store: AuditStore, signer: Signer, *, anchors: Anchors
) -> int:
    """Move what processes that have ended left behind, and tell how many entries that were.

    Raises `NotAvailable`; what was not moved then stays for the next time.
    """
    moved = 0
    left = list(left_behind(folder))
    try:
        for chain, segments in groupby(left, key=lambda one: one.path.name.rpartition("-")[0]):
            mover = Mover(LeftJournal(segments, keys), chain, store, signer, anchors=anchors)
            mover.go_on()
            moved += mover.move(is_last=True)
    finally:
        for segment in left:
            segment.close()
    return moved
