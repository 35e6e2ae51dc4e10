"""What an address carries away: text in its query or path that some server is to receive."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from aiguardian.guards.security.links.address import Address
from aiguardian.guards.security.secrets.word_sets import word_set

# Where data is to be put in later: {x}, {{ x }}, <x>, [X], $X, %s. Nearest: braces in a fragment.
_SLOT = re.compile(
    r"\{{1,2}[^{}]{0,80}\}{1,2}|%7[Bb]|<[^<>]{1,80}>|%3[Cc]|\[[A-Z][A-Z0-9_ +-]{2,60}\]"
    r"|\$\{?[A-Za-z_]|(?<==)%s"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_WORDS = re.compile(r"[^\W\d_]{2,}")
CARRIES = word_set(
    "answer chat content context conversation credentials data document dump email exfil history "
    "info input key leak log mail memory message messages msg note notes output password payload "
    "pii private prompt pwd reply result response secret secrets session stolen summary system "
    "text token user"
)
"""Names of parameters under which data is carried off."""
RECEIVES_NOTHING = (
    "shields.io", "githubusercontent.com", "gravatar.com", "wikimedia.org", "ytimg.com",
    "googleusercontent.com", "gstatic.com", "twimg.com", "badge.fury.io", "travis-ci.com",
    "codecov.io", "star-history.com", "contrib.rocks", "unsplash.com", "placehold.co",
)  # fmt: skip
"""Image hosts that hand nothing on to who wrote the link."""
MANY_WORDS = 4


def cargo_score(address: Address, *, is_loaded: bool) -> float:
    """How surely an address carries data away, 0 to 1; `is_loaded` without a click."""
    if any(address.host == host or address.host.endswith("." + host) for host in RECEIVES_NOTHING):
        return 0.0
    score = max((_score(name, value) for name, value in _values(address)), default=0.0)
    return score if is_loaded else score * 0.7


def _values(address: Address) -> Iterator[tuple[str, str]]:
    for pair in address.query.split("&"):
        name, is_named, value = pair.partition("=")
        yield (name.lower(), value) if is_named else ("", name)
    for part in address.path.split("/"):
        yield "", part
    if address.fragment:
        yield "", address.fragment


def _score(name: str, value: str) -> float:
    if not value:
        return 0.0
    is_telling = name in CARRIES
    if _SLOT.search(value):
        return 0.9 if is_telling else 0.75
    plain = unquote_plus(value)
    if _decodes_to_text(plain):
        return 0.9
    words = len(_WORDS.findall(plain)) if " " in plain else 0
    if is_telling and (words >= MANY_WORDS or "@" in plain):
        return 0.9
    if is_telling and not value.isdigit() and len(value) >= 8:
        return 0.7
    return 0.72 if words >= 3 * MANY_WORDS else 0.0


def _decodes_to_text(value: str) -> bool:
    """Base64 of readable text of two words or more. Nearest: an id, which decodes to noise."""
    if not _BASE64.fullmatch(value):
        return False
    body = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return decoded.isprintable() and len(_WORDS.findall(decoded)) >= 2
