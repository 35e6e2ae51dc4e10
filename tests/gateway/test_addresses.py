"""One name, several instances: names are followed, calls are spread, who is gone is forgotten."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Collection

import pytest
from aiohttp import ClientSession, web

from aiguardian.gateway.addresses import Place, places_of, resolve
from aiguardian.gateway.directory import Pool
from aiguardian.telemetry.metrics import Metrics


def answering(*addresses: str) -> object:
    async def answer(host: str, port: int) -> Collection[str]:
        assert (host, port) == ("tokenguard", 8001)
        return addresses

    return answer


@pytest.mark.parametrize(
    ("url", "addresses", "apart", "places"),
    [
        ("http://10.0.0.1:8001", (), False, [Place("http://10.0.0.1:8001")]),
        ("http://[fd00::1]:8001", (), False, [Place("http://[fd00::1]:8001")]),
        ("http://tokenguard:8001", ("10.0.0.1",), False, [Place("http://tokenguard:8001")]),
        (
            "http://tokenguard:8001",
            ("10.0.0.1",),
            True,
            [Place("http://10.0.0.1:8001", "tokenguard:8001")],
        ),
        (
            "http://tokenguard:8001/base",
            ("10.0.0.2", "10.0.0.1"),
            False,
            [
                Place("http://10.0.0.1:8001/base", "tokenguard:8001"),
                Place("http://10.0.0.2:8001/base", "tokenguard:8001"),
            ],
        ),
        (
            "http://tokenguard:8001",
            ("fd00::2", "fd00::1"),
            False,
            [
                Place("http://[fd00::1]:8001", "tokenguard:8001"),
                Place("http://[fd00::2]:8001", "tokenguard:8001"),
            ],
        ),
    ],
)
async def test_a_name_stands_for_each_of_its_addresses(
    url: str, addresses: tuple[str, ...], apart: bool, places: list[Place]
) -> None:
    assert await places_of(url, apart=apart, resolve=answering(*addresses)) == places  # type: ignore[arg-type]


async def test_the_port_of_the_scheme_is_looked_up_when_none_is_given() -> None:
    async def answer(host: str, port: int) -> Collection[str]:
        return {f"10.0.0.{1 if port == 443 else 2}", "10.0.0.9"}

    found = await places_of("https://guards.example", apart=False, resolve=answer)
    assert found[0] == Place("https://10.0.0.1:443", "guards.example")


async def test_of_both_kinds_of_addresses_only_the_older_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def both(*_: object, **__: object) -> list[object]:
        return [
            (socket.AF_INET6, None, 6, "", ("::1", 8001, 0, 0)),
            (socket.AF_INET, None, 6, "", ("127.0.0.1", 8001)),
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    assert set(await resolve("localhost", 8001)) == {"127.0.0.1"}


class Names:
    """A name whose addresses a test sets; `None`: the name cannot be looked up."""

    def __init__(self, *addresses: str) -> None:
        self.addresses: tuple[str, ...] | None = addresses

    async def resolve(self, host: str, port: int) -> Collection[str]:
        if self.addresses is None:
            raise socket.gaierror("no such name")
        return self.addresses


async def test_a_pool_follows_its_name() -> None:
    names, metrics = Names("10.0.0.1"), Metrics()
    pool = Pool("tokenguard", ("http://t:1",), metrics=metrics, resolve=names.resolve)
    named = pool.instances[0]
    await pool.look_up(timeout_s=1)
    assert pool.instances == [named], "one address: the name will do"

    names.addresses = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
    await pool.look_up(timeout_s=1)
    assert [one.url for one in pool.instances] == [f"http://10.0.0.{last}:1" for last in (1, 2, 3)]
    assert {pool.choose() for _ in range(3)} == set(pool.instances)

    kept = pool.instances[1]
    names.addresses = ("10.0.0.2",)
    await pool.look_up(timeout_s=1)
    assert pool.instances == [kept], "its breaker and its load stay"

    names.addresses = None
    await pool.look_up(timeout_s=1)
    assert pool.instances == [kept], "what cannot be looked up stays as it was"


async def test_the_metrics_of_an_instance_that_is_gone_end() -> None:
    names, metrics = Names("10.0.0.1", "10.0.0.2"), Metrics()
    pool = Pool("tokenguard", ("http://t:1",), metrics=metrics, resolve=names.resolve)
    await pool.look_up(timeout_s=1)
    gone = pool.instances[0]
    names.addresses = ("10.0.0.2",)
    await pool.look_up(timeout_s=1)
    async with ClientSession() as session:
        await gone.check(session, timeout_s=0.01)  # one that was under way
    told = metrics.text().decode()
    assert 'instance="http://10.0.0.2:1"' in told
    assert "10.0.0.1" not in told
    assert 'instance="http://t:1"' not in told


async def test_an_address_is_asked_for_the_name_that_the_operator_gave() -> None:
    hosts: list[str] = []

    async def health(request: web.Request) -> web.Response:
        hosts.append(request.headers["Host"])
        return web.json_response({"service": "tokenguard"})

    app = web.Application()
    app.router.add_get("/health", health)
    runner = web.AppRunner(app)
    await runner.setup()
    sites = [web.TCPSite(runner, f"127.0.0.{last}", 0) for last in (1, 2)]
    await sites[0].start()
    port = runner.addresses[0][1]
    sites[1] = web.TCPSite(runner, "127.0.0.2", port)
    await sites[1].start()
    pool = Pool(
        "tokenguard",
        (f"http://tokenguard:{port}",),
        metrics=Metrics(),
        resolve=Names("127.0.0.1", "127.0.0.2").resolve,
    )
    await pool.look_up(timeout_s=1)
    async with ClientSession() as session:
        for instance in pool.instances:
            await instance.check(session, timeout_s=2)
    await runner.cleanup()
    assert hosts == [f"tokenguard:{port}"] * 2
    assert all(instance.is_usable() for instance in pool.instances)
