"""API keys, what was answered under an Idempotency-Key, and whom Clerk knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the seven tables."""
    _make_keys()
    _make_people()
    for table in ("ended_sessions", "webhook_messages"):
        op.create_table(
            table,
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("at", sa.Double, nullable=False),
            sqlite_with_rowid=False,
        )
        op.create_index(f"{table}_by_age", table, ["at"])


def _make_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("pepper", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=True),
        sa.Column("limits", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=True),
        sa.Column("revoked_at", sa.Double, nullable=True),
        sa.Column("last_used_at", sa.Double, nullable=True),
        sa.Column("replaces", sa.Text, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("api_keys_by_age", "api_keys", ["tenant", "created_at", "id"])
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("request", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=True),
        sa.Column("answer", sa.LargeBinary, nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("idempotency_keys_by_age", "idempotency_keys", ["at"])


def _make_people() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("is_gone", sa.SmallInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("is_barred", sa.SmallInteger, nullable=False),
        sa.Column("is_gone", sa.SmallInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "memberships",
        sa.Column("organisation", sa.Text, primary_key=True),
        sa.Column("user", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("is_gone", sa.SmallInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("memberships_by_user", "memberships", ["user"])


def downgrade() -> None:
    """Drop them: every stored key is gone then."""
    for table in (
        "webhook_messages",
        "ended_sessions",
        "memberships",
        "users",
        "organisations",
        "idempotency_keys",
        "api_keys",
    ):
        op.drop_table(table)
