"""Account names, where the text says that they are some: `username: x`, `Twitter @x`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.reading import Reading

# In code an equals sign mostly has a variable behind it: there the name must be in quotes.
_AFTER_MARK = re.compile(
    r"[\"'*]{0,2}\s?(?:[:：]\s{0,3}[\"'`]?|=\s?[\"'`]|=(?=\w{0,24}\d))(@?[^\W_][\w.\-]{2,31})"
    r"(?![\w(\[@/])"
)
_AFTER_IS = re.compile(
    r"\s(?:is|est|es|ist|lautet|é|è|to|was|:)\s[\"'`“]?(@?[^\W_][\w.\-]{2,31})(?![\w(\[@/])"
)
_HANDLE = re.compile(
    r"[^\w\n@]{0,4}(?:(?:handle|is|account|:|at|on|id)\s?){0,3}(@[A-Za-z0-9_][\w.]{1,29})(?![\w@(/])"
)
# Types, constants and fillers behind `username:` in code and forms.
_NO_NAME = frozenset(
    ("null", "none", "nil", "undefined", "string", "str", "text", "true", "false",
     "required", "optional", "varchar", "char", "integer", "int", "object", "any", "empty",
     "unknown", "invalid", "missing", "password", "passwd", "email", "username", "user",
     "name", "login", "the", "your", "not", "incorrect", "admin", "root", "test", "guest",
     "example", "value", "field", "input", "const", "self", "this", "request", "req",
     "form", "data", "params", "args", "config", "os", "env", "process", "and", "was",
     "are", "already", "taken", "used", "token", "secret", "userid", "case", "unique",)
)  # fmt: skip


def find_usernames(reading: Reading) -> Iterator[Entity]:
    """Names behind a word that announces one; a plain word counts only after a colon."""
    text = reading.text
    for place in reading.context.behind("username"):
        match = _HANDLE.match(text, place)
        score = 0.75
        if match is None:
            match, score = _AFTER_MARK.match(text, place), 0.6
        if match is None:
            match, score = _AFTER_IS.match(text, place), 0.55
        if match is not None and _is_name(match[1], score):
            end = match.end(1) - (match[1][-1] in ".-")
            yield Entity("USERNAME", match.start(1), end, score, "usernames", validated=False)


def _is_name(value: str, score: float) -> bool:
    plain = value.lstrip("@").rstrip(".-")
    if len(plain) < 3 or plain.lower() in _NO_NAME or plain.isdigit():
        return False
    if "." in plain and (plain.endswith((".id", ".name")) or not plain.islower()):
        return False  # a field of a variable
    is_telling = value[0] == "@" or any(char.isdigit() or char in "_.-" for char in plain)
    return is_telling if score < 0.6 else is_telling or plain.islower()
