"""Redis behind TLS, as managed ones are: `rediss://`, verified."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from real_redis import real_redis

from aiguardian.gateway.limits import redis_counters
from aiguardian.gateway.limits.redis_counters import RedisCounters, RedisLost
from aiguardian.gateway.limits.window import Charge, Window
from aiguardian.settings.rates import read_limit


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def behind_tls(port: int, files: tuple[Path, Path]) -> AsyncIterator[int]:
    """A port that speaks TLS and passes on what it hears."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pour(reader, inner[1]), pour(inner[0], writer))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0.05)


async def test_windows_are_counted_over_tls_and_only_if_it_can_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_counters, "WAIT_S", 20.0)
    files = certificate(tmp_path)
    charge = Charge(Window("key", "k", read_limit("5 requests/day")), 1)
    with real_redis(tmp_path) as server:
        async with behind_tls(server.port, files) as port:
            address = f"rediss://:{server.password}@127.0.0.1:{port}/0"
            trusting = RedisCounters(f"{address}?ssl_ca_certs={files[0]}", b"k" * 32)
            await trusting.try_it()
            (told,) = await trusting.take([charge])
            assert told.used == 1
            wary = RedisCounters(address, b"k" * 32)
            with pytest.raises(RedisLost):
                await wary.try_it()
            await trusting.close()
            await wary.close()
