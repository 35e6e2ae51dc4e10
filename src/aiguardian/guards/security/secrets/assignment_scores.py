"""How likely an assignment holds a credential, by its name, its value and how they are joined."""

from __future__ import annotations

import re
from dataclasses import replace

from aiguardian.guards.security.secrets.allow import (
    is_member,
    is_placeholder,
    is_reference,
    is_version_or_digest,
)
from aiguardian.guards.security.secrets.assignments import Assignment
from aiguardian.guards.security.secrets.names import (
    PASSWORD_WORDS,
    SECRET_WORDS,
    Kind,
    is_strong,
)
from aiguardian.guards.security.secrets.randomness import (
    is_digest_length,
    is_hex,
    is_random,
    is_uuid,
    word_share,
)
from aiguardian.guards.security.secrets.secret import Secret
from aiguardian.text.likeness import common_words

_ONLY_LETTERS = re.compile(r"[A-Za-z]+")
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_]*")
_LONG_HEX = re.compile(r"[0-9a-f]{32}")
_MOSTLY_RANDOM = 0.3
_WORDY_PATH = 0.4
_NUMBERED_NAME = re.compile(
    r"(?:\w{0,30}[_]?)?(?:arg|param|p|pw|pwd|pass|passwd|password|str|val|value|key|token|tmp|user|"
    r"secret|var|field|text|input|string|name|label|edit|data)_?\d{0,3}",
    re.IGNORECASE,
)
_ARGUMENT = ("comma", "call")
"""Joins of a function's arguments, where a name of a setting is as likely as its value."""
_JUDGED = 64
"""Characters of a value that are looked at; a longer one is judged by its beginning."""


def judge_assignment(found: Assignment) -> Secret | None:
    """The credential that the assignment holds, or None."""
    words, kind = found.words, found.kind
    end = found.start + len(found.value)
    if end - found.start > _JUDGED:
        found = replace(found, value=found.value[:_JUDGED])
    value = found.value
    if _is_harmless(found):
        return None
    if found.join == "space" and not found.is_flag and not (kind == "secret" and is_random(value)):
        return None
    score = (
        _password_score(found, words) if kind == "password" else _token_score(found, words, kind)
    )
    if score <= 0:
        return None
    label = {"password": "password", "vendor": "vendor_key"}.get(kind, "generic_secret")
    return Secret(label, "", found.start, end, score, "assignments", validated=False)


def _is_harmless(found: Assignment) -> bool:
    value = found.value
    if is_version_or_digest(value) or is_placeholder(value):
        return True
    if is_member(value):
        return not is_random(value, least=40 if found.kind in ("vendor", "key") else 20)
    is_resource = value.startswith("arn:")  # of AWS: a name, however random its end
    return is_resource or (
        is_reference(value) and not (found.quoted and is_random(value, least=20))
    )


def _password_score(found: Assignment, words: list[str]) -> float:
    value = found.value
    if any(c.isspace() for c in value) or (found.join == "quote" and words[-1] == "pass"):
        return 0.0
    if words[-1] == "pass" and is_word(value):
        return 0.0
    if found.join in _ARGUMENT:
        return 0.6 if is_random(value, least=8) else 0.0
    if value.lower().strip("_-:*") in {*PASSWORD_WORDS, *SECRET_WORDS, *words}:
        return 0.0
    if is_random(value, least=10):
        return 0.9
    mixed = _is_mixed(value)
    plain_name = _IDENTIFIER.fullmatch(value) is not None
    if found.quoted:
        return _quoted_password_score(found, mixed=mixed)
    if plain_name:
        return _bare_word_score(found)
    if not mixed and not value.isalnum():
        return 0.3
    if found.join == "verb" and not (mixed and any(c.isdigit() for c in value)):
        return 0.0
    return 0.7 if mixed else (0.55 if value.isdigit() and found.is_line else 0.3)


def is_word(value: str) -> bool:
    """Whether it is a common word, or a form of one: a "pass" that fails is no password."""
    low = value.lower()
    return low.isalpha() and any(
        low.removesuffix(ending) in common_words() for ending in ("", "s", "es", "ed", "ing")
    )


def _is_mixed(value: str) -> bool:
    """Letters together with digits or symbols, as no word and no path has them."""
    others = set(value) - set("-_./: ")
    letters = any(c.isalpha() for c in others)
    if not letters or all(c.isalpha() for c in others):
        return False
    return not ("/" in value and word_share(value) > 0.6)


def _quoted_password_score(found: Assignment, *, mixed: bool) -> float:
    value = found.value
    if "/" in value and word_share(value) > _WORDY_PATH:
        return 0.3
    if mixed:
        return 0.45 if set(value) & set("#.-") and value[0] in "#.-" else 0.75
    if value.istitle() or value.isdigit() or len(value) < 5:
        return 0.5 if value.isdigit() and len(value) > 3 else 0.3
    if any(found.value.lower().endswith(word) for word in ("password", "passwd", "input", "field")):
        return 0.5 if value.islower() and found.join in ("=", "=>", ":", "quote") else 0.3
    return 0.6 if value.islower() else 0.5


def _bare_word_score(found: Assignment) -> float:
    """A bare identifier may be a variable: only configuration lines make it a value."""
    value = found.value
    if any(c.isdigit() for c in value):
        if _NUMBERED_NAME.fullmatch(value) or found.follows == ".":
            return 0.0
        return 0.65
    environment = _is_environment(found)
    if environment or found.is_flag:
        return 0.6 if not _NUMBERED_NAME.fullmatch(value) or environment else 0.3
    if found.join in ("=", ":") and found.is_line and not found.is_indented and value.islower():
        return 0.5 if found.follows in ("", "\n", "\r") and _ONLY_LETTERS.fullmatch(value) else 0.3
    return 0.0


def _token_score(found: Assignment, words: list[str], kind: Kind) -> float:
    value = found.value
    strong = is_strong(words)
    if any(c.isspace() for c in value):
        return 0.0
    if kind == "mention":
        return _mention_score(found)
    if is_uuid(value):
        return _uuid_score(found, kind, strong=strong)
    if is_hex(value) and len(value) >= 16:
        return _hex_score(found, kind, strong=strong)
    if is_random(value):
        return _random_score(found, kind)
    return _short_secret_score(found, kind, strong=strong)


def _mention_score(found: Assignment) -> float:
    """Only a quoted value with digits, capitals and small letters, which no name needs."""
    value = found.value
    classes = (str.isdigit, str.isupper, str.islower)
    mixed = all(any(map(kind, value)) for kind in classes)
    return 0.6 if found.quoted and mixed and is_random(value, least=20) else 0.0


def _uuid_score(found: Assignment, kind: Kind, *, strong: bool) -> float:
    if strong and kind == "secret" and found.join not in _ARGUMENT:
        return 0.6
    return 0.5 if strong and (found.quoted or _is_environment(found)) else 0.0


def _is_environment(found: Assignment) -> bool:
    """`NAME=value`, as a shell or an environment file has it."""
    return found.join == "=" and found.name.isupper()


def _hex_score(found: Assignment, kind: Kind, *, strong: bool) -> float:
    if _is_pod_checksum(found):
        return 0.3
    if kind == "secret" and strong:
        return 0.8
    if kind in ("secret", "vendor") and (found.quoted or found.join == "="):
        return 0.55 if found.join in _ARGUMENT else 0.65
    if kind == "key" and strong and len(found.value) >= 32 and found.join not in _ARGUMENT:
        return 0.55 if found.quoted or _is_environment(found) else 0.4
    return 0.3 if is_digest_length(found.value) else 0.4


def _is_pod_checksum(found: Assignment) -> bool:
    """A line of a CocoaPods lock file: `  AppAuth: <SHA-1>`."""
    name = found.name
    named = name.isalpha() and name[0].isupper() and not name.isupper()
    listed = found.is_indented and found.join == ":" and not found.quoted
    return named and listed and is_digest_length(found.value)


def _random_score(found: Assignment, kind: Kind) -> float:
    if found.join in ("==", "===", "!=", "!=="):
        return 0.6
    if found.join in _ARGUMENT and word_share(found.value) > _MOSTLY_RANDOM:
        return 0.3
    if kind == "secret":
        return 0.85
    if kind == "key" and _LONG_HEX.search(found.value):
        return 0.3  # a cache key: `node-modules-<digest>`
    return 0.65 if found.quoted or found.join in ("=", ":") else 0.4


def _short_secret_score(found: Assignment, kind: Kind, *, strong: bool) -> float:
    """Eight to fifteen random characters, or a phrase with symbols that only a secret holds."""
    value = found.value
    if kind != "secret" or (found.join in (*_ARGUMENT, "verb", "space") and not found.is_flag):
        return 0.0
    has_digit = any(c.isdigit() for c in value)
    if is_random(value, least=8) and has_digit:
        return 0.7 if strong else 0.55
    if not (found.quoted and strong and len(value) >= 8):
        return 0.0
    symbols = _is_mixed(value) and not value.isalnum()
    return 0.55 if symbols or (has_digit and word_share(value) < 0.7) else 0.3
