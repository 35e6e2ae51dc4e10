"""The MCP servers there are: those of a YAML file alone, so that no caller names an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiguardian.policy.read import Place, PolicyError, composed, unknown
from aiguardian.settings.destinations import REFUSED, Outbound
from aiguardian.settings.variable import Secret

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
MOST_BYTES = 262_144
MOST_SERVERS = 100
FIELDS = ("url", "headers", "passes", "policy", "timeout_s", "silence_s")
RESERVED = frozenset(
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "accept"]
)
"""Headers that the gateway itself sets on every request."""
_FROM_ENVIRONMENT = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Server:
    """One server: where it is, and how it is spoken to."""

    name: str
    url: str
    headers: Mapping[str, Secret] = field(default_factory=dict)
    """Sent with every request; names in lower case."""
    passes: frozenset[str] = frozenset()
    """Headers of the caller's that it gets, in lower case. Never the one that proves the caller
    to this gateway."""
    policy: str | None = None
    timeout_s: float = 60.0
    """Until an answer begins."""
    silence_s: float = 300.0
    """Between two pieces of an answer to a request."""


def read_servers(
    text: str,
    *,
    file: str,
    environ: Mapping[str, str],
    outbound: Outbound = Outbound(),  # noqa: B008 - it is frozen
) -> dict[str, Server]:
    """The servers in a YAML text, by name. `environ` fills `${NAME}` in headers; `outbound` says
    where servers may be. Raises `PolicyError` with the line of a fault."""
    if len(text) > MOST_BYTES:
        raise PolicyError(file, 1, f"The file is longer than {MOST_BYTES:,} characters.")
    root = Place(file, composed(text, file))
    servers: dict[str, Server] = {}
    for key, value in root.items("The file"):
        if key != "servers":
            raise value.wrong(unknown(key, "The file", ("servers",)))
        for name, place in value.items("servers"):
            servers[name] = _server(name, place, environ)
            if outbound.refuses(urlsplit(servers[name].url).hostname or ""):
                raise place.wrong(f"The url {REFUSED}.")
    if not 0 < len(servers) <= MOST_SERVERS:
        raise root.wrong(f"servers names 1 to {MOST_SERVERS} of them.")
    return servers


def _server(name: str, place: Place, environ: Mapping[str, str]) -> Server:
    if not NAME.fullmatch(name):
        raise place.wrong("A server's name is lower-case letters, digits, - and _, at most 64.")
    given = dict(place.items(name))
    for key, value in given.items():
        if key not in FIELDS:
            raise value.wrong(unknown(key, name, FIELDS))
    if "url" not in given:
        raise place.wrong(f"{name} needs a url, such as https://mcp.example.com/mcp.")
    return Server(
        name,
        _url(given["url"]),
        headers=_headers(given["headers"], environ) if "headers" in given else {},
        passes=_passes(given["passes"]) if "passes" in given else frozenset(),
        policy=given["policy"].text("policy") if "policy" in given else None,
        timeout_s=_seconds(given.get("timeout_s"), "timeout_s", default=60.0),
        silence_s=_seconds(given.get("silence_s"), "silence_s", default=300.0),
    )


def _url(place: Place) -> str:
    url = place.text("url")
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right or parts.username or parts.password or parts.fragment:
        raise place.wrong(
            "url must be http:// or https:// with a host, without user, password or fragment: "
            "credentials belong under headers."
        )
    return url


def _headers(place: Place, environ: Mapping[str, str]) -> dict[str, Secret]:
    found: dict[str, Secret] = {}
    for name, value in place.items("headers"):
        _check_name(name, value)
        found[name.lower()] = Secret(_filled(value, environ))
    return found


def _check_name(name: str, place: Place) -> None:
    if not HEADER.fullmatch(name):
        raise place.wrong("This is no name of a header.")
    if name.lower() in RESERVED or name.lower().startswith("mcp-"):
        raise place.wrong(f"The gateway itself sets {name}.")


def _filled(place: Place, environ: Mapping[str, str]) -> str:
    def value_of(found: re.Match[str]) -> str:
        name = found[1]
        if not environ.get(name):
            raise place.wrong(f"The environment variable {name} is not set.")
        return environ[name]

    text = _FROM_ENVIRONMENT.sub(value_of, place.text("a header"))
    if not text.isascii() or not text.isprintable():
        raise place.wrong("A header's value must be printable ASCII.")
    return text


def _passes(place: Place) -> frozenset[str]:
    names = set()
    for one in place.members("passes"):
        name = one.text("a header's name")
        _check_name(name, one)
        names.add(name.lower())
    return frozenset(names)


def _seconds(place: Place | None, what: str, *, default: float) -> float:
    if place is None:
        return default
    try:
        value = float(place.text(what))
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 86_400:
        raise place.wrong(f"{what} must be a number of seconds from 0.1 to 86400.")
    return value
