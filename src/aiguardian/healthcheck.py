"""The probe that a container runs on itself: a slim image has no curl.

A plain socket and no settings: it starts in a few hundredths of a second, for it runs every few
seconds beside the server on the same share of a core, and no fault in a setting that has nothing
to do with it can make it fail.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping, Sequence

LIVE = "/health/live"
TIMEOUT_S = 2.0
"""Below the three seconds that compose and ECS give the probe, so that it says why it failed."""


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Ask this container's own server; 0 when it answers 200, else 1 with a line on stderr.

    `arguments` may hold one path, `/health/ready` for instance. The port is PORT, else 8000.
    """
    path = arguments[0] if arguments else LIVE
    if len(arguments) > 1 or not path.startswith("/") or not path.isprintable() or " " in path:
        return _fail("usage: aiguardian healthcheck [PATH], for example /health/ready")
    port = environ.get("PORT", "").strip() or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return _fail("PORT is not a port number from 1 to 65535")
    fault = probe(int(port), path)
    return _fail(f"port {port}, {path}: {fault}") if fault else 0


def probe(port: int, path: str) -> str | None:
    """What is wrong with the server on this machine's loopback; None when it answers 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as connection:
            connection.sendall(request.encode())
            with connection.makefile("rb") as answer:
                words = answer.readline(256).split(maxsplit=2)
    except OSError as error:
        return f"no answer ({type(error).__name__})"
    if len(words) < 2 or not words[0].startswith(b"HTTP/1."):
        return "the answer is not HTTP"
    return None if words[1] == b"200" else f"status {words[1].decode('ascii', 'replace')[:16]}"


def _fail(reason: str) -> int:
    sys.stderr.write(f"aiguardian healthcheck: {reason}\n")
    return 1
