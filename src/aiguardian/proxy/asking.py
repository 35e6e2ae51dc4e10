"""From a judged request to the upstreams: what of the caller's goes along, and what never does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp

from aiguardian.errors import InvalidField
from aiguardian.gateway.decode import read_object
from aiguardian.gateway.wire import Scope
from aiguardian.proxy.answers import Answer
from aiguardian.proxy.cache.keys import Owner
from aiguardian.proxy.cache.reuse import KeptAnswer, Lookup, RecordedAnswer, Reuse, digest_of
from aiguardian.proxy.faults import UpstreamFault
from aiguardian.proxy.upstream import PASSED_ON, Question
from aiguardian.proxy.upstreams import Listing, Upstreams

WISH = b"x-aiguardian-cache"
"""`semantic` from a caller: the answer to a question that means the same will do, though the
request leaves it to chance."""
KEY_HEADERS = ("authorization", "x-api-key", "api-key")
"""Where callers send keys of their own to providers."""


class Asking:
    """Asks the upstreams for the callers of one gateway."""

    def __init__(
        self,
        upstreams: Upstreams,
        session: Callable[[], aiohttp.ClientSession | None],
        reuse: Reuse | None = None,
        *,
        on_look: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`reuse` is the cache of answers, if one is wanted; `on_look` is told what each look
        into it found."""
        self._upstreams = upstreams
        self._session = session
        self._reuse = reuse
        self._on_look = on_look

    def check(self, endpoint: str, model: str) -> None:
        """Return if somebody can answer, else raise `ModelNotFound` or `InvalidField`."""
        if not self._upstreams.speaks(endpoint, model):
            raise InvalidField(
                "The upstream has no such endpoint: see its kind (UPSTREAM_KIND).", field="path"
            )

    def ask(
        self, endpoint: str, body: bytes, *, model: str, scope: Scope, is_plain: Callable[[], bool]
    ) -> Awaitable[Answer]:
        """Begin an answer, or give one that was kept. `is_plain`: whether the guards looked for
        personal data and for all else, and found nothing. Raises `UpstreamFault` and
        `GatewayError`."""
        question = Question(endpoint, body, model, callers_headers(scope))
        if self._reuse is None:
            return self._upstreams.ask(self._opened(), question)
        return self._again(self._reuse, question, scope, is_plain=is_plain)

    async def _again(
        self, reuse: Reuse, question: Question, scope: Scope, *, is_plain: Callable[[], bool]
    ) -> Answer:
        """Give an answer that was kept, else ask and have the answer kept."""
        wish = scope["headers_by_name"].get(b"cache-control", b"").lower()
        if b"no-store" in wish:
            return await self._upstreams.ask(self._opened(), question)
        ticket = await reuse.look(self._lookup(question, scope, is_plain=is_plain))
        if ticket is None:
            return await self._upstreams.ask(self._opened(), question)
        if ticket.kept is not None and b"no-cache" not in wish:
            self._on_look("hit" if ticket.likeness is None else "alike")
            return KeptAnswer(ticket, ticket.kept)
        ticket.kept = None
        self._on_look("miss")
        answer = await self._upstreams.ask(self._opened(), question)
        return RecordedAnswer(answer, ticket, reuse) if answer.status == 200 else answer

    def _lookup(self, question: Question, scope: Scope, *, is_plain: Callable[[], bool]) -> Lookup:
        principal, headers = scope["principal"], question.headers
        theirs = "\n".join(headers.get(name, "") for name in KEY_HEADERS)
        return Lookup(
            owner=Owner(principal.tenant, principal.key_id, digest_of(theirs.strip())),
            endpoint=question.endpoint,
            request=read_object(question.body or b"{}"),
            headers=headers,
            version=self._upstreams.version,
            is_plain=is_plain(),
            any_temperature=scope["headers_by_name"].get(WISH) == b"semantic",
        )

    async def models(self, scope: Scope) -> Listing:
        """The list of models. Raises `UpstreamFault` and `InvalidField`."""
        self.check("models", "")
        question = Question("models", None, "", callers_headers(scope))
        return await self._upstreams.models(self._opened(), question)

    def _opened(self) -> aiohttp.ClientSession:
        session = self._session()
        if session is None:
            raise UpstreamFault("upstream_error", "The gateway is stopping.", status=503)
        return session


def callers_headers(scope: Scope) -> dict[str, str]:
    """The headers that an upstream may get, by name, without what let the caller in here.

    The header that proved who it is goes nowhere, and neither does another one with the same
    value in it: a key of this gateway is no business of any provider.
    """
    given: dict[bytes, bytes] = scope["headers_by_name"]
    proof: bytes | None = scope.get("credential")
    secret = _bare(given.get(proof, b"")) if proof else b""
    passed = {}
    for raw in _MAY_PASS.intersection(given):
        if raw != proof and not (secret and secret in given[raw]):
            passed[raw.decode()] = given[raw].decode("latin-1")
    return passed


def _bare(value: bytes) -> bytes:
    """A credential without the name of its scheme."""
    scheme, space, rest = value.partition(b" ")
    return rest.strip() if space and scheme.lower() in _SCHEMES else value.strip()


_MAY_PASS = frozenset(name.encode() for name in (*PASSED_ON, *KEY_HEADERS))
_SCHEMES = frozenset({b"bearer", b"basic"})
