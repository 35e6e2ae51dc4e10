"""Checkpoints outside the database: written as they are kept, read from a file or from a log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from audit_parts import SEED, Parts, public_keys

from aiguardian.audit import anchors as anchors_module
from aiguardian.audit import moving
from aiguardian.audit.anchors import Anchors, checkpoint_of, read_anchors
from aiguardian.audit.signing import Signer


def test_an_anchor_is_read_from_the_file_and_from_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    anchors = Anchors(tmp_path / "checkpoints.jsonl")
    assert (anchors.last(), list(anchors.read())) == (None, [])
    one = Signer(SEED).checkpoint("c", 7, hash_=b"h" * 32, at=1.5, kind="kept")
    anchors.add(one)
    (read,) = anchors.read()
    assert checkpoint_of(read) == one
    assert public_keys().hold(checkpoint_of(read))
    assert anchors.last() == read
    lines = [b"rubbish", b'{"chain": 1}', caplog.messages[-1].encode() + b'"}', b""]
    assert list(read_anchors([*lines[:2], caplog.messages[-1].encode()])) == [read]
    assert list(read_anchors(lines[:2])) == []


def test_a_disk_that_is_full_costs_the_line_and_nothing_else(tmp_path: Path) -> None:
    anchors = Anchors(tmp_path / "missing" / "checkpoints.jsonl")
    anchors.add(Signer(SEED).checkpoint("c", 7, hash_=b"h" * 32, at=1.5, kind="kept"))
    assert list(anchors.read()) == []


def test_a_checkpoint_is_kept_after_so_many_entries_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "KEPT_ENTRIES", 10)
    parts = Parts(tmp_path)
    for _ in range(5):
        parts.record(4)
        parts.mover.move()
    parts.mover.move(is_last=True)
    parts.mover.move(is_last=True)
    parts.journal.close()
    assert [one.number for one in parts.anchors.read()] == [13, 21]
    kinds = [(one.number, one.kind) for one in parts.store.checkpoints(parts.chain)]
    assert kinds == [(13, "kept"), (21, "kept")]


def test_a_receipt_is_no_checkpoint_and_the_other_way_round() -> None:
    signer, keys = Signer(SEED), public_keys()
    signature = signer.receipt(b"statement")
    assert keys.hold_receipt(signer.key_id, signature, b"statement")
    assert not keys.hold_receipt(signer.key_id, signature, b"another")
    assert not keys.hold_receipt("0" * 16, signature, b"statement")
    one = signer.checkpoint("c", 1, hash_=b"h", at=0.0, kind="head")
    assert not keys.hold_receipt(signer.key_id, one.signature, b"statement")


def test_a_long_file_is_put_beside_and_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors_module, "MOST_BYTES", 1_000)
    anchors = Anchors(tmp_path / "checkpoints.jsonl")
    for number in range(1, 8):
        anchors.add(Signer(SEED).checkpoint("c", number, hash_=b"h" * 32, at=1.5, kind="kept"))
    numbers = [one.number for one in anchors.read()]
    assert numbers == list(range(numbers[0], 8))
    assert len(numbers) > 3
    assert (tmp_path / "checkpoints.old").stat().st_size > 1_000
