"""Where the database is: DATABASE_URL in any of its usual spellings, as the driver wants it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

FILE = "aiguardian.db"
"""The embedded database, in the program's folder."""

_OF_OTHERS = frozenset({"channel_binding", "pgbouncer", "gssencmode", "sslsni", "keepalives"})
"""Parameters that providers write into their addresses and that change nothing for this driver:
it takes channel binding when the server offers it."""
_SSL_FILES = ("sslcert", "sslkey", "sslrootcert")


class InvalidAddress(ValueError):
    """An address that cannot be read. Says what is wrong with it, never the address itself."""


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A file of this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A PostgreSQL server. Prints without the password."""

    user: str
    password: str = field(repr=False)
    hosts: tuple[str, ...]
    """More than one are tried in turn; one that begins with a slash is a folder with a socket."""
    ports: tuple[int, ...]
    database: str
    ssl: str
    """As libpq's sslmode: disable, allow, prefer, require, verify-ca or verify-full."""
    ssl_files: dict[str, str] = field(default_factory=dict)
    timeout_s: float = 5.0
    """To connect."""
    server_settings: dict[str, str] = field(default_factory=dict)
    target: str | None = None
    """As libpq's target_session_attrs."""

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of `asyncpg.connect`."""
        given: dict[str, Any] = {
            "host": list(self.hosts),
            "port": list(self.ports),
            "user": self.user,
            "password": self.password or None,
            "database": self.database,
            "ssl": _ssl(self.ssl, self.ssl_files),
            "timeout": self.timeout_s,
            "server_settings": {"application_name": "aiguardian"} | self.server_settings,
        }
        if self.target:
            given["target_session_attrs"] = self.target
        return given


Address = SqliteAddress | PostgresAddress


def read_address(url: str) -> Address:
    """The address behind a URL: `postgres://`, `postgresql://`, `postgresql+asyncpg://`,
    `sqlite:///file` (relative) or `sqlite:////file`, with or without `+aiosqlite`.

    Raises `InvalidAddress`.
    """
    scheme, separator, _ = url.partition("://")
    kind = scheme.lower().split("+")[0]
    if separator and kind == "sqlite":
        return SqliteAddress(_sqlite_path(url))
    if separator and kind in {"postgres", "postgresql"}:
        return _postgres(url)
    raise InvalidAddress("DATABASE_URL is neither a PostgreSQL nor a SQLite address.")


def _sqlite_path(url: str) -> Path:
    _, _, rest = url.partition("://")
    path = unquote(rest.partition("?")[0]).removeprefix("/")
    if path in {"", ":memory:"}:
        raise InvalidAddress("DATABASE_URL names no file. For example: sqlite:////data/kept.db")
    return Path(path)


def _postgres(url: str) -> PostgresAddress:
    try:
        parts = urlsplit(url)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError as error:
        raise InvalidAddress("DATABASE_URL cannot be read as an address.") from error
    who, _, where = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    hosts, ports = _hosts(given.pop("host", where), given.pop("port", ""))
    address = PostgresAddress(
        user=given.pop("user", "") or unquote(user) or "postgres",
        password=given.pop("password", "") or unquote(password),
        hosts=hosts,
        ports=ports,
        database=given.pop("dbname", "") or unquote(parts.path[1:]) or unquote(user) or "postgres",
        ssl=_ssl_mode(given, hosts),
        ssl_files={name: given.pop(name) for name in _SSL_FILES if name in given},
        timeout_s=_seconds(given.pop("connect_timeout", "") or "5"),
        target=given.pop("target_session_attrs", None),
        server_settings={
            name: given.pop(name) for name in ("options", "application_name") if name in given
        },
    )
    if unknown := sorted(given.keys() - _OF_OTHERS):
        raise InvalidAddress(f"DATABASE_URL has a parameter that is not known: {unknown[0][:40]}.")
    return address


def _hosts(where: str, ports: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Hosts and their ports; a port of its own beats the list of ports."""
    hosts: list[str] = []
    numbers: list[int] = []
    for one in unquote(where or "localhost").split(","):
        host, port = one, ports.split(",")[min(len(hosts), ports.count(","))]
        if not one.startswith("/") and not one.endswith("]") and ":" in one:
            host, _, port = one.rpartition(":")
        try:
            numbers.append(int(port or 5432))
        except ValueError as error:
            raise InvalidAddress("DATABASE_URL has a port that is no number.") from error
        hosts.append(host.strip("[]"))
    return tuple(hosts), tuple(numbers)


def _seconds(value: str) -> float:
    try:
        return max(1.0, float(value))
    except ValueError as error:
        raise InvalidAddress("DATABASE_URL: connect_timeout is no number of seconds.") from error


def _ssl_mode(given: dict[str, str], hosts: tuple[str, ...]) -> str:
    mode = given.pop("sslmode", "") or given.pop("ssl", "") or "prefer"
    mode = {"true": "require", "false": "disable"}.get(mode.lower(), mode.lower())
    if mode not in {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}:
        raise InvalidAddress("DATABASE_URL: sslmode is disable, prefer, require or verify-full.")
    return "disable" if hosts[0].startswith("/") else mode  # no TLS through a local socket


def _ssl(mode: str, files: dict[str, str]) -> ssl.SSLContext | str | bool:
    """What asyncpg makes of an sslmode, with the system's authorities where libpq would look for
    a file in the home of the user."""
    if mode == "disable":
        return False
    if not files and not mode.startswith("verify"):
        return mode
    root = files.get("sslrootcert")
    try:
        context = ssl.create_default_context(cafile=None if root in {None, "system"} else root)
        if "sslcert" in files:
            context.load_cert_chain(files["sslcert"], files.get("sslkey"))
    except (OSError, ssl.SSLError) as error:
        named = ", ".join(f"{name}={value}" for name, value in sorted(files.items()))
        raise InvalidAddress(
            f"A certificate for the database cannot be read (DATABASE_SSLROOTCERT): {named}."
        ) from error
    context.check_hostname = mode == "verify-full"
    if not mode.startswith("verify") and root is None:
        context.verify_mode = ssl.CERT_NONE  # aiguardian: allow - libpq: require checks nobody
    return context
