"""Which constants under the name of a secret are one."""

from __future__ import annotations

import re

from aiguardian.guards.security.code.python.names import PASSWORD_NAME
from aiguardian.guards.security.secrets.allow import is_placeholder, is_reference
from aiguardian.guards.security.secrets.assignment_scores import is_word

_WORDS = re.compile(r"[a-z]+(?:[_ -][a-z]+)+\Z|[A-Z]+(?:_[A-Z]+)+\Z")
_NAMES = re.compile(r"(?i)(?:pass(?:word|wd)?|pwd|secret|token|api_?key|key|str|none|null|user)\Z")


def credential_score(name: str, value: str) -> float:
    """How surely a constant is a credential: 0 for a placeholder, a reference, prose or a name."""
    if not 4 <= len(value) <= 400 or any(char in value for char in " \n<>{}$%/\\"):
        return 0.0
    if is_placeholder(value) or is_reference(value) or value.lower() == name.lower():
        return 0.0
    if name.lower() == "pass" and is_word(value):
        return 0.0
    if PASSWORD_NAME.search(name):
        if _NAMES.match(value) and value.lower() not in ("secret", "password"):
            return 0.0
        return 0.6 if _WORDS.match(value) else 0.7
    if _WORDS.match(value) or _NAMES.match(value):
        return 0.55 if name.lower().endswith(("secret_key", "secret")) else 0.0
    has_digit = any(char.isdigit() for char in value)
    return 0.7 if has_digit and len(value) >= 6 else 0.55 if len(value) >= 8 else 0.0
