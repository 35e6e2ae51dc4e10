"""Fakes made at run time: no live-looking credential is stored in the repository.

`fake` writes a value of a pattern's shape; the others build checksums by their own code, not by
the code under test.
"""

from __future__ import annotations

import base64
import binascii
import json
import random
import re
import string
from re import _constants as sre
from re import _parser
from typing import Any

from aiguardian.guards.security.secrets.allow import is_example, is_masked

ALNUM = string.ascii_letters + string.digits
_PRINTABLE = [chr(code) for code in range(33, 127) if chr(code) not in "\"'`\\"]


def letters(rng: random.Random, count: int, alphabet: str = ALNUM) -> str:
    """Random characters with a digit, a capital and a small letter among them where possible."""
    while True:
        value = "".join(rng.choice(alphabet) for _ in range(count))
        wanted = [set(alphabet) & set(kind) for kind in (string.digits, string.ascii_lowercase)]
        if not is_masked(value) and all(set(value) & kind for kind in wanted if kind):
            return value


def fake(pattern: str, rng: random.Random) -> str:
    """A value that the whole pattern matches and that no mask or example marks."""
    compiled = re.compile(pattern)
    tree = _parser.parse(pattern)
    for _ in range(20_000):
        value = "".join(_walk(tree, rng))
        if compiled.fullmatch(value) and not is_masked(value) and not is_example(value):
            return value
    raise AssertionError("no value of this shape was found")


def _walk(tree: Any, rng: random.Random) -> list[str]:
    return [_one(op, what, rng) for op, what in tree]


def _one(op: Any, what: Any, rng: random.Random) -> str:
    if op is sre.LITERAL:
        return chr(what)
    if op is sre.IN:
        return rng.choice(_members(what))
    if op is sre.NOT_LITERAL:
        return rng.choice([c for c in _PRINTABLE if c != chr(what)])
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        low, high, inner = what
        count = rng.randint(low, min(int(high), low + 3 if low else 2))
        return "".join("".join(_walk(inner, rng)) for _ in range(count))
    if op is sre.SUBPATTERN:
        return "".join(_walk(what[3], rng))
    if op is sre.BRANCH:
        return "".join(_walk(rng.choice(what[1]), rng))
    return ""  # an assertion: the caller tries again until it holds


def _members(items: Any) -> list[str]:
    members: list[str] = []
    negated = items[0][0] is sre.NEGATE
    for op, what in items:
        if op is sre.LITERAL:
            members.append(chr(what))
        elif op is sre.RANGE:
            members.extend(chr(code) for code in range(what[0], what[1] + 1))
        elif op is sre.CATEGORY:
            members.extend(" \t\n")
    return [c for c in _PRINTABLE if c not in members] if negated else members


def github(rng: random.Random, prefix: str = "ghp_") -> str:
    """A token with the right CRC-32 in base 62."""
    body = letters(rng, 30)
    crc, digits = binascii.crc32(body.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + digits
    return prefix + body + digits


def jwt(rng: random.Random) -> str:
    """A signed token with a random signature."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": letters(rng, 10)}]
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*encoded, letters(rng, 43)])


def pem(rng: random.Random, label: str = "RSA PRIVATE KEY", newline: str = "\n") -> str:
    """An armoured block whose body begins as DER does."""
    body = base64.b64encode(b"0\x82\x01\x22\x02\x01\x00" + rng.randbytes(400)).decode()
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    return newline.join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])
