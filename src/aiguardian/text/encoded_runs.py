"""Runs of base64, base32, hexadecimal and lists of character codes, read where they hold text.

RFC 4648, both alphabets, with or without padding, wrapped or not. Nearest false positives: hashes,
ids, paths and long identifiers; their bytes are not readable, which `likeness` decides.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from aiguardian.text.decoding import Decoding
from aiguardian.text.likeness import readable
from aiguardian.text.offsets import RunOffsets

SHORTEST = 12
"""Characters of a run: nine bytes of base64, the shortest e-mail addresses that people have."""

_ALPHABET = "A-Za-z0-9+/_-"
# A line break inside a run counts after a line of 16: prose has no such lines of one word.
_RUN = re.compile(
    rf"[{_ALPHABET}]{{{SHORTEST},}}+"
    rf"(?:(?<=[{_ALPHABET}]{{16}})(?:\r?\n|\\n)[ \t]{{0,8}}[{_ALPHABET}]++)*={{0,6}}"
)
_BREAK = re.compile(r"\\n|\s+")
_PIECE = re.compile(rf"[A-Za-z0-9+]{{{SHORTEST},}}=*")
_HEX = re.compile(r"(?:0[xX])?((?:[0-9a-fA-F]{2}){8,})")
_BASE32 = re.compile("[A-Z2-7]{16,}=*")
_WORDLIKE = re.compile("[A-Z]?[a-z]+|[a-z]+(?:[-_/][a-z]+)+|[A-Z]+(?:_[A-Z]+)+|[0-9]+")

_CODES = re.compile(
    r"(?<![\w.])(?:"
    r"(?P<binary>[01]{8}(?:[\s,][01]{8}){3,})"
    r"|(?P<hex>(?:0x)?[0-9a-fA-F]{2}(?:[\s,:;]{1,2}(?:0x)?[0-9a-fA-F]{2}){7,})"
    r"|(?P<decimal>[0-9]{2,3}(?:[\s,;]{1,2}[0-9]{2,3}){7,})"
    r")(?![\w.])"
)
_CODE = re.compile(r"[0-9][0-9a-fA-F][\s,:;]{1,2}(?:0x)?[0-9a-fA-F]{2}")
FEWEST_CODES = 2
"""Pairs of codes below which the dearer pattern is not tried; a list of four has two."""
_NUMBER = {
    "binary": (re.compile("[01]{8}"), 2),
    "hex": (re.compile("[0-9a-fA-F]{2}(?![xX])"), 16),
    "decimal": (re.compile("[0-9]+"), 10),
}


def encoded_runs(text: str) -> Iterator[Decoding]:
    """Readings of runs that decode to text. Linear."""
    for match in _RUN.finditer(text):
        yield from _run(match.group(), match.start())


def character_codes(text: str) -> Iterator[Decoding]:
    """Readings of lists of eight or more character codes: binary, hexadecimal or decimal."""
    if len(_CODE.findall(text)) < FEWEST_CODES:
        return
    for match in _CODES.finditer(text):
        kind = match.lastgroup or ""
        pattern, radix = _NUMBER[kind]
        codes = [int(number, radix) for number in pattern.findall(match.group())]
        if max(codes) < 256 and (decoded := readable(bytes(codes))):
            yield _decoding(kind, match.start(), match.end(), decoded)


def _run(run: str, start: int) -> Iterator[Decoding]:
    if len(run) < 32 and _WORDLIKE.fullmatch(run):
        return
    for length in {len(run): None, _without_last_line(run): None}:
        whole = _BREAK.sub("", run[:length])
        for encoding, decode in _DECODERS.items():
            if decoded := decode(whole):
                yield _decoding(encoding, start, start + length, decoded)
                return
    for piece in _PIECE.finditer(run):
        if len(piece.group()) == len(run) or _WORDLIKE.fullmatch(piece.group()):
            continue
        if decoded := _base64(piece.group()):
            yield _decoding("base64", start + piece.start(), start + piece.end(), decoded)


def _without_last_line(run: str) -> int:
    """Where the last line break of a run is: the first word of what follows may look like more."""
    breaks = list(_BREAK.finditer(run))
    return breaks[-1].start() if breaks else len(run)


def _decoding(encoding: str, start: int, end: int, decoded: str) -> Decoding:
    return Decoding(encoding, start, end, decoded, RunOffsets(len(decoded), start, end))


def _hex(run: str) -> str:
    match = _HEX.fullmatch(run)
    if match is None or match[1].isdigit():  # only digits: a number; text has bytes from 6A to 6F
        return ""
    return readable(bytes.fromhex(match[1]))


def _binary(run: str) -> str:
    if len(run) % 8 or run.strip("01"):
        return ""
    return readable(int(run, 2).to_bytes(len(run) // 8, "big"))


def _base32(run: str) -> str:
    if not _BASE32.fullmatch(run):
        return ""
    digits = run.rstrip("=")
    digits = digits[: len(digits) - (1 if len(digits) % 8 in (1, 3, 6) else 0)]
    return readable(base64.b32decode(digits + "=" * (-len(digits) % 8)))


def _base64(run: str) -> str:
    digits = run.rstrip("=").translate(_URL_SAFE)
    if len(digits) > 256 and not _begins_readable(digits):
        return ""
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    try:
        return readable(binascii.a2b_base64(digits + "=" * (-len(digits) % 4)))
    except binascii.Error:
        return ""


def _begins_readable(digits: str) -> bool:
    """Whether the first 96 bytes hold no byte that text has not: images end here."""
    begin = binascii.a2b_base64(digits[:128])
    return not begin.translate(None, _TEXT_BYTES) or begin[1:40:2].count(0) > 15


_URL_SAFE = str.maketrans("-_", "+/")
_TEXT_BYTES = bytes([9, 10, 13, *range(32, 127), *range(128, 245)])
_DECODERS: dict[str, Callable[[str], str]] = {
    "binary": _binary,
    "hex": _hex,
    "base32": _base32,
    "base64": _base64,
}
