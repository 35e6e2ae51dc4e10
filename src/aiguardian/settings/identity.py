"""Who signs in from outside, and behind which proxies callers stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from aiguardian.settings.variable import Secret, Variable

ROLE = re.compile(r"(?P<name>[a-z0-9_:-]{1,64})=(?P<scopes>[a-z+]{1,64})\Z")
RIGHTS = ("guards", "proxy", "admin", "read", "metrics")
"""As identity/principal.py names them; a test compares the two."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Clerk's tokens and webhooks, and whose word on a client's address counts."""

    trusted_proxies: Annotated[
        tuple[str, ...],
        Variable(
            "TRUSTED_PROXIES",
            "Networks whose X-Forwarded-For is believed; without any, the peer is the client.",
            "10.0.0.0/8,2001:db8::/32",
        ),
    ] = ()
    clerk_enabled: Annotated[bool, Variable("CLERK_ENABLED", "Accept Clerk's tokens.", "true")] = (
        False
    )
    clerk_issuer: Annotated[
        str | None,
        Variable(
            "CLERK_ISSUER",
            "Clerk's Frontend API: the issuer of its tokens.",
            "https://clerk.example.com",
        ),
    ] = None
    clerk_jwks_url: Annotated[
        str | None,
        Variable(
            "CLERK_JWKS_URL",
            "Its public keys, if not at /.well-known/jwks.json of the issuer.",
            "https://api.clerk.com/v1/jwks",
        ),
    ] = None
    clerk_secret_key: Annotated[
        Secret | None,
        Variable(
            "CLERK_SECRET_KEY", "Clerk's backend key; api.clerk.com asks for it.", "sk_live_…"
        ),
    ] = None
    clerk_parties: Annotated[
        tuple[str, ...],
        Variable(
            "CLERK_AUTHORIZED_PARTIES",
            "Origins whose tokens are taken (azp).",
            "https://app.example.com",
        ),
    ] = ()
    clerk_audience: Annotated[
        str | None,
        Variable("CLERK_AUDIENCE", "What tokens must name as their audience.", "aiguardian"),
    ] = None
    clerk_roles: Annotated[
        tuple[str, ...],
        Variable(
            "CLERK_ROLES",
            "The rights of each role; `personal` is who acts for no organisation.",
            "admin=guards+proxy+admin+read,member=guards+proxy",
        ),
    ] = ("admin=guards+proxy+admin+read", "member=guards+proxy", "personal=guards+proxy")
    clerk_webhook_secret: Annotated[
        Secret | None,
        Variable("CLERK_WEBHOOK_SECRET", "Signs Clerk's webhooks.", "whsec_…"),
    ] = None

    @property
    def takes_tokens(self) -> bool:
        """Whether people may sign in: without an issuer nobody's token can be believed."""
        return self.clerk_enabled and self.clerk_issuer is not None

    def issuer(self) -> str:
        """As tokens name it."""
        return (self.clerk_issuer or "").rstrip("/")

    def jwks_url(self) -> str:
        """Where the public keys are."""
        return self.clerk_jwks_url or f"{self.issuer()}/{_WELL_KNOWN}"


_WELL_KNOWN = ".well-known/jwks.json"


def identity_faults(given: Identity) -> list[str]:
    """What no type expresses, one sentence a fault."""
    return [*_proxy_faults(given), *_role_faults(given), *_clerk_faults(given)]


def _proxy_faults(given: Identity) -> list[str]:
    faults = []
    for one in given.trusted_proxies:
        try:
            ip_network(one)
        except ValueError:
            faults.append(
                f"TRUSTED_PROXIES: {one[:80]!r} is not an address or network. "
                "For example: TRUSTED_PROXIES=10.0.0.0/8,2001:db8::/32"
            )
    return faults


def _role_faults(given: Identity) -> list[str]:
    return [
        f"CLERK_ROLES: {one[:80]!r} is not a role and its rights ({', '.join(RIGHTS)}). "
        "For example: CLERK_ROLES=admin=guards+proxy+admin+read,member=guards+proxy"
        for one in given.clerk_roles
        if not (found := ROLE.match(one)) or not set(found["scopes"].split("+")) <= set(RIGHTS)
    ]


def _clerk_faults(given: Identity) -> list[str]:
    faults = []
    for name, url in (
        ("CLERK_ISSUER", given.clerk_issuer),
        ("CLERK_JWKS_URL", given.clerk_jwks_url),
    ):
        if url is not None and not _is_secure(url):
            faults.append(
                f"{name}: {url[:80]!r} is not an https:// address (http:// only on this machine). "
                f"For example: {name}=https://clerk.example.com"
            )
    faults += [
        f"CLERK_AUTHORIZED_PARTIES: {one[:80]!r} is not an origin (scheme and host, no path). "
        "For example: CLERK_AUTHORIZED_PARTIES=https://app.example.com"
        for one in given.clerk_parties
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/\s?#@]+", one)
    ]
    return faults


def _is_secure(url: str) -> bool:
    """Whether nobody between can change what is fetched from there."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.query or parts.fragment or not host:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and host in {"localhost", "127.0.0.1", "::1"}
    )
