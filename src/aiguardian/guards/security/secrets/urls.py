"""Passwords inside URLs: `scheme://user:password@host` (RFC 3986 userinfo)."""

from __future__ import annotations

import re

from aiguardian.guards.security.secrets.allow import is_masked, is_placeholder
from aiguardian.guards.security.secrets.randomness import is_random
from aiguardian.guards.security.secrets.secret import Secret
from aiguardian.guards.security.secrets.word_sets import word_set

# The nearest false positives are a port (`host:8080/`) and an `@` in a path or a package name.
_USERINFO = re.compile(
    r"(?P<user>[^\s/:@?#\"'<>\\`]{0,80}+):(?P<value>[^\s/@\"'<>\\`]{2,200}+)@"
    r"(?=[A-Za-z0-9_\[*.$({%-])"
)
# A token in the place of the user: https://<token>@host. Nearest: git@host, user@host.
_TOKEN_USER = re.compile(r"(?P<value>[A-Za-z0-9_-]{20,100}+)@(?=[a-z0-9])")
_SCHEMES_OF_STORES = ("postgres", "mysql", "mongodb", "redis", "amqp", "mssql", "mariadb", "ftp")
_FILLER = word_set(
    """password passwd pass pwd secret token pw p passw0rd port user username key apikey xxx
    your_password yourpassword mypassword password123 dbpassword db_password userpass
    user_password"""
)


def read_url(text: str, start: int) -> Secret | None:
    """The password in the URL whose `://` ends at `start`."""
    found = _USERINFO.match(text, start)
    if found is None:
        if text.endswith("ssh", 0, start - 3):
            return None  # the name of an account, as ssh has no passwords in URLs
        found = _TOKEN_USER.match(text, start)
        if found is None or not is_random(found["value"], least=20):
            return None
    value = found["value"]
    if is_placeholder(value) or is_masked(value) or "://" in value:
        return None
    scheme = text[max(0, start - 14) : start - 3].lower()
    score = 0.9 if is_random(value, least=8) else 0.75
    if value.lower() in _FILLER or value == found.groupdict().get("user"):
        score = 0.55 if scheme.endswith(_SCHEMES_OF_STORES) and value.islower() else 0.4
    return Secret(
        "url_password", "", found.start("value"), found.end("value"), score, "urls", validated=False
    )
