"""Giving up a listener: who waits is accepted, who comes is turned away."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Iterator

import pytest

from aiguardian.gateway import closing
from aiguardian.gateway.closing import turn_away


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as one:
        one.setblocking(False)
        yield one


async def test_it_waits_for_those_who_are_not_accepted_yet(listening: socket.socket) -> None:
    with socket.create_connection(listening.getsockname()) as peer:
        peer.sendall(b"hello")
        task = asyncio.create_task(turn_away(listening))
        await asyncio.sleep(closing.SETTLE_S + 0.03)
        assert not task.done()
        accepted, _ = listening.accept()
        with accepted:
            await task
            assert accepted.recv(5) == b"hello"


async def test_it_does_not_wait_for_ever(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "ACCEPT_S", 0.05)
    with socket.create_connection(listening.getsockname()):
        await asyncio.wait_for(turn_away(listening), 2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux filters what a listener is shown")
async def test_a_newcomer_gets_no_connection_that_would_be_lost(listening: socket.socket) -> None:
    address = listening.getsockname()
    await turn_away(listening)
    with socket.socket() as newcomer:
        newcomer.settimeout(0.05)
        with pytest.raises(TimeoutError):
            newcomer.connect(address)
    listening.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=1)


async def test_an_established_connection_is_not_filtered(listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    with socket.create_connection(listening.getsockname()) as peer:
        accepted, _ = listening.accept()
        with accepted:
            accepted.setblocking(False)
            await turn_away(listening)
            peer.sendall(b"after")
            assert await loop.sock_recv(accepted, 5) == b"after"
