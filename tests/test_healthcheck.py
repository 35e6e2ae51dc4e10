"""The probe of a container: 0 for 200, else 1 with a reason, and nothing else can make it fail."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from aiguardian import cli, healthcheck


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server for one request that answers with these bytes."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(4096))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], asked
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 0, ""),
        (b"HTTP/1.0 200\r\n\r\n", 0, ""),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", 1, "status 503"),
        (b"HTTP/1.1 302 Found\r\nlocation: /\r\n\r\n", 1, "status 302"),
        (b"", 1, "not HTTP"),
        (b"SSH-2.0-OpenSSH 200\r\n", 1, "not HTTP"),
        (b"\xff" * 5000, 1, "not HTTP"),
    ],
)
def test_only_a_200_is_alive(
    answer: bytes, status: int, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(answer) as (port, asked):
        assert healthcheck.main([], {"PORT": str(port)}) == status
    assert asked[0].startswith(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n")
    assert reason in capsys.readouterr().err


def test_a_path_may_be_given() -> None:
    with answering(b"HTTP/1.1 200 OK\r\n\r\n") as (port, asked):
        assert healthcheck.main(["/health/ready"], {"PORT": f" {port} "}) == 0
    assert asked[0].startswith(b"GET /health/ready ")


def test_nobody_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert healthcheck.main([], {"PORT": str(port)}) == 1
    assert "no answer (ConnectionRefusedError)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["health"], ["/a", "/b"], ["/a b"], ["/a\r\nX: y"], ["/health\0"]]
)
def test_a_path_that_is_none_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert healthcheck.main(arguments, {}) == 1
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1", "８０"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert healthcheck.main([], {"PORT": port}) == 1
    assert "port" in capsys.readouterr().err.lower()


def test_wrong_settings_of_the_server_do_not_fail_the_probe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "nowhere")
    with answering(b"HTTP/1.1 200 OK\r\n\r\n") as (port, _):
        monkeypatch.setenv("PORT", str(port))
        assert cli.main(["healthcheck"]) == 0


def test_the_module_takes_the_short_way() -> None:
    """A probe every few seconds must not load what the server loads."""
    code = (
        "import sys, runpy; sys.argv[1:] = ['healthcheck', 'x']\n"
        "try: runpy.run_module('aiguardian', run_name='__main__')\n"
        "except SystemExit as end: print(end.code, 'aiguardian.cli' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["1", "False"], done.stderr
