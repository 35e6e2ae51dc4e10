"""Puts identity together from the settings and the stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from prometheus_client import Counter

from aiguardian.identity.authenticate import Authenticator
from aiguardian.identity.clerk_messages import Signatures
from aiguardian.identity.client import Clients
from aiguardian.identity.jwks import KeySource
from aiguardian.identity.key_ring import KeyRing
from aiguardian.identity.keys import Keys
from aiguardian.identity.tokens import ClerkTokens
from aiguardian.settings.groups import Settings
from aiguardian.storage.identity_stores import IdentityStores
from aiguardian.telemetry.metrics import Metrics

Session = Callable[[], aiohttp.ClientSession | None]


@dataclass(frozen=True, slots=True)
class Identity:
    """The parts that a gateway has of it; a guard's own instance knows no stored key."""

    authenticator: Authenticator
    clients: Clients
    ring: KeyRing | None = None
    keys: Keys | None = None
    tokens: ClerkTokens | None = None
    signatures: Signatures | None = None
    """Of Clerk's webhooks."""


def build_identity(
    settings: Settings, metrics: Metrics, stores: IdentityStores | None, session: Session
) -> Identity:
    """Who calls, as the settings have it. `session` is there once the program runs. Raises
    `ValueError` for a CLERK_WEBHOOK_SECRET that is none."""
    ring = KeyRing(stores.keys, stores.secrets) if stores else None
    tokens = _tokens(settings, stores, session, metrics) if stores else None
    failures = metrics.authentication_failures
    secret = settings.identity.clerk_webhook_secret
    return Identity(
        authenticator=Authenticator(
            settings,
            keys=ring,
            tokens=tokens,
            on_failure=lambda reason: failures.labels(reason).inc(),
        ),
        clients=Clients(settings.identity.trusted_proxies),
        ring=ring,
        keys=Keys(stores.keys, stores.secrets) if stores else None,
        tokens=tokens,
        signatures=Signatures(secret) if tokens and secret else None,
    )


def _tokens(
    settings: Settings, stores: IdentityStores, session: Session, metrics: Metrics
) -> ClerkTokens | None:
    given = settings.identity
    if not given.takes_tokens:
        return None
    fetches = Counter(
        "aiguardian_sign_in_key_fetches",
        "Tries to fetch the keys of the sign-in service, by outcome.",
        ("outcome",),
        registry=metrics.registry,
    )
    keys = KeySource(
        given.jwks_url(),
        session,
        secret=given.clerk_secret_key,
        on_fetch=lambda is_good: fetches.labels("good" if is_good else "failed").inc(),
    )
    name_key = stores.secrets.lasting("person-name/1")
    return ClerkTokens(given, keys, stores.people, name_key=name_key)
