"""The address that a request really comes from, where proxies stand before the gateway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

UNKNOWN = "unknown"
"""For a peer without an address: a UNIX socket."""
_FORWARDED = b"x-forwarded-for"
MOST_HOPS = 32
"""Addresses that are looked at, from the right; nobody's own proxies are more."""


class Clients:
    """Finds a request's client address."""

    def __init__(self, trusted: Iterable[str]) -> None:
        """`trusted` are the networks of the operator's own proxies."""
        self._trusted = tuple(ip_network(one) for one in trusted)

    def address(
        self, client: tuple[str, int] | None, headers: Sequence[tuple[bytes, bytes]]
    ) -> str:
        """The address as text, `unknown` for a peer that has none.

        X-Forwarded-For is read from the right, from the peer on, for as long as a trusted proxy
        stands there: what a client wrote into it itself stands further left and is never reached.
        """
        if client is None:
            return UNKNOWN
        if not self._trusted:
            return _shown(client[0])
        peer = _read(client[0])
        if peer is None or not self._is_trusted(peer):
            return _shown(client[0])
        lines = b",".join(value for name, value in headers if name == _FORWARDED)
        for hop in reversed(lines.decode("latin-1").rsplit(",", MOST_HOPS)[-MOST_HOPS:]):
            found = _read(_without_port(hop.strip()))
            if found is None:
                break  # whoever wrote this cannot be believed about what stands before it
            peer = found
            if not self._is_trusted(peer):
                break
        return str(peer)

    def _is_trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address.version == one.version and address in one for one in self._trusted)


def neighbourhood(address: str) -> str:
    """What is counted as one client: an IPv4 address, or the /64 that one IPv6 customer has."""
    if ":" not in address:
        return address
    return str(IPv6Network((address.partition("%")[0], 64), strict=False))


@lru_cache(maxsize=1024)
def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


@lru_cache(maxsize=1024)
def _shown(text: str) -> str:
    found = _read(text)
    return UNKNOWN if found is None else str(found)


def _without_port(hop: str) -> str:
    """`192.0.2.1:80`, `[2001:db8::1]:80` and `[2001:db8::1]` without what is not the address."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
