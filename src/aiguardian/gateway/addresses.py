"""What a base URL stands for now: one instance, or one for each address that its name has.

`docker compose up --scale tokenguard=3`, Cloud Map and headless services of Kubernetes all give one
name several addresses. Whoever only connects to the name talks to whichever address came first.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

Resolve = Callable[[str, int], Awaitable[Collection[str]]]
"""From a host name and a port to its addresses; raises `OSError` when it has none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one instance is reached."""

    url: str
    """The base URL without a slash at its end; holds an address when the name has several."""
    name: str | None = None
    """The host that the operator named, when `url` holds an address in its stead."""


async def resolve(host: str, port: int) -> Collection[str]:
    """The IPv4 addresses of a name, else its IPv6 addresses: the same instance usually has one of
    each, and would be counted twice. Raises `OSError` when it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    of_four = {str(address[0]) for family, *_, address in found if family is socket.AF_INET}
    return of_four or {str(address[0]) for *_, address in found}


async def places_of(url: str, *, apart: bool, resolve: Resolve) -> list[Place]:
    """The places that a base URL stands for, sorted; with `apart` even one address is told apart
    from its name, so that an instance stays the same when the others go. Raises `OSError`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_address(host):
        return [Place(url)]
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    addresses = sorted(await resolve(host, port))
    if len(addresses) < 2 and not apart:
        return [Place(url)]
    return [
        Place(
            parts._replace(netloc=f"{_in_url(address)}:{port}").geturl(),
            name=parts.netloc,
        )
        for address in addresses
    ]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address
