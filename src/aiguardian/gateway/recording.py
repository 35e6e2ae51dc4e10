"""What is recorded of each request: decisions in the audit before the answer leaves, and, behind
the answer, the request with its verdicts and what it used.

The hooks of `Exchange` lead here. On the event loop this costs microseconds: all that takes longer
is done by `Keeper`, in batches, on a thread.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import structs

from aiguardian.audit.entry import Told
from aiguardian.audit.persons import Persons
from aiguardian.audit.trail import Trail
from aiguardian.gateway.judgement import Judgement, recorded
from aiguardian.settings.recording import Store
from aiguardian.storage.pieces import in_pieces
from aiguardian.storage.request_rows import RequestRow, RequestStore
from aiguardian.storage.row_ids import row_id
from aiguardian.storage.usage_rows import Amounts, UsageRow, UsageStore, Whose
from aiguardian.telemetry.exchange import Acted, Decided, Exchange, Spent

MOST_WAITING = 10_000
"""Requests that wait to be kept; more are counted as dropped: the database has been away."""
MOST_CHARACTERS = 16 * 1024 * 1024
"""Of their texts together; then requests are kept without."""
BATCH = 2_000
"""Requests of one transaction."""
_NO_MODEL = ("", "", "")
MOST_TEXTS = 1_000
"""Of one request that are recorded; a conversation may have as many turns."""


REFUSALS = frozenset({401, 403, 429})
"""Statuses of callers turned away at the door: counted in the audit, by the minute."""


class Answered(NamedTuple):
    """A request on its way to the store."""

    id: bytes
    exchange: Exchange
    user: str
    at: float
    seconds: float
    judgements: list[Judgement]
    characters: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction or two will keep."""

    requests: list[Answered]
    usage: list[UsageRow]


class Recorder:
    """Takes in what happens on one event loop."""

    def __init__(
        self,
        trail: Trail,
        persons: Persons,
        *,
        store: Store,
        on_drop: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._trail = trail
        self._persons = persons
        self._store = store
        self._on_drop = on_drop
        self._clock = clock
        self._judged: dict[Exchange, list[Judgement]] = {}
        self._waiting: deque[Answered] = deque()
        self._characters = 0
        self._used: dict[tuple[str, ...], Amounts] = {}
        self._summed: list[UsageRow] = []
        self._refused: Counter[tuple[str, str]] = Counter()
        self._on_decided, self._on_acted = self.decided, self.acted
        self._on_judged = self.judged if store != "none" else None
        self._on_finished = self.finished

    def attach(self, exchange: Exchange) -> None:
        """Record this one."""
        exchange.on_decided = self._on_decided
        exchange.on_acted = self._on_acted
        exchange.on_judged = self._on_judged
        exchange.on_finished = self._on_finished

    def decided(self, exchange: Exchange, decided: Decided) -> None:
        """Put a decision into the audit. Raises `NotAvailable` where that must be and fails."""
        is_taken = self._trail.record(
            Told(
                kind="decision",
                request=exchange.request_id,
                trace=exchange.trace_id,
                route=exchange.route,
                tenant=exchange.tenant,
                key=exchange.key_id,
                user=self._persons.digest(exchange.tenant, exchange.user_id),
                guard=decided.guard,
                versions=dict(decided.versions),
                policy=decided.policy,
                direction=decided.direction,
                action=decided.action,
                categories=decided.categories,
                unjudged=decided.unjudged,
                degraded=decided.degraded,
                status=decided.status,
            )
        )
        if not is_taken:
            exchange.is_unrecorded = True

    def acted(self, exchange: Exchange, acted: Acted) -> None:
        """Put an act of administration into the audit. Raises as `decided`."""
        is_taken = self._trail.record(
            Told(
                kind="act",
                request=exchange.request_id,
                trace=exchange.trace_id,
                route=exchange.route,
                tenant=exchange.tenant,
                key=exchange.key_id,
                user=self._persons.digest(exchange.tenant, exchange.user_id),
                act=acted.act,
                target=acted.target,
                detail=dict(acted.detail),
            )
        )
        if not is_taken:
            exchange.is_unrecorded = True

    def note(
        self, act: str, *, tenant: str = "", target: str = "", detail: dict[str, str | int]
    ) -> None:
        """Put an act of the program's own into the audit. Raises as `decided`."""
        self._trail.record(Told(kind="act", act=act, tenant=tenant, target=target, detail=detail))

    def judged(self, exchange: Exchange, judgement: Judgement) -> None:
        """Hold the reports on a text until the request has been answered."""
        held = self._judged.setdefault(exchange, [])
        if len(held) < MOST_TEXTS:
            held.append(judgement)

    def finished(self, exchange: Exchange, seconds: float) -> None:
        """The request has been answered: what is left to record waits for `take`."""
        judgements = self._judged.pop(exchange, None)
        if exchange.error_code and exchange.status in REFUSALS:
            self._refused[exchange.tenant, exchange.error_code] += 1
            return
        if not exchange.decisions and not exchange.spent:
            return
        user = self._persons.digest(exchange.tenant, exchange.user_id)
        self._use(exchange, user)
        if self._store == "none":
            return
        if len(self._waiting) >= MOST_WAITING:
            self._on_drop()
            return
        held = self._held(judgements) if judgements else []
        characters = 0
        for one in held:
            characters += one.characters
        self._characters += characters
        now = self._clock()
        id_ = row_id(now)
        self._waiting.append(Answered(id_, exchange, user, now, seconds, held, characters))

    def _use(self, exchange: Exchange, user: str) -> None:
        for spent in exchange.spent or (None,):
            what = (spent.model, spent.upstream, spent.source) if spent else _NO_MODEL
            whose = (exchange.tenant, exchange.key_id, user, exchange.guard, *what)
            amounts = self._used.get(whose)
            if amounts is None:
                amounts = self._used[whose] = Amounts()
            amounts.requests += 1
            if spent is not None:
                _count(amounts, spent)

    def _held(self, judgements: list[Judgement]) -> list[Judgement]:
        """With their texts, as long as there is room for them."""
        if self._characters < MOST_CHARACTERS:
            return judgements
        return [structs.replace(one, text=None) for one in judgements]

    def take(self) -> Batch:
        """What is to be kept next; nothing when both lists are empty."""
        now = self._clock()
        self._summed += [
            UsageRow(row_id(now), now, Whose(*whose), amounts)
            for whose, amounts in self._used.items()
        ]
        self._used.clear()
        batch = Batch(
            [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))],
            self._summed,
        )
        self._summed = []
        self._characters -= sum(one.characters for one in batch.requests)
        return batch

    def put_back(self, batch: Batch) -> None:
        """It could not be kept: what there is room for waits for the next time."""
        self._summed = (batch.usage + self._summed)[:MOST_WAITING]
        self._waiting.extendleft(reversed(batch.requests))
        self._characters += sum(one.characters for one in batch.requests)

    def count_refused(self) -> None:
        """Put into the audit how many callers were turned away since the last time."""
        refused, self._refused = self._refused, Counter()
        for tenant in sorted({tenant for tenant, _ in refused}):
            counts = {code: count for (whose, code), count in refused.items() if whose == tenant}
            self._trail.record(Told(kind="refused", tenant=tenant, detail=dict(counts)))


def save(batch: Batch, requests: RequestStore, usage: UsageStore, *, store: Store) -> None:
    """Keep a batch; what was kept before stays as it is. Raises `NotAvailable`."""
    usage.add(batch.usage)
    requests.add([_row(one, store) for piece in in_pieces(batch.requests) for one in piece])


def _row(one: Answered, store: Store) -> RequestRow:
    exchange = one.exchange
    parts = [recorded(judgement, store) for judgement in one.judgements]
    texts = tuple(text for _, text in parts)
    return RequestRow(
        id=one.id,
        at=one.at,
        tenant=exchange.tenant,
        request_id=exchange.request_id,
        key_id=exchange.key_id,
        user=one.user,
        route=exchange.route,
        status=exchange.status,
        action=exchange.action,
        seconds=round(one.seconds, 6),
        judged=tuple(kept for kept, _ in parts),
        texts=texts if any(texts) else (),
    )


def _count(amounts: Amounts, spent: Spent) -> None:
    amounts.input_tokens += spent.input_tokens
    amounts.output_tokens += spent.output_tokens
    amounts.cached_tokens += spent.cached_tokens
    amounts.reasoning_tokens += spent.reasoning_tokens
    amounts.audio_tokens += spent.audio_tokens
    amounts.cost_usd += spent.cost_usd
