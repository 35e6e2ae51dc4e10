"""Deleting rows by age: in pieces, so that nobody waits long for a lock, with a proof."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select

from aiguardian.storage.engine import Database
from aiguardian.storage.request_rows import Gone
from aiguardian.storage.row_ids import first_id

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

PIECE = 2_000
"""Rows of one transaction: some ten milliseconds."""


def remove_aged(database: Database, table: Table, at: float) -> Gone:
    """Delete the rows from before then, of a table whose `id` is a `row_id`."""
    before = first_id(at)
    digest, count = hashlib.sha256(), 0

    async def remove(connection: AsyncConnection) -> list[bytes]:
        c = table.c
        wanted = select(c.id).where(c.id < before).order_by(c.id).limit(PIECE)
        ids = list((await connection.scalars(wanted)).all())
        if ids:
            await connection.execute(table.delete().where(c.id.in_(ids)))
        return ids

    while ids := database.run(remove, writes=True):
        count += len(ids)
        for one in ids:
            digest.update(one)
    if not count:
        return Gone()
    database.scrub()
    return Gone(count, digest.hexdigest())
