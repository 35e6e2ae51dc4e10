"""What Alembic runs: the steps, on the connection and in the transaction that `migrate` has."""

from __future__ import annotations

from alembic import context

from aiguardian.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
