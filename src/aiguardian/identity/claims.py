"""What a token from Clerk says, and whether it is meant for us and now (RFC 7519, RFC 8725)."""

from __future__ import annotations

import base64
import binascii
import re

import msgspec
from msgspec import UNSET, Struct, UnsetType

from aiguardian.errors import Unauthenticated
from aiguardian.settings.identity import Identity

LEEWAY_S = 5.0
"""Of two clocks that are kept by NTP; Clerk's own libraries allow as much."""
LONGEST = 8_192
"""Bytes of a token; a browser's cookie holds half of that."""
PERSONAL = "personal"
"""The role of who acts for no organisation."""
_JWT = re.compile(rb"(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\Z")
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")
_USER = re.compile(r"user_[A-Za-z0-9]{1,59}\Z")
_ORGANISATION = re.compile(r"org_[A-Za-z0-9]{1,60}\Z")


class _Header(Struct, frozen=True):
    alg: str
    kid: str
    typ: str = "JWT"
    crit: msgspec.Raw | UnsetType = UNSET


class _Issuer(Struct, frozen=True):
    iss: str


class _Organisation(Struct, frozen=True):
    """As version 2 of Clerk's claims has it."""

    id: str
    rol: str = ""


class Claims(Struct, frozen=True):
    """What is read of a token, of Clerk's versions 1 and 2. Times are seconds since 1970."""

    iss: str
    sub: str
    exp: float
    nbf: float | None = None
    iat: float | None = None
    azp: str | None = None
    aud: str | list[str] | None = None
    sid: str | None = None
    sts: str | None = None
    o: _Organisation | None = None
    org_id: str | None = None
    org_role: str | None = None

    @property
    def organisation(self) -> str:
        """The organisation that the person acts for; empty for none."""
        return self.o.id if self.o else self.org_id or ""

    @property
    def role(self) -> str:
        """The person's role there, without Clerk's `org:`."""
        if not self.organisation:
            return PERSONAL
        return (self.o.rol if self.o else self.org_role or "").removeprefix("org:")


def issuer_of(token: bytes) -> str:
    """The issuer that a token names, true or not; empty for what is no JWT."""
    found = _JWT.match(token) if len(token) <= LONGEST else None
    if found is None:
        return ""
    try:
        return msgspec.json.decode(_decoded(found[2]), type=_Issuer).iss
    except (ValueError, msgspec.MsgspecError):
        return ""


def key_id_of(token: bytes) -> str:
    """The id of the key that signed the token. Raises `Unauthenticated` for another algorithm than
    RS256, whatever it is, and for an id that no issuer gives."""
    found = _JWT.match(token) if len(token) <= LONGEST else None
    try:
        header = msgspec.json.decode(_decoded(found[1] if found else b""), type=_Header)
    except (ValueError, msgspec.MsgspecError):
        raise Unauthenticated("The token is not a signed JWT with a key id.") from None
    if header.alg != "RS256" or header.typ.upper() != "JWT" or header.crit is not UNSET:
        raise Unauthenticated("The token must be a JWT signed with RS256.")
    if not _KEY_ID.match(header.kid):
        raise Unauthenticated("The token's key is not known here.")
    return header.kid


def read_claims(payload: bytes, settings: Identity, *, now: float) -> Claims:
    """Return what a token with a good signature says. Raises `Unauthenticated` unless it is meant
    for us, and now."""
    try:
        claims = msgspec.json.decode(payload, type=Claims)
    except (ValueError, msgspec.MsgspecError):
        raise Unauthenticated("The token lacks claims that Clerk's tokens have.") from None
    _check_time(claims, now)
    if claims.iss != settings.issuer():
        raise Unauthenticated("The token comes from another issuer than CLERK_ISSUER.")
    if settings.clerk_parties and claims.azp not in settings.clerk_parties:
        raise Unauthenticated("The token is for another application (azp).")
    _check_audience(claims, settings.clerk_audience)
    if claims.sts == "pending":
        raise Unauthenticated("The sign-in is not complete.")
    if not _USER.match(claims.sub):
        raise Unauthenticated("The token is no user's.")
    if claims.organisation and not _ORGANISATION.match(claims.organisation):
        raise Unauthenticated("The token names no organisation of Clerk's.")
    return claims


def _check_time(claims: Claims, now: float) -> None:
    if now >= claims.exp + LEEWAY_S:
        raise Unauthenticated("The token has expired.")
    if any(at is not None and at > now + LEEWAY_S for at in (claims.nbf, claims.iat)):
        raise Unauthenticated("The token is not valid yet.")


def _check_audience(claims: Claims, wanted: str | None) -> None:
    """A token for an audience is for nobody else (RFC 7519, section 4.1.3)."""
    given = [claims.aud] if isinstance(claims.aud, str) else claims.aud or []
    if wanted is None and not given:
        return
    if wanted is None or wanted not in given:
        raise Unauthenticated("The token is for another audience (aud).")


def _decoded(part: bytes) -> bytes:
    try:
        return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
