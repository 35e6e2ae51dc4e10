"""What is written down once an answer has ended: what it cost, and what it says of its upstream."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiguardian.proxy.cost.spending import kept, spending
from aiguardian.proxy.cost.usage import read_usage
from aiguardian.proxy.exchange import Talk
from aiguardian.proxy.health.traffic import Traffic, look_of
from aiguardian.telemetry.exchange import Exchange
from aiguardian.telemetry.metrics import Metrics

COST = b"x-aiguardian-cost-usd"
MOST_LOOKS = 8
"""Answers that are being looked at; more are not."""

Said = Sequence[tuple[str, str]]


class Settling:
    """Writes to the exchange, the metrics and the figures of the upstreams."""

    def __init__(self, traffic: Traffic, metrics: Metrics) -> None:
        self._traffic = traffic
        self._metrics = metrics
        self._looks: set[asyncio.Task[None]] = set()

    def settle(self, talk: Talk, exchange: Exchange) -> list[tuple[bytes, bytes]]:
        """Note what was spent, once; returns the header that tells of it where the price is
        known. Nothing is spent where no upstream answered."""
        origin = talk.origin
        if origin is None or talk.is_settled:
            return []
        talk.is_settled = True
        if origin.is_kept:
            exchange.spend(kept(origin))
            return [(COST, b"0")]
        spent, is_priced = spending(
            origin,
            read_usage(talk.counted()),
            answered_as=talk.answered_as(),
            sent=talk.sent,
            said=(text for _, text in talk.said),
        )
        exchange.spend(spent)
        self._metrics.count_spent(spent, is_priced=is_priced)
        if talk.is_broken:
            self._traffic.called(origin.upstream, "broken", 0.0)
            self._metrics.count_upstream_call(origin.upstream, "broken", 0.0)
        if talk.is_complete:
            self._look(origin.upstream, talk)
        return [(COST, _plain(spent.cost_usd))] if is_priced else []

    def _look(self, upstream: str, talk: Talk) -> None:
        """Look at an answer beside the requests."""
        if len(self._looks) >= MOST_LOOKS or not self._traffic.wants_look(upstream):
            return
        task = asyncio.create_task(self._looked(upstream, talk.said, talk.risk))
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)

    async def _looked(self, upstream: str, said: Said, risk: float) -> None:
        self._traffic.answered(upstream, await asyncio.to_thread(look_of, said, risk=risk))

    async def idle(self) -> None:
        """Return when all that was to be looked at was."""
        await asyncio.gather(*self._looks)


def _plain(cost_usd: float) -> bytes:
    """Without an exponent, which not all readers know."""
    return f"{cost_usd:.10f}".rstrip("0").rstrip(".").encode()
