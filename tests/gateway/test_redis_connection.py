"""Redis by its name: looked up before connecting, every address tried, TLS for the name."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from aiguardian.gateway.limits.redis_connection import connect_by_address


def client(url: str, **more: Any) -> Redis:
    made = Redis.from_url(url, socket_connect_timeout=0.05, **more)
    connect_by_address(made.connection_pool)
    return made


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What connections are opened to; each is refused."""
    opened: list[dict[str, Any]] = []

    async def refuse(**arguments: Any) -> Any:
        opened.append(arguments)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    return opened


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def found(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)


async def test_every_address_of_the_name_is_tried(
    monkeypatch: pytest.MonkeyPatch, tried: list[dict[str, Any]]
) -> None:
    resolve_to(monkeypatch, "192.0.2.1", "192.0.2.2")
    with pytest.raises(RedisError):
        await client("redis://redis.example.com:6379/0").ping()
    assert [one["host"] for one in tried][:2] == ["192.0.2.1", "192.0.2.2"]
    assert all("server_hostname" not in one for one in tried)


async def test_over_tls_the_certificate_must_be_of_the_name(
    monkeypatch: pytest.MonkeyPatch, tried: list[dict[str, Any]]
) -> None:
    resolve_to(monkeypatch, "192.0.2.1")
    with pytest.raises(RedisError):
        await client("rediss://redis.example.com:6379/0").ping()
    assert tried[0]["host"] == "192.0.2.1"
    assert tried[0]["server_hostname"] == "redis.example.com"
    assert tried[0]["ssl"].check_hostname


async def test_a_name_that_is_looked_up_for_too_long_is_given_up_unconnected(
    monkeypatch: pytest.MonkeyPatch, tried: list[dict[str, Any]]
) -> None:
    is_left = asyncio.Event()

    async def hang(*_: Any, **__: Any) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            is_left.set()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", hang)
    with pytest.raises(RedisError):
        await client("redis://redis.example.com:6379/0").ping()
    assert is_left.is_set()
    assert tried == []
