"""What is recorded, put together: stores, journal, recorder, and what moves between them."""

from __future__ import annotations

import os
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiguardian import __version__
from aiguardian.audit import chain as links
from aiguardian.audit.anchors import FILE, Anchors
from aiguardian.audit.journal import FileJournal, Journal, MemoryJournal
from aiguardian.audit.moving import Mover, take_over
from aiguardian.audit.persons import Persons
from aiguardian.audit.segment import SUFFIX
from aiguardian.audit.signing import PURPOSE, PublicKeys, Signer
from aiguardian.audit.trail import Trail
from aiguardian.gateway.keeping import Keeper, Stores
from aiguardian.gateway.recording import Recorder
from aiguardian.gateway.sweeping import Sweeper
from aiguardian.privacy.erasure import Erasure
from aiguardian.privacy.places import Audited, Memories, Place, Placeholders, Requests, Usage
from aiguardian.privacy.retention import Retention
from aiguardian.settings.groups import Settings
from aiguardian.settings.recording import Store
from aiguardian.storage.audit_rows import AuditRow, AuditStore, Checkpoint, MemoryAudit
from aiguardian.storage.engine import Database
from aiguardian.storage.pseudonyms import PseudonymStore
from aiguardian.storage.request_rows import MemoryRequests, RequestStore
from aiguardian.storage.sealing import Secrets
from aiguardian.storage.turns import TurnStore
from aiguardian.storage.usage_rows import MemoryUsage, UsageStore
from aiguardian.telemetry.metrics import Metrics

FOLDER = "audit"
"""Below AIGUARDIAN_HOME: the journal, and the checkpoints outside the database."""
JOURNAL = "audit/journal/1"
"""What the key of the journal's tags is derived for."""


@dataclass(frozen=True, slots=True)
class Records:
    """Where what is recorded is kept, and the keys that protect it."""

    audit: AuditStore
    requests: RequestStore
    usage: UsageStore
    secrets: Secrets
    folder: Path | None
    """Of the journal; None: all of it ends with the process."""

    def signer(self) -> Signer:
        """Signs by the newest key."""
        return Signer(self.secrets.newest(PURPOSE))

    def public_keys(self) -> PublicKeys:
        """Check what any key of ours has signed."""
        return PublicKeys.of(self.secrets.each(PURPOSE))

    def persons(self) -> Persons:
        """Digests of users."""
        return Persons(self.secrets.lasting("persons/1"))

    def anchors(self) -> Anchors:
        """The checkpoints outside the database."""
        return Anchors(self.folder / FILE if self.folder else None)


def records_in_memory(secrets: Secrets) -> Records:
    """They end with the process, and hold the newest only."""
    signer = Signer(secrets.newest(PURPOSE))

    def floor(row: AuditRow) -> Checkpoint:
        return signer.checkpoint(row.chain, row.number, hash_=row.hash, at=row.at, kind="floor")

    return Records(MemoryAudit(floor), MemoryRequests(), MemoryUsage(), secrets, None)


def records_in_database(database: Database, secrets: Secrets, home: Path) -> Records:
    """In the database, by way of a journal in the home."""
    from aiguardian.storage.audit_table import AuditTable
    from aiguardian.storage.request_table import RequestTable
    from aiguardian.storage.usage_table import UsageTable

    return Records(
        AuditTable(database),
        RequestTable(database, secrets),
        UsageTable(database),
        secrets,
        home / FOLDER,
    )


@dataclass(frozen=True, slots=True)
class Recording:
    """What a gateway records with."""

    recorder: Recorder
    keeper: Keeper
    sweeper: Sweeper
    erasure: Erasure
    persons: Persons
    store: Store

    def beside(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the requests."""
        return [self.keeper.watch(), self.keeper.watch_sync(), self.sweeper.watch()]


@dataclass(frozen=True, slots=True)
class Remembered:
    """What else is kept of callers, by other parts: it ages and is erased, too."""

    pseudonyms: PseudonymStore
    turns: TurnStore
    places: Sequence[Place] = ()
    """Further places where something of a person lies."""


def build_recording(
    settings: Settings, records: Records, remembered: Remembered, metrics: Metrics
) -> Recording:
    """Opens nothing yet: the journal is made with its first entry."""
    terms, chain, persons = settings.recording, _new_chain(), records.persons()
    journal = _journal(settings, records, chain)
    recorder = Recorder(
        _trail(settings, records, journal, chain, metrics),
        persons,
        store=terms.store,
        on_drop=metrics.requests_unkept.inc,
    )
    signer, anchors = records.signer(), records.anchors()
    keeper = Keeper(
        recorder,
        journal,
        Mover(journal, chain, records.audit, signer, anchors=anchors),
        Stores(records.requests, records.usage, terms.store),
        take_over=lambda: _take_over(records, signer, anchors),
        sync_s=terms.audit_sync_ms / 1000,
        metrics=metrics,
    )
    sweeper = Sweeper(build_retention(settings, records, remembered), recorder)
    erasure = build_erasure(records, remembered, persons)
    return Recording(recorder, keeper, sweeper, erasure, persons, terms.store)


def build_retention(settings: Settings, records: Records, remembered: Remembered) -> Retention:
    """Deletes by age."""
    return Retention(
        settings.recording,
        records.audit,
        records.requests,
        records.usage,
        signer=records.signer(),
        keys=records.public_keys(),
        others={"placeholders": remembered.pseudonyms, "memories": remembered.turns},
    )


def build_erasure(records: Records, remembered: Remembered, persons: Persons) -> Erasure:
    """Hands out, and forgets, what is known of a person. A line for each place; placeholders come
    before the memories, which know of sessions."""
    places: list[Place] = [
        Placeholders(remembered.pseudonyms, remembered.turns),
        Memories(remembered.turns),
        Requests(records.requests, persons),
        Usage(records.usage, persons),
        *remembered.places,
        Audited(records.audit, persons),
    ]
    return Erasure(places, persons, records.signer())


@contextmanager
def audited(settings: Settings, records: Records, metrics: Metrics) -> Iterator[Trail]:
    """A trail for one command: what it took is in the store when the block ends. Raises
    `NotAvailable`; the journal has it then, and the next process moves it."""
    chain = _new_chain()
    journal = _journal(settings, records, chain)
    signer, anchors = records.signer(), records.anchors()
    try:
        yield _trail(settings, records, journal, chain, metrics)
        Mover(journal, chain, records.audit, signer, anchors=anchors).move(is_last=True)
    finally:
        journal.close()


def _new_chain() -> str:
    return os.urandom(links.ID_BYTES).hex()


def _journal(settings: Settings, records: Records, chain: str) -> Journal:
    if records.folder is None:
        return MemoryJournal()
    return FileJournal(
        records.folder,
        chain,
        key=records.secrets.newest(JOURNAL),
        most_bytes=settings.recording.audit_journal_bytes,
    )


def _trail(
    settings: Settings, records: Records, journal: Journal, chain: str, metrics: Metrics
) -> Trail:
    return Trail(
        journal,
        chain,
        is_required=settings.recording.audit_required,
        opening={"version": __version__, "after": _chain_before(records)},
        on_lost=metrics.audit_lost.inc,
    )


def _take_over(records: Records, signer: Signer, anchors: Anchors) -> int:
    if records.folder is None:
        return 0
    keys = records.secrets.each(JOURNAL)
    return take_over(records.folder, keys, records.audit, signer, anchors=anchors)


def _chain_before(records: Records) -> str:
    """The newest chain of this home, as far as its files tell: a chain names the one before it."""
    if records.folder is None:
        return ""
    left = sorted(records.folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime)
    if left:
        return left[-1].name.rpartition("-")[0]
    last = records.anchors().last()
    return last.chain if last else ""
