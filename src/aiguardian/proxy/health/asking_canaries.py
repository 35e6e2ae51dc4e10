"""Asks the canaries of the routing now and then, each at its own upstream."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec

from aiguardian.errors import GatewayError
from aiguardian.gateway.decode import read_object
from aiguardian.proxy.faults import UpstreamFault
from aiguardian.proxy.health.canary import Canary
from aiguardian.proxy.health.traffic import Traffic
from aiguardian.proxy.upstream import Question, Upstream
from aiguardian.proxy.upstreams import Upstreams


async def watch_canaries(
    upstreams: Upstreams,
    traffic: Traffic,
    *,
    session: aiohttp.ClientSession,
    interval_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Ask all canaries, every interval, until cancelled. The first round waits one interval."""
    while True:
        await asyncio.sleep(interval_s)
        await ask_canaries(upstreams, traffic, session=session, clock=clock)


async def ask_canaries(
    upstreams: Upstreams,
    traffic: Traffic,
    *,
    session: aiohttp.ClientSession,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Ask each canary of the routing once, one after the other: they cost tokens, not time."""
    for number, canary in enumerate(upstreams.routing.canaries, start=1):
        upstream = upstreams.upstream(canary.upstream)
        if upstream is not None:
            fault = await _fault(canary, upstream, session, clock)
            traffic.canary(canary.upstream, str(number), fault)


async def _fault(
    canary: Canary,
    upstream: Upstream,
    session: aiohttp.ClientSession,
    clock: Callable[[], float],
) -> str:
    """What is wrong with the answer, without a word of it; empty when nothing is."""
    endpoint = "chat" if upstream.speaks("chat") else "messages"
    body = {
        "model": canary.model,
        "max_tokens": canary.most_tokens,
        "messages": [{"role": "user", "content": canary.prompt}],
    }
    question = Question(endpoint, msgspec.json.encode(body), canary.model, {})
    began = clock()
    try:
        answer = await upstream.ask(session, question, retries=0)
        try:
            whole = await answer.body()
        finally:
            answer.close()
        if answer.status >= 400:
            return f"The answer was an error ({answer.status})."
        return canary.fault(said_in(read_object(whole)), clock() - began)
    except UpstreamFault as fault:
        return fault.message
    except GatewayError:
        return "The answer is not JSON."


def said_in(answer: dict[str, Any]) -> str:
    """The text of an answer in OpenAI's or Anthropic's shape; empty where there is none."""
    try:
        if "choices" in answer:
            return answer["choices"][0]["message"]["content"] or ""
        return "".join(block.get("text", "") for block in answer["content"])
    except (KeyError, IndexError, TypeError, AttributeError):
        return ""
