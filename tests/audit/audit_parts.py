"""A trail, its journal and what moves it on, over a store: small enough to break on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aiguardian.audit.anchors import FILE, Anchors
from aiguardian.audit.entry import Told
from aiguardian.audit.journal import FileJournal
from aiguardian.audit.moving import Mover
from aiguardian.audit.signing import PublicKeys, Signer
from aiguardian.audit.trail import Trail
from aiguardian.storage.audit_rows import AuditRow, Checkpoint, MemoryAudit

KEY, SEED = b"j" * 32, b"s" * 32
CHAIN = "00000000000000aa"


def ticking(start: float = 1_000.0) -> Iterator[float]:
    while True:
        yield start
        start += 1.0


def memory(most: int = 10_000) -> MemoryAudit:
    signer = Signer(SEED)

    def floor(row: AuditRow) -> Checkpoint:
        return signer.checkpoint(row.chain, row.number, hash_=row.hash, at=row.at, kind="floor")

    return MemoryAudit(floor, most)


@dataclass
class Parts:
    """One process's part of the audit."""

    folder: Path
    chain: str = CHAIN
    store: MemoryAudit = field(default_factory=memory)
    most_bytes: int = 1 << 30
    segment_bytes: int = 1 << 24
    is_required: bool = False
    after: str = ""

    def __post_init__(self) -> None:
        clock = ticking()
        self.lost = 0
        self.journal = FileJournal(
            self.folder,
            self.chain,
            key=KEY,
            most_bytes=self.most_bytes,
            segment_bytes=self.segment_bytes,
        )
        self.trail = Trail(
            self.journal,
            self.chain,
            is_required=self.is_required,
            opening={"version": "1", "after": self.after},
            on_lost=self._lose,
            clock=lambda: next(clock),
        )
        self.anchors = Anchors(self.folder / FILE)
        self.mover = Mover(self.journal, self.chain, self.store, Signer(SEED), anchors=self.anchors)

    def _lose(self) -> None:
        self.lost += 1

    def record(self, count: int, *, tenant: str = "t") -> None:
        for number in range(count):
            assert self.trail.record(
                Told(kind="decision", tenant=tenant, guard="g", request=f"r{number}")
            )

    def rows(self) -> list[AuditRow]:
        return self.store.rows(self.chain, after=0, limit=1_000_000)


def public_keys() -> PublicKeys:
    return PublicKeys.of([SEED])
