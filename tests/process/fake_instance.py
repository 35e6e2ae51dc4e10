"""A guard's instance that misbehaves as told, byte for byte; its health is always good."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator

HEALTH = b'{"status":"healthy","service":"tokenguard"}'
REPORT = {
    "text_length": 3,
    "risk": 0.0,
    "flagged": False,
    "confidence_score": 1.0,
    "decision": {"action": "keep", "confidence": 1.0, "reason": "from the instance"},
    "recommendation": "keep",
    "findings": [],
}
GOOD = json.dumps({"success": True, "data": REPORT, "error": None}).encode()
HUGE_BYTES = 33 * 1024 * 1024


def http_answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


class FakeInstance(socketserver.ThreadingTCPServer):
    """Answers /process with `answer`, raw bytes, after `wait_s`; None hangs up."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.health_answer = http_answer(HEALTH)
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        """Path, headers and body of every request but those for its health."""
        self.behave()

    def behave(
        self, answer: bytes | Callable[[], Iterator[bytes]] | None = None, *, wait_s: float = 0.0
    ) -> None:
        """Answer so from now on; well, unless told otherwise."""
        self.answer: bytes | Callable[[], Iterator[bytes]] = (
            http_answer(GOOD) if answer is None else answer
        )
        self.wait_s = wait_s

    def handle_error(self, request: object, client_address: object) -> None:
        """A gateway that hangs up is no error here."""


class _Connection(socketserver.StreamRequestHandler):
    server: FakeInstance

    def handle(self) -> None:
        while line := self.rfile.readline():
            headers: dict[str, str] = {}
            while (header := self.rfile.readline().decode().strip()) != "":
                name, _, value = header.partition(": ")
                headers[name.lower()] = value
            body = self.rfile.read(int(headers.get("content-length", 0)))
            path = line.split()[1].decode()
            if path == "/health":
                self.wfile.write(self.server.health_answer)
                continue
            self.server.asked.append((path, headers, body))
            answer = self.server.answer
            time.sleep(self.server.wait_s)
            whole = answer if isinstance(answer, bytes) else b""
            pieces = (whole,) if isinstance(answer, bytes) else answer()
            for piece in pieces:
                self.wfile.write(piece)
            if b"\r\ncontent-length: " not in whole:
                return  # hang up: nobody knows where this answer ends


@contextlib.contextmanager
def fake_instance(port: int = 0) -> Iterator[FakeInstance]:
    with FakeInstance(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def huge() -> Iterator[bytes]:
    """A body past what a gateway reads."""
    yield b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % HUGE_BYTES
    piece = b" " * 1_048_576
    for _ in range(HUGE_BYTES // len(piece)):
        yield piece
