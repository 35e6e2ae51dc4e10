"""Addresses of machines: IPv4, IPv6 and MAC."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from aiguardian.guards.security.pii.context_words import OTHER
from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.reading import Reading

# Each begins with a literal that `re` finds fast; the neighbours are looked at afterwards.
# Dotted quads. Nearest: versions, section numbers, object identifiers.
_QUAD = re.compile(rb"9{1,3}\.9{1,3}\.9{1,3}\.9{1,3}")
# Two colons with at most four hexadecimal digits between. Nearest: times, `std::` in code.
# `Chrome/122.0.0.0` (RFC 9110, 10.1.5). Nearest: `https://81.2.69.160/`, `ip/81.2.69.160`.
_PRODUCT = re.compile(r"[A-Za-z]{3}/\Z")
_COLONS = re.compile(rb":[9A]{0,4}:")
_AROUND_COLONS = re.compile(r"[0-9A-Fa-f:]{2,60}(?:\.\d{1,3}){0,3}")
_BEFORE_COLON = re.compile(r"[0-9A-Fa-f]{0,4}\Z")
_COLON_MAC = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")
_HYPHENS = re.compile(rb"-[9A]{2}-[9A]{2}-[9A]{2}-[9A]{2}-[9A]{2}")
_DOTS = re.compile(rb"\.[9A]{4}\.[9A]{4}")
_PAIRS = re.compile(r"[0-9A-Fa-f.-]{14,17}")
_PUBLIC_RESOLVERS = frozenset(("8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"))


def find_network_addresses(reading: Reading) -> Iterator[Entity]:
    """IP and MAC addresses, scored by how surely they name one machine; linear in the text."""
    yield from _quads(reading)
    yield from _with_colons(reading)
    for pattern, lead in ((_HYPHENS, 2), (_DOTS, 4)):
        for match in pattern.finditer(reading.shape):
            start, end = match.start() - lead, match.end()
            value = reading.text[max(start, 0) : end]
            if _PAIRS.fullmatch(value) and _stands_alone(reading.text, start, end):
                score = 0.3 if _is_nobodys(value) or not _has_letter(value) else 0.75
                yield Entity("MAC_ADDRESS", start, end, score, "network", validated=False)


def _quads(reading: Reading) -> Iterator[Entity]:
    for match in _QUAD.finditer(reading.shape):
        start, end = match.span()
        if not _stands_alone(reading.text, start, end):
            continue
        try:
            address = ipaddress.IPv4Address(reading.text[start:end])
        except ValueError:
            continue
        score = _v4_score(reading, start, end, address)
        yield Entity("IP_ADDRESS", start, end, score, "network", validated=False)


def _v4_score(reading: Reading, start: int, end: int, address: ipaddress.IPv4Address) -> float:
    text = reading.text
    is_named = reading.context.gap("ip", start, end) is not None
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return 0.3
    if text[start:end] in _PUBLIC_RESOLVERS or text.startswith("255.", start):
        return 0.3
    if _PRODUCT.search(text, max(0, start - 12), start):
        return 0.3  # a browser's version, as every access log holds one
    if not is_named and reading.context.before(OTHER, start) is not None:
        return 0.3
    if text[end : end + 1] == "/" and text[end + 1 : end + 2].isdigit():
        return 0.45  # a network, not a machine
    if end - start < 9 and not is_named:
        return 0.4  # 1.2.3.4 is a version or a section more often
    if address.is_private:
        return 0.55 if is_named else 0.45
    return 0.9 if is_named else 0.85


def _with_colons(reading: Reading) -> Iterator[Entity]:
    text, read_to = reading.text, 0
    for colon in _COLONS.finditer(reading.shape):
        if colon.start() < read_to:
            continue
        before = _BEFORE_COLON.search(text, max(read_to, colon.start() - 4), colon.start())
        start = before.start() if before else colon.start()
        match = _AROUND_COLONS.match(text, start)
        if match is None:
            continue
        read_to = match.end()
        value = match[0].rstrip(".") if match[0].endswith("::") else match[0].rstrip(":.")
        end = start + len(value)
        if not _stands_alone(text, start, end):
            continue
        if _COLON_MAC.fullmatch(value):
            score = 0.3 if _is_nobodys(value) else 0.9
            yield Entity("MAC_ADDRESS", start, end, score, "network", validated=False)
        elif (score := _v6_score(reading, start, end)) > 0:
            yield Entity("IP_ADDRESS", start, end, score, "network", validated=False)


def _v6_score(reading: Reading, start: int, end: int) -> float:
    """0 when it is no IPv6 address; low for what code writes too, `a::b` and `1::2`."""
    value = reading.text[start:end]
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return 0.0
    groups = [group for group in value.split(":") if group]
    if address.is_loopback or address.is_unspecified or len(groups) < 2:
        return 0.3
    if len(groups) == 8 or (len(groups) >= 3 and any(map(str.isdigit, value))):
        return 0.55 if address.is_link_local else 0.9
    is_named = reading.context.gap("ip", start, end) is not None
    return 0.6 if is_named and len(value) > 6 else 0.3


def _stands_alone(text: str, start: int, end: int) -> bool:
    """No letter or digit on either side, nor a mark and then one more part."""
    if start < 0 or (start and (text[start - 1].isalnum() or text[start - 1] in "_:.")):
        return False
    if start > 1 and text[start - 1] == "-" and text[start - 2].isalnum():
        return False
    behind = text[end : end + 2]
    if behind and (behind[0].isalnum() or behind[0] == "_"):
        return False
    return not (
        behind[1:].isalnum()
        and (behind[0] in ".-" or (behind[0] == ":" and ":" in text[start:end]))
    )


def _is_nobodys(value: str) -> bool:
    return len(set(value) - set(":-.")) == 1


def _has_letter(value: str) -> bool:
    return any(map(str.isalpha, value))
