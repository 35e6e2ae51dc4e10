"""A whole audit verifies; whatever is done to it, the first entry that is wrong is named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from audit_parts import CHAIN, SEED, Parts, memory, public_keys
from msgspec.structs import replace

from aiguardian.audit import chain as links
from aiguardian.audit.signing import PublicKeys, Signer
from aiguardian.audit.verify import Fault, verify
from aiguardian.storage.audit_rows import AuditRow, MemoryAudit

Rows = dict[int, AuditRow]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """A chain of 21 entries, moved in two pieces."""
    parts = Parts(tmp_path)
    parts.record(10)
    parts.mover.move()
    parts.record(10)
    parts.mover.move(is_last=True)
    parts.journal.close()
    return parts


def faults(parts: Parts, *, by_anchors: bool = False) -> list[Fault]:
    anchors = parts.anchors.read() if by_anchors else ()
    return verify(parts.store, public_keys(), anchors=anchors).faults


def test_what_nobody_touched_is_whole(parts: Parts) -> None:
    verified = verify(parts.store, public_keys(), anchors=parts.anchors.read())
    assert (verified.chains, verified.entries, verified.faults) == (1, 21, [])
    assert verified.checkpoints > 0


def test_a_chain_that_grows_while_it_is_looked_at_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(tmp_path)
    parts.record(10)
    parts.mover.move()
    rows = parts.store.rows

    def rows_after_more(chain: str, *, after: int, limit: int) -> Sequence[AuditRow]:
        if after < 30:
            parts.record(3)
            parts.mover.move()
        return rows(chain, after=after, limit=limit)

    monkeypatch.setattr(parts.store, "rows", rows_after_more)
    verified = verify(parts.store, public_keys())
    parts.journal.close()
    assert verified.faults == []
    assert verified.entries > 11


def test_entries_behind_the_newest_checkpoint_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(tmp_path)
    parts.record(10)
    parts.mover.move()
    old = list(parts.store.checkpoints(CHAIN))
    parts.record(10)
    parts.mover.move(is_last=True)
    parts.journal.close()
    monkeypatch.setattr(parts.store, "checkpoints", lambda _: old)
    assert [fault.number for fault in faults(parts)] == [12]


def test_an_empty_audit_is_whole() -> None:
    assert verify(memory(), public_keys()).faults == []


def change_entry(rows: Rows) -> None:
    rows[7] = replace(rows[7], entry=rows[7].entry.replace(b'"r5"', b'"rX"'))


def change_column(rows: Rows) -> None:
    rows[7] = replace(rows[7], tenant="other")


def change_action_column(rows: Rows) -> None:
    rows[7] = replace(rows[7], action="keep")


def change_hash(rows: Rows) -> None:
    rows[7] = replace(rows[7], hash=bytes(32))


def take_out(rows: Rows) -> None:
    del rows[7]


def swap(rows: Rows) -> None:
    rows[7], rows[8] = replace(rows[8], number=7), replace(rows[7], number=8)


def put_in_rubbish(rows: Rows) -> None:
    rows[7] = replace(rows[7], entry=b"not json", hash=links.linked(rows[6].hash, b"not json"))


def rehash(rows: Rows, start: int) -> None:
    """What somebody does who knows how hashes are made."""
    for number in range(start, max(rows) + 1):
        linked = links.linked(rows[number - 1].hash, rows[number].entry)
        rows[number] = replace(rows[number], hash=linked)


def change_and_rehash(rows: Rows) -> None:
    change_entry(rows)
    rehash(rows, 7)


def take_the_first(rows: Rows) -> None:
    del rows[1]


def cut_the_end(rows: Rows) -> None:
    for number in range(15, 22):
        del rows[number]


def put_one_behind(rows: Rows) -> None:
    entry = rows[21].entry.replace(b'"number":21', b'"number":22')
    rows[22] = replace(rows[21], number=22, entry=entry, hash=links.linked(rows[21].hash, entry))


@pytest.mark.parametrize(
    ("harm", "number", "reason"),
    [
        (change_entry, 7, "hash"),
        (change_column, 7, "columns"),
        (change_action_column, 7, "columns"),
        (change_hash, 7, "hash"),
        (take_out, 7, "missing"),
        (swap, 7, "hash"),
        (put_in_rubbish, 7, "read"),
        (change_and_rehash, 21, "signed checkpoint"),
        (take_the_first, 1, "missing"),
        (cut_the_end, 15, "missing"),
        (put_one_behind, 22, "vouches"),
    ],
)
def test_whatever_is_done_to_rows_is_found_and_named(
    parts: Parts, harm: Callable[[Rows], None], number: int, reason: str
) -> None:
    harm(parts.store._rows[CHAIN])
    (fault,) = faults(parts)
    assert (fault.chain, fault.number) == (CHAIN, number)
    assert reason in fault.reason


def test_a_cut_together_with_its_checkpoints_is_found_by_the_anchors(parts: Parts) -> None:
    store = parts.store
    cut_the_end(store._rows[CHAIN])
    signer = Signer(SEED)
    row = store._rows[CHAIN][14]
    head = signer.checkpoint(CHAIN, 14, hash_=row.hash, at=row.at, kind="head")
    store._checkpoints[CHAIN] = [head]  # as it was, before there was more
    assert faults(parts) == []
    (fault,) = faults(parts, by_anchors=True)
    assert (fault.number, "missing" in fault.reason) == (15, True)


def test_a_chain_that_is_gone_altogether_is_found_by_the_anchors(parts: Parts) -> None:
    parts.store._rows.clear()
    parts.store._checkpoints.clear()
    (fault,) = faults(parts, by_anchors=True)
    assert (fault.chain, fault.number) == (CHAIN, 1)


def test_a_chain_that_is_gone_is_found_by_the_one_that_names_it(
    parts: Parts, tmp_path: Path
) -> None:
    other = Parts(tmp_path / "b", chain="00000000000000bb", store=parts.store, after=CHAIN)
    other.record(1)
    other.mover.move(is_last=True)
    other.journal.close()
    assert faults(parts) == []
    del parts.store._rows[CHAIN], parts.store._checkpoints[CHAIN]
    (fault,) = faults(parts)
    assert (fault.chain, fault.number) == (other.chain, 1)


def test_a_checkpoint_that_another_key_signed_is_none(parts: Parts) -> None:
    assert verify(parts.store, PublicKeys.of([b"x" * 32])).faults[0].reason.startswith("its check")
    assert verify(parts.store, PublicKeys.of([b"x" * 32, SEED])).faults == []


def test_a_key_that_comes_into_use_later_is_known_then(parts: Parts) -> None:
    seeds = [b"another seed of thirty-two bytes"]
    keys = PublicKeys.of(seeds)
    assert verify(parts.store, keys).faults
    seeds.append(SEED)
    assert not verify(parts.store, keys).faults


def test_a_checkpoint_that_was_changed_is_none(parts: Parts) -> None:
    known = parts.store._checkpoints[CHAIN]
    known[-1] = dataclasses.replace(known[-1], number=20)
    assert "not signed" in faults(parts)[0].reason


def test_a_floor_lets_only_entries_below_it_be_missing(parts: Parts) -> None:
    rows = parts.store._rows[CHAIN]
    row = rows[12]
    floor = Signer(SEED).checkpoint(CHAIN, 12, hash_=row.hash, at=row.at, kind="floor")
    assert parts.store.remove(CHAIN, floor) == 12
    assert faults(parts, by_anchors=True) == []
    assert [one.number for one in parts.rows()] == list(range(13, 22))
    del rows[13]
    assert faults(parts)[0].number == 13


def test_a_head_is_no_floor(parts: Parts) -> None:
    """Its signature does not allow that what is before it is missing."""
    rows = parts.store._rows[CHAIN]
    for number in range(1, 22):
        del rows[number]
    head = parts.store._checkpoints[CHAIN][-1]
    parts.store._checkpoints[CHAIN] = [head, dataclasses.replace(head, kind="floor")]
    assert "not signed" in faults(parts)[0].reason


def test_memory_that_is_full_drops_the_oldest_and_still_verifies(tmp_path: Path) -> None:
    parts = Parts(tmp_path, store=memory(most=5))
    for _ in range(4):
        parts.record(4)
        parts.mover.move()
    parts.journal.close()
    assert [row.number for row in parts.rows()] == [13, 14, 15, 16, 17]
    assert faults(parts) == []
    assert isinstance(parts.store, MemoryAudit)
