"""Where settings may not lead: addresses at which clouds hand out credentials, and others that no
server of ours can have.

A setting that leads there is a slip or somebody's trick (SSRF). It is refused at the start when it
stands there plainly, and by whoever connects when a name leads there: the address is looked at that
is really connected to, so that a name with changing addresses (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Any

from aiguardian.settings.variable import Variable

_NETWORKS = tuple(
    ip_network(one)
    for one in (
        "169.254.0.0/16",  # link-local: the metadata of AWS, Azure, Google and others
        "fe80::/10",
        "fd00:ec2::/32",  # AWS by IPv6
        "fd20:ce::254/128",  # Google by IPv6
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle, classic
        "168.63.129.16/32",  # Azure's host of each machine
        "224.0.0.0/4",  # no server has these: groups, and everyone
        "ff00::/8",
        "255.255.255.255/32",
    )
)
_NAMES = frozenset(
    ["metadata", "metadata.google.internal", "metadata.goog", "instance-data",
     "instance-data.ec2.internal"]
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")
_NAT64 = IPv6Network("64:ff9b::/96")
REFUSED = (
    "leads to an address where a cloud hands out credentials, or that no server has; if it is "
    "meant, name it in AIGUARDIAN_ALLOWED_DESTINATIONS"
)


@dataclass(frozen=True)
class Outbound:
    """Where the program may connect to."""

    allowed: Annotated[
        tuple[str, ...],
        Variable(
            "AIGUARDIAN_ALLOWED_DESTINATIONS",
            "Addresses, networks and names that settings may lead to although they are link-local "
            "or a cloud's metadata.",
            "169.254.1.2,metadata.example",
        ),
    ] = ()

    @cached_property
    def _networks(self) -> tuple[Any, ...]:
        return tuple(ip_network(one) for one in self.allowed if _is_network(one))

    def unreadable(self) -> list[str]:
        """Those among `allowed` that are neither an address, a network nor a name."""
        names = [one for one in self.allowed if not _is_network(one)]
        return [one for one in names if not _NAME.fullmatch(one)]

    def refuses(self, host: str) -> bool:
        """Whether nothing may connect to this address or name, as a URL has it."""
        name = host.strip("[]").rstrip(".").lower()
        if name in {one.lower() for one in self.allowed}:
            return False
        address = _address(name)
        if address is None:
            return name in _NAMES
        return any(self._is_refused(one) for one in (address, *_inner(address)))

    def _is_refused(self, address: IPv4Address | IPv6Address) -> bool:
        if any(address in network for network in self._networks):
            return False
        return any(address in network for network in _NETWORKS)

    def open_socket(self, where: Sequence[Any]) -> socket.socket:
        """A socket for one of the addresses that a name has, as `socket.getaddrinfo` gives them.
        Raises `PermissionError` for one that is refused."""
        family, kind, protocol, _, address = where
        if self.refuses(str(address[0])):
            raise PermissionError(errno.EACCES, f"The name {REFUSED}.")
        opened = socket.socket(family, kind, protocol)
        opened.settimeout(0)
        return opened


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, in any of the forms that systems accept (`0xA9FEA9FE`)."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if not host or not set(host) <= set("0123456789abcdefx."):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _inner(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour]
    if address in _NAT64:
        found.append(IPv4Address(address.packed[-4:]))
    return [one for one in found if one is not None]
