"""Dangerous links in all readings of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import NamedTuple

from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.links.address import Address, ip_of, parse, registered
from aiguardian.guards.security.links.cargo import cargo_score
from aiguardian.guards.security.links.extract import Link, links
from aiguardian.guards.security.links.lookalikes import is_mixed, pretends_to_be
from aiguardian.guards.security.readings import Reading, Readings
from aiguardian.guards.security.schemas import Direction
from aiguardian.guards.security.secrets.word_sets import word_set
from aiguardian.text.offsets import Mapped

THRESHOLD = 0.5
METADATA = frozenset({ip_address("169.254.169.254"), ip_address("fd00:ec2::254")})
METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.azure.internal"})
"""Where clouds hand out credentials to whoever asks from inside."""
_HARMLESS_SCRIPTS = ("javascript:void", "javascript:;", "javascript://", "javascript:history.")


class Fault(NamedTuple):
    """What is wrong with a link."""

    type: str
    score: float
    message: str


def link_hits(
    readings: Readings, *, direction: Direction, check: Callable[[], None]
) -> Iterator[Hit]:
    """The dangerous links; the text as sent goes first, for look-alike letters show only there.

    An image that carries data away stops an output: a client loads it unasked.
    """
    for reading in (Reading(Mapped(readings.original)), *readings.decoded):
        for number, link in enumerate(links(reading.text)):
            if number % 64 == 0:
                check()
            fault = max(faults(link), key=lambda fault: fault.score, default=None)
            if fault is not None and fault.score >= THRESHOLD:
                yield _hit(reading, link, fault, direction)


def faults(link: Link) -> Iterator[Fault]:
    """All that is wrong with one link."""
    address = parse(link.url)
    if address is None:
        return
    if address.scheme in ("javascript", "vbscript", "data"):
        yield from _script(link, address)
        return
    if not address.host:
        return
    yield from _userinfo(address)
    yield from _number(address.host)
    yield from _borrowed(address.host)
    yield from _label(link, address.host)
    carried = cargo_score(address, is_loaded=link.kind == "image")
    if carried >= THRESHOLD and link.kind != "bare":
        how = "loads by itself and" if link.kind == "image" else ""
        kind = "image_exfiltration" if link.kind == "image" else "link_exfiltration"
        yield Fault(kind, carried, f"A link that {how} carries data to {_named(address.host)}")


def _script(link: Link, address: Address) -> Iterator[Fault]:
    if address.scheme == "data":
        kind = address.path.partition(",")[0].partition(";")[0].lower()
        if kind in ("text/html", "application/xhtml+xml", "image/svg+xml", "text/javascript"):
            score = 0.85 if link.kind != "bare" and kind != "image/svg+xml" else 0.55
            yield Fault("data_url", score, "A link that is itself a page with script")
        return
    if not link.url.lower().startswith(_HARMLESS_SCRIPTS):
        score = 0.95 if link.kind != "bare" or "(" in link.url else 0.3
        yield Fault("script_url", score, "A link that runs script")


def _userinfo(address: Address) -> Iterator[Fault]:
    user, _, password = address.userinfo.partition(":")
    if "." in user or "/" in user:
        yield Fault("deceptive_userinfo", 0.9, "A link that shows one host and leads to another")
    elif password and address.host not in ("localhost", "127.0.0.1") and "{" not in password:
        yield Fault("credentials_in_url", 0.6, "A link with a password in it")


def _number(host: str) -> Iterator[Fault]:
    address, is_unusual = ip_of(host)
    if host in METADATA_NAMES or address in METADATA:
        yield Fault("metadata_address", 0.95, "A link to a cloud's metadata service")
    elif address is not None and is_unusual:
        yield Fault("encoded_ip", 0.9, "A link to an IP address that is written to hide it")
    elif address is not None and address.is_global:
        yield Fault("raw_ip", 0.6, "A link to a bare IP address")


def _borrowed(host: str) -> Iterator[Fault]:
    name = pretends_to_be(host)
    if name is not None:
        yield Fault("lookalike_host", 0.9, f"A link to a host that passes itself off as {name}")
    elif is_mixed(host):
        yield Fault("mixed_script_host", 0.8, "A link to a host that mixes alphabets")


def _label(link: Link, host: str) -> Iterator[Fault]:
    """A label that is an address itself, and another one than the link's."""
    if "." not in link.label or " " in link.label.strip():
        return
    label = link.label.strip().strip("*_`")
    shown = parse(label if "://" in label else f"https://{label}")
    if shown is None or not _is_host(shown.host) or "/" in label.partition("://")[2][:1]:
        return
    if registered(shown.host) != registered(host):
        yield Fault("mismatched_label", 0.7, "A link that shows another address than its own")


def _is_host(host: str) -> bool:
    """Whether a label reads as a host: `setup.py` and `Node.js` do not."""
    ending = host.rpartition(".")[2]
    return ending in _ENDINGS or host.startswith("www.")


_ENDINGS = word_set(
    "com org net edu gov io co de uk fr it es nl eu us ca au jp cn ru br in info biz dev app ai "
    "bank cloud online shop site store tech"
)


def _named(host: str) -> str:
    """The host for a message; its registered part at most, for the rest may be the cargo."""
    name = registered(host)
    return name if len(name) <= 60 and name.isascii() else "another host"


def _hit(reading: Reading, link: Link, fault: Fault, direction: Direction) -> Hit:
    start, end = reading.span(link.start, link.end)
    return Hit(
        check="links",
        type=fault.type,
        start=start,
        end=end,
        score=fault.score,
        detector=f"links.{fault.type}",
        message=f"{fault.message}{reading.told()}.",
        suggestion="Take the link out, or show it as plain text.",
        blocks=fault.type == "image_exfiltration" and fault.score >= 0.7 and direction != "input",
        value=link.url,
    )
