"""JSON Web Tokens, signed (RFC 7519) and encrypted (RFC 7516)."""

from __future__ import annotations

import re

from aiguardian.guards.security.secrets.checksums import json_object
from aiguardian.guards.security.secrets.secret import Secret

# Header and payload begin `eyJ`, base64 of `{"`; an encrypted one has five parts, the second
# and fourth may be empty. The nearest false positive is any other base64 of a JSON object.
_JWT = re.compile(
    r"eyJ[A-Za-z0-9_+/-]{8,4000}={0,2}\.(?:[A-Za-z0-9_+/-]{6,12000}={0,2})?"
    r"(?:\.[A-Za-z0-9_+/-]{6,4000}={0,2}){0,3}"
)


def read_jwt(text: str, start: int) -> Secret | None:
    """The token at `start`. Validated: the header is JSON and names an algorithm."""
    found = _JWT.match(text, start)
    if found is None:
        return None
    parts = found[0].split(".")
    header = json_object(parts[0])
    known = "alg" in header or "typ" in header or "enc" in header
    if not known:
        return None
    if len(parts) < 3 and not json_object(parts[1]):
        return None
    return Secret("json_web_token", "", start, found.end(), 0.95, "web_tokens", validated=True)
