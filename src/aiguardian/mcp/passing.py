"""An answer of a server on its way to the client: judged whole, or event by event."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import msgspec

from aiguardian.errors import GatewayError
from aiguardian.mcp.events import Event, EventReader, MalformedStream
from aiguardian.mcp.guarding import Asked, Guarding, Judged
from aiguardian.mcp.messages import (
    BLOCKED,
    NO_VERDICT,
    Message,
    answers,
    asks,
    encoded,
    failure,
    read_messages,
)
from aiguardian.mcp.upstream import Answer, ServerFault, malformed

KEPT_DECISIONS = 1_000
"""Of a stream, once they were told: one that listens may live for days."""

Reply = Callable[[Message], Awaitable[None]]
"""Sends a message to the server in the client's place."""


@dataclass(slots=True)
class Passing:
    """One answer. `owed` are the methods of the requests that it is to answer, by id."""

    guarding: Guarding
    asked: Asked
    reply: Reply
    owed: dict[str | int, str] = field(default_factory=dict)
    told: str = "keep"
    """The decision on what has passed so far."""

    async def whole(self, body: bytes) -> bytes:
        """The body as it may be given on. Raises `ServerFault` for one that cannot be read."""
        try:
            messages, is_batch = read_messages(body)
        except GatewayError as error:
            raise malformed("is no JSON-RPC") from error
        passed, is_changed = await self._passed(messages)
        if not is_changed:
            return body
        return encoded(passed, is_batch=is_batch) if passed else b""

    async def stream(self, answer: Answer) -> AsyncGenerator[bytes]:
        """The events that may be released, each when it is judged. What ends too early ends with
        an error for every request that is still owed an answer."""
        reader = EventReader()
        try:
            async with aclosing(answer.chunks()) as chunks:
                async for chunk in chunks:
                    for event in reader.feed(chunk):
                        yield await self._released(event)
                        self._forget_decisions()
        except MalformedStream:
            yield self._broken(malformed("is no stream of events that can be read"))
        except ServerFault as fault:
            yield self._broken(fault)

    async def _released(self, event: Event) -> bytes:
        data = event.data
        if not data:
            return event.raw
        try:
            messages, is_batch = read_messages(data)
        except GatewayError as error:
            raise malformed("holds an event that is no JSON-RPC") from error
        passed, is_changed = await self._passed(messages)
        if not is_changed:
            return event.raw
        return event.carrying(encoded(passed, is_batch=is_batch)) if passed else b":\n\n"

    async def _passed(self, messages: list[Message]) -> tuple[list[Message], bool]:
        """The messages as they may go on, and whether they are others than those that came."""
        passed: list[Message] = []
        is_changed = False
        for message in messages:
            method = self._answered(message)
            judged = await self._judged(message, method)
            if judged.passes:
                passed.append(judged.message)
                is_changed = is_changed or judged.is_changed
                continue
            is_changed = True
            if answers(message):
                passed.append(refusal(message.get("id"), judged))
            elif asks(message):
                await self.reply(refusal(message.get("id"), judged))
        return passed, is_changed

    def _answered(self, message: Message) -> str:
        """The method of the request that the message answers; empty when it is not known."""
        given = message.get("id")
        if not answers(message) or not isinstance(given, str | int):
            return ""
        return self.owed.pop(given, "")

    async def _judged(self, message: Message, method: str) -> Judged:
        try:
            judged = await self.guarding.of_server(message, self.asked, method=method)
        except GatewayError as error:
            judged = Judged(message, failure=error.message)
        self.told = _severer(self.told, "unjudged" if judged.failure else judged.told)
        return judged

    def _broken(self, fault: ServerFault) -> bytes:
        errors = [failure(one, NO_VERDICT, fault.message, fault.code) for one in self.owed]
        self.owed = {}
        return b"".join(
            b"event: message\ndata: " + msgspec.json.encode(one) + b"\n\n" for one in errors
        )

    def _forget_decisions(self) -> None:
        decisions = self.asked.exchange.decisions
        if self.asked.exchange.on_decided is not None and len(decisions) > KEPT_DECISIONS:
            del decisions[:-KEPT_DECISIONS]


def refusal(message_id: Any, judged: Judged) -> Message:
    """The error in the place of a message that may not go on."""
    if judged.failure:
        return failure(message_id, NO_VERDICT, f"There is no verdict: {judged.failure}", "unjudged")
    return failure(message_id, BLOCKED, f"Blocked: {judged.reason}", "blocked_by_policy")


_ORDER = ("keep", "unjudged", "flag", "rewrite", "block")


def _severer(one: str, other: str) -> str:
    return max(one, other, key=_ORDER.index)
