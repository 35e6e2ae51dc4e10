"""The outside judge over HTTP: chat completions of an OpenAI-compatible endpoint.

TrustGuard asks from a worker thread. All questions of a request go out at once, on an event loop
that lives as long as they do, so neither the gateway's loop nor other guards wait for the judge.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated

import aiohttp
import msgspec

from aiguardian.gateway.circuit import CircuitBreaker
from aiguardian.guards.token.counting import count_text
from aiguardian.guards.token.families import family_of
from aiguardian.guards.trust.judge.question import Heard, Question, Used, messages, read_answer
from aiguardian.processor import Deadline
from aiguardian.settings.destinations import Outbound
from aiguardian.settings.groups import Settings
from aiguardian.settings.judge import Judge as JudgeSettings

_VERSION = re.compile(r"/v\d+\w*$")
ANSWER_BYTES = 262_144
"""The largest answer that is read; a verdict is a line, a model's thoughts before it are longer."""
GLANCE_S = 0.25
"""How often is looked whether the caller has gone. By judgement."""
FAIR_S = 1.0
"""A judge that is late after less shows nothing by it: the caller had no time. By judgement."""
LATE = Heard(None, "did not answer in time")
UNREACHED = Heard(None, "cannot be reached")
FAILED = Heard(None, "failed")
UNCLEAR = Heard(None, "answered something else than a verdict")
BUSY = Heard(None, "was busy with other requests")
RESTING = Heard(None, "failed several times in a row and is not asked for a moment")


class _Message(msgspec.Struct, frozen=True):
    content: str


class _Choice(msgspec.Struct, frozen=True):
    message: _Message


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: Annotated[int, msgspec.Meta(ge=0)] = 0
    completion_tokens: Annotated[int, msgspec.Meta(ge=0)] = 0


class _Completion(msgspec.Struct, frozen=True):
    choices: list[_Choice]
    usage: _Usage | None = None


def new_mark() -> str:
    """What an answer must repeat: 64 random bits, short enough for a small model to copy."""
    return secrets.token_hex(8)


class JudgeEndpoint:
    """Asks a model for its verdicts. Safe to use from several threads, not from an event loop."""

    def __init__(
        self,
        settings: JudgeSettings,
        *,
        at_once: int,
        outbound: Outbound = Outbound(),  # noqa: B008 - it is frozen
        mark: Callable[[], str] = new_mark,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """At most `at_once` threads wait for it; `outbound` says where it may be; `mark` gives what
        an answer must repeat."""
        self._outbound = outbound
        self.name = settings.model or ""
        self._url = _completions(settings.url or "")
        key = settings.api_key.reveal() if settings.api_key else None
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._timeout_s = settings.timeout_s
        self._places = threading.BoundedSemaphore(at_once)
        self._mark = mark
        self._breaker = CircuitBreaker(clock=clock)
        self._breaker_lock = threading.Lock()

    def ask(
        self, questions: Sequence[Question], *, deadline: Deadline, timeout_s: float
    ) -> list[Heard]:
        """What came of each question, in order; never raises for a judge that fails."""
        if not self._places.acquire(blocking=False):
            return [BUSY] * len(questions)
        try:
            if not self._may_ask():
                return [RESTING] * len(questions)
            return self._asked(questions, deadline, min(self._timeout_s, timeout_s))
        finally:
            self._places.release()

    def _may_ask(self) -> bool:
        with self._breaker_lock:
            if not self._breaker.allows_call():
                return False
            self._breaker.begin()
            return True

    def _asked(
        self, questions: Sequence[Question], deadline: Deadline, limit_s: float
    ) -> list[Heard]:
        try:
            heard = self._on_a_loop(questions, Deadline(limit_s), deadline)
        except BaseException:  # a fault of ours: no word on the judge
            with self._breaker_lock:
                self._breaker.abandon()
            raise
        had_time = limit_s >= min(self._timeout_s, FAIR_S) and deadline.remaining_s() > 0
        self._remember(heard, had_time=had_time)
        return heard

    def _remember(self, heard: Sequence[Heard], *, had_time: bool) -> None:
        """One answer of any kind shows that somebody is there; silence says nothing when the
        judge had no time."""
        with self._breaker_lock:
            if any(each not in (LATE, UNREACHED, FAILED) for each in heard):
                self._breaker.succeed()
            elif had_time or LATE not in heard:
                self._breaker.fail()
            else:
                self._breaker.abandon()

    def _on_a_loop(
        self, questions: Sequence[Question], limit: Deadline, deadline: Deadline
    ) -> list[Heard]:
        # Not asyncio.run: at its end it would wait for a name that nobody resolves.
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(self._ask_all(questions, limit, deadline))
        finally:
            loop.close()

    async def _ask_all(
        self, questions: Sequence[Question], limit: Deadline, deadline: Deadline
    ) -> list[Heard]:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=self._outbound.open_socket),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        ) as session:
            tasks = [asyncio.create_task(self._ask_one(session, each)) for each in questions]
            open_tasks = set(tasks)
            while open_tasks and (left_s := min(limit.remaining_s(), deadline.remaining_s())) > 0:
                _, open_tasks = await asyncio.wait(open_tasks, timeout=min(GLANCE_S, left_s))
            for task in open_tasks:
                task.cancel()
            await asyncio.gather(*open_tasks, return_exceptions=True)
            return [LATE if task.cancelled() else task.result() for task in tasks]

    async def _ask_one(self, session: aiohttp.ClientSession, question: Question) -> Heard:
        mark = self._mark()
        # No temperature and no bound of tokens: reasoning models refuse both.
        asked = {"model": self.name, "messages": messages(question, mark)}
        try:
            async with session.post(
                self._url,
                data=msgspec.json.encode(asked),
                headers=self._headers
                | {"content-type": "application/json", "accept-encoding": "identity"},
                allow_redirects=False,
            ) as response:
                if response.status != 200:
                    return FAILED if response.status >= 500 else _refused(response.status)
                body = await _bounded(response)
        except (aiohttp.ClientError, OSError):
            return UNREACHED
        return _read(body, mark, partial(self._estimated, question, mark))

    def _estimated(self, question: Question, mark: str, said: str) -> Used:
        """The tokens of the texts alone, where the endpoint counts none."""
        family = family_of(self.name)
        sent = "\n".join(each["content"] for each in messages(question, mark))
        return Used(count_text(sent, family), count_text(said, family), is_reported=False)


def _refused(status: int) -> Heard:
    return Heard(None, f"answered with status {status}")


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """The body, or its first bytes where it is too large to be an answer."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > ANSWER_BYTES:
            break
    return bytes(body)


def _read(body: bytes, mark: str, estimate: Callable[[str], Used]) -> Heard:
    """What the answer says and what it took, clear or not: it was given, and costs."""
    try:
        completion = msgspec.json.decode(body, type=_Completion)
    except (msgspec.MsgspecError, ValueError):
        return UNCLEAR
    choices, usage = completion.choices, completion.usage
    said = choices[0].message.content if len(choices) == 1 else ""
    if usage is not None and usage.prompt_tokens:
        used = Used(usage.prompt_tokens, usage.completion_tokens, is_reported=True)
    else:
        used = estimate(said)
    verdict = read_answer(said, mark)
    return replace(UNCLEAR, used=used) if verdict is None else Heard(verdict, used=used)


def _completions(base: str) -> str:
    """The address of chat completions below a base URL, which may end with its version or not."""
    base = base.rstrip("/")
    version = "" if _VERSION.search(base) else "/v1"
    return f"{base}{version}/chat/completions"


def configured_judge(settings: Settings) -> JudgeEndpoint | None:
    """The judge that the settings name, None without one. Half of the guards' threads may wait for
    it, so that the other half goes on judging; of one thread, that one."""
    if settings.judge.url is None:
        return None
    workers = settings.limits.workers or os.cpu_count() or 2
    at_once = max(1, workers // 2)
    return JudgeEndpoint(settings.judge, at_once=at_once, outbound=settings.outbound)
