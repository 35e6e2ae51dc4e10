"""Age takes the oldest entries; what is left verifies, and what is broken is left alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from audit_parts import CHAIN, SEED, Parts, public_keys
from msgspec.structs import replace

from aiguardian.audit import retention
from aiguardian.audit.retention import Aged, remove_aged
from aiguardian.audit.signing import Signer
from aiguardian.audit.verify import verify


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """Entries 1 to 21, one a second from 1000 on."""
    parts = Parts(tmp_path)
    parts.record(20)
    parts.mover.move(is_last=True)
    parts.journal.close()
    return parts


def aged(parts: Parts, before: float) -> Aged:
    return remove_aged(parts.store, Signer(SEED), public_keys(), before=before, now=9.0)


def is_whole(parts: Parts) -> bool:
    return not verify(parts.store, public_keys(), anchors=parts.anchors.read()).faults


@pytest.mark.parametrize("piece", [1, 3, 7, 2_000])
@pytest.mark.parametrize(
    ("before", "left"), [(0.0, 21), (1_000.5, 20), (1_012.0, 9), (1_020.5, 0), (9e9, 0)]
)
def test_what_is_left_verifies(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, piece: int, before: float, left: int
) -> None:
    monkeypatch.setattr(retention, "PIECE", piece)
    gone = aged(parts, before)
    assert (gone.entries, len(parts.rows()), gone.broken) == (21 - left, left, [])
    assert bool(gone.digest) == bool(gone.entries)
    assert is_whole(parts)
    assert aged(parts, before) == Aged()


def test_a_second_time_goes_on_from_the_floor(parts: Parts) -> None:
    assert aged(parts, 1_005.0).entries == 5
    assert aged(parts, 1_010.0).entries == 5
    assert is_whole(parts)
    assert parts.store.checkpoints(CHAIN)[0].kind == "floor"


def test_a_broken_chain_is_not_hidden_by_its_age(parts: Parts) -> None:
    rows = parts.store._rows[CHAIN]
    rows[3] = replace(rows[3], entry=rows[3].entry.replace(b'"r1"', b'"rX"'))
    assert aged(parts, 9e9) == Aged(broken=[CHAIN])
    assert len(parts.rows()) == 21


def test_a_forged_floor_is_not_built_upon(parts: Parts) -> None:
    aged(parts, 1_005.0)
    floor = parts.store.checkpoints(CHAIN)[0]
    parts.store._checkpoints[CHAIN][0] = dataclasses.replace(floor, signature=bytes(64))
    parts.store._checkpoints[CHAIN] = [
        dataclasses.replace(one, signature=bytes(64)) if one.kind == "floor" else one
        for one in parts.store._checkpoints[CHAIN]
    ]
    assert aged(parts, 9e9).broken == [CHAIN]


def test_what_stands_behind_a_young_entry_waits_for_it(tmp_path: Path) -> None:
    """Entries go in the order of their chain: a clock that went back makes none go early."""
    parts = Parts(tmp_path)
    times = iter([1_000.0, 1_001.0, 5_000.0, 1_002.0])
    parts.trail._clock = lambda: next(times)
    parts.record(3)
    parts.mover.move()
    parts.journal.close()
    assert aged(parts, 2_000.0).entries == 2
    assert [row.number for row in parts.rows()] == [3, 4]
    assert aged(parts, 6_000.0).entries == 2
    assert is_whole(parts)
