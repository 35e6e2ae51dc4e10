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
    Column("block", _ID, nullable=True),  # a row of memory_blocks
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

memory_blocks = Table(
    "memory_blocks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("cell", BigInteger, nullable=False),  # keyed digest of owner and cell of meaning
    Column("held", SmallInteger, nullable=False),  # turns in it
    Column("sealed", LargeBinary, nullable=False),  # of each its row, its session's, its code
    Index("memory_blocks_by_cell", "cell", "id"),
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

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),  # the key's own beginning, agk_ and 11 characters
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # HMAC of the whole key
    Column("pepper", Text, nullable=False),  # the id of the HMAC's key
    Column("scopes", Text, nullable=False),  # words with a space between
    Column("created_at", Double, nullable=False),  # seconds since 1970
    Column("created_by", Text, nullable=False),  # the id of a key
    Column("policy", Text, nullable=True),
    Column("limits", Text, nullable=False),  # JSON: an array of texts, see settings/rates.py
    Column("expires_at", Double, nullable=True),
    Column("revoked_at", Double, nullable=True),
    Column("last_used_at", Double, nullable=True),
    Column("replaces", Text, nullable=True),  # the id of a key
    Column("version", Integer, nullable=False),  # counts from 1
    Index("api_keys_by_age", "tenant", "created_at", "id"),
    sqlite_with_rowid=False,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # digest of who asks and its key
    Column("request", LargeBinary, nullable=False),  # digest of what was asked
    Column("at", Double, nullable=False),  # seconds since 1970
    Column("status", SmallInteger, nullable=True),  # none while it runs
    Column("answer", LargeBinary, nullable=True),  # sealed
    Index("idempotency_keys_by_age", "at"),
    sqlite_with_rowid=False,
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", Text, primary_key=True),  # Clerk's; the tenant's name
    Column("changed_at", Double, nullable=False),  # seconds since 1970, by Clerk's clock
    Column("is_gone", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),  # Clerk's; no name and no address is kept
    Column("changed_at", Double, nullable=False),  # seconds since 1970, by Clerk's clock
    Column("is_barred", SmallInteger, nullable=False),  # banned or locked
    Column("is_gone", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

memberships = Table(
    "memberships",
    metadata,
    Column("organisation", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("role", Text, nullable=False),  # without Clerk's `org:`
    Column("changed_at", Double, nullable=False),  # seconds since 1970, by Clerk's clock
    Column("is_gone", SmallInteger, nullable=False),
    Index("memberships_by_user", "user"),
    sqlite_with_rowid=False,
)

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("id", Text, primary_key=True),  # Clerk's id of a sign-in
    Column("at", Double, nullable=False),  # when it ended; seconds since 1970
    Index("ended_sessions_by_age", "at"),
    sqlite_with_rowid=False,
)

webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("id", Text, primary_key=True),  # as its sender numbers it
    Column("at", Double, nullable=False),  # when it came; seconds since 1970
    Index("webhook_messages_by_age", "at"),
    sqlite_with_rowid=False,
)

policy_changes = Table(
    "policy_changes",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("number", BigInteger, nullable=False),  # counts the writes to policy_versions
)

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),  # counts from 1
    Column("number", BigInteger, nullable=False),  # of the change that wrote it
    Column("is_live", SmallInteger, nullable=False),  # 0: a deletion, without text
    Column("text", Text, nullable=False),  # YAML, as it was sent
    Column("author", Text, nullable=False),  # the id of a key
    Column("note", Text, nullable=False),
    Column("at", Double, nullable=False),  # seconds since 1970
    Index("policy_versions_by_number", "number"),
    sqlite_with_rowid=False,
)

policy_marks = Table(
    "policy_marks",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("id", Text, primary_key=True),  # a UUID
    Column("request_id", Text, nullable=False),
    Column("guard", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("proposal", Text, nullable=False),  # JSON: see policy/proposing.py
    Column("author", Text, nullable=False),  # the id of a key
    Column("note", Text, nullable=False),
    Column("at", Double, nullable=False),  # seconds since 1970
    Column("applied", Text, nullable=False),  # which of its options was applied; empty: none
    Index("policy_marks_by_age", "tenant", "at"),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("chain", Text, primary_key=True),  # 16 hexadecimal digits
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # counts from 1
    Column("at", Double, nullable=False),  # seconds since 1970
    Column("kind", Text, nullable=False),  # what follows is said by the entry, too
    Column("tenant", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("user", Text, nullable=False),  # keyed digest of tenant and user; empty: nobody named
    Column("guard", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("entry", LargeBinary, nullable=False),  # JSON: what the hash is over
    Column("hash", LargeBinary, nullable=False),  # of the hash before and the entry
    Index("audit_by_tenant", "tenant", "at"),
    sqlite_with_rowid=False,
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # of the entry
    Column("kind", Text, primary_key=True),  # head, kept or floor
    Column("at", Double, nullable=False),  # seconds since 1970
    Column("hash", LargeBinary, nullable=False),  # the entry's
    Column("key_id", Text, nullable=False),  # of the public key
    Column("signature", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

requests = Table(
    "requests",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # 16 bytes that grow with time (RFC 9562, 7)
    Column("at", Double, nullable=False),  # seconds since 1970
    Column("tenant", Text, nullable=False),
    Column("request_id", Text, nullable=False),  # as the caller knows it
    Column("key_id", Text, nullable=False),
    Column("user", Text, nullable=False),  # keyed digest of tenant and user; empty: nobody named
    Column("route", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("judged", LargeBinary, nullable=False),  # JSON: verdicts on its texts, without them
    Column("texts", LargeBinary, nullable=False),  # sealed; empty: not kept
    Index("requests_by_tenant", "tenant", "id"),
    Index("requests_by_request", "tenant", "request_id"),
    Index("requests_by_user", "user", "id"),
    sqlite_with_rowid=False,
)

usage = Table(
    "usage",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # 16 bytes that grow with time (RFC 9562, 7)
    Column("at", Double, nullable=False),  # the end of the second or so that it sums up
    Column("tenant", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("user", Text, nullable=False),  # keyed digest of tenant and user; empty: nobody named
    Column("service", Text, nullable=False),  # a guard, `screen`, `batch` or `proxy`
    Column("model", Text, nullable=False),  # empty: no model was asked
    Column("upstream", Text, nullable=False),
    Column("source", Text, nullable=False),  # of the numbers: reported, estimated, cache
    Column("requests", Integer, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("audio_tokens", BigInteger, nullable=False),
    Column("cost_usd", Double, nullable=False),
    Index("usage_by_tenant", "tenant", "at"),
    Index("usage_by_user", "user"),
    sqlite_with_rowid=False,
)

tool_definitions = Table(
    "tool_definitions",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("server", Text, primary_key=True),
    Column("tool", Text, primary_key=True),
    Column("first", LargeBinary, nullable=False),  # SHA-256; empty while none was harmless
    Column("last", LargeBinary, nullable=False),  # SHA-256
    Column("is_harmless", SmallInteger, nullable=False),  # of the last, 0 or 1
    Column("first_at", Double, nullable=False),  # seconds since 1970
    Column("last_at", Double, nullable=False),
    sqlite_with_rowid=False,
)

limit_counters = Table(
    "limit_counters",
    metadata,
    Column("window", LargeBinary, primary_key=True),  # keyed digest of whose it is and its limit
    Column("step", BigInteger, primary_key=True, autoincrement=False),
    Column("used", BigInteger, nullable=False),  # see settings/rates.py
    Column("expires_at", Double, nullable=False),  # seconds since 1970
    Index("limit_counters_by_age", "expires_at"),
    sqlite_with_rowid=False,
)

billing_customers = Table(
    "billing_customers",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("customer", Text, nullable=False, unique=True),  # Stripe's id
    sqlite_with_rowid=False,
)

billing_subscriptions = Table(
    "billing_subscriptions",
    metadata,
    Column("id", Text, primary_key=True),  # Stripe's
    Column("customer", Text, nullable=False),
    Column("prices", Text, nullable=False),  # Stripe's ids, with a space between
    Column("status", Text, nullable=False),  # in Stripe's words
    Column("paid_until", Double, nullable=True),  # seconds since 1970
    Column("as_of", BigInteger, nullable=False),  # when Stripe made the event that said so
    Index("billing_subscriptions_by_customer", "customer"),
    sqlite_with_rowid=False,
)

billing_usage = Table(
    "billing_usage",
    metadata,
    Column("id", Text, primary_key=True),  # Stripe counts each id once
    Column("customer", Text, nullable=False),
    Column("meter", Text, nullable=False),  # the name of Stripe's meter event
    Column("amount", BigInteger, nullable=False),
    Column("at", Double, nullable=False),  # seconds since 1970
    Index("billing_usage_by_age", "at"),
    sqlite_with_rowid=False,
)
