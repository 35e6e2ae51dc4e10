"""`aiguardian audit` and `aiguardian privacy`, on a home that a gateway has used."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from aiguardian import cli
from aiguardian.app import create_app
from aiguardian.audit.signing import key_id
from aiguardian.settings.groups import Access, Runtime, Secret, Settings
from aiguardian.telemetry.exchange import Decided, Exchange

SECRET = "s" * 64


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three decisions on jane's behalf."""
    monkeypatch.setenv("AIGUARDIAN_HOME", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", SECRET)
    settings = Settings(runtime=Runtime(home=tmp_path), access=Access(secret_key=Secret(SECRET)))

    async def use() -> None:
        program = create_app(settings)
        assert program.recording is not None
        async with program.run():
            for _ in range(3):
                exchange = Exchange.begin(
                    method="POST",
                    request_id=None,
                    traceparent=None,
                    sample_ratio=0.0,
                    started_s=0.0,
                    started_ns=0,
                )
                exchange.tenant, exchange.user_id, exchange.guard = "default", "jane", "tokenguard"
                program.recording.recorder.attach(exchange)
                exchange.decide(Decided(guard="tokenguard", action="keep"))
                exchange.finish(0.1)

    asyncio.run(use())
    return tmp_path


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in told(capsys).splitlines()]


def change(home: Path, statement: str) -> None:
    with sqlite3.connect(home / "aiguardian.db") as file:
        file.execute(statement)
    file.close()


def test_what_nobody_touched_is_whole(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "verify"]) == 0
    assert told(capsys).startswith("The audit is whole: 4 entries in 1 chains")
    assert cli.main(["audit", "verify", "--json"]) == 0
    assert json.loads(told(capsys))["faults"] == []


def test_the_first_wrong_entry_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for statement, wrong in (
        (
            (
                "UPDATE audit SET entry = CAST(replace(entry, 'keep', 'deny') AS BLOB) "
                "WHERE number = 3"
            ),
            "entry 3: its hash",
        ),
        ("UPDATE audit SET entry = 'text' WHERE number = 2", "entry 2: its columns have other"),
        ("UPDATE audit SET hash = 7 WHERE number = 1", "entry 1: its columns have other"),
        ("UPDATE audit_checkpoints SET signature = 'text'", "entry 4: its checkpoint"),
    ):
        change(home, statement)
        assert cli.main(["audit", "verify"]) == 1
        first, whole = told(capsys).splitlines()
        assert wrong in first
        assert "is NOT whole" in whole


def test_a_journal_that_was_set_aside_is_told_of(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "audit" / "00000000000000aa-000000.damaged").write_text("?")
    assert cli.main(["audit", "verify"]) == 0
    first, whole = told(capsys).splitlines()
    assert "000000.damaged: a part of the journal" in first
    assert "is whole" in whole


def test_a_cut_is_found_by_checkpoints_kept_elsewhere(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["audit", "checkpoints"]) == 0
    elsewhere = tmp_path / "elsewhere.jsonl"
    elsewhere.write_text(told(capsys))
    change(home, "DELETE FROM audit")
    change(home, "DELETE FROM audit_checkpoints")
    (home / "audit" / "checkpoints.jsonl").unlink()
    assert cli.main(["audit", "verify"]) == 0, "nothing is left that could tell"
    assert cli.main(["audit", "verify", "--checkpoints", str(elsewhere)]) == 1
    assert "entry 1: it is missing" in told(capsys)


def test_the_public_key_is_told_with_its_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["audit", "checkpoints", "--public-key"]) == 0
    name, key = told(capsys).split()
    assert key_id(bytes.fromhex(key)) == name


@pytest.mark.parametrize(("kind", "start"), [("jsonl", '{"hash"'), ("cef", "CEF:0"), ("ocsf", "{")])
def test_all_of_it_is_exported(
    home: Path, capsysbinary: pytest.CaptureFixture[bytes], kind: str, start: str
) -> None:
    assert cli.main(["audit", "export", "--format", kind]) == 0
    found = capsysbinary.readouterr().out.decode().splitlines()
    assert len(found) == 4
    assert all(line.startswith(start) for line in found)


def test_a_user_is_exported_and_forgotten_with_a_receipt(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["privacy", "export", "jane"]) == 0
    assert {line["place"] for line in lines(capsys)} == {"requests", "usage", "audit"}
    assert cli.main(["privacy", "erase", "jane"]) == 0
    receipt = tmp_path / "receipt.json"
    receipt.write_text(told(capsys))
    statement = json.loads(receipt.read_text())["statement"]
    assert statement["erased"]["requests"] == 3
    assert cli.main(["privacy", "check", str(receipt)]) == 0
    receipt.write_text(receipt.read_text().replace('"requests":3', '"requests":4'))
    assert cli.main(["privacy", "check", str(receipt)]) == 1
    capsys.readouterr()
    assert cli.main(["privacy", "export", "jane"]) == 0
    assert {line["place"] for line in lines(capsys)} == {"audit"}
    assert cli.main(["audit", "verify"]) == 0
    assert "in 4 chains" in told(capsys), "each act has a process, and a chain, of its own"


def test_another_organisations_user_is_another(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["privacy", "export", "jane", "--tenant", "other"]) == 0
    assert lines(capsys) == []


@pytest.mark.parametrize(
    "command", [["audit", "verify"], ["audit", "export"], ["privacy", "erase", "jane"]]
)
def test_without_a_secret_there_is_nothing_to_look_at(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AIGUARDIAN_HOME", str(tmp_path))
    assert cli.main(command) == 2
    assert "SECRET_KEY" in capsys.readouterr().err
