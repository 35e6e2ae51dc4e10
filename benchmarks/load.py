"""A load generator on one thread: keep-alive connections, one request outstanding on each.

Closed loop: a connection sends its next request when the last answer is whole. The cost of a
request here is some ten microseconds, so that servers are measured and not this program.
"""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What came of one burst."""

    requests: int
    seconds: float
    latencies_s: list[float]
    statuses: dict[int, int]

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def quantile_ms(self, q: float) -> float:
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(len(ordered) * q))] * 1000


class _Connection:
    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.received = b""
        self.sent_at = 0.0

    def send(self) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.request)

    def read(self) -> int | None:
        """The status once the whole answer is here, else None."""
        piece = self.socket.recv(262144)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.received = self.received + piece if self.received else piece
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return None
        lowered = head.lower()
        at = lowered.find(b"content-length: ")
        if at < 0:
            is_whole = b"chunked" in lowered and body.endswith(b"0\r\n\r\n")
        else:
            is_whole = len(body) >= int(head[at + 16 :].split(b"\r\n", 1)[0])
        return int(head[9:12]) if is_whole else None


def post(path: str, body: bytes, host: str = "127.0.0.1", **headers: str) -> bytes:
    """The bytes of a POST request with a JSON body."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        b"POST %b HTTP/1.1\r\nhost: %b\r\n%b"
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n"
        % (path.encode(), host.encode(), more.encode(), len(body))
    ) + body


def burst(address: tuple[str, int], request: bytes, *, connections: int, seconds: float) -> Load:
    """Send requests for so long and return what came of them."""
    selector = selectors.DefaultSelector()
    open_connections = [_Connection(address, request) for _ in range(connections)]
    for connection in open_connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    began = now = time.perf_counter()
    while now - began < seconds:
        for key, _ in selector.select(1.0):
            connection = key.data
            status = connection.read()
            if status is None:
                continue
            latencies.append(time.perf_counter() - connection.sent_at)
            statuses[status] = statuses.get(status, 0) + 1
            connection.send()
        now = time.perf_counter()
    for connection in open_connections:
        connection.socket.close()
    return Load(len(latencies), now - began, latencies, statuses)
