"""A wire between the gateway and a server, which can be cut, held and mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


class Relay:
    """Hands bytes on, from a TCP port of its own to a server's Unix socket."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._flows = threading.Event()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def open(self) -> None:
        """Take connections, from now on or again."""
        self._flows.set()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._start(self._accept, self._listener)

    def cut(self) -> None:
        """End all connections and refuse new ones."""
        self._flows.set()
        for end in (self._listener, *self._ends):
            if end is not None:
                _shut(end)  # whoever waits for it wakes
        for thread in self._threads:
            thread.join(10)
        for end in (self._listener, *self._ends):
            if end is not None:
                end.close()
        self._listener, self._ends, self._threads = None, [], []

    def hold(self) -> None:
        """Hand nothing on; connections stand."""
        self._flows.clear()

    def let_go(self) -> None:
        """Hand on what was held."""
        self._flows.set()

    def _start(self, work: Callable[..., None], *given: socket.socket) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.socket(socket.AF_UNIX)
                self._ends += [near, far]
                far.connect(self._target)
                self._start(self._pass, near, far)
                self._start(self._pass, far, near)

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                self._flows.wait()
                other.sendall(data)
        _shut(other)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def relay(target: str) -> Iterator[Relay]:
    """A relay that is open, and ends with the block."""
    one = Relay(target)
    one.open()
    try:
        yield one
    finally:
        one.cut()
