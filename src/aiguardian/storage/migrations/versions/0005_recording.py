"""The audit with its checkpoints, recorded requests, usage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables."""
    _make_audit()
    _make_requests()
    _make_usage()


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("kind", "tenant", "key_id", "user", "guard", "action")
        ),
        sa.Column("entry", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("audit_by_tenant", "audit", ["tenant", "at"])
    op.create_table(
        "audit_checkpoints",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def _make_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("tenant", "request_id", "key_id", "user", "route")
        ),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("judged", sa.LargeBinary, nullable=False),
        sa.Column("texts", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("requests_by_tenant", "requests", ["tenant", "id"])
    op.create_index("requests_by_request", "requests", ["tenant", "request_id"])
    op.create_index("requests_by_user", "requests", ["user", "id"])


def _make_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("tenant", "key_id", "user", "service", "model", "upstream", "source")
        ),
        sa.Column("requests", sa.Integer, nullable=False),
        *(
            sa.Column(f"{kind}_tokens", sa.BigInteger, nullable=False)
            for kind in ("input", "output", "cached", "reasoning", "audio")
        ),
        sa.Column("cost_usd", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("usage_by_tenant", "usage", ["tenant", "at"])
    op.create_index("usage_by_user", "usage", ["user"])


def downgrade() -> None:
    """Drop them, with all that was recorded."""
    for table in ("usage", "requests", "audit_checkpoints", "audit"):
        op.drop_table(table)
