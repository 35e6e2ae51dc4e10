"""One entry of the audit, as it is hashed and kept: compact JSON, fields in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from aiguardian.storage.audit_rows import AuditRow

Kind = Literal["opened", "decision", "act", "refused", "gap"]
"""`opened`: a process began the chain. `decision`: on a text. `act`: of administration. `refused`:
calls turned away at the door, counted. `gap`: decisions that could not be recorded, counted."""


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened. No payload text, no key, no name of a person: ids, words of ours, numbers."""

    kind: Kind
    request: str = ""
    trace: str = ""
    route: str = ""
    tenant: str = ""
    key: str = ""
    """The id of the credential."""
    user: str = ""
    """A keyed digest of tenant and user, 32 hexadecimal digits."""
    guard: str = ""
    versions: dict[str, str] = {}
    """Of each guard that was heard."""
    policy: str = ""
    direction: str = ""
    action: str = ""
    categories: tuple[str, ...] = ()
    unjudged: tuple[str, ...] = ()
    degraded: bool = False
    status: int = 0
    act: str = ""
    target: str = ""
    detail: dict[str, str | int] = {}


class Entry(Told, frozen=True, kw_only=True, omit_defaults=True):
    """What happened, and its place in the audit."""

    chain: str
    number: int
    """Counts from 1 in its chain."""
    at: float
    """Seconds since 1970."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


def encode(told: Told, *, chain: str, number: int, at: float) -> bytes:
    """The bytes of the entry: its place first. `chain` is hexadecimal and needs no escaping; the
    time is told in whole microseconds, for Python takes ten times as long to write a float."""
    second, microsecond = divmod(int(at * 1e6), 1_000_000)
    place = f'{{"chain":"{chain}","number":{number},"at":{second}.{microsecond:06d},'
    return place.encode() + _encoder.encode(told)[1:]


def decode(data: bytes) -> Entry:
    """The entry in these bytes. Raises `msgspec.MsgspecError`."""
    return _decoder.decode(data)


class Columns(Struct, frozen=True, kw_only=True):
    """The part of an entry that its row has columns for: read in half the time."""

    chain: str
    number: int
    at: float
    kind: Kind
    tenant: str = ""
    key: str = ""
    user: str = ""
    guard: str = ""
    action: str = ""
    act: str = ""


_columns_decoder = msgspec.json.Decoder(list[Columns])


def read_columns(entries: Sequence[bytes]) -> list[Columns]:
    """The columns of each entry, read in one go. Raises `msgspec.MsgspecError`."""
    return _columns_decoder.decode(b"[%b]" % b",".join(entries))


def row_of(entry: Entry | Columns, data: bytes, hash_: bytes) -> AuditRow:
    """The row that keeps an entry, whose bytes these are."""
    return AuditRow(
        chain=entry.chain,
        number=entry.number,
        at=entry.at,
        kind=entry.kind,
        tenant=entry.tenant,
        key_id=entry.key,
        user=entry.user,
        guard=entry.guard,
        action=entry.action or entry.act,
        entry=data,
        hash=hash_,
    )
