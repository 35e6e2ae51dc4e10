"""What ContextGuard remembers: sessions, turns, the terms that find them, facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "memory_sessions",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("owner", sa.LargeBinary, nullable=False),
        sa.Column("session", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("next_turn", sa.Integer, nullable=False),
        sa.UniqueConstraint("owner", "session"),
    )
    _make_turns()
    op.create_table(
        "memory_terms",
        sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("turn", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    _make_facts()


def _make_turns() -> None:
    op.create_table(
        "memory_turns",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("public_id", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("session", _ID, nullable=False),
        sa.Column("owner", sa.LargeBinary, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.Column("times", sa.SmallInteger, nullable=False),
        sa.Column("same_as", _ID, nullable=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("meaning", sa.LargeBinary, nullable=False),
        sa.Column("terms", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("session", "number"),
    )
    op.create_index("memory_turns_by_owner", "memory_turns", ["owner", "id"])
    op.create_index("memory_turns_by_age", "memory_turns", ["last_at"])
    op.create_index("memory_turns_by_digest", "memory_turns", ["digest"])


def _make_facts() -> None:
    op.create_table(
        "memory_facts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("public_id", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("turn", _ID, nullable=False),
        sa.Column("slot", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("valid_from", sa.Double, nullable=False),
        sa.Column("valid_to", sa.Double, nullable=True),
        sa.Column("superseded_by", sa.LargeBinary, nullable=True),
    )
    op.create_index("memory_facts_by_slot", "memory_facts", ["slot"])
    op.create_index("memory_facts_by_turn", "memory_facts", ["turn"])


def downgrade() -> None:
    """Drop them, with all that is remembered."""
    for table in ("memory_facts", "memory_terms", "memory_turns", "memory_sessions"):
        op.drop_table(table)
