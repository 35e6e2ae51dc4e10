"""Credentials in a text: one pass for what could begin one, then a look at each such place.

An Aho-Corasick automaton over all literals and a search for long runs of word characters name
the places; each is judged within a bounded neighbourhood. The work is linear in the text.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache

from ahocorasick_rs import BytesAhoCorasick, Implementation

from aiguardian.guards.security.secrets.allow import is_example, is_masked
from aiguardian.guards.security.secrets.assignment_scores import judge_assignment
from aiguardian.guards.security.secrets.assignments import name_mask, read_assignment
from aiguardian.guards.security.secrets.checksums import is_basic_credential
from aiguardian.guards.security.secrets.commands import (
    read_constructor,
    read_identified,
    read_netrc,
    read_next_line,
    read_password_option,
    read_user_option,
)
from aiguardian.guards.security.secrets.formats.format import Format
from aiguardian.guards.security.secrets.formats.table import FORMATS
from aiguardian.guards.security.secrets.key_blocks import (
    read_encoded_pem,
    read_jwk,
    read_jwk_member,
    read_key_lines,
    read_pem,
    read_pem_tail,
    read_putty,
)
from aiguardian.guards.security.secrets.names import PASSWORD_WORDS, SECRET_WORDS, VENDORS
from aiguardian.guards.security.secrets.secret import Secret
from aiguardian.guards.security.secrets.urls import read_url
from aiguardian.guards.security.secrets.web_tokens import read_jwt

THRESHOLD = 0.5
"""Findings below it are left out; chosen on dev, 2026-11-21: benchmarks/security_secrets.py."""

_HITS_BETWEEN_CHECKS = 128
_RUN = 15
_RUN_MASK = bytes.maketrans(
    bytes(range(256)),
    bytes(120 if (chr(i).isalnum() and i < 128) or i in b"_-" else 32 for i in range(256)),
)
_BASE64_MASK = bytes(
    120 if (chr(i).isalnum() and i < 128) or i in b"+/" else 32 for i in range(256)
)
_KEY_LINE = b"x" * 64
_KEY_LINE_LEAD = 120
_HEX_DIGITS = 16
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_")
# `\\n`, percent escapes and terminal colours before a token are no part of it.
# Nearest: a Windows path.
_ESCAPE_BEFORE = re.compile(
    r"\\[nrtbf]\Z|%[0-9A-Fa-f]{2}\Z|\\u[0-9A-Fa-f]{4}\Z|\\x[0-9A-Fa-f]{2}\Z|\x1b\[[0-9;]{1,8}m\Z"
)
# A hash in a file's name: bundle-<hash>.js. Nearest: a token at the end of a sentence.
_FILE_ENDING = re.compile(r"\.(?:png|jpe?g|gif|svg|ico|webp|js|css|map|html?|woff2?|tgz|gz|zip)\b")
_DATA_URI = re.compile(r";base64,[A-Za-z0-9+/=_%-]{64,}+")
_KEY_NAMES = (
    "pass", "pwd", "pw", "psw", "secret", "token", "key", "cred", "auth", "bearer", "jwt", "salt",
    "pat", "unseal", "kennwort", "senha", "contrasena", "wachtwoord", "haslo", "motdepasse",
    "heslo",
)  # fmt: skip
_FOREIGN_NAMES = tuple(
    dict.fromkeys(
        written
        for word in sorted(PASSWORD_WORDS | SECRET_WORDS)
        if not word.isascii()
        for written in (word, word.title(), word.upper())
    )
)
_BARE_VENDORS = tuple(sorted(VENDORS))

Reader = Callable[[str, int], Secret | None]
_READERS: tuple[tuple[str, Reader, bool], ...] = (
    # literal, what reads there, whether reading starts behind the literal
    ("-----begin", read_pem, False),
    ("-----end", read_pem_tail, False),
    ("ls0tls1crudjti", read_encoded_pem, False),
    ("private-lines:", read_putty, False),
    ('"kty"', read_jwk, False),
    ('"d"', read_jwk_member, False),
    ('"k"', read_jwk_member, False),
    ("eyj", read_jwt, False),
    ("://", read_url, True),
    ("-u", read_user_option, False),
    ("--user", read_user_option, False),
    ("-p", read_password_option, False),
    ("networkcredential(", read_constructor, False),
    ("directoryentry(", read_constructor, False),
    ("basicauth(", read_constructor, False),
    ("identified", read_identified, False),
    ("login", read_netrc, False),
    ("following password", read_next_line, False),
)
_FORMATS_BY_LITERAL: dict[str, list[Format]] = {}
for _format in FORMATS:
    if _format.literal:
        _FORMATS_BY_LITERAL.setdefault(_format.literal.lower(), []).append(_format)
_RUN_FORMATS = tuple(row for row in FORMATS if not row.literal)
_FIRST = re.compile(r"\[[^\]]+\]|[A-Za-z0-9]")


def _may_begin(row: Format, letter: str) -> bool:
    """Whether the shape can begin with the letter, by the class or the letter it begins with."""
    first = _FIRST.match(row.rest)
    return first is None or re.fullmatch(first[0], letter) is not None


_RUN_FORMATS_BY_LETTER = {
    letter: tuple(row for row in _RUN_FORMATS if _may_begin(row, letter))
    for letter in "-_" + string.ascii_letters + string.digits
}
_ANY_RUN_FORMAT = {
    letter: re.compile("|".join(f"(?:{row.pattern.pattern})" for row in rows))
    for letter, rows in _RUN_FORMATS_BY_LETTER.items()
}

_LITERALS = tuple(
    dict.fromkeys(
        [*_FORMATS_BY_LITERAL, *(row[0] for row in _READERS), *_KEY_NAMES, *_BARE_VENDORS]
    )
)
_READERS_BY_LITERAL = {literal: (read, behind) for literal, read, behind in _READERS}
_NAMES = frozenset(_KEY_NAMES) | frozenset(_BARE_VENDORS)


@lru_cache(maxsize=1)
def _automaton() -> BytesAhoCorasick:
    return BytesAhoCorasick(
        [literal.encode() for literal in _LITERALS], implementation=Implementation.DFA
    )


@lru_cache(maxsize=1)
def _foreign_automaton() -> BytesAhoCorasick:
    return BytesAhoCorasick(
        [word.encode() for word in _FOREIGN_NAMES], implementation=Implementation.DFA
    )


def find_secrets(
    text: str, *, threshold: float = THRESHOLD, check: Callable[[], None] | None = None
) -> list[Secret]:
    """The credentials in the text in order, without overlaps; linear in its length.

    Offsets are code points. Of two that overlap the better scored stays. `check` is called every
    few milliseconds of work and may raise, as `Deadline.check` does.
    """
    # One byte a code point, so that every offset below is an offset into the text.
    flat = text.encode("ascii", "replace").lower()
    found = [*_at_literals(text, flat, check), *_at_runs(text, flat)]
    if b"-----begin" not in flat:
        found.extend(_at_key_lines(text, flat))
    if not text.isascii():
        found.extend(_at_foreign_names(text, flat))
    if not found:
        return []
    kept = _without_overlaps([secret for secret in found if secret.score >= threshold])
    return _outside_data_uris(text, kept) if b";base64," in flat else kept


def _at_literals(text: str, flat: bytes, check: Callable[[], None] | None) -> Iterator[Secret]:
    judged: set[int] = set()
    names = name_mask(flat)
    hits = _automaton().find_matches_as_indexes(flat, overlapping=True)
    for number, (index, start, end) in enumerate(hits):
        if check is not None and number % _HITS_BETWEEN_CHECKS == 0:
            check()
        literal = _LITERALS[index]
        rows = _FORMATS_BY_LITERAL.get(literal)
        if rows is not None:
            yield from _by_formats(text, flat, start, rows)
        reader = _READERS_BY_LITERAL.get(literal)
        if reader is not None and (reader[1] or _begins_token(text, flat, start)):
            secret = reader[0](text, end if reader[1] else start)
            if secret is not None:
                yield secret
        if literal in _NAMES and end < len(flat):
            secret = _by_name(text, start, end, names, judged)
            if secret is not None:
                yield secret


def _by_name(text: str, start: int, end: int, names: bytes, judged: set[int]) -> Secret | None:
    """The credential assigned to the name that holds the key-like word, judged once a value."""
    assignment = read_assignment(text, start, end, names)
    if assignment is None or assignment.start in judged:
        return None
    judged.add(assignment.start)
    if assignment.words[-1].startswith("auth") and is_basic_credential(assignment.value):
        stop = assignment.start + len(assignment.value)
        return Secret(
            "basic_credential", "", assignment.start, stop, 0.9, "assignments", validated=True
        )
    return judge_assignment(assignment)


def _by_formats(text: str, flat: bytes, hit: int, rows: list[Format]) -> Iterator[Secret]:
    for row in rows:
        start = hit
        if row.lead:
            lead = _lead_class(row.lead)
            limit = max(0, hit - row.lead_max)
            while start > limit and text[start - 1] in lead:
                start -= 1
        if not _begins_token(text, flat, start):
            continue
        match = row.pattern.match(text, start)
        if match is not None:
            secret = _judge_format(row, match)
            if secret is not None:
                yield secret


def _judge_format(row: Format, match: re.Match[str]) -> Secret | None:
    group = "value" if "value" in match.re.groupindex else 0
    value = match[group]
    holds = row.check is not None and row.check(value)
    if row.must_check and not holds:
        return None
    if not holds and (is_masked(value[len(row.literal) :]) or is_example(value)):
        return None
    if _FILE_ENDING.match(match.string, match.end()):
        return None
    score = 0.99 if holds else row.score
    return Secret(
        row.type,
        row.issuer,
        match.start(group),
        match.end(group),
        score,
        "formats",
        validated=holds,
    )


def _at_runs(text: str, flat: bytes) -> Iterator[Secret]:
    """Formats without a literal, tried where a long run of word characters begins."""
    mask = flat.translate(_RUN_MASK)
    needle = b"x" * _RUN
    start = mask.find(needle)
    while start >= 0:
        letter = text[start]
        match = _ANY_RUN_FORMAT[letter].match(text, start)
        if match is not None:
            for row in _RUN_FORMATS_BY_LETTER[letter]:
                exact = row.pattern.match(text, start)
                secret = _judge_format(row, exact) if exact is not None else None
                if secret is not None:
                    yield secret
                    break
        end = mask.find(b" ", start)
        start = mask.find(needle, end) if end >= 0 else -1


def _at_key_lines(text: str, flat: bytes) -> Iterator[Secret]:
    """Lines of 64 base64 characters in a text that names no armour of its own."""
    mask = flat.translate(_BASE64_MASK)
    start = mask.find(_KEY_LINE)
    while start >= 0:
        stop = start + len(_KEY_LINE)
        end = mask.find(b" ", stop)
        # Hexadecimal digests are that long too, and the digests of lock files are longer.
        if end in (-1, stop) and len(set(flat[start:stop])) > _HEX_DIGITS:
            before = max(0, start - _KEY_LINE_LEAD)
            line = flat.rfind(b"\n", before, start) + 1 or before
            secret, read = read_key_lines(text, line)
            end = max(stop, read)
            if secret is not None:
                yield secret
        start = mask.find(_KEY_LINE, end) if end >= 0 else -1


def _at_foreign_names(text: str, flat: bytes) -> Iterator[Secret]:
    """Assignments to the words for password that no byte of ASCII holds: `пароль: ...`."""
    encoded = text.encode("utf-8", "replace")
    names = name_mask(flat)
    read, start, past = 0, 0, 0
    for _, first, last in _foreign_automaton().find_matches_as_indexes(encoded):
        # Bytes to code points, counting on from the hit before: linear over all hits.
        start += len(encoded[read:first].decode())
        read = first
        if start < past:
            continue
        end = start + len(encoded[first:last].decode())
        assignment = read_assignment(text, start, end, names)
        if assignment is None:
            continue
        past = assignment.start + len(assignment.value)
        secret = judge_assignment(assignment)
        if secret is not None:
            yield secret


def _begins_token(text: str, flat: bytes, start: int) -> bool:
    """No letter, digit or underscore stands before, unless it ends an escape sequence."""
    if start == 0 or flat[start - 1] not in _WORD_BYTES:
        return True
    return _ESCAPE_BEFORE.search(text, max(0, start - 11), start) is not None


@lru_cache(maxsize=64)
def _lead_class(lead: str) -> frozenset[str]:
    one = re.compile(lead)
    return frozenset(chr(code) for code in range(128) if one.fullmatch(chr(code)))


def _without_overlaps(found: list[Secret]) -> list[Secret]:
    kept: list[Secret] = []
    for secret in sorted(found, key=lambda s: (-s.score, s.start - s.end)):
        place = bisect_right(kept, secret.start, key=lambda s: s.start)
        free_before = place == 0 or kept[place - 1].end <= secret.start
        free_behind = place == len(kept) or kept[place].start >= secret.end
        if free_before and free_behind:
            kept.insert(place, secret)
    return kept


def _outside_data_uris(text: str, found: list[Secret]) -> list[Secret]:
    spans = [match.span() for match in _DATA_URI.finditer(text)]
    return [
        secret
        for secret in found
        if not any(first <= secret.start and secret.end <= last for first, last in spans)
    ]
