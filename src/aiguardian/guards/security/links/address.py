"""An address taken apart as a browser takes it apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import unquote, urlsplit

from aiguardian.guards.security.secrets.word_sets import word_set

_NUMBER_HOST = re.compile(
    r"(?:0[xX][0-9a-fA-F]{1,16}|\d{1,20})(?:\.(?:0[xX][0-9a-fA-F]{1,8}|\d{1,12})){0,3}"
)
_UNSEEN = re.compile(r"[\t\r\n]")

_SECOND_LEVEL = word_set(
    "ac co com edu gob gov gouv govt go id me ne net nhs nic nom or org plc police sch"
)
"""Below a country's two letters these are no one's name: example.co.uk."""


@dataclass(frozen=True, slots=True)
class Address:
    """The parts that tell where it leads. `host` is in lower case, without a final dot."""

    scheme: str
    userinfo: str
    host: str
    path: str
    query: str
    fragment: str


def parse(url: str) -> Address | None:
    """The parts of an address; None for what no browser opens.

    Backslashes are slashes and unseen white space is none (WHATWG URL, section 4.4).
    """
    clean = _UNSEEN.sub("", url).replace("\\", "/")
    if clean.startswith("//"):
        clean = f"https:{clean}"
    try:
        parts = urlsplit(clean)
    except ValueError:
        return None
    userinfo, _, host = parts.netloc.rpartition("@")
    host = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    return Address(
        scheme=parts.scheme.lower(),
        userinfo=unquote(userinfo),
        host=unquote(host).lower().rstrip("."),
        path=parts.path,
        query=parts.query,
        fragment=parts.fragment,
    )


def ip_of(host: str) -> tuple[IPv4Address | IPv6Address | None, bool]:
    """The IP address that a host is, and whether it is written in an unusual way.

    `2130706433`, `0x7f.1` and `0177.0.0.1` are all 127.0.0.1 (WHATWG URL, section 3.5).
    """
    try:
        return ip_address(host), False
    except ValueError:
        pass
    if not host or not _NUMBER_HOST.fullmatch(host):
        return None, False
    *parts, last = (_number(part) for part in host.split("."))
    value = last + sum(part << (24 - 8 * place) for place, part in enumerate(parts))
    return (IPv4Address(value), True) if value < 2**32 else (None, False)


def registered(host: str) -> str:
    """The part of a host that somebody registered: `example.co.uk` of `www.example.co.uk`.

    A rule of thumb instead of the Public Suffix List: right for country codes with the usual
    second level, wrong for `github.io` and its like.
    """
    labels = host.split(".")
    is_third = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if is_third else labels[-2:])


def _number(part: str) -> int:
    if part[:2] in ("0x", "0X"):
        return int(part, 16)
    is_octal = len(part) > 1 and part[0] == "0" and all(digit in "01234567" for digit in part)
    return int(part, 8 if is_octal else 10)
