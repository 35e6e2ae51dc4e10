"""The embedded database: one SQLite file in the program's folder, shared by all threads."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from aiguardian.errors import NotAvailable

FILE = "aiguardian.db"
BUSY_TIMEOUT_S = 5.0
"""How long a write waits for another process's."""


class Database:
    """A connection that threads take in turn. Writes are on disk when `transaction` ends.

    Opens the file at first use, so that a program that keeps nothing writes nothing.
    """

    def __init__(self, path: Path, *schemas: str) -> None:
        self._path = path
        self._schemas = schemas
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction: kept at the end, undone by an exception.

        Raises `NotAvailable` when the file cannot be read or written.
        """
        with self._lock:
            try:
                connection = self._connection or self._open()
                with connection:
                    yield connection
            except sqlite3.Error as error:
                raise NotAvailable(
                    "The database could not be used: see AIGUARDIAN_HOME and the disk behind it."
                ) from error

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
        except OSError as error:
            raise NotAvailable("AIGUARDIAN_HOME cannot be written to.") from error
        connection = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_S, check_same_thread=False, cached_statements=64
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # what was acknowledged survives a power cut
        connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten
        for schema in self._schemas:
            connection.executescript(schema)
        self._connection = connection
        return connection
