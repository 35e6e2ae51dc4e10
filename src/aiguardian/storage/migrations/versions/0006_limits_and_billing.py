"""What long windows used, and who pays for which plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "limit_counters",
        sa.Column("window", sa.LargeBinary, primary_key=True),
        sa.Column("step", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("limit_counters_by_age", "limit_counters", ["expires_at"])
    op.create_table(
        "billing_customers",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("customer", sa.Text, nullable=False, unique=True),
        sqlite_with_rowid=False,
    )
    _make_subscriptions()
    op.create_table(
        "billing_usage",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("meter", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("billing_usage_by_age", "billing_usage", ["at"])


def _make_subscriptions() -> None:
    op.create_table(
        "billing_subscriptions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("prices", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("paid_until", sa.Double, nullable=True),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("billing_subscriptions_by_customer", "billing_subscriptions", ["customer"])


def downgrade() -> None:
    """Drop them: limits count anew, and Stripe tells of its subscriptions again."""
    for table in ("billing_usage", "billing_subscriptions", "billing_customers", "limit_counters"):
        op.drop_table(table)
