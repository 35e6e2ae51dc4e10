"""Every usual spelling of DATABASE_URL is read, and no fault shows what it holds."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from aiguardian.storage.address import (
    InvalidAddress,
    PostgresAddress,
    SqliteAddress,
    read_address,
)


def read(url: str) -> PostgresAddress:
    address = read_address(url)
    assert isinstance(address, PostgresAddress)
    return address


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "POSTGRES"])
def test_all_schemes_of_postgresql_are_one(scheme: str) -> None:
    address = read(f"{scheme}://jane:p%40ss@db.example.org:6432/kept")
    assert (address.user, address.password, address.database) == ("jane", "p@ss", "kept")
    assert (address.hosts, address.ports) == (("db.example.org",), (6432,))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///kept.db", "kept.db"),
        ("sqlite+aiosqlite:////data/kept.db", "/data/kept.db"),
        ("sqlite:////data/with%20space.db?mode=rw", "/data/with space.db"),
    ],
)
def test_sqlite_names_a_file(url: str, path: str) -> None:
    assert read_address(url) == SqliteAddress(Path(path))


@pytest.mark.parametrize(
    ("url", "hosts", "ports"),
    [
        ("postgres://h/d", ("h",), (5432,)),
        ("postgres://a:1,b:2/d", ("a", "b"), (1, 2)),
        ("postgres://a,b/d", ("a", "b"), (5432, 5432)),
        ("postgres://[2001:db8::1]:7/d", ("2001:db8::1",), (7,)),
        ("postgres://[2001:db8::1]/d", ("2001:db8::1",), (5432,)),
        ("postgres:///d?host=/run/postgresql", ("/run/postgresql",), (5432,)),
        ("postgres://u:@/d?host=/run/postgresql&port=9", ("/run/postgresql",), (9,)),
        ("postgres:///d", ("localhost",), (5432,)),
    ],
)
def test_hosts_and_ports_are_as_libpq_reads_them(
    url: str, hosts: tuple[str, ...], ports: tuple[int, ...]
) -> None:
    assert (read(url).hosts, read(url).ports) == (hosts, ports)


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("", "prefer"),
        ("?sslmode=disable", False),
        ("?sslmode=require", "require"),
        ("?ssl=true", "require"),
        ("?sslmode=require&channel_binding=require&pgbouncer=true", "require"),
    ],
)
def test_sslmode_reaches_the_driver(query: str, given: Any) -> None:
    assert read(f"postgres://u@h/d{query}").arguments()["ssl"] == given


@pytest.mark.parametrize(("mode", "checks_name"), [("verify-ca", False), ("verify-full", True)])
def test_verifying_modes_check_the_certificate(mode: str, *, checks_name: bool) -> None:
    context = read(f"postgres://u@h/d?sslmode={mode}").arguments()["ssl"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname is checks_name


def test_what_a_provider_adds_reaches_the_server() -> None:
    address = read("postgres://u@h/d?options=endpoint%3Dep-1&connect_timeout=9&application_name=x")
    arguments = address.arguments()
    assert arguments["server_settings"] == {"options": "endpoint=ep-1", "application_name": "x"}
    assert arguments["timeout"] == 9.0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mysql://u:hunter2@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "postgres://u:hunter2@h:port/d",
        "postgres://u:hunter2@h/d?sslmode=maybe",
        "postgres://u:hunter2@h/d?colour=red",
        "postgres://u:hunter2@h/d?connect_timeout=soon",
        "postgres://u:hunter2@[h/d",
    ],
)
def test_a_faulty_address_is_told_without_being_shown(url: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        read_address(url)
    assert "hunter2" not in str(caught.value)


def test_a_certificate_that_is_not_there_is_told() -> None:
    with pytest.raises(InvalidAddress):
        read("postgres://u@h/d?sslmode=verify-full&sslrootcert=/nowhere.pem").arguments()


def test_an_address_prints_without_its_password() -> None:
    assert "hunter2" not in repr(read("postgres://u:hunter2@h/d"))
