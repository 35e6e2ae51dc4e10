"""All upstreams: which of them answers a request, and who steps in when it does not.

Nothing is asked twice once an answer has begun. A file of upstreams is read again when it changes;
one that is wrong leaves the last good one in force.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import msgspec
from msgspec import structs

from aiguardian.errors import GatewayError, ModelNotFound
from aiguardian.gateway.decode import read_object
from aiguardian.policy.read import PolicyError
from aiguardian.proxy.account import Account
from aiguardian.proxy.answers import Answer
from aiguardian.proxy.bedrock.upstream import BedrockUpstream
from aiguardian.proxy.faults import UpstreamFault, unreachable
from aiguardian.proxy.routing import Choice, Routing
from aiguardian.proxy.upstream import (
    RETRIED,
    HttpUpstream,
    Question,
    Surroundings,
    Upstream,
)
from aiguardian.settings.sources import Noted

log = logging.getLogger(__name__)

Read = Callable[[str], Routing]
"""The routing in a text. Raises `PolicyError`."""


def connect(account: Account, around: Surroundings) -> Upstream:
    """The upstream of an account."""
    if account.kind == "bedrock":
        return BedrockUpstream(account, around)
    return HttpUpstream(account, around)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of models, or the error that came in its place."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Table:
    """What is in force."""

    routing: Routing
    upstreams: dict[str, Upstream]
    only: Upstream | None
    """The one for all models, where there is but one and nothing to choose."""


class Upstreams:
    """Upstreams by name and the routing between them. Used from the event loop only."""

    def __init__(
        self,
        routing: Routing,
        around: Surroundings | None = None,
        *,
        random: Random,
        names_routes: bool = True,
    ) -> None:
        """`names_routes`: whether a model without a route is refused with the list of those that
        have one, and `models` lists them. Without it there is one upstream for all models."""
        self._around = around or Surroundings()
        self._random = random
        self._names_routes = names_routes
        self._table = self._tabled(routing, {})
        self.version = 0
        """Grows with each new routing."""

    @property
    def routing(self) -> Routing:
        """What is in force."""
        return self._table.routing

    def upstream(self, name: str) -> Upstream | None:
        """The upstream of that name, if there is one."""
        return self._table.upstreams.get(name)

    def names(self) -> list[str]:
        """The upstreams' names."""
        return list(self._table.upstreams)

    def state(self, name: str) -> str:
        """The state of an upstream's breaker."""
        upstream = self.upstream(name)
        return upstream.breaker.state.value if upstream else "closed"

    def replace(self, routing: Routing) -> None:
        """Put a new routing in force at once. An upstream whose account is the same stays as it
        is, with what its breaker knows."""
        self._table = self._tabled(routing, self._table.upstreams)
        self.version += 1

    def _tabled(self, routing: Routing, known: dict[str, Upstream]) -> _Table:
        upstreams = {}
        for name, account in routing.accounts.items():
            same = known.get(name)
            is_same = same is not None and same.account.equals(account)
            upstreams[name] = same if same and is_same else connect(account, self._around)
        alone = None if self._names_routes else next(iter(upstreams.values()))
        return _Table(routing, upstreams, alone)

    def speaks(self, endpoint: str, model: str) -> bool:
        """Whether any upstream that serves the model has the endpoint. Raises `ModelNotFound`."""
        if self._alone(endpoint) is not None or (endpoint == "models" and self._names_routes):
            return True
        return bool(self._choices(endpoint, model))

    def _alone(self, endpoint: str) -> Upstream | None:
        """The one upstream for all models, where there is but one and it has the endpoint."""
        only = self._table.only
        return only if only is not None and only.speaks(endpoint) else None

    def _choices(self, endpoint: str, model: str) -> list[Choice]:
        table = self._table
        choices = list(table.routing.choices(model, self._random))
        if not choices:
            told = ", ".join(table.routing.names()[:100])
            raise ModelNotFound(f"No upstream serves this model. Served: {told}.", field="model")
        return [one for one in choices if table.upstreams[one.target.upstream].speaks(endpoint)]

    def ask(self, session: aiohttp.ClientSession, question: Question) -> Awaitable[Answer]:
        """Begin an answer, at the first upstream that gives one.

        One with others behind it is asked once. Raises `UpstreamFault`, and `ModelNotFound`.
        """
        alone = self._alone(question.endpoint)
        return alone.ask(session, question) if alone else self._in_turn(session, question)

    async def _in_turn(self, session: aiohttp.ClientSession, question: Question) -> Answer:
        upstreams = self._table.upstreams
        choices = self._choices(question.endpoint, question.model)
        if not choices:
            raise unreachable()  # not reached: `speaks` was asked before
        for choice in choices:
            is_last = choice is choices[-1]
            retries = None if choice.is_last else 0
            try:
                asked = _as_asked(question, choice)
                answer = await upstreams[choice.target.upstream].ask(
                    session, asked, retries=retries
                )
            except UpstreamFault:
                if is_last:
                    raise
                continue
            if is_last or answer.status not in RETRIED:
                return answer
            answer.close()
        raise unreachable()  # not reached: the last choice returns or raises

    async def models(self, session: aiohttp.ClientSession, question: Question) -> Listing:
        """The models that are served, in the shape of the vendor whose client asks.

        With one upstream for all: its own list, as it came. Raises `UpstreamFault`.
        """
        if self._names_routes:
            listed = _listed(await self._known(session, question), question)
            return Listing(200, "application/json", listed)
        answer = await self.ask(session, question)
        try:
            return Listing(answer.status, answer.content_type, await answer.body())
        finally:
            answer.close()

    async def _known(self, session: aiohttp.ClientSession, question: Question) -> dict[str, str]:
        """Models with their owners: those named, then those of each pattern's upstreams."""
        table = self._table
        found: dict[str, str] = {}
        patterns: dict[str, list[str]] = {}  # by upstream
        for route in table.routing.routes:
            if not route.is_glob:
                found.setdefault(route.pattern, route.targets[0].upstream)
                continue
            for target in route.targets:
                if not target.model:
                    patterns.setdefault(target.upstream, []).append(route.pattern)
        asked = [
            (name, table.upstreams[name])
            for name in patterns
            if table.upstreams[name].speaks("models")
        ]
        lists = await asyncio.gather(*(_list_of(one, session, question) for _, one in asked))
        for (name, _), models in zip(asked, lists, strict=True):
            for model in models:
                if any(fnmatchcase(model, pattern) for pattern in patterns[name]):
                    found.setdefault(model, name)
        return found


def _as_asked(question: Question, choice: Choice) -> Question:
    """The question under the model's name at that upstream; the body is untouched where the name
    is the caller's."""
    priced_as = choice.target.priced_as
    if choice.model == question.model or question.body is None:
        return structs.replace(question, priced_as=priced_as) if priced_as else question
    body = msgspec.json.encode(read_object(question.body) | {"model": choice.model})
    return structs.replace(question, body=body, model=choice.model, priced_as=priced_as)


async def _list_of(
    upstream: Upstream, session: aiohttp.ClientSession, question: Question
) -> list[str]:
    """The models that an upstream lists; none when it does not answer: the others still do."""
    try:
        answer = await upstream.ask(session, question, retries=0)
    except UpstreamFault:
        return []
    try:
        listed = read_object(await answer.body()).get("data")
    except (UpstreamFault, GatewayError):
        return []
    finally:
        answer.close()
    return [*_ids(listed)] if answer.status < 400 else []


def _ids(listed: Any) -> Iterator[str]:
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            yield one["id"]


def _listed(models: dict[str, str], question: Question) -> bytes:
    if "anthropic-version" in question.headers:
        data: list[dict[str, Any]] = [
            {"type": "model", "id": name, "display_name": name, "created_at": _UNKNOWN}
            for name in models
        ]
        ends = {"first_id": next(iter(models), None), "last_id": next(reversed(models), None)}
        return msgspec.json.encode({"data": data, "has_more": False} | ends)
    data = [
        {"id": name, "object": "model", "created": 0, "owned_by": owner}
        for name, owner in models.items()
    ]
    return msgspec.json.encode({"object": "list", "data": data})


_UNKNOWN = "1970-01-01T00:00:00Z"
"""When a model was made, where nobody says: Anthropic's clients need a time."""


class RoutingFile:
    """The file that the routing stands in."""

    def __init__(self, path: Path, read: Read, values: Noted | None = None) -> None:
        """`values` are those that `read` looks variables up in: a changed one is read anew."""
        self._path = path
        self._read = read
        self._values = values or Noted({})
        self._written_ns = 0
        self.fault = ""
        """What is wrong with a file whose last good version is still in force."""

    def load(self) -> Routing:
        """Its routing. Raises `PolicyError`."""
        try:
            self._written_ns = self._path.stat().st_mtime_ns
            text = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            name = self._path.name
            raise PolicyError(name, 1, "The file cannot be read as UTF-8.") from error
        return self._read(text)

    def uses(self, name: str) -> bool:
        """Whether the file names this variable."""
        return self._values.uses(name)

    def changed(self) -> Routing | None:
        """Its routing if the file was written since, or a variable that it names has another
        value; None when it is the same, or wrong."""
        try:
            is_same = self._path.stat().st_mtime_ns == self._written_ns
            if is_same and not self._values.has_changed():
                return None
            routing = self.load()
        except (PolicyError, OSError) as error:
            if str(error) != self.fault:
                self.fault = str(error)
                log.error("upstreams: the last good version stays: %s", error)
            return None
        self.fault = ""
        return routing

    async def watch(self, upstreams: Upstreams, interval_s: float = 2.0) -> None:
        """Put each new version in force, until cancelled."""
        while True:
            await asyncio.sleep(interval_s)
            routing = await asyncio.to_thread(self.changed)
            if routing is not None:
                upstreams.replace(routing)
                log.info("upstreams: %d models and patterns in force", len(routing.routes))
