"""What outlives a request: in the database, or in memory where there is no SECRET_KEY."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from aiguardian.gateway.records import Records, Remembered, records_in_database, records_in_memory
from aiguardian.guards.context.memory.remembering import StoredMemories
from aiguardian.ml.encoder import load_encoder
from aiguardian.privacy.belonging import Belonging
from aiguardian.settings.groups import Settings
from aiguardian.storage.address import FILE as DATABASE_FILE
from aiguardian.storage.address import SqliteAddress, read_address
from aiguardian.storage.allow_list import AllowList, MemoryAllowList
from aiguardian.storage.engine import Database
from aiguardian.storage.identity_stores import IdentityStores, in_database, in_memory
from aiguardian.storage.marks import MarkStore, MemoryMarks
from aiguardian.storage.memory_turns import MemoryTurns
from aiguardian.storage.policies import MemoryPolicies, PolicyStore
from aiguardian.storage.pseudonyms import MemoryPseudonyms, PseudonymStore
from aiguardian.storage.sealing import Secrets, secrets_of
from aiguardian.storage.turns import TurnStore


@dataclass(frozen=True, slots=True)
class Kept:
    """What outlives a request, and the keys that protect it."""

    pseudonyms: PseudonymStore
    allow_list: AllowList
    turns: TurnStore
    policies: PolicyStore
    marks: MarkStore
    identity: IdentityStores
    records: Records
    allow_list_key: bytes
    canary_key: bytes
    close: Callable[[], None]
    database: Database | None
    """Where all that is; None when it is in memory."""


def build_stores(settings: Settings) -> Kept:
    """In the database, sealed by SECRET_KEY: DATABASE_URL's, else a file below AIGUARDIAN_HOME.
    Without a SECRET_KEY, which only development allows, in memory under a key that ends with the
    process. Raises `InvalidAddress`."""
    given = secrets_of(settings.access)
    secrets = given or Secrets((os.urandom(64),))
    ttl_s = settings.privacy.placeholder_ttl_s
    keys = {
        "allow_list_key": secrets.lasting("allow-list/1"),
        "canary_key": secrets.lasting("canary/1"),
    }
    if given is None:
        return Kept(
            MemoryPseudonyms(ttl_s),
            MemoryAllowList(),
            MemoryTurns(settings.privacy.memory_ttl_s),
            MemoryPolicies(),
            MemoryMarks(),
            in_memory(secrets),
            records_in_memory(secrets),
            close=lambda: None,
            database=None,
            **keys,
        )

    # half a second and 40 MB of SQLAlchemy, only for who keeps something
    from aiguardian.storage.allow_list_table import AllowListTable
    from aiguardian.storage.mark_table import MarkTable
    from aiguardian.storage.policy_table import PolicyTable
    from aiguardian.storage.pseudonym_table import PseudonymTable
    from aiguardian.storage.turn_table import TurnTable

    url = settings.database.address()
    database = Database(
        read_address(url.reveal()) if url else SqliteAddress(settings.runtime.home / DATABASE_FILE)
    )
    return Kept(
        PseudonymTable(database, secrets, ttl_s),
        AllowListTable(database),
        TurnTable(database, secrets, settings.privacy.memory_ttl_s),
        PolicyTable(database),
        MarkTable(database),
        in_database(database, secrets),
        records_in_database(database, secrets, settings.runtime.home),
        close=database.close,
        database=database,
        **keys,
    )


def remembered_in(kept: Kept) -> Remembered:
    """What ages and is forgotten beside the records."""
    return Remembered(kept.pseudonyms, kept.turns, [Belonging(kept.identity.people)])


def memories_of(kept: Kept) -> StoredMemories:
    """ContextGuard's memory over the store of turns."""
    return StoredMemories(kept.turns, load_encoder)
