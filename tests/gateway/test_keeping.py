"""What moves what was recorded: again and again, through errors, and what others left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asgi import Client

from aiguardian.app import Program, create_app
from aiguardian.audit.entry import Told
from aiguardian.audit.journal import FileJournal
from aiguardian.audit.trail import Trail
from aiguardian.errors import NotAvailable
from aiguardian.gateway import keeping
from aiguardian.gateway.records import JOURNAL
from aiguardian.settings.groups import Access, Runtime, Secret, Settings
from aiguardian.storage.request_rows import RequestQuery

SECRET = "s" * 64


def program(home: Path) -> Program:
    return create_app(
        Settings(runtime=Runtime(home=home), access=Access(secret_key=Secret(SECRET)))
    )


def kinds(one: Program) -> list[str]:
    assert one.kept is not None
    audit = one.kept.records.audit
    return [row.kind for chain in audit.chains() for row in audit.rows(chain, after=0, limit=99)]


def left_by_another(home: Path, key: bytes) -> None:
    """A journal of a process that was killed, with an opening and a decision."""
    journal = FileJournal(home / "audit", "00000000000000bb", key=key, most_bytes=1 << 20)
    trail = Trail(journal, "00000000000000bb", is_required=False, opening={})
    trail.record(Told(kind="decision", tenant="default", guard="tokenguard"))
    for segment in journal._segments:
        segment.close()


async def judge(one: Program) -> None:
    body: dict[str, Any] = {"service_type": "tokenguard", "text": "hello"}
    assert (await Client(one.app).post("/api/v1/guards/process", body)).status == 200


async def test_what_another_gateway_leaves_is_taken_over_while_this_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = program(tmp_path)
    assert one.recording is not None
    assert one.kept is not None
    keeper, key = one.recording.keeper, one.kept.records.secrets.newest(JOURNAL)
    async with one.run():
        await judge(one)
        await keeper.keep()
        left_by_another(tmp_path, key)
        await keeper.keep()
        assert kinds(one) == ["opened", "decision"], "it looks once a minute"
        monkeypatch.setattr(keeping, "TAKE_OVER_S", 0.0)
        await keeper.keep()
        assert sorted(kinds(one)) == ["decision", "decision", "opened", "opened"]
        assert not list((tmp_path / "audit").glob("00000000000000bb*"))
        await judge(one)
        await keeper.keep()
        assert len(kinds(one)) == 5, "its own journal is nobody's to take over"


async def test_a_store_that_fails_keeps_all_of_it_waiting_and_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = program(tmp_path)
    assert one.recording is not None
    assert one.kept is not None
    keeper, records = one.recording.keeper, one.kept.records

    def away(*_: object) -> None:
        raise NotAvailable("The database cannot be reached.")

    async with one.run():
        await judge(one)
        with monkeypatch.context() as broken:
            broken.setattr(records.requests, "add", away)
            for _ in range(3):
                await keeper.keep()
        told = [line for line in caplog.messages if "cannot be kept yet" in line]
        assert len(told) == 1
        await keeper.keep()
        assert len(records.requests.page(RequestQuery("default"), after=None, limit=9)) == 1
        assert b"aiguardian_keeping_failures_total 3.0" in one.metrics.text()


async def test_a_second_stop_finds_nothing_to_do(tmp_path: Path) -> None:
    one = program(tmp_path)
    assert one.recording is not None
    async with one.run():
        await judge(one)
    await one.recording.keeper.stop()
    assert kinds(one) == ["opened", "decision"]
    assert one.kept is not None
    one.kept.close()
