"""What the gateway knows of the servers it leans on."""

from __future__ import annotations

import asyncio

import pytest

from aiguardian.errors import NotAvailable
from aiguardian.gateway import dependencies as module
from aiguardian.gateway.dependencies import Dependencies, Dependency
from aiguardian.telemetry.metrics import Metrics


class Server:
    """Answers as it is told to."""

    def __init__(self, *, up: bool = True) -> None:
        self.up = up
        self.asked = 0
        self.hangs = False

    async def answers(self) -> bool:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if not self.up:
            raise NotAvailable("away")
        return True


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "INTERVAL_S", 0.001)
    monkeypatch.setattr(module, "PATIENCE_S", 0.02)


async def asked_again(server: Server, watched: Dependencies) -> None:
    task = asyncio.create_task(watched.watch())
    before = server.asked
    while server.asked < before + 2:  # noqa: ASYNC110 - the watch has no event to wait for
        await asyncio.sleep(0.001)
    task.cancel()


async def test_one_that_is_required_decides_whether_requests_are_taken() -> None:
    metrics, server = Metrics(), Server()
    watched = Dependencies([Dependency("database", True, server.answers)], metrics)
    assert not watched.is_ready, "nobody knows yet"
    await asked_again(server, watched)
    assert watched.is_ready
    assert watched.states() == {"database": "ready"}
    server.up = False
    await asked_again(server, watched)
    assert not watched.is_ready
    assert b'aiguardian_dependency_up{dependency="database"} 0.0' in metrics.text()
    server.up = True
    await asked_again(server, watched)
    assert watched.is_ready, "it recovers by itself"
    assert b'aiguardian_dependency_up{dependency="database"} 1.0' in metrics.text()


async def test_one_that_is_not_required_is_told_of_only() -> None:
    server = Server(up=False)
    watched = Dependencies([Dependency("redis", False, server.answers)], Metrics())
    await asked_again(server, watched)
    assert watched.is_ready
    assert not watched.is_whole
    assert watched.states() == {"redis": "not_ready"}


async def test_one_that_does_not_answer_in_time_is_away() -> None:
    server = Server()
    server.hangs = True
    watched = Dependencies([Dependency("database", True, server.answers)], Metrics())
    await asked_again(server, watched)
    assert watched.states() == {"database": "not_ready"}


async def test_without_any_there_is_nothing_to_wait_for() -> None:
    watched = Dependencies([], Metrics())
    await watched.watch()
    assert watched.is_ready
    assert watched.is_whole
