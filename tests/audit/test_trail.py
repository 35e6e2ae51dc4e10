"""Entries are numbered without a gap; what could not be taken is told of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from audit_parts import CHAIN, Parts
from test_journal import FullDisk

from aiguardian.audit.entry import Entry, Told, decode
from aiguardian.errors import NotAvailable
from aiguardian.storage.audit_rows import AuditRow, Checkpoint


def entries(parts: Parts) -> list[Entry]:
    parts.mover.move()
    return [decode(row.entry) for row in parts.rows()]


def test_the_first_entry_opens_the_chain_and_names_the_one_before(tmp_path: Path) -> None:
    parts = Parts(tmp_path, after="00000000000000ff")
    parts.record(1)
    opened, decision = entries(parts)
    assert (opened.kind, opened.number, opened.chain) == ("opened", 1, CHAIN)
    assert opened.detail == {"version": "1", "after": "00000000000000ff"}
    assert (decision.kind, decision.number, decision.guard) == ("decision", 2, "g")
    parts.journal.close()


def test_what_a_full_disk_cost_is_told_by_the_first_entry_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(tmp_path, segment_bytes=1)
    parts.record(1)
    disk = FullDisk(monkeypatch)
    assert [parts.trail.record(Told(kind="decision", tenant="t")) for _ in range(3)] == [False] * 3
    disk.is_full = False
    parts.record(1)
    told = entries(parts)
    assert [one.kind for one in told] == ["opened", "decision", "gap", "decision"]
    assert told[2].detail["lost"] == 3
    assert [one.number for one in told] == [1, 2, 3, 4]
    assert parts.lost == 3
    parts.journal.close()


def test_where_the_audit_is_required_nothing_goes_on_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Parts(tmp_path, is_required=True)
    disk = FullDisk(monkeypatch)
    for _ in range(2):
        with pytest.raises(NotAvailable) as told:
            parts.trail.record(Told(kind="decision", tenant="t"))
    assert (told.value.status, told.value.retry_after_s) == (503, 1)
    disk.is_full = False
    parts.record(1)
    assert [one.kind for one in entries(parts)] == ["opened", "decision"]
    parts.journal.close()


def test_a_journal_that_is_full_is_no_fault_of_the_disk(tmp_path: Path) -> None:
    parts = Parts(tmp_path, most_bytes=1)
    assert parts.trail.record(Told(kind="decision", tenant="t")) is False
    parts.journal.close()


def test_what_comes_in_during_a_move_waits_for_the_next_unless_it_is_the_last(
    tmp_path: Path,
) -> None:
    busy = Parts(tmp_path)
    busy.record(3)
    add, asked = busy.store.add, []

    def add_and_go_on(rows: Sequence[AuditRow], head: Checkpoint) -> None:
        asked.append(len(rows))
        add(rows, head)
        if len(asked) < 5:
            busy.record(2)

    busy.store.add = add_and_go_on  # type: ignore[method-assign]  # a gateway under load
    assert busy.mover.move() == 4  # the opening entry, too
    assert busy.mover.move() == 2
    assert busy.mover.move(is_last=True) == 2 + 2 + 2
    assert [row.number for row in busy.rows()] == list(range(1, 13))
    busy.journal.close()


def test_a_move_follows_from_file_to_file(tmp_path: Path) -> None:
    house = Parts(tmp_path, segment_bytes=2_000)
    house.record(50)
    assert len(list(tmp_path.glob("*.journal"))) > 3
    assert house.mover.move() == 51
    house.journal.close()
