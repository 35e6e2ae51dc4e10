"""Where a request really comes from."""

from __future__ import annotations

import pytest

from aiguardian.identity.client import UNKNOWN, Clients, neighbourhood

TRUSTED = ("10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7")
NAME = b"x-forwarded-for"

ADDRESSES: dict[str, tuple[str, list[bytes], str]] = {
    "no proxy": ("203.0.113.5", [], "203.0.113.5"),
    "a stranger who speaks for others": ("203.0.113.5", [b"198.51.100.1"], "203.0.113.5"),
    "behind a proxy": ("10.0.0.1", [b"203.0.113.5"], "203.0.113.5"),
    "behind two": ("10.0.0.1", [b"203.0.113.5, 10.0.0.2"], "203.0.113.5"),
    "what a client wrote itself": ("10.0.0.1", [b"1.2.3.4, 203.0.113.5"], "203.0.113.5"),
    "two headers are one list": ("10.0.0.1", [b"1.2.3.4", b"203.0.113.5"], "203.0.113.5"),
    "the proxy named none": ("10.0.0.1", [], "10.0.0.1"),
    "an empty one": ("10.0.0.1", [b""], "10.0.0.1"),
    "nonsense at the right": ("10.0.0.1", [b"203.0.113.5, nonsense"], "10.0.0.1"),
    "nonsense before it": ("10.0.0.1", [b"nonsense, 203.0.113.5"], "203.0.113.5"),
    "bytes": ("10.0.0.1", [b"\xff\xfe"], "10.0.0.1"),
    "with a port": ("10.0.0.1", [b"203.0.113.5:1234"], "203.0.113.5"),
    "IPv6": ("2001:db8:1::9", [b"2001:db8:2::5"], "2001:db8:2::5"),
    "IPv6 with a port": ("10.0.0.1", [b"[2001:db8:2::5]:99"], "2001:db8:2::5"),
    "IPv6 in brackets": ("10.0.0.1", [b"[2001:db8:2::5]"], "2001:db8:2::5"),
    "IPv4 in IPv6": ("::ffff:10.0.0.1", [b"::ffff:203.0.113.5"], "203.0.113.5"),
    "a single address is a network": ("192.0.2.7", [b"203.0.113.5"], "203.0.113.5"),
    "its neighbour is not": ("192.0.2.8", [b"203.0.113.5"], "192.0.2.8"),
    "only proxies": ("10.0.0.1", [b"10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    "thousands": ("10.0.0.1", [b"10.0.0.2, " * 5_000 + b"203.0.113.5"], "203.0.113.5"),
    "no address": ("", [b"203.0.113.5"], UNKNOWN),
    "a name": ("testclient", [], UNKNOWN),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_address_is_the_last_that_a_trusted_proxy_names(name: str) -> None:
    peer, forwarded, address = ADDRESSES[name]
    headers = [(b"host", b"h"), *((NAME, value) for value in forwarded)]
    assert Clients(TRUSTED).address((peer, 1), headers) == address


def test_without_trusted_proxies_the_peer_is_the_client() -> None:
    headers = [(NAME, b"203.0.113.5")]
    assert Clients(()).address(("10.0.0.1", 1), headers) == "10.0.0.1"
    assert Clients(()).address(None, headers) == UNKNOWN


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:2:3:4:5:6:7", "2001:db8:2:3::/64"),
        ("2001:db8:2:3::1", "2001:db8:2:3::/64"),
        ("2001:db8:2:4::1", "2001:db8:2:4::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_who_has_a_whole_ipv6_net_is_counted_once(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted
