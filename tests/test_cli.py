"""The command line: help, lists, one text judged, and what wrong usage gets."""

from __future__ import annotations

import gc
import io
import json
import socket
import sys
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from aiguardian import __version__, app, cli, offline
from aiguardian.cli import main
from aiguardian.processor import Caller, Decision, Payload, Processor, Report, SelfTest
from aiguardian.settings.groups import Access, Runtime, Secret, Settings

CANARY = "kanarienvogel-7Qx9"
COMMANDS = ("serve", "guard", "guards", "screen", "doctor")


class TextPayload(Payload, frozen=True, kw_only=True):
    text: str = ""


class Blocking(Processor[TextPayload]):
    name: ClassVar[str] = "blocking"
    version: ClassVar[str] = "1"
    capabilities: ClassVar[tuple[str, ...]] = ("blocking",)
    payload = TextPayload
    report = Report

    def process(self, payload: TextPayload, caller: Caller) -> Report:
        return Report(
            text_length=len(payload.text),
            risk=1.0,
            flagged=True,
            confidence_score=1.0,
            decision=Decision("block", 1.0, "it always does"),
        )

    def self_tests(self) -> Sequence[SelfTest]:
        return ()


def stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def exit_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_of("--help") == 0
    told = capsys.readouterr().out
    assert all(f"\n    {command} " in told for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_of(command, "--help") == 0
    assert f"usage: aiguardian {command}" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_of("--version") == 0
    assert capsys.readouterr().out == f"aiguardian {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("serve", "--port", "x"),
        ("serve", "--port", "65536"),
        ("serve", "--port", "-1"),
        ("guard",),
        ("guard", "noguard"),
        ("screen", "x", "--guard", "noguard"),
        ("screen", "x", "--direction", "up"),
    ],
)
def test_wrong_usage_is_exit_2(arguments: tuple[str, ...]) -> None:
    assert exit_of(*arguments) == 2


@pytest.mark.parametrize("command", ["serve", "guards", "doctor"])
def test_wrong_settings_are_told_all_at_once_and_start_nothing(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "eight")
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("SECRET_KEY", CANARY)
    assert main([command]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert [line.partition(":")[0] for line in told.err.splitlines()[1:]] == [
        "  - PORT",
        "  - SECRET_KEY",
    ]
    assert CANARY not in told.err


def test_guards_are_listed_with_where_they_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOKENGUARD_URL", "http://a:1,http://b:2")
    assert main(["guards"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("tokenguard") and "http://a:1, http://b:2" in line for line in lines)
    assert any(line.startswith("healthguard") and "in process" in line for line in lines)


def test_a_text_is_judged_here_and_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "How many tokens is this?"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["decision"]["action"] == "keep"
    assert "tokenguard" in report["reports"]
    assert report["unjudged"] == []


@pytest.mark.parametrize("text", ["", "hello", "é中😀\0", "line\nline\n"])
def test_the_text_may_come_from_standard_input(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin(monkeypatch, text.encode())
    assert main(["screen", "--guard", "tokenguard"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report["reports"]) == ["tokenguard"]
    assert report["reports"]["tokenguard"]["text_length"] == len(text)


def test_the_direction_decides_which_guards_judge(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", "The capital of France is Paris.", "--direction", "output"]) == 0
    assert "healthguard" in json.loads(capsys.readouterr().out)["reports"]


def test_input_that_is_not_utf_8_is_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin(monkeypatch, CANARY.encode() + b"\xff")
    assert main(["screen"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "aiguardian: the input is not UTF-8.\n")


def test_an_argument_that_is_not_utf_8_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", f"{CANARY}\udcff"]) == 2  # as Python hands over such bytes
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "aiguardian: the input is not UTF-8.\n")


def test_a_text_too_long_is_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin(monkeypatch, b"x" * (2**20 + 1))
    assert main(["screen"]) == 2
    assert "1,048,576 bytes" in capsys.readouterr().err


def test_a_verdict_of_block_is_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(offline, "build_guards", lambda *_: {"tokenguard": Blocking()})
    assert main(["screen", "x"]) == 1
    assert json.loads(capsys.readouterr().out)["decision"]["action"] == "block"


@pytest.fixture
def _process_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(sys, "setswitchinterval", lambda _: None)


@pytest.mark.usefixtures("_process_left_as_it_was")
def test_a_port_that_is_taken_is_exit_1_with_the_mend(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
        assert main(["guard", "tokenguard", "--port", str(port)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert all(line.startswith(f"aiguardian: cannot listen on 127.0.0.1:{port}: ") for line in told)
    assert all("Set another PORT" in line for line in told)


@pytest.mark.usefixtures("_process_left_as_it_was")
def test_a_host_that_does_not_exist_is_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "no.such.host.invalid", "--port", "0"]) == 1
    assert "cannot listen on no.such.host.invalid:0" in capsys.readouterr().err


@pytest.mark.usefixtures("_process_left_as_it_was")
def test_a_guard_that_cannot_load_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> Any:
        raise ValueError("the weights are not those of the manifest")

    monkeypatch.setattr(app, "build_guards", fail)
    assert main(["serve", "--port", "0"]) == 1
    assert "cannot start: the weights are not those" in capsys.readouterr().err


def test_a_guard_by_itself_has_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    listened: list[tuple[str, int, Any]] = []

    def listen(_: Any, host: str, port: int, *, guard: str | None, sourced: Any) -> int:
        listened.append((host, port, guard))
        return 0

    monkeypatch.setattr(cli, "_listen", listen)
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104 - nothing is bound
    for arguments in (
        ["serve"],
        ["serve", "--port", "0", "--host", "::1"],
        ["guard", "tokenguard"],
        ["guard", "healthguard"],
    ):
        assert main(arguments) == 0
    everywhere = "0.0.0.0"  # noqa: S104 - nothing is bound
    assert listened == [
        (everywhere, 9000, None),
        ("::1", 0, None),
        (everywhere, 8001, "tokenguard"),
        (everywhere, 8006, "healthguard"),
    ]


def test_a_person_is_told_where_to_look(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("ALLOWED_ORIGNS", "x")
    cli._announce(Settings(), "127.0.0.1", 8123, None)
    told = capsys.readouterr().out
    assert "http://127.0.0.1:8123/docs" in told
    assert "curl -s http://127.0.0.1:8123/api/v1/guards/process" in told
    assert "ENVIRONMENT is development" in told
    assert "Did you mean ALLOWED_ORIGINS?" in caplog.text


def test_elsewhere_the_log_is_told_and_no_key(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    settings = Settings(
        runtime=Runtime(environment="production"), access=Access(secret_key=Secret(CANARY))
    )
    cli._announce(settings, "::", 8123, "tokenguard")
    assert capsys.readouterr().out == ""
    assert "tokenguard listens on :::8123" in caplog.text
    assert CANARY not in caplog.text


def test_an_interrupt_is_exit_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_guards", interrupt)
    assert main(["guards"]) == 130
