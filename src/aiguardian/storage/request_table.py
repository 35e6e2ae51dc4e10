"""The `RequestStore` in the database: verdicts open, texts sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from aiguardian.storage.aging import remove_aged
from aiguardian.storage.conflicts import add_new
from aiguardian.storage.engine import Database
from aiguardian.storage.pieces import in_pieces
from aiguardian.storage.request_rows import Gone, RecordedText, RequestQuery, RequestRow
from aiguardian.storage.row_ids import first_id
from aiguardian.storage.sealing import Seal, Secrets, Unreadable
from aiguardian.storage.tables import requests

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

_NAMES = RequestRow.__struct_fields__
_encode = msgspec.json.Encoder().encode
_decode_judged = msgspec.json.Decoder(tuple[RecordedText, ...]).decode
_decode_texts = msgspec.json.Decoder(tuple[str, ...]).decode


class RequestTable:
    """See `RequestStore`."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._seal = Seal(secrets.each("requests/seal/1"))

    def add(self, rows: Sequence[RequestRow]) -> None:
        """As the protocol says."""
        values = [self._values(row) for piece in in_pieces(rows) for row in piece]

        async def write(connection: AsyncConnection) -> None:
            await add_new(connection, requests, _NAMES, values)

        if values:
            self._database.run(write, writes=True)

    def page(
        self,
        query: RequestQuery,
        *,
        after: bytes | None,
        limit: int,
        is_oldest_first: bool = False,
    ) -> list[RequestRow]:
        """As the protocol says."""
        which, c = _which(query), requests.c
        if after is not None:
            which.append(c.id > after if is_oldest_first else c.id < after)
        order = c.id if is_oldest_first else c.id.desc()
        wanted = select(requests).where(*which).order_by(order).limit(limit)

        async def read(connection: AsyncConnection) -> list[Any]:
            return list(await connection.execute(wanted))

        return [self._open(row) for row in self._database.run(read)]

    def remove_before(self, at: float) -> Gone:
        """As the protocol says; in pieces."""
        return remove_aged(self._database, requests, at)

    def erase(self, tenant: str, users: Sequence[str]) -> int:
        """As the protocol says."""
        theirs = requests.delete().where(
            requests.c.tenant == tenant, requests.c.user.in_(tuple(users))
        )

        async def write(connection: AsyncConnection) -> int:
            return (await connection.execute(theirs)).rowcount

        erased = self._database.run(write, writes=True)
        self._database.scrub()
        return erased

    def _values(self, row: RequestRow) -> tuple[Any, ...]:
        texts = b""
        if row.texts:
            texts = self._seal.close_bytes(_encode(row.texts), bound_to=row.id)
        return (*msgspec.structs.astuple(row)[:-2], _encode(row.judged), texts)

    def _open(self, row: Any) -> RequestRow:
        return RequestRow(
            id=row.id,
            at=row.at,
            tenant=row.tenant,
            request_id=row.request_id,
            key_id=row.key_id,
            user=row.user,
            route=row.route,
            status=row.status,
            action=row.action,
            seconds=row.seconds,
            judged=_decode_judged(row.judged),
            texts=self._open_texts(row),
        )

    def _open_texts(self, row: Any) -> tuple[str, ...]:
        """The texts; none when SECRET_KEY is another by now."""
        if not row.texts:
            return ()
        try:
            return _decode_texts(self._seal.open_bytes(row.texts, bound_to=row.id))
        except Unreadable:
            return ()


def _which(query: RequestQuery) -> list[ColumnElement[bool]]:
    c = requests.c
    which: list[ColumnElement[bool]] = [c.tenant == query.tenant]
    if query.since > 0:
        which.append(c.id >= first_id(query.since))
    if query.until != float("inf"):
        which.append(c.id < first_id(query.until))
    if query.request_id:
        which.append(c.request_id == query.request_id)
    if query.users:
        which.append(c.user.in_(query.users))
    return which
