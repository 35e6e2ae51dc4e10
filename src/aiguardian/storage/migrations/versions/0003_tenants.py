"""Allow-lists belong to a tenant, no longer to one of its keys: a new key keeps the list."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the column; what the one key of a whole installation listed is its tenant's."""
    op.execute("ALTER TABLE allow_list RENAME COLUMN key_id TO tenant")
    op.execute("UPDATE allow_list SET tenant = 'default' WHERE tenant = 'unified'")


def downgrade() -> None:
    """The former name; the tenant's list is the one key's again."""
    op.execute("UPDATE allow_list SET tenant = 'unified' WHERE tenant = 'default'")
    op.execute("ALTER TABLE allow_list RENAME COLUMN tenant TO key_id")
