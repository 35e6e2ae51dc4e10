"""Where settings may not lead: told at the start, and again by whoever connects."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from aiguardian.mcp.servers import read_servers
from aiguardian.policy.read import PolicyError
from aiguardian.proxy.routing_file import read_routing
from aiguardian.settings.checks import hosts_of
from aiguardian.settings.destinations import Outbound
from aiguardian.settings.read import SettingsError, read

METADATA = "169.254.169.254"
FORBIDDEN = (
    METADATA, "169.254.170.2", "2852039166", "0xa9fea9fe", "0xA9FEA9FE", "0251.0376.0251.0376",
    "169.254.43518", "fe80::1", "[fe80::1]", "fe80::1%eth0", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200",
    "168.63.129.16", "224.0.0.1", "255.255.255.255", "ff02::1", "metadata.google.internal",
    "Metadata.Google.Internal.", "metadata", "instance-data",
)  # fmt: skip
FINE = (
    "127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "::1", "fd00::1", "169.253.169.254",
    "168.63.129.17", "api.openai.com", "metadata.example.com", "2130706433", "0x7f000001", "face",
    "1.2.3.4.5", "", "ü.example", "x" * 5_000,
)  # fmt: skip


@pytest.mark.parametrize("host", FORBIDDEN)
def test_what_clouds_hand_out_is_not_to_be_had(host: str) -> None:
    assert Outbound().refuses(host)


@pytest.mark.parametrize("host", FINE)
def test_everything_else_is_the_operators_to_choose(host: str) -> None:
    assert not Outbound().refuses(host)


def test_what_is_named_is_allowed_and_nothing_beside_it() -> None:
    outbound = Outbound(("169.254.1.0/24", "metadata", "fe80::7"))
    assert not any(outbound.refuses(host) for host in ("169.254.1.2", "metadata", "fe80::7"))
    assert all(outbound.refuses(host) for host in ("169.254.2.2", METADATA, "fe80::8"))


@pytest.mark.parametrize("one", ["169.254.0.0/99", "http://a", "a b", "169.254.1.2/24", "a/b"])
def test_what_is_no_destination_is_no_permission(one: str) -> None:
    with pytest.raises(SettingsError, match=r"AIGUARDIAN_ALLOWED_DESTINATIONS: '.*' is not an"):
        read({"AIGUARDIAN_ALLOWED_DESTINATIONS": f"metadata,{one}"})


URLS = {
    "TOKENGUARD_URL": "http://{}:8001",
    "HEALTHGUARD_URL": "http://good:8006,http://{}/latest",
    "UPSTREAM_BASE_URL": "http://{}/v1",
    "TRUST_JUDGE_URL": "http://{}",
    "CLERK_ISSUER": "https://{}",
    "CLERK_JWKS_URL": "https://{}/keys",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://{}:4318",
    "AWS_ENDPOINT_URL": "http://{}",
    "STRIPE_API_BASE": "http://{}",
    "DATABASE_URL": "postgresql://u:canary@{}/d",
    "DATABASE_HOST": "{}",
    "REDIS_URL": "redis://:canary@{}:6379/0",
    "REDIS_HOST": "{}",
}


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize("host", [METADATA, "metadata.google.internal"])
def test_no_setting_leads_there(name: str, host: str) -> None:
    given = {name: URLS[name].format(host), "TRUST_JUDGE_MODEL": "m"}
    if name != "TRUST_JUDGE_URL":
        del given["TRUST_JUDGE_MODEL"]
    with pytest.raises(SettingsError) as caught:
        read(given)
    (told,) = caught.value.faults
    assert name in told
    assert "hands out credentials" in told
    assert "AIGUARDIAN_ALLOWED_DESTINATIONS" in told
    assert "canary" not in told
    assert read({**given, "AIGUARDIAN_ALLOWED_DESTINATIONS": f"10.0.0.0/8,{host}"})


def test_every_address_among_the_settings_is_looked_at() -> None:
    from aiguardian.settings.groups import all_settings

    shown = {"BILLING_RETURN_URL"}  # to browsers: nobody here goes there
    names = {one.variable.name for one in all_settings()}
    looks_like_one = {
        name for name in names if name.endswith(("_URL", "_HOST", "_ENDPOINT", "_BASE", "_ISSUER"))
    }
    guards = {name for name in looks_like_one if name.endswith("GUARD_URL")}
    assert len(guards) == 6
    assert looks_like_one - shown - guards == URLS.keys() - guards


def test_a_database_may_name_several_hosts() -> None:
    url = f"postgresql://u:p@a,b:5432,[::1]:5/d?host={METADATA}&hostaddr=c&port=1"
    assert hosts_of(url) == ["a", "b", "::1", METADATA, "c"]
    with pytest.raises(SettingsError):
        read({"DATABASE_URL": url})


def test_files_of_upstreams_and_servers_are_held_to_it_by_line() -> None:
    upstreams = (
        "upstreams:\n  a:\n    base_url: http://{}/\nmodels:\n  m: [{{upstream: a}}]\n"
    )  # fmt: skip
    servers = "servers:\n  a: {{url: 'http://{}/mcp'}}\n"
    given: dict[str, Any] = {"file": "f", "environ": {}}
    for host in ("good", METADATA):
        outbound = Outbound((host,))
        assert read_routing(upstreams.format(host), region="r", outbound=outbound, **given)
        assert read_servers(servers.format(host), outbound=outbound, **given)
    with pytest.raises(PolicyError) as caught:
        read_routing(upstreams.format(METADATA), region="r", **given)
    assert (caught.value.line, "hands out credentials" in caught.value.message) == (3, True)
    with pytest.raises(PolicyError) as caught:
        read_servers(servers.format("0xa9fea9fe"), **given)
    assert (caught.value.line, "hands out credentials" in caught.value.message) == (2, True)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to, one answer after the other; the last one stays."""
    found: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def answered(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        said = found.get(str(host))
        if not said:
            return real(host, port, *rest, **more)
        address = said.pop(0) if len(said) > 1 else said[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answered)
    return found


async def test_a_name_that_leads_there_later_is_refused_when_it_is_connected_to(
    names: dict[str, list[str]],
) -> None:
    """DNS rebinding: harmless when somebody looks, the metadata when somebody connects."""
    heard = 0

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        heard += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    names["rebound.example"] = ["127.0.0.1", METADATA]
    connector = aiohttp.TCPConnector(use_dns_cache=False, socket_factory=Outbound().open_socket)
    async with server, aiohttp.ClientSession(connector=connector) as session:
        async with session.get(f"http://rebound.example:{port}/") as response:
            assert response.status == 200
        for url in (f"http://rebound.example:{port}/", f"http://{METADATA}:{port}/"):
            with pytest.raises(aiohttp.ClientConnectorError, match="hands out credentials"):
                await session.get(url)
    assert heard == 1


async def test_the_whole_gateway_connects_so(names: dict[str, list[str]], tmp_path: Path) -> None:
    from aiguardian.app import create_app

    names["rebound.example"] = [METADATA]
    given = {"UPSTREAM_BASE_URL": "http://rebound.example", "UPSTREAM_RETRIES": "0"}
    program = create_app(read({**given, "AIGUARDIAN_HOME": str(tmp_path)}))
    async with program.run():
        session = program.dispatcher.session
        assert session is not None
        with pytest.raises(aiohttp.ClientConnectorError, match="hands out credentials"):
            await session.get("http://rebound.example/v1/models")


def test_spans_follow_no_redirect() -> None:
    import requests

    from aiguardian.telemetry.otlp import _Straight

    answer = requests.Response()
    answer.status_code, answer.headers["location"] = 307, f"http://{METADATA}/"
    assert answer.is_redirect
    assert _Straight().get_redirect_target(answer) is None
