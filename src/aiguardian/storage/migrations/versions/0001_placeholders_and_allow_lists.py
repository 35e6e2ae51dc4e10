"""Placeholders and allow-lists. Files of 0.x hold these tables already: they are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is not there."""
    op.create_table(
        "pseudonym_sessions",
        sa.Column("session", sa.LargeBinary, primary_key=True),
        sa.Column("used_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_index(
        "pseudonym_sessions_by_age", "pseudonym_sessions", ["used_at"], if_not_exists=True
    )
    op.create_table(
        "pseudonyms",
        sa.Column("session", sa.LargeBinary, primary_key=True),
        sa.Column("value", sa.LargeBinary, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("session", "name"),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_table(
        "allow_list",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("added_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop them, with all they hold."""
    for table in ("allow_list", "pseudonyms", "pseudonym_sessions"):
        op.drop_table(table)
