"""Whether the audit is whole: every hash, number, signature and column, from the first to the last.

Found are a changed entry or column, a missing one, a moved one, one that was put in, a cut at
the end (by the signed checkpoint over the newest entry; with that one gone too, by the anchors) and
a chain that is missing altogether (by the anchors and by the chain that names it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from aiguardian.audit import chain as links
from aiguardian.audit.anchors import Anchor, checkpoint_of
from aiguardian.audit.entry import Entry, decode, row_of
from aiguardian.audit.signing import PublicKeys
from aiguardian.storage.audit_rows import AuditRow, AuditStore, Checkpoint

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong with a chain."""

    chain: str
    number: int
    """Of the entry."""
    reason: str


@dataclass(slots=True)
class Verified:
    """What was looked at, and what is wrong."""

    chains: int = 0
    entries: int = 0
    checkpoints: int = 0
    faults: list[Fault] = field(default_factory=list)


class _Broken(Exception):
    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number
        self.reason = reason


def verify(store: AuditStore, keys: PublicKeys, *, anchors: Iterable[Anchor] = ()) -> Verified:
    """Look at all of it. Raises `NotAvailable`. Linear; some 50,000 entries a second."""
    verified = Verified()
    told = _by_chain(anchors)
    known = sorted({*store.chains(), *told})
    for chain in known:
        verified.chains += 1
        try:
            _verify_chain(store, keys, chain, told.get(chain, []), known, verified)
        except _Broken as broken:
            verified.faults.append(Fault(chain, broken.number, broken.reason))
    return verified


def _by_chain(anchors: Iterable[Anchor]) -> dict[str, list[Checkpoint]]:
    told: dict[str, list[Checkpoint]] = {}
    for anchor in anchors:
        told.setdefault(anchor.chain, []).append(checkpoint_of(anchor))
    return told


def _verify_chain(
    store: AuditStore,
    keys: PublicKeys,
    chain: str,
    anchors: list[Checkpoint],
    chains: list[str],
    verified: Verified,
) -> None:
    anchors = [one for one in anchors if keys.hold(one)]  # another's say nothing
    checkpoints = _signed(store, keys, chain)
    verified.checkpoints += len(checkpoints)
    floor = next((one for one in checkpoints if one.kind == "floor"), None)
    number, last = (floor.number, floor.hash) if floor else (0, links.START)
    end = _end(checkpoints)
    expected = _expected([*checkpoints, *anchors], number)
    while rows := store.rows(chain, after=number, limit=PAGE):
        if rows[-1].number > end:  # a gateway goes on: entries come with the checkpoint over them
            checkpoints = _signed(store, keys, chain)
            end = _end(checkpoints)
            expected = _expected(checkpoints, number, known=expected)
        for row in rows:
            last = _verify_row(row, number, last)
            number = row.number
            verified.entries += 1
            if expected.pop(number, last) != last:
                raise _Broken(number, "it is not the entry that the signed checkpoint names")
            if number > end:
                raise _Broken(number, "no signed checkpoint vouches for it")
            if number == 1:
                _verify_opening(row, chains)
    if number < end or expected:
        raise _Broken(number + 1, f"it is missing: {max([end, *expected])} is the chain's last")


def _signed(store: AuditStore, keys: PublicKeys, chain: str) -> Sequence[Checkpoint]:
    """The chain's checkpoints, all signed by us."""
    checkpoints = store.checkpoints(chain)
    for one in checkpoints:
        if not isinstance(one.signature, bytes) or not keys.hold(one):
            raise _Broken(one.number, "its checkpoint is not signed by a key of ours")
    return checkpoints


def _end(checkpoints: Iterable[Checkpoint]) -> int:
    return max((one.number for one in checkpoints), default=0)


def _expected(
    checkpoints: Iterable[Checkpoint], start: int, *, known: Mapping[int, bytes] | None = None
) -> dict[int, bytes]:
    """The hash of each entry that a checkpoint names, behind the start; what is `known` stays."""
    expected = dict(known or {})
    for one in checkpoints:
        if one.number <= start:
            continue
        if expected.setdefault(one.number, one.hash) != one.hash:
            raise _Broken(one.number, "two signed checkpoints name two entries")
    return expected


def _verify_row(row: AuditRow, before: int, last: bytes) -> bytes:
    """The entry's hash, if all is as it should be."""
    if row.number != before + 1:
        raise _Broken(before + 1, f"it is missing: {row.number} is the next there is")
    if not isinstance(row.entry, bytes) or not isinstance(row.hash, bytes):
        raise _Broken(row.number, "its columns have other types")  # SQLite lets any stand there
    if links.linked(last, row.entry) != row.hash:
        raise _Broken(row.number, "its hash does not follow from it and the one before")
    try:
        entry = decode(row.entry)
    except msgspec.MsgspecError:
        raise _Broken(row.number, "it cannot be read") from None
    if row_of(entry, row.entry, row.hash) != row:
        raise _Broken(row.number, "its columns are not what the entry says")
    return row.hash


def _verify_opening(row: AuditRow, known: list[str]) -> None:
    """The chain before, which a chain names when it begins, must be there."""
    entry: Entry = decode(row.entry)
    before = str(entry.detail.get("after", ""))
    if before and before not in known:
        raise _Broken(row.number, f"the chain that it names as the one before, {before}, is gone")
