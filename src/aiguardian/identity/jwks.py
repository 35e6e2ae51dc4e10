"""The public keys of an issuer (JWKS, RFC 7517): fetched, kept, and fetched again when they turn.

Only RSA keys for signatures are taken. While the issuer is out of reach the last good set serves.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from msgspec import Struct

from aiguardian.errors import NotAvailable
from aiguardian.settings.variable import Secret

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

log = logging.getLogger(__name__)

FRESH_S = 3_600.0
"""After that the set is fetched again: a key that was withdrawn ends so."""
LAST_GOOD_S = 86_400.0
"""For so long a set serves that cannot be fetched again."""
PAUSE_S = 10.0
"""Between two fetches, whoever asks: tokens with made-up key ids cost the issuer nothing."""
TIMEOUT_S = 5.0
LARGEST_BYTES, MOST_KEYS = 262_144, 64
BITS = range(2_048, 8_200)
"""Smaller keys can be broken, larger ones cost too much at each token (NIST SP 800-131A)."""
_CLERK = "api.clerk.com"
"""The one host that is sent Clerk's backend key."""


class Jwk(Struct, frozen=True):
    """What is read of one key; others than RSA lack most of it."""

    kty: str
    kid: str = ""
    n: str = ""
    e: str = ""
    use: str = "sig"
    alg: str = "RS256"


class _JwkSet(Struct, frozen=True):
    keys: list[Jwk]


class KeySource:
    """The keys at one address. The event loop's thread only."""

    def __init__(
        self,
        url: str,
        session: Callable[[], aiohttp.ClientSession | None],
        *,
        secret: Secret | None = None,
        on_fetch: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`secret` is sent as a bearer to Clerk's own API, and to no other host; `on_fetch` is told
        of each try whether it gave keys."""
        self._url = url
        self._session = session
        is_clerks = urlsplit(url).hostname == _CLERK
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if secret and is_clerks:
            self._headers["Authorization"] = f"Bearer {secret.reveal()}"
        self._on_fetch = on_fetch
        self._clock = clock
        self._keys: dict[str, RSAKey] = {}
        self._fetched_at: float | None = None
        self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, name: str) -> RSAKey | None:
        """The key of this id; None when the issuer has none of that id.

        Raises `NotAvailable` when the issuer was never reached, or not for a long time.
        """
        age_s = self._age_s()
        if age_s > LAST_GOOD_S or name not in self._keys:
            await self._refresh()
        elif age_s > FRESH_S:
            self._start()  # this token need not wait
        if self._age_s() > LAST_GOOD_S:
            raise NotAvailable(
                "The keys of the sign-in service cannot be fetched.", retry_after_s=5
            )
        return self._keys.get(name)

    def _age_s(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    async def _refresh(self) -> None:
        task = self._start()
        if task is not None:
            # several tokens wait for one fetch: one that is cancelled must not end it
            await asyncio.shield(task)

    def _start(self) -> asyncio.Task[None] | None:
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        if self._clock() - self._tried_at < PAUSE_S:
            return None
        self._tried_at = self._clock()
        self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        session = self._session()
        if session is not None:
            self._on_fetch(await self._take(session))

    async def _take(self, session: aiohttp.ClientSession) -> bool:
        """Whether the set could be taken over, which is whole then; what goes wrong is logged and
        tried again later."""
        try:
            async with session.get(
                self._url,
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
                allow_redirects=False,
            ) as response:
                body = await _whole(response)
            keys = read_keys(body) if response.status == 200 else {}
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("the sign-in service's keys cannot be fetched: %s", type(error).__name__)
            return False
        if not keys:
            log.warning("the sign-in service answers %d without a usable key", response.status)
            return False
        self._keys, self._fetched_at = keys, self._clock()
        return True


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > LARGEST_BYTES:
            raise ValueError("larger than any set of keys")
    return bytes(body)


def read_keys(body: bytes) -> dict[str, RSAKey]:
    """The RSA signing keys in a set, by id. Raises `ValueError` for what is no set; a key that
    cannot be used is left out."""
    from joserfc.jwk import RSAKey  # a tenth of a second, only where people sign in

    keys: dict[str, RSAKey] = {}
    for one in msgspec.json.decode(body, type=_JwkSet).keys[:MOST_KEYS]:
        if one.kty != "RSA" or one.use != "sig" or one.alg != "RS256" or not one.kid:
            continue
        if len(one.n) * 6 not in BITS:  # base64url: six bits a character
            continue
        parameters: dict[str, Any] = {"kty": "RSA", "n": one.n, "e": one.e}
        try:
            keys[one.kid] = RSAKey.import_key(parameters)
        except Exception as error:  # noqa: BLE001 - a library reads what a network brought
            log.warning("a key of the sign-in service cannot be read: %s", type(error).__name__)
    return keys
