"""Credentials handed to programs: `curl -u user:pass`, `sshpass -p`, netrc, .NET and SQL."""

from __future__ import annotations

import re

from aiguardian.guards.security.secrets.allow import is_placeholder
from aiguardian.guards.security.secrets.names import PASSWORD_WORDS
from aiguardian.guards.security.secrets.randomness import is_random
from aiguardian.guards.security.secrets.secret import Secret

# curl(1): -u, --user <user:password>. The nearest false positive is docker's --user uid:gid.
_USER_OPTION = re.compile(
    r"(?:-u|--user|--proxy-user)[ =]{0,3}(?P<q>[\"'])?(?P<user>[^\s:\"'<]{0,80}+)(?:(?P=q))?:"
    r"(?:'|\\?\")?(?P<value>(?(q)[^\s\"'][^\"'\n]{2,200}|[^\s\"']{3,200}))"
)
# An API key in the place of the user, with no password: curl -u sk_x: https://host.
_USER_IS_KEY = re.compile(r"(?:-u|--user)[ =]{0,3}[\"']?(?P<value>[^\s:\"'<]{10,200}+):(?=[\s\"'])")
_CURL = re.compile(r"\b(?:curl|wget|http|https|xh)\b")
# docker login -p, mysql -p, psexec -p, sshpass -p, az login -p. Nearest: mkdir -p, ssh -p 22.
_PASSWORD_OPTION = re.compile(r"-p[ =]{0,3}[\"']?(?P<value>[^\s\"']{3,200})")
_TAKES_PASSWORD = re.compile(
    r"(?i)\b(?:docker|podman|helm|oras|az)\b.{0,40}\blogin\b|\bpsexec|\bsshpass\b"
    r"|\bmysql(?:dump|admin)?\b|\bmongo\b|\bmongodump\b|\bredis-cli\b|\bldapsearch\b"
)
# .NET constructors: the password is the second string (NetworkCredential), the third of a
# DirectoryEntry.
_CONSTRUCTOR = re.compile(
    r"(?i)(?:networkcredential|basicauth(?:entication)?|httpbasicauth|usernamepasswordcredentials?)"
    r"\(\s{0,4}[\"'][^\"'\n]{1,80}[\"']\s{0,4},\s{0,4}[\"'](?P<value>[^\"'\n]{3,100})[\"']"
)
_DIRECTORY = re.compile(
    r"(?i)directoryentry\(\s{0,4}[\"'][^\"'\n]{1,120}[\"']\s{0,12},\s{0,12}[\"'][^\"'\n]{1,80}[\"']"
    r"\s{0,12},\s{0,12}[\"'](?P<value>[^\"'\n]{3,100})[\"']"
)
# SQL: CREATE USER x IDENTIFIED BY 'y'. Nearest: "identified by its name" in prose.
_IDENTIFIED = re.compile(
    r"(?:(?i:identified[ ](?:with[ ][a-z0-9_]{1,40}[ ])?by[ ](?:password[ ])?)(?=[\"'])"
    r"|IDENTIFIED[ ](?:WITH[ ]\w{1,40}[ ])?BY[ ])[\"']?(?P<value>[^\s\"';<]{3,100})"
)
# netrc(5): machine m login l password p
_NETRC = re.compile(r"login[ \t]+\S{1,80}[ \t\r\n]+password[ \t]+(?P<value>\S{3,100})")
# "Use the following password", then the password on a line of its own (Jenkins, Grafana, GitLab).
_NEXT_LINE = re.compile(
    r"following password[^\n]{0,80}\r?\n(?:[ \t]{0,8}\r?\n){0,2}[ \t]{0,8}"
    r"(?P<value>\S{8,100})[ \t]{0,8}(?:\r?\n|\Z)"
)
_LOOK_BACK = 160
_ROUND = "[]{}_`,.;:)*'\"\\"
"""What prose and templates put around a word: "as in `curl -u user:pass`," holds none."""


def read_user_option(text: str, start: int) -> Secret | None:
    """The password behind the colon of `-u user:password` on a line that calls curl, or the key
    before it when the password is empty."""
    found = _USER_OPTION.match(text, start) or _USER_IS_KEY.match(text, start)
    if found is None or not _CURL.search(text, max(0, start - 2 * _LOOK_BACK), start):
        return None
    value = found["value"]
    if _is_filler(value) or value.lower() in ("token", "test", "yyy"):
        return None
    user = found.groupdict().get("user")
    if user == value or (user is None and not is_random(value, least=10)):
        return None
    return _secret(found, 0.75)


def read_password_option(text: str, start: int) -> Secret | None:
    """The value of `-p` on a line that calls a program which takes a password there."""
    found = _PASSWORD_OPTION.match(text, start)
    if found is None:
        return None
    line = text.rfind("\n", max(0, start - _LOOK_BACK), start) + 1
    if not _TAKES_PASSWORD.search(text, max(line, start - _LOOK_BACK), start):
        return None
    if _is_filler(found["value"]):
        return None
    return _secret(found, 0.7)


def read_constructor(text: str, start: int) -> Secret | None:
    """The password given to a credential object."""
    found = _CONSTRUCTOR.match(text, start) or _DIRECTORY.match(text, start)
    return None if found is None or _is_filler(found["value"]) else _secret(found, 0.75)


def read_identified(text: str, start: int) -> Secret | None:
    """The password of an SQL account."""
    found = _IDENTIFIED.match(text, start)
    return None if found is None or _is_filler(found["value"]) else _secret(found, 0.7)


def read_next_line(text: str, start: int) -> Secret | None:
    """The password that a program prints under the sentence which announces it."""
    found = _NEXT_LINE.match(text, start)
    if found is None or not is_random(found["value"], least=8):
        return None
    return _secret(found, 0.75)


def read_netrc(text: str, start: int) -> Secret | None:
    """The password of a netrc entry."""
    found = _NETRC.match(text, start)
    return None if found is None or _is_filler(found["value"]) else _secret(found, 0.75)


def _is_filler(value: str) -> bool:
    bare = value.strip(_ROUND)
    is_named = bare.lower() in PASSWORD_WORDS or bare.lower() == "gid"
    return is_placeholder(value) or is_named or bare.isdigit() or len(bare) < 3


def _secret(found: re.Match[str], score: float) -> Secret:
    return Secret(
        "password", "", found.start("value"), found.end("value"), score, "commands", validated=False
    )
