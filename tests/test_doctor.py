"""`aiguardian doctor`: what is in force, secrets masked, and what answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiguardian import doctor
from aiguardian.cli import main
from aiguardian.guards.token.guard import TokenGuard
from aiguardian.processor import SelfTest

CANARY = "kanarienvogel-7Qx9"


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIGUARDIAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PORT", "0")


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def examined(capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    status = main(["doctor"])
    return status, capsys.readouterr().out.splitlines()


def row(lines: list[str], start: str) -> str:
    (found,) = [line for line in lines if line.strip().startswith(start)]
    return found


def test_all_is_well_without_any_dependency(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, lines = examined(capsys)
    assert status == 0
    assert lines[-1] == "All is well."
    assert "can be written" in row(lines, "ok    AIGUARDIAN_HOME")
    assert (tmp_path / "home").is_dir()
    assert "self-tests pass" in row(lines, "ok    guards")
    assert row(lines, "ENVIRONMENT").split() == ["ENVIRONMENT", "development"]
    assert row(lines, "* PORT").split() == ["*", "PORT", "0"]


def test_secrets_are_masked_wherever_they_came_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], closed: int
) -> None:
    secrets = {
        "SECRET_KEY": CANARY,
        "UNIFIED_API_KEY": CANARY,
        "DATABASE_URL": f"postgresql+asyncpg://user:{CANARY}@127.0.0.1:{closed}/{CANARY}",
        "DATABASE_PASSWORD": CANARY,
        "REDIS_URL": f"redis://:{CANARY}@127.0.0.1:{closed}/0",
        "STRIPE_SECRET_KEY": CANARY,
        "CLERK_SECRET_KEY": CANARY,
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    status, lines = examined(capsys)
    assert status == 1
    assert CANARY not in "\n".join(lines)
    for name, value in secrets.items():
        assert f"******** ({len(value)} characters)" in row(lines, f"* {name} ")


def test_a_dependency_that_answers_is_fine_and_one_that_does_not_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], listening: int, closed: int
) -> None:
    monkeypatch.setenv("TOKENGUARD_URL", f"http://127.0.0.1:{listening},http://127.0.0.1:{closed}")
    monkeypatch.setenv("REDIS_HOST", "127.0.0.1")
    monkeypatch.setenv("REDIS_PORT", str(listening))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{closed}")
    status, lines = examined(capsys)
    assert status == 1
    assert f"127.0.0.1:{listening} accepts connections" in row(lines, "ok    TOKENGUARD_URL")
    assert f"127.0.0.1:{closed} cannot be reached" in row(lines, "fail  TOKENGUARD_URL")
    assert "accepts connections" in row(lines, "ok    REDIS_URL")
    assert "cannot be reached" in row(lines, "fail  OTEL_EXPORTER_OTLP_ENDPOINT")
    assert lines[-1].startswith("2 of ")


@pytest.mark.parametrize("host", ["a..b", "x" * 70, "xn--a"])
def test_a_host_that_cannot_be_a_host_is_a_failed_check_and_no_crash(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_HOST", host)
    status, lines = examined(capsys)
    assert status == 1
    assert "cannot be reached" in row(lines, "fail  DATABASE_URL")


def test_a_database_file_needs_no_connection(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///x.db")
    monkeypatch.setenv("REDIS_URL", "unix:///run/redis.sock")
    status, lines = examined(capsys)
    assert status == 0
    assert "nothing to connect to" in row(lines, "ok    DATABASE_URL")
    assert "nothing to connect to" in row(lines, "ok    REDIS_URL")


def test_a_database_address_with_a_broken_port_is_told_without_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:{CANARY}@h:{CANARY}/x")
    status, lines = examined(capsys)
    assert status == 1
    assert "(not shown) cannot be read" in row(lines, "fail  DATABASE_URL")
    assert CANARY not in "\n".join(lines)


def test_a_home_that_cannot_be_written_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("AIGUARDIAN_HOME", str(tmp_path / "file" / "home"))
    status, lines = examined(capsys)
    assert status == 1
    assert "cannot be written" in row(lines, "fail  AIGUARDIAN_HOME")


def test_a_port_that_is_taken_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], listening: int
) -> None:
    monkeypatch.setenv("PORT", str(listening))
    status, lines = examined(capsys)
    assert status == 0
    assert f"127.0.0.1:{listening} is not free" in row(lines, "warn  PORT")


def test_names_nearly_ours_and_settings_without_effect_are_warnings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALLOWED_ORIGNS", CANARY)
    monkeypatch.setenv("STRIPE_ENABLED", "true")
    status, lines = examined(capsys)
    assert status == 0
    told = "\n".join(line for line in lines if line.strip().startswith("warn  setting"))
    assert "Did you mean ALLOWED_ORIGINS?" in told
    assert "STRIPE_ENABLED: Billing is not set up here: STRIPE_SECRET_KEY" in told
    assert CANARY not in told


def test_a_self_test_that_fails_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [SelfTest("blocks a greeting", {"text": "hello"}, "block")]
    monkeypatch.setattr(TokenGuard, "self_tests", lambda _: wrong)
    status, lines = examined(capsys)
    assert status == 1
    assert "blocks a greeting: keep, expected block" in row(lines, "fail  guards")


def test_the_reference_is_printed_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--markdown"]) == 0
    assert capsys.readouterr().out == doctor.reference() + "\n"


def test_values_of_every_type_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given: dict[str, Any] = {
        "DEBUG": ("1", "true"),
        "ALLOWED_HOSTS": ("a.example, b.example", "a.example,b.example"),
        "AIGUARDIAN_DRAIN_S": ("7", "7.0"),
        "LOG_LEVEL": ("error", "ERROR"),
    }
    for name, (raw, _) in given.items():
        monkeypatch.setenv(name, raw)
    _, lines = examined(capsys)
    for name, (_, shown) in given.items():
        assert row(lines, f"* {name} ").split()[-1] == shown
    assert row(lines, "SECRET_KEY ").split() == ["SECRET_KEY", "-"]
