"""E-mail addresses: RFC 5321 and 6531 as people write them, quoted local parts included."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.reading import Reading

_LONGEST_LOCAL = 64
"""RFC 5321, 4.5.3.1.1."""
# Read backwards from the at sign. Letters of every script stand in a local part (RFC 6531).
_LOCAL_BACKWARDS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}")
_QUOTED_BACKWARDS = re.compile(r'"[^"\n\\]{1,64}"')
_DOMAIN = re.compile(r"[^\W_](?:[\w.-]{0,251}[^\W_])?")
_TRIMMED = "!#$%&'*+/=?^`{|}~.-"
# Endings of files and code after an at sign: `logo@2x.png`, `decorator@module.py`.
_NO_DOMAIN = frozenset(
    ("png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "js", "ts", "jsx", "tsx",
     "json", "html", "htm", "xml", "yaml", "yml", "toml", "txt", "pdf", "zip", "gz", "tar",
     "exe", "dll", "class", "jar", "rb", "java", "cpp", "hpp", "lock", "log", "csv",
     "shape", "dtype", "t", "reshape",)
)  # fmt: skip
_COMMON_ENDINGS = frozenset(
    ("com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "app",
     "dev", "io", "ai", "co", "online", "site", "tech", "store", "cloud", "xyz", "email",
     "mail", "example", "test", "local", "internal", "museum", "coop", "jobs", "travel",
     "agency", "digital", "shop", "blog", "news", "live", "world", "group", "company",
     "network", "systems", "solutions", "services", "consulting", "media", "studio", "team",
     "today", "life", "space", "design", "academy", "university", "school", "hospital",
     "health", "law", "bank", "global",)
)  # fmt: skip
_PROGRAM_USERS = frozenset(("git", "svn", "hg"))


def find_emails(reading: Reading) -> Iterator[Entity]:
    """The addresses of the text; work per at sign is bounded.

    Nearest: SSH remotes (`git@host:path`), npm scopes, `user:password@host` in a URL.
    """
    at = reading.text.find("@")
    while at >= 0:
        entity = _read(reading.text, at)
        if entity is not None:
            yield entity
        at = reading.text.find("@", at + 1)


def _read(text: str, at: int) -> Entity | None:
    start, end = _local_start(text, at), _domain_end(text, at + 1)
    if start == at or not end or _is_in_url(text, start):
        return None
    local, ending = text[start:at], text[at + 1 : end].rpartition(".")[2].lower()
    if local in _PROGRAM_USERS and text[end : end + 1] in (":", "/"):
        return None
    is_usual = len(ending) == 2 or ending in _COMMON_ENDINGS or not ending.isascii()
    score = 0.95 if is_usual or ending.startswith("xn--") or ending.isdigit() else 0.6
    end += text[end : end + 1] == "]"
    return Entity("EMAIL_ADDRESS", start, end, score, "email", validated=False)


def _local_start(text: str, at: int) -> int:
    """Where the local part before the at sign begins; `at` itself when there is none."""
    backwards = text[max(0, at - _LONGEST_LOCAL - 2) : at][::-1]
    quoted = _QUOTED_BACKWARDS.match(backwards)
    if quoted is not None:
        return at - quoted.end()
    match = _LOCAL_BACKWARDS.match(backwards)
    if match is None or backwards[0] == ".":
        return at
    start = at - match.end()
    while start < at and text[start] in _TRIMMED:
        start += 1
    # A key or a path before the address: `to=a@b.de`, `/users/a@b.de`, `'a@b.de'`.
    for mark in "=/'`|{}?&":
        start = max(start, text.rfind(mark, start, at) + 1)
    return start


def _domain_end(text: str, start: int) -> int:
    """Where the host behind the at sign ends; 0 when what stands there is none."""
    if text[start : start + 1] == "[":
        closing = text.find("]", start, start + 48)
        inner = text[start + 1 : closing] if closing > 0 else ""
        return closing if inner.count(".") == 3 or inner.startswith("IPv6:") else 0
    match = _DOMAIN.match(text, start)
    if match is None:
        return 0
    labels = match[0].split(".")
    if "" in labels:
        labels = labels[: labels.index("")]
    while len(labels) > 1 and not _is_ending(labels[-1]):
        labels.pop()
    if len(labels) < 2 or any(len(label) > 63 or "_" in label for label in labels):
        return 0
    return start + len(".".join(labels))


def _is_ending(label: str) -> bool:
    if label[:4].lower() == "xn--":
        return True
    letters = label.isalpha() and 2 <= len(label) <= 24
    return letters and label.lower() not in _NO_DOMAIN


def _is_in_url(text: str, start: int) -> bool:
    """A password before a host, not a mailbox: a name, a colon, a word and "@host.com"."""
    scheme = text.rfind("://", max(0, start - 80), start)
    between = text[scheme + 3 : start] if scheme >= 0 else " "
    return not any(char in "/?# \n\t\"'" for char in between)
