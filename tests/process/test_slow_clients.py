"""Clients that are slow, endless, gone or no HTTP clients at all: bounded in time and memory."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import pytest
from processes import PROCESS, Running, running, sentences, wait_until

pytestmark = pytest.mark.process

PIECE = b" " * 262_144
HUNDRED_MIB = 100 * 1024 * 1024


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        "serve",
        home=tmp_path_factory.mktemp("gateway"),
        AIGUARDIAN_HEADER_TIMEOUT_S="1",
        AIGUARDIAN_BODY_TIMEOUT_S="1",
        AIGUARDIAN_WORKERS="1",
        AIGUARDIAN_QUEUE="4",
    ) as one:
        wait_until(lambda: one.ask("GET", "/health/ready").status == 200)
        yield one


@pytest.fixture(autouse=True)
def _serves_the_next_request(gateway: Running) -> Iterator[None]:
    yield
    assert gateway.judge("a").status == 200
    wait_until(lambda: gateway.metric("aiguardian_workers_busy") == 0)
    assert gateway.metric("aiguardian_requests_in_flight") == 1  # the one that asks


@contextlib.contextmanager
def connected(gateway: Running) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as one:
        yield one


def post(length: str) -> bytes:
    lines = [
        f"POST {PROCESS} HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        length,
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def rest(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    pieces = []
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def one_answer(client: socket.socket) -> bytes:
    """One whole answer of a connection that may stay open."""
    read = b""
    while not read.endswith(b"}"):
        piece = client.recv(65536)
        assert piece, "closed before the end of the answer"
        read += piece
    return read


def refusal(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]["code"]


def dribble(client: socket.socket, piece: bytes, *, every_s: float = 0.1) -> bytes:
    """Send a little again and again until there is an answer."""
    client.settimeout(every_s)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with contextlib.suppress(TimeoutError):
            client.sendall(piece)
            return one_answer(client)
    raise AssertionError("no answer")


def test_headers_that_come_slowly_are_given_up(gateway: Running) -> None:
    with connected(gateway) as client:
        client.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n")
        assert refusal(dribble(client, b"x-more: 1\r\n")) == (408, "request_timeout")


def test_a_body_that_comes_slowly_is_given_up(gateway: Running) -> None:
    with connected(gateway) as client:
        client.sendall(post("content-length: 1000"))
        status, code = refusal(dribble(client, b" "))
    assert (status, code) == (408, "request_timeout")


def test_headers_that_are_too_large_are_431(gateway: Running) -> None:
    with connected(gateway) as client:
        client.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nx: ")
        with contextlib.suppress(ConnectionError):
            client.sendall(b"a" * 65_000)
            client.sendall(b"a" * 1_000)
        assert refusal(rest(client)) == (431, "headers_too_large")


@pytest.mark.parametrize(
    "said",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"SSH-2.0-OpenSSH_9.6\r\n", b"\0" * 64],
)
def test_what_is_not_http_is_400(gateway: Running, said: bytes) -> None:
    with connected(gateway) as client:
        client.sendall(said)
        assert refusal(rest(client)) == (400, "invalid_request")


def test_an_announced_body_of_100_mib_is_refused_unread(gateway: Running) -> None:
    with connected(gateway) as client:
        client.sendall(post(f"content-length: {HUNDRED_MIB}"))
        assert refusal(one_answer(client)) == (413, "too_large")


@pytest.mark.parametrize("length", [f"content-length: {HUNDRED_MIB}", "transfer-encoding: chunked"])
def test_a_body_of_100_mib_is_413_and_memory_stays_flat(gateway: Running, length: str) -> None:
    before_mb = gateway.rss_mb()
    is_chunked = "chunked" in length
    piece = b"%x\r\n%b\r\n" % (len(PIECE), PIECE) if is_chunked else PIECE
    most_mb = before_mb
    with connected(gateway) as client:
        client.sendall(post(length))
        with contextlib.suppress(ConnectionError):
            for number in range(HUNDRED_MIB // len(PIECE)):
                client.sendall(piece)
                if number % 20 == 0:
                    most_mb = max(most_mb, gateway.rss_mb())
        most_mb = max(most_mb, gateway.rss_mb())
        answer = one_answer(client)
    assert refusal(answer) == (413, "too_large")
    assert most_mb - before_mb < 40


def test_idle_connections_are_closed_and_keep_nobody_out(gateway: Running) -> None:
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connected(gateway)) for _ in range(300)]
        assert gateway.judge("a").seconds < 2
        assert refusal(rest(idle[0])) == (408, "request_timeout")
        assert refusal(rest(idle[-1])) == (408, "request_timeout")


def test_a_client_that_leaves_frees_the_worker_and_the_queue(gateway: Running) -> None:
    body = {"service_type": "tokenguard", "text": sentences(900_000), "optimize": "lossy"}
    whole = json.dumps(body | {"target_ratio": 0.5}).encode()
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            client = stack.enter_context(connected(gateway))
            client.sendall(post(f"content-length: {len(whole)}") + whole)
        wait_until(lambda: gateway.metric("aiguardian_queue_depth") >= 1, every_s=0.005)
    began = time.monotonic()
    wait_until(lambda: gateway.metric("aiguardian_workers_busy") == 0)
    assert gateway.metric("aiguardian_queue_depth") == 0
    assert time.monotonic() - began < 5
    wait_until(
        lambda: any(
            line["http.response.status_code"] == 499
            for line in gateway.log_lines("aiguardian.request")
        )
    )
