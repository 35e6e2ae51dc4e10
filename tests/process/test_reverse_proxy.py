"""Requests smuggled past a reverse proxy, or straight to the gateway: none is served."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator

import pytest
from processes import SECRET_KEY, UNIFIED_KEY, Running, free_port, running, wait_until

from benchmarks.reverse_proxy import find_nginx, nginx, site

pytestmark = pytest.mark.process

HIDDEN = "/metrics"
"""What the proxy answers with 404: whoever reaches it has got past it."""
KEY = f"X-API-Key: {UNIFIED_KEY}\r\n".encode()
HEAD = b"POST /api/v1/guards/process HTTP/1.1\r\nHost: localhost\r\n" + KEY
JSON = HEAD + b"Content-Type: application/json\r\n"
SMUGGLED = f"GET {HIDDEN} HTTP/1.1\r\nHost: localhost\r\n".encode() + KEY + b"\r\n"
LAST = b"0\r\n\r\n"
LENGTH = b"Content-Length: "
CODING = b"Transfer-Encoding: "

AMBIGUOUS = {
    "a length beside chunks": JSON + LENGTH + b"6\r\n" + CODING + b"chunked\r\n\r\n" + LAST,
    "chunks beside a length": JSON
    + LENGTH
    + b"4\r\n"
    + CODING
    + b"chunked\r\n\r\n%x\r\n" % len(SMUGGLED),
    "a space before the colon": JSON + LENGTH + b"5\r\nTransfer-Encoding : chunked\r\n\r\n" + LAST,
    "an unknown coding": JSON + CODING + b"xchunked\r\n\r\n" + LAST,
    "chunked not at the end": JSON + CODING + b"chunked, identity\r\n\r\n" + LAST,
    "two codings": JSON + CODING + b"chunked\r\n" + CODING + b"x\r\n\r\n" + LAST,
    "a vertical tab": JSON + CODING + b"\x0bchunked\r\n" + LENGTH + b"5\r\n\r\n" + LAST,
    "a folded header": JSON + b"Transfer-Encoding:\r\n chunked\r\n" + LENGTH + b"5\r\n\r\n" + LAST,
    "two lengths": JSON + LENGTH + b"0\r\n" + LENGTH + b"%d\r\n\r\n" % len(SMUGGLED),
    "a list of lengths": JSON + LENGTH + b"0, %d\r\n\r\n" % len(SMUGGLED),
    "a signed length": JSON + LENGTH + b"+0\r\n\r\n",
    "a hexadecimal length": JSON + LENGTH + b"0x0\r\n\r\n",
    "a negative length": JSON + LENGTH + b"-1\r\n\r\n",
    "bare line feeds": JSON.replace(b"\r\n", b"\n") + LENGTH + b"0\n\n",
    "a bare carriage return": HEAD[:-2] + b"\rX: y\r\n" + LENGTH + b"0\r\n\r\n",
    "a negative chunk": JSON + CODING + b"chunked\r\n\r\n-1\r\n\r\n",
    "a chunk size with 0x": JSON + CODING + b"chunked\r\n\r\n0x0\r\n\r\n",
    "a line feed in a chunk extension": JSON + CODING + b"chunked\r\n\r\n0;a\nb\r\n\r\n",
    "a chunk size past 64 bits": JSON + CODING + b"chunked\r\n\r\n10000000000000000\r\n\r\n",
    "a chunk longer than told": JSON + CODING + b"chunked\r\n\r\n2\r\n{}xx0\r\n\r\n",
    "chunks in HTTP/1.0": JSON.replace(b"HTTP/1.1", b"HTTP/1.0")
    + CODING
    + b"chunked\r\n"
    + LENGTH
    + b"5\r\n\r\n"
    + LAST,
    "a NUL in a header": JSON + b"X: a\0b\r\n" + LENGTH + b"0\r\n\r\n",
}
"""Messages whose end two readers may see in two places; a request is hidden behind each."""


def told(port: int, sent: bytes) -> bytes:
    """All that comes back until the connection is closed, or nothing comes for a while."""
    answer = b""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port)) as connection,
    ):
        connection.settimeout(1.0)
        connection.sendall(sent)
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        "serve",
        home=tmp_path_factory.mktemp("gateway"),
        ENVIRONMENT="production",
        SECRET_KEY=SECRET_KEY,
        UNIFIED_API_KEY=UNIFIED_KEY,
    ) as one:
        yield one


@pytest.fixture(scope="module")
def proxy(gateway: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with the block of docs/reverse-proxy.md, without its TLS."""
    if find_nginx() is None:
        pytest.skip("nginx is not installed here")
    port = free_port()
    with nginx(tmp_path_factory.mktemp("nginx"), site(port, [gateway.port])):
        wait_until(lambda: b"200" in told(port, b"GET /health/live HTTP/1.0\r\n\r\n"))
        yield port


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_what_hides_behind_an_ambiguous_length_is_not_served(gateway: Running, kind: str) -> None:
    answer = told(gateway.port, AMBIGUOUS[kind] + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"aiguardian_" not in answer


def test_nothing_gets_past_the_proxy_that_it_keeps_back(gateway: Running, proxy: int) -> None:
    def reached() -> float:
        return gateway.metric("aiguardian_requests_total", route=HIDDEN)

    before = reached()  # this asking counts itself once it has ended
    for kind, message in AMBIGUOUS.items():
        answer = told(proxy, message + SMUGGLED)
        assert b"aiguardian_" not in answer, kind
    assert reached() == before + 1, "nobody but we asked for it"


def test_through_the_proxy_a_request_is_judged_and_a_hidden_page_is_not(
    gateway: Running, proxy: int
) -> None:
    body = b'{"service_type": "tokenguard", "text": "How many tokens?"}'
    whole = JSON + LENGTH + b"%d\r\nConnection: close\r\n\r\n%s" % (len(body), body)
    assert b'"success":true' in told(proxy, whole)
    assert told(proxy, SMUGGLED).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    "target",
    ["/api/v1/guards/services%0d%0aX-Set: 1", "/api/v1/guards/health/x%0d%0a%0d%0aHTTP/1.1 200 OK"],
)
def test_line_ends_in_an_address_stay_in_the_address(gateway: Running, target: str) -> None:
    request = f"GET {target.replace(' ', '%20')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    answer = told(gateway.port, request.encode() + KEY + b"\r\n")
    head = answer.partition(b"\r\n\r\n")[0]
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"\r\nx-set" not in head.lower()
    assert re.match(rb"HTTP/1.1 4\d\d ", head)
