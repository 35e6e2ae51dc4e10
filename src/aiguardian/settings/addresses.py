"""Addresses of stores whose password stands beside them, where it can be rotated by itself."""

from __future__ import annotations

from urllib.parse import quote

from aiguardian.settings.variable import Secret

_FILES = ("sqlite", "unix")


def with_password(url: Secret, password: Secret | None) -> Secret:
    """The address with the password, if it names none itself and is no file's."""
    scheme, separator, rest = url.reveal().partition("://")
    if password is None or not len(password) or not separator or scheme.startswith(_FILES):
        return url
    authority, slash, path = rest.partition("/")
    who, _, where = authority.rpartition("@")
    if ":" in who or "password=" in path:
        return url
    word = quote(password.reveal(), safe="")
    return Secret(f"{scheme}://{who}:{word}@{where}{slash}{path}")
