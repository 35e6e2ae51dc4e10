"""The stores of identity together: in memory, or in the database."""

from __future__ import annotations

from dataclasses import dataclass

from aiguardian.storage.engine import Database
from aiguardian.storage.idempotency import IdempotencyStore, MemoryIdempotency
from aiguardian.storage.keys import KeyStore, MemoryKeys
from aiguardian.storage.people import MemoryPeople, PeopleStore
from aiguardian.storage.sealing import Secrets


@dataclass(frozen=True, slots=True)
class IdentityStores:
    """What is kept of callers, and the secrets over it."""

    keys: KeyStore
    idempotency: IdempotencyStore
    people: PeopleStore
    secrets: Secrets


def in_memory(secrets: Secrets) -> IdentityStores:
    """Stores that end with the process."""
    return IdentityStores(MemoryKeys(), MemoryIdempotency(), MemoryPeople(), secrets)


def in_database(database: Database, secrets: Secrets) -> IdentityStores:
    """Stores that last."""
    # SQLAlchemy costs half a second: only who keeps something pays for it
    from aiguardian.storage.idempotency_table import IdempotencyTable
    from aiguardian.storage.key_table import KeyTable
    from aiguardian.storage.people_table import PeopleTable

    return IdentityStores(
        KeyTable(database), IdempotencyTable(database, secrets), PeopleTable(database), secrets
    )
