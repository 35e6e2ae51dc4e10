"""Who calls: by UNIFIED_API_KEY, a stored key, a person's token, or from this machine.

What is known at once is answered at once; what must be looked up is awaited. Keys are compared as
digests in constant time, so neither their content nor their length shows in how long an answer
takes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Literal, Protocol

from msgspec import Struct

from aiguardian.errors import InvalidRequest, RateLimited, Unauthenticated
from aiguardian.identity.api_key import PREFIX
from aiguardian.identity.client import UNKNOWN
from aiguardian.identity.guessing import Guesses
from aiguardian.identity.principal import Principal, Scope
from aiguardian.settings.groups import Settings
from aiguardian.settings.variable import Secret
from aiguardian.storage.sealing import secret_values

LOCAL, UNIFIED, INTERNAL, METRICS = "local", "unified", "internal", "metrics"
"""The ids of the callers that are no stored key: loopback in development, UNIFIED_API_KEY, a
gateway, METRICS_KEY."""
INTERNAL_SCOPES: frozenset[Scope] = frozenset({"guards", "read"})
SPEAKS_FOR = b"x-aiguardian-tenant"
MOST_ID = 128
LONGEST_CREDENTIAL = 8_192
"""Bytes. Longer ones are refused unread; Clerk's tokens stay below 4,096, a browser's limit."""
_KEY, _BEARER = b"x-api-key", b"authorization"

_OPERATOR = Principal(UNIFIED, is_operator=True)
_LOCAL = Principal(LOCAL, is_operator=True)
_PROMETHEUS = Principal(METRICS, scopes=frozenset({"metrics"}))

Failure = Literal["missing", "wrong", "slowed"]
Headers = Mapping[bytes, bytes]


class Proof(Struct, frozen=True):
    """Who calls, and by which header it was proved."""

    principal: Principal
    credential: bytes | None = None
    """The header that holds our credential: it must go no further. None: there was none."""


class Credentials(Protocol):
    """One kind of credential that is looked up: stored keys, or a person's tokens."""

    def known(self, given: bytes) -> Principal | None:
        """Who has it, if that was found a moment ago."""
        ...

    def was_known(self, given: bytes) -> bool:
        """Whether this very one was good lately."""
        ...

    async def look_up(self, given: bytes) -> Principal:
        """Who has it. Raises `Unauthenticated`, `NotAvailable`."""
        ...


class Tokens(Credentials, Protocol):
    """Tokens, which other services have as well."""

    def is_ours(self, given: bytes) -> bool:
        """Whether it says that it comes from our issuer; true or not is another matter."""
        ...


class Authenticator:
    """Checks the credentials of a request."""

    def __init__(
        self,
        settings: Settings,
        *,
        keys: Credentials | None = None,
        tokens: Tokens | None = None,
        guesses: Guesses | None = None,
        on_failure: Callable[[Failure], None] = lambda _: None,
    ) -> None:
        self._is_development = settings.is_development
        self._keys = keys
        self._tokens = tokens
        self._guesses = guesses or Guesses()
        self._on_failure = on_failure
        self._given: dict[str, list[bytes]] = {}
        self._digests: list[tuple[str, bytes]] = []
        self.take_unified_key(settings.access.unified_api_key)
        self.take_internal_keys(internal_keys(settings))
        self._take(METRICS, _texts(settings.access.metrics_key))

    def take_unified_key(self, key: Secret | None) -> None:
        """Know this one and no other as UNIFIED_API_KEY from now on."""
        self._take(UNIFIED, _texts(key))

    def take_internal_keys(self, keys: Sequence[str]) -> None:
        """Know these and no others as the keys of gateways from now on."""
        self._take(INTERNAL, keys)

    def _take(self, name: str, keys: Sequence[str]) -> None:
        self._given[name] = [_digest(key.encode()) for key in keys]
        self._digests = [(one, known) for one, given in self._given.items() for known in given]

    def check(
        self, headers: Headers, client: tuple[str, int] | None, address: str = UNKNOWN
    ) -> Proof | None:
        """Who calls, as far as it is known at once; None: `look_up` can tell.

        A gateway that calls a guard's instance speaks for its own caller and names that one's
        tenant. Raises `Unauthenticated`, `RateLimited`, `InvalidRequest`.
        """
        found = self._ours(headers, address)
        if found is None:
            return Proof(self._without(headers, client, address))
        header, given, name = found
        if name:
            self._guesses.note_good(address)
        if name == INTERNAL:
            tenant = headers.get(SPEAKS_FOR, INTERNAL.encode()).decode("latin-1")[:MOST_ID]
            return Proof(Principal(INTERNAL, tenant, scopes=INTERNAL_SCOPES), header)
        if name == UNIFIED:
            return Proof(_OPERATOR, header)
        if name == METRICS:
            return Proof(_PROMETHEUS, header)
        principal = self._source(given).known(given)
        return Proof(principal, header) if principal else None

    async def look_up(self, headers: Headers, address: str = UNKNOWN) -> Proof:
        """Who calls, where `check` could not tell.

        Raises `Unauthenticated`, `RateLimited`; `NotAvailable` when it cannot be found out.
        """
        found = self._ours(headers, address)
        if found is None:
            raise self._wrong(address)
        header, given, _ = found
        source = self._source(given)
        # a token is new every minute, and no one guesses a signature
        if source is not self._tokens and not source.was_known(given):
            self._slow(address)
        try:
            return Proof(await source.look_up(given), header)
        except Unauthenticated:
            self._note(address)
            raise

    def _ours(self, headers: Headers, address: str) -> tuple[bytes, bytes, str] | None:
        """The header, its credential of ours, and the name of the key if it has one."""
        found = None
        for header, given in _offered(headers):
            name = self._named(given, address)
            if not name and not self._is_looked_up(header, given):
                continue
            if found is not None:
                raise InvalidRequest("Send one credential of ours: X-API-Key or Authorization.")
            found = header, given, name
        return found

    def _named(self, given: bytes, address: str) -> str:
        if self._guesses.is_slowed(address):
            return ""
        digest, found = _digest(given), ""
        for name, known in self._digests:
            # No early return: the time does not tell which key was nearly right.
            if hmac.compare_digest(digest, known):
                found = found or name
        return found

    def _is_looked_up(self, header: bytes, given: bytes) -> bool:
        if given.startswith(PREFIX):
            return True
        return header == _BEARER and self._tokens is not None and self._tokens.is_ours(given)

    def _source(self, given: bytes) -> Credentials:
        source = self._keys if given.startswith(PREFIX) else self._tokens
        return source if source is not None else _NOTHING

    def _without(self, headers: Headers, client: tuple[str, int] | None, address: str) -> Principal:
        """Whoever brings nothing that could be ours."""
        if self._is_development and _is_local(headers, client):
            return _LOCAL
        if any(given for _, given in _offered(headers)):
            self._slow(address)
            raise self._wrong(address)
        self._on_failure("missing")
        raise Unauthenticated(
            "A key is needed: send it in the header X-API-Key, or as Authorization: Bearer."
        )

    def _wrong(self, address: str) -> Unauthenticated:
        self._note(address)
        return Unauthenticated("The key in X-API-Key or Authorization is not known here.")

    def _note(self, address: str) -> None:
        self._guesses.note(address)
        self._on_failure("wrong")

    def _slow(self, address: str) -> None:
        try:
            self._guesses.check(address)
        except RateLimited:
            self._on_failure("slowed")
            raise


class _Nothing:
    """Knows no credential: a guard's own instance has no stored keys."""

    def known(self, given: bytes) -> Principal | None:  # noqa: ARG002 - as `Credentials` has it
        return None

    def was_known(self, given: bytes) -> bool:  # noqa: ARG002 - as `Credentials` has it
        return False

    async def look_up(self, given: bytes) -> Principal:  # noqa: ARG002 - as `Credentials` has it
        raise Unauthenticated("The key is not known here.")


_NOTHING = _Nothing()


def internal_key(settings: Settings) -> str:
    """The key by which the gateway calls its guards' instances; derived, never stored.

    Empty without a SECRET_KEY: instances then answer on loopback in development only.
    """
    keys = internal_keys(settings)
    return keys[0] if keys else ""


def internal_keys(settings: Settings) -> list[str]:
    """Those that an instance accepts: the gateways' SECRET_KEY may be changed before or after."""
    return [
        hmac.new(secret, b"aiguardian/internal-call/1", hashlib.sha256).hexdigest()
        for secret in secret_values(settings.access)
    ]


def _texts(key: Secret | None) -> list[str]:
    return [key.reveal()] if key and len(key) else []


def _offered(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The credentials that came, by header; whose they are is not known yet."""
    offered = []
    if (key := headers.get(_KEY)) is not None and len(key) <= LONGEST_CREDENTIAL:
        offered.append((_KEY, key))
    bearer = headers.get(_BEARER)
    if bearer is not None and len(bearer) <= LONGEST_CREDENTIAL:
        scheme, _, given = bearer.partition(b" ")
        if scheme.lower() == b"bearer":
            offered.append((_BEARER, given.strip()))
    return offered


def _digest(key: bytes) -> bytes:
    """BLAKE2b (RFC 7693): Python's own, which takes a third of the time of OpenSSL's SHA-256 on so
    few bytes."""
    return hashlib.blake2b(key, digest_size=32).digest()


def _is_local(headers: Headers, client: tuple[str, int] | None) -> bool:
    """Whether the peer is this machine and does not speak for somebody else."""
    if b"x-forwarded-for" in headers or b"forwarded" in headers:
        return False
    if client is None:
        return False
    host = client[0]
    if host == "127.0.0.1":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
