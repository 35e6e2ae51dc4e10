"""Whether decoded bytes or letters read like text that somebody wrote.

Two kinds of evidence: how unlikely it is that arbitrary bytes are printable UTF-8 (1.4 bits an
ASCII character, more for others), and known words (`common_words.txt`, see the .md beside it).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

WORDS = Path(__file__).parent / "common_words.txt"

ASCII_BITS = 1.43
"""log2(256 / 95): of 256 byte values 95 are printable ASCII."""
OTHER_BITS = 2.6
"""For each byte of a UTF-8 sequence, from how few random pairs and triples are valid."""
ENOUGH_BITS = 30.0
"""21 ASCII characters. By the lock files, hashes and code of benchmarks/text_normalize.py."""

_WORD = re.compile("[A-Za-z]{3,}")
_WHITE = str.maketrans("", "", "\t\n\r")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w|https?://\w")


@cache
def common_words() -> frozenset[str]:
    """Some thousand words of at least three letters, lower case, without accents."""
    return frozenset(WORDS.read_text(encoding="ascii").split())


def readable(data: bytes) -> str:
    """The text that bytes spell, as UTF-8 or UTF-16; empty when they hardly are text."""
    if len(data) >= 16 and data[1:40:2].count(0) == len(data[1:40:2]):
        text = data.decode("utf-16-le", "replace")
    else:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return ""
    return text if is_written(text, bits=_bits(text, len(data))) else ""


def is_written(text: str, *, bits: float = 0.0) -> bool:
    """Whether a decoded text is printable and known words, an address or `bits` speak for it."""
    if not text.translate(_WHITE).isprintable():
        return False
    is_address = _ADDRESS.search(text) is not None
    letters = sum(map(str.isalpha, text))
    if bits >= ENOUGH_BITS or is_address:  # then digits may be what was written: a card's number
        letters += sum(map(str.isdigit, text))
    if 2 * (letters + text.count(" ")) < len(text) or letters < 4:
        return False
    return bits >= ENOUGH_BITS or known_share(text) >= 0.5 or is_address


def known_share(text: str) -> float:
    """Of the letters of a text, the share in known words, 0 to 1."""
    words = _WORD.findall(text)
    known = sum(len(word) for word in words if word.lower() in common_words())
    return known / max(1, sum(map(str.isalpha, text)))


def _bits(text: str, size_bytes: int) -> float:
    ascii_count = len(text.encode("ascii", "ignore"))
    return ASCII_BITS * ascii_count + OTHER_BITS * (size_bytes - ascii_count)
