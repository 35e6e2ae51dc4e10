"""The `PseudonymStore` in the embedded database: values sealed, gone once their session is old."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence

from aiguardian.storage.database import Database
from aiguardian.storage.pseudonyms import MOST_VALUES, SessionFull, assign
from aiguardian.storage.sealing import Seal, derived_key

SCHEMA = """
CREATE TABLE IF NOT EXISTS pseudonym_sessions (
    session BLOB PRIMARY KEY,   -- keyed digest of the session's name
    used_at REAL NOT NULL       -- seconds since 1970
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pseudonym_sessions_by_age ON pseudonym_sessions (used_at);
CREATE TABLE IF NOT EXISTS pseudonyms (
    session BLOB NOT NULL,
    value BLOB NOT NULL,        -- keyed digest of the type and the value
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,       -- the type, a line feed, the value
    PRIMARY KEY (session, value),
    UNIQUE (session, name)
) WITHOUT ROWID;
"""


class PseudonymTable:
    """Placeholders by session; see `PseudonymStore`."""

    def __init__(
        self,
        database: Database,
        secret: bytes,
        ttl_s: float,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._seal = Seal(derived_key(secret, "pseudonyms/seal/1"))
        self._digest_key = derived_key(secret, "pseudonyms/digest/1")
        self._ttl_s = ttl_s
        self._clock = clock

    def placeholders(
        self, session: str, values: Sequence[tuple[str, str]], *, reserved: Iterable[str]
    ) -> list[str]:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        key = self._digest(session)
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")  # two processes must not give one number twice
            self._forget_old(connection)
            known = self._names(connection, key)
            before = len(known)
            names = assign(known, values, reserved=reserved)
            if len(known) > MOST_VALUES:
                raise SessionFull
            if len(known) > before:
                self._add(connection, key, list(known.items())[before:])
            self._touch(connection, key)
        return names

    def values(self, session: str) -> dict[str, str]:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        key = self._digest(session)
        with self._database.transaction() as connection:
            self._forget_old(connection)
            names = self._names(connection, key)
            if names:
                self._touch(connection, key)
        return {name: value for (_, value), name in names.items()}

    def forget(self, session: str) -> int:
        """As the protocol says. Raises `NotAvailable` when the database is out of reach."""
        key = self._digest(session)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM pseudonym_sessions WHERE session = ?", (key,))
            return connection.execute("DELETE FROM pseudonyms WHERE session = ?", (key,)).rowcount

    def _names(self, connection: sqlite3.Connection, key: bytes) -> dict[tuple[str, str], str]:
        rows = connection.execute("SELECT name, sealed FROM pseudonyms WHERE session = ?", (key,))
        names: dict[tuple[str, str], str] = {}
        for name, sealed in rows:
            kind, _, value = self._seal.open(sealed, bound_to=key + name.encode()).partition("\n")
            names[kind, value] = name
        return names

    def _add(
        self, connection: sqlite3.Connection, key: bytes, new: list[tuple[tuple[str, str], str]]
    ) -> None:
        connection.executemany(
            "INSERT INTO pseudonyms (session, value, name, sealed) VALUES (?, ?, ?, ?)",
            [
                (
                    key,
                    self._digest(f"{kind}\n{value}"),
                    name,
                    self._seal.close(f"{kind}\n{value}", bound_to=key + name.encode()),
                )
                for (kind, value), name in new
            ],
        )

    def _touch(self, connection: sqlite3.Connection, key: bytes) -> None:
        connection.execute(
            "INSERT INTO pseudonym_sessions (session, used_at) VALUES (?, ?) "
            "ON CONFLICT (session) DO UPDATE SET used_at = excluded.used_at",
            (key, self._clock()),
        )

    def _forget_old(self, connection: sqlite3.Connection) -> None:
        oldest = self._clock() - self._ttl_s
        old = "(SELECT session FROM pseudonym_sessions WHERE used_at < ?)"
        connection.execute(f"DELETE FROM pseudonyms WHERE session IN {old}", (oldest,))  # noqa: S608 - two constants joined
        connection.execute("DELETE FROM pseudonym_sessions WHERE used_at < ?", (oldest,))

    def _digest(self, what: str) -> bytes:
        data = what.encode("utf-8", "surrogatepass")
        return hmac.new(self._digest_key, data, hashlib.sha256).digest()
