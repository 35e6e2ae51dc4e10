"""Which of a memory's turns lie near each other in meaning, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """A table of blocks, and which of them a turn is in. Turns from before are in none: only who
    holds SECRET_KEY can read what they mean, and no migration does."""
    op.create_table(
        "memory_blocks",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("cell", sa.BigInteger, nullable=False),
        sa.Column("held", sa.SmallInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("memory_blocks_by_cell", "memory_blocks", ["cell", "id"])
    op.add_column("memory_turns", sa.Column("block", _ID, nullable=True))


def downgrade() -> None:
    """Turns are found by their words only."""
    op.drop_column("memory_turns", "block")
    op.drop_table("memory_blocks")
