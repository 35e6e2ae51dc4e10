"""The servers that the gateway leans on: whether each answers, asked again and again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from aiguardian.errors import GatewayError
from aiguardian.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

INTERVAL_S = 2.0
"""Between two times that all are asked: a load balancer asks about as often."""
PATIENCE_S = 5.0
"""For one to answer; slower than that, it is down."""

State = Literal["starting", "ready", "not_ready"]


@dataclass(frozen=True, slots=True)
class Dependency:
    """One server, and whether the gateway may take requests without it."""

    name: str
    is_required: bool
    answers: Callable[[], Awaitable[bool]]
    """May raise `GatewayError`, which is a no."""


class Dependencies:
    """What is known of them. For the event loop only."""

    def __init__(self, dependencies: Sequence[Dependency], metrics: Metrics) -> None:
        self._dependencies = dependencies
        self._up = metrics.dependency_up
        self._states: dict[str, State] = {each.name: "starting" for each in dependencies}

    def states(self) -> dict[str, State]:
        """How each of them is, by name."""
        return dict(self._states)

    @property
    def is_ready(self) -> bool:
        """Whether all answer that must."""
        return all(
            self._states[each.name] == "ready" for each in self._dependencies if each.is_required
        )

    @property
    def is_whole(self) -> bool:
        """Whether none is known to be away."""
        return "not_ready" not in self._states.values()

    async def watch(self) -> None:
        """Ask all, then again, until cancelled."""
        while self._dependencies:
            await asyncio.gather(*(self._ask(each) for each in self._dependencies))
            await asyncio.sleep(INTERVAL_S)

    async def _ask(self, dependency: Dependency) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                answers = await dependency.answers()
        except (TimeoutError, GatewayError):
            answers = False
        before, now = self._states[dependency.name], "ready" if answers else "not_ready"
        self._states[dependency.name] = "ready" if answers else "not_ready"
        self._up.labels(dependency.name).set(int(answers))
        if before != now and not answers:
            log.error("%s does not answer", dependency.name)
        elif before == "not_ready" and answers:
            log.info("%s answers again", dependency.name)
