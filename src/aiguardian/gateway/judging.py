"""From the fields of a request to a call, and from a call to an answer, for every endpoint."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from aiguardian.errors import GatewayError
from aiguardian.gateway.cycle import in_task
from aiguardian.gateway.decisions import tell_of_failure, tell_of_process
from aiguardian.gateway.dispatch import Call, Dispatcher, Outcome
from aiguardian.gateway.envelope import ProcessRequest, Response, Terms, read_payload
from aiguardian.gateway.wire import ClientGone, Receive
from aiguardian.processor import Caller, Deadline
from aiguardian.telemetry.exchange import Exchange


def call_of(
    dispatcher: Dispatcher,
    guard: str,
    fields: dict[str, Any],
    terms: Terms,
    *,
    request_id: str,
    tenant: str,
    traceparent: str = "",
    deadline: Deadline | None = None,
) -> Call:
    """Return the checked call; raises `NotAvailable`, `InvalidField` or `PayloadTooLarge`."""
    entry = dispatcher.directory.get(guard)
    caller = Caller(
        deadline=deadline or Deadline(terms.timeout),
        user_id=terms.user_id,
        session_id=terms.session_id,
        client_type=terms.client_type,
        request_id=request_id,
        tenant=tenant,
    )
    return Call(
        guard=guard,
        entry=entry,
        payload=read_payload(fields, entry.processor.payload),
        fields=fields,
        caller=caller,
        priority=terms.priority,
        fallback_enabled=terms.fallback_enabled,
        traceparent=traceparent,
    )


async def process(
    dispatcher: Dispatcher, request: ProcessRequest, exchange: Exchange, receive: Receive
) -> Response:
    """Judge one request; gives up when the client does."""
    exchange.guard = request.service_type
    exchange.client_type = request.client_type
    exchange.user_id = exchange.user_id or request.user_id or ""
    call = call_of(
        dispatcher,
        request.service_type,
        request.payload,
        request,
        request_id=exchange.request_id,
        tenant=exchange.tenant,
        traceparent=exchange.traceparent() if dispatcher.has_remote else "",
    )
    try:
        if dispatcher.is_immediate(call):
            outcome = dispatcher.judge_now(call)
        else:
            await in_task()
            outcome = await while_connected(dispatcher.judge(call), receive)
    except GatewayError as error:
        tell_of_failure(exchange, call.guard, error)
        raise
    tell_of_process(exchange, dispatcher.directory, call, outcome)
    exchange.action = outcome.action
    exchange.guard_s = outcome.seconds
    exchange.degraded = outcome.degraded
    return answer(call, outcome, seconds=time.perf_counter() - exchange.started_s)


def answer(call: Call, outcome: Outcome, *, seconds: float) -> Response:
    """The envelope around a verdict."""
    return Response(
        request_id=call.caller.request_id,
        service_type=call.guard,
        success=True,
        data=outcome.data,
        error=None,
        processing_time=seconds,
        service_used=call.guard,
        degraded=outcome.degraded,
    )


UNWATCHED_S = 0.02
"""Most work has ended by then: to watch the connection for it costs more than it could save."""


async def while_connected(work: Any, receive: Receive) -> Any:
    """Return what the coroutine returns; cancel it and raise `ClientGone` if the client leaves.

    The work runs in the caller's own task: one more for each short request costs more than most
    guards do.
    """
    task: asyncio.Task[Any] = asyncio.current_task()  # type: ignore[assignment]  # there is one
    watch = _Watch(task, receive)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.has_left and watch.task.uncancel() == 0:
            raise ClientGone from None
        raise
    finally:
        watch.stop()


class _Watch:
    """Cancels a task when the client leaves."""

    def __init__(self, task: asyncio.Task[Any], receive: Receive) -> None:
        self.task = task
        self.has_left = False
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None
        self._timer = task.get_loop().call_later(UNWATCHED_S, self._begin)

    def _begin(self) -> None:
        self._watching = self.task.get_loop().create_task(self._until_disconnect())

    async def _until_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        self.task.cancel()

    def stop(self) -> None:
        """The work has ended."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
