"""Retention by API: for how long what is kept, and what was deleted by age."""

from __future__ import annotations

import asyncio
from typing import Annotated

from msgspec import Meta, Struct
from starlette.routing import Route

from aiguardian.errors import Forbidden
from aiguardian.gateway.admin.answers import answer
from aiguardian.gateway.admin.paging import read_query
from aiguardian.gateway.routes import fetch, post
from aiguardian.gateway.sweeping import SWEEP_S, Sweeper
from aiguardian.gateway.wire import Receive, Scope, Send
from aiguardian.privacy.retention import Swept

_ROOT = "/api/v1/admin/retention"


class RetentionTold(Struct, frozen=True, kw_only=True):
    """What is deleted when."""

    days: Annotated[dict[str, int], Meta(description="By kind; 0: kept for ever.")]
    store: Annotated[str, Meta(description="What is kept of requests: none, redacted or full.")]
    every_s: Annotated[float, Meta(description="Seconds between two runs of the job.")]
    last: Annotated[
        Swept | None, Meta(description="The last run in this process; the operator's to see.")
    ]


class RetentionEndpoints:
    """The endpoints as methods, over the job."""

    def __init__(self, sweeper: Sweeper, store: str) -> None:
        self._sweeper = sweeper
        self._store = store

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            fetch(_ROOT, self.read, needs="read"),
            post(f"{_ROOT}/runs", self.run, needs="admin"),
        ]

    async def read(self, scope: Scope, _: Receive, send: Send) -> None:
        """For how long what is kept."""
        read_query(scope, ())
        retention = self._sweeper.retention
        told = RetentionTold(
            days=retention.days(),
            store=self._store,
            every_s=SWEEP_S,
            last=retention.last if scope["principal"].is_operator else None,
        )
        await answer(scope, send, told)

    async def run(self, scope: Scope, _: Receive, send: Send) -> None:
        """Delete what is too old, now."""
        if not scope["principal"].is_operator:
            raise Forbidden("This is about all organisations: it is for the operator's key only.")
        await answer(scope, send, await asyncio.shield(self._sweeper.run()))
