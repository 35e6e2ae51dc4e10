"""How a value looks: made by a generator, by a person, or a word of prose or code.

Letter pairs carry most of it: 87 % of the pairs in English words and identifiers are among
the 150 commonest, against 22 % in random letters.
"""

from __future__ import annotations

import re

from aiguardian.guards.security.secrets.word_sets import word_set

# The commonest letter pairs of the words in Python's standard library (3.11), code and comments,
# by count; 150 of 676 cover 87 % of all pairs.
_COMMON_PAIRS = word_set(
    "se in re er th el on te de or en le at st he et es me lf ar al ti nt ne co an no nd ro tr li "
    "ed it ta ur ra am ng ec is na fi io il tu ex ct pe ef ri as pa od ot rn ma ce ss fo si ea di "
    "la ac ve lo ge rt ca nc pr ns im un ad mp ha om ou po rr ue ll ch ul ls rs op va ut cl pt mo "
    "to ts ai ic ep rg em ck pl ty oc us ke ho da lu hi um wi su xt os ob ap gs lt yp ir sp fr ry "
    "fa ab ni so up ag tt do bu ol be bl bj ig rm pp ba id ee ow ff ru if sh ie sa "
)
_CHUNKS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_TOKEN = re.compile(r"[A-Za-z0-9_.+/=~:!@#$%^&*|-]+")
# `cache_write_5m_tokens`: three or more short pieces in small letters, no two with digits.
# Nearest: a token of groups, which has digits in most of them.
_SNAKE = re.compile(
    r"(?:[a-z]{1,16}[_.-]){1,12}(?:[a-z]{0,8}[0-9]{1,2}[a-z]{0,8}[_.-](?:[a-z]{1,16}[_.-]){0,12})?"
    r"[a-z]{1,16}"
)
_DIGEST_LENGTHS = frozenset({32, 40, 56, 64, 96, 128})

_WORD_PAIRS = 0.55
"""Share of common pairs from which a chunk of letters counts as a word: 93 % of the chunks of
four letters or more in the standard library reach it, 8 % of random ones."""
_WORDY = 0.5
"""Share of characters inside words from which a value is language, not a generator's output."""


def word_share(value: str) -> float:
    """Share of the characters that stand in pronounceable chunks of three letters or more."""
    covered = 0
    for chunk in _CHUNKS.findall(value):
        letters = chunk.lower()
        if len(letters) < 3:
            continue
        pairs = [letters[i : i + 2] for i in range(len(letters) - 1)]
        if sum(pair in _COMMON_PAIRS for pair in pairs) >= _WORD_PAIRS * len(pairs):
            covered += len(letters)
    return covered / len(value) if value else 0.0


def is_uuid(value: str) -> bool:
    """RFC 9562 text form, any version. Mostly an identifier, sometimes a key."""
    return _UUID.fullmatch(value) is not None


def is_hex(value: str) -> bool:
    """One case of hexadecimal digits, letters and digits both, at least eight distinct."""
    return (
        _HEX.fullmatch(value) is not None
        and len(set(value)) >= 8
        and not value.isdigit()
        and not value.isalpha()
    )


def is_digest_length(value: str) -> bool:
    """As long as an MD5, SHA-1 or SHA-2 digest: the likeliest harmless hexadecimal."""
    return len(value) in _DIGEST_LENGTHS


def is_random(value: str, *, least: int = 16) -> bool:
    """At least `least` token characters that no one would write: few words, many classes.

    Digits alone are counters and dates, letters alone need a length that words don't have.
    """
    if len(value) < least or len(set(value)) < min(7, least - 1) or not _TOKEN.fullmatch(value):
        return False
    if _SNAKE.fullmatch(value) and sum(map(value.count, "_.-")) > 1:
        return False
    has_digit = any(c.isdigit() for c in value)
    if not any(c.isalpha() for c in value) or (not has_digit and len(value) < 16):
        return False
    return word_share(value) < (_WORDY if has_digit else _WORDY / 2)
