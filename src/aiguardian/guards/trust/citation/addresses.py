"""Web addresses that are cited: are they well-formed (RFC 3986), and when are two the same."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TRACKING = re.compile(r"(?:^|&)(?:utm_\w+|fbclid|gclid|ref|source)=[^&]*")


def address_fault(address: str) -> str:
    """What is wrong with an address, as the end of a sentence; empty where nothing is."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        if not address.lower().startswith("http"):
            return _host_fault(re.split(r"[/?#:]", address)[0])
        return "lacks // after its scheme"
    if scheme.lower() not in ("http", "https"):
        return f"has an unknown scheme: {scheme[:20]}"
    if rest.lower().startswith(("http:", "https:", "http//", "https//", "/")):
        return "has its scheme twice" if rest[0] != "/" else "names no host"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "has a host or a port that cannot be read"
    if _BAD_ESCAPE.search(parts.path):
        return "has a % that escapes nothing"
    return "" if parts.netloc.startswith("[") else _host_fault(host)


def _host_fault(host: str) -> str:
    labels = host.rstrip(".").split(".")
    if host == "localhost" or (len(labels) == 4 and all(label.isdigit() for label in labels)):
        is_address = host == "localhost" or all(int(label) < 256 for label in labels)
        return "" if is_address else f"names a host that is no IP address: {host}"
    if len(labels) < 2:
        return f"names a host without a domain: {host[:40]}"
    if not all(_LABEL.fullmatch(label) for label in labels):
        return f"names a host that no domain can be: {host[:60]}"
    last = labels[-1]
    is_top = (len(last) >= 2 and not last.isdigit()) and (last.isalpha() or last.startswith("xn--"))
    return "" if is_top else f"ends in no top-level domain: {last[:20]}"


def normal_address(address: str) -> str:
    """Host and path without what does not change the page: scheme, www, tracking, last slash."""
    rest = address.partition("://")[2] or address
    rest = rest.partition("#")[0]
    path, mark, query = rest.partition("?")
    host, slash, path = path.partition("/")
    host = host.lower().removeprefix("www.").removeprefix("m.")
    query = _TRACKING.sub("", query).strip("&")
    return host + (slash + unquote(path)).rstrip("/") + (mark + query if query else "")
