"""The tables, as SQLAlchemy describes them. `migrations/` makes them; a test compares the two.

Importing this module costs SQLAlchemy (half a second, 40 MB): only what reads or writes does.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

_ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the column is an INTEGER."""

pseudonym_sessions = Table(
    "pseudonym_sessions",
    metadata,
    Column("session", LargeBinary, primary_key=True),  # keyed digest of the session's name
    Column("used_at", Double, nullable=False),  # seconds since 1970
    Index("pseudonym_sessions_by_age", "used_at"),
    sqlite_with_rowid=False,
)

pseudonyms = Table(
    "pseudonyms",
    metadata,
    Column("session", LargeBinary, primary_key=True),
    Column("value", LargeBinary, primary_key=True),  # keyed digest of the type and the value
    Column("name", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the type, a line feed, the value
    UniqueConstraint("session", "name"),
    sqlite_with_rowid=False,
)

allow_list = Table(
    "allow_list",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("note", Text, nullable=False),
    Column("added_at", Double, nullable=False),  # seconds since 1970
    sqlite_with_rowid=False,
)

memory_sessions = Table(
    "memory_sessions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("owner", LargeBinary, nullable=False),  # keyed digest of tenant and user
    Column("session", LargeBinary, nullable=False),  # keyed digest of owner and session
    Column("name", LargeBinary, nullable=False),  # the session's name, sealed
    Column("next_turn", Integer, nullable=False),  # the number of the next turn
    UniqueConstraint("owner", "session"),
)

memory_turns = Table(
    "memory_turns",
    metadata,
    Column("id", _ID, primary_key=True),  # the row; `public_id` is what callers see
    Column("public_id", LargeBinary, nullable=False, unique=True),  # 16 random bytes
    Column("session", _ID, nullable=False),  # a row of memory_sessions
    Column("owner", LargeBinary, nullable=False),  # as in memory_sessions
    Column("number", Integer, nullable=False),  # counts from 0 in its session
    Column("at", Double, nullable=False),  # seconds since 1970
    Column("last_at", Double, nullable=False),  # when it was said last, word for word
    Column("times", SmallInteger, nullable=False),  # how often it was said; at most 30,000
    Column("same_as", _ID, nullable=True),  # the row of the turn that this one repeats
    Column("digest", LargeBinary, nullable=False),  # keyed digest of session, role and text
    Column("sealed", LargeBinary, nullable=False),  # role and text
    Column("meaning", LargeBinary, nullable=False),  # the embedding, sealed; empty without
    Column("terms", LargeBinary, nullable=False),  # a key of 8 bytes for each term, sorted
    UniqueConstraint("session", "number"),
    Index("memory_turns_by_owner", "owner", "id"),
    Index("memory_turns_by_age", "last_at"),
    Index("memory_turns_by_digest", "digest"),
)

memory_terms = Table(
    "memory_terms",
    metadata,
    Column("term", BigInteger, primary_key=True),  # keyed digest of owner and term
    Column("turn", BigInteger, primary_key=True),  # a row of memory_turns
    sqlite_with_rowid=False,
)

memory_facts = Table(
    "memory_facts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("public_id", LargeBinary, nullable=False, unique=True),  # 16 random bytes
    Column("turn", _ID, nullable=False),  # a row of memory_turns
    Column("slot", LargeBinary, nullable=False),  # keyed digest of owner and what it tells
    Column("value", LargeBinary, nullable=False),  # keyed digest of owner, slot and what it says
    Column("start", Integer, nullable=False),  # half-open span of the turn's text
    Column("end", Integer, nullable=False),
    Column("valid_from", Double, nullable=False),  # seconds since 1970
    Column("valid_to", Double, nullable=True),
    Column("superseded_by", LargeBinary, nullable=True),  # a public_id
    Index("memory_facts_by_slot", "slot"),
    Index("memory_facts_by_turn", "turn"),
)
