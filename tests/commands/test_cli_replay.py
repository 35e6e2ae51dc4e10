from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from aiguardian.cli import main
from aiguardian.settings.read import read
from aiguardian.storage.request_rows import RecordedText, RecordedVerdict, RequestRow
from aiguardian.stores import build_stores

KEY = "0123456789abcdef" * 4
CHECKS = ("injection", "secrets", "pii", "code", "links", "hidden")


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    given = {"AIGUARDIAN_HOME": str(tmp_path / "home"), "SECRET_KEY": KEY}
    for name in ("AIGUARDIAN_POLICIES", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


def verdict(injection: float) -> RecordedVerdict:
    return RecordedVerdict(
        action="flag",
        flagged=True,
        risk=injection,
        alarms=("injection",),
        categories=dict.fromkeys(CHECKS, 0.0) | {"injection": injection},
    )


def text(injection: float) -> RecordedText:
    clean = RecordedVerdict(action="keep", categories={"toxicity": 0.1})
    return RecordedText(
        direction="input",
        policy="default",
        action="block",
        guards={"securityguard": verdict(injection), "biasguard": clean},
    )


@pytest.fixture
def recorded(environment: dict[str, str]) -> None:
    """Three requests of the default tenant, a minute, an hour and a month old."""
    kept = build_stores(read(environment))
    now = time.time()
    ages = {"young": (60, 0.7), "older": (3600, 0.8), "oldest": (86_400 * 30, 0.9)}
    rows = [
        RequestRow(
            int((now - age) * 1000).to_bytes(6, "big") + b"0123456789", now - age, "default", name,
            "k", "", "/api/v1/guards/screen", 200, "block", 0.1, (text(score),),
        )
        for name, (age, score) in ages.items()
    ]  # fmt: skip
    kept.records.requests.add(rows)
    kept.close()


@pytest.fixture
def mild(tmp_path: Path) -> str:
    path = tmp_path / "mild.yaml"
    path.write_text("input: {securityguard: {injection: {action: block, threshold: 0.75}}}")
    return str(path)


def replayed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["replay", "--format", "json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("recorded")
def test_recorded_traffic_is_decided_again(mild: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--policy", mild]) == 0
    told = capsys.readouterr().out
    assert "2 recorded texts" in told, "seven days, unless told"
    assert "block    keep             1" in told
    assert "securityguard.injection 0.70: block -> block from 0.75 on" in told
    assert "young" in told

    found = replayed(capsys, "--policy", mild, "--since", "60d")
    assert (found["texts"], found["unchanged"]) == (3, 2)
    assert replayed(capsys, "--policy", mild, "--since", "30m")["texts"] == 1
    assert replayed(capsys, "--policy", mild, "--since", "2020-01-01")["texts"] == 3
    (change,) = replayed(capsys, "--policy", mild, "--against", "recorded")["changes"]
    assert (change["from"], change["to"], change["examples"][0]["id"]) == ("block", "keep", "young")
    assert replayed(capsys, "--policy", "default", "--against", mild)["changes"][0]["from"] == (
        "keep"
    )


@pytest.mark.usefixtures("recorded")
def test_another_tenant_has_no_traffic(mild: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--policy", mild, "--tenant", "other"]) == 1
    assert "0 recorded texts" in capsys.readouterr().out


def test_a_file_of_traffic_needs_no_database(
    mild: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    judged = {
        "direction": "input",
        "action": "keep",
        "guards": {"securityguard": {"alarms": ["injection"], "categories": {"injection": 0.9}}},
    }
    path = tmp_path / "traffic.ndjson"
    path.write_text(json.dumps({"request_id": "r-1", "at": time.time(), "judged": [judged]}))
    found = replayed(capsys, "--policy", mild, "--traffic", str(path))
    assert [(one["from"], one["to"]) for one in found["changes"]] == [("keep", "block")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "nope"], "There is no such policy"),
        (["--policy", "nope.yaml"], "No such file"),
        (["--policy", "default", "--against", "nope"], "There is no such policy"),
        (["--policy", "default", "--traffic", "nope.ndjson"], "No such file"),
    ],
)
def test_what_is_not_there_is_said(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_without_a_secret_key_nothing_is_recorded_and_that_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    assert main(["replay", "--policy", "default"]) == 2
    assert "ends with its process" in capsys.readouterr().err


@pytest.mark.parametrize("since", ["yesterday", "7", "-1d", "2026-13-01", ""])
def test_a_time_that_is_none_is_refused(since: str) -> None:
    with pytest.raises(SystemExit):
        main(["replay", "--policy", "default", "--since", since])


@pytest.mark.usefixtures("recorded")
def test_a_false_positive_is_proposed_from_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["policy", "propose", "young", "--category", "injection"]) == 0
    told = capsys.readouterr().out
    assert "input.securityguard.injection: block -> block from 0.7001 on" in told
    assert "would have come to: keep" in told
    assert "Of 1 other recorded texts" in told
    assert main(["policy", "propose", "young", "--category", "injection", "--amended"]) == 0
    assert "injection: {action: block, threshold: 0.7001}" in capsys.readouterr().out
    assert main(["policy", "propose", "nobody", "--category", "injection"]) == 2
    assert "No recorded request" in capsys.readouterr().err
