"""Windows counted in Redis, for all gateways together: one script a request, by Redis's own clock.

Whatever is asked within one turn of the event loop goes out in one pipeline. A script either
charges all windows of a request or none; nothing can come between its parts.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiguardian.gateway.limits.window import STEPS, Charge, Standing, Window

if TYPE_CHECKING:
    from redis.asyncio import Redis

WAIT_S = 0.05
"""The longest that a request waits for Redis: past it, this process decides."""
LATE_S, TRIES = 0.01, 3
"""A wait that ended so much later than it should have tells of this loop, not of Redis."""
REPLY_S = 1.0
"""For a whole pipeline: later than that, the connection is given up."""
CONNECT_S = 2.0
MOST_AT_ONCE = 256
"""Scripts in a pipeline, some 10 ms of Redis's time."""
PREFIX = "aiguardian:{limits}:"
"""The braces keep all windows of a request in one slot of a cluster, as a script needs them."""

_TAKE = f"""
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local told, steps_of, refused = {{}}, {{}}, false
for i, key in ipairs(KEYS) do
  local amount, step_ms = tonumber(ARGV[i * 4 - 3]), tonumber(ARGV[i * 4 - 2])
  local charge, is_hard = tonumber(ARGV[i * 4 - 1]), ARGV[i * 4] == '1'
  local step = math.floor(now / step_ms)
  local fields, used, last, steps = redis.call('HGETALL', key), 0, step - {STEPS + 1}, {{}}
  for f = 1, #fields, 2 do
    local number, count = tonumber(fields[f]), tonumber(fields[f + 1])
    if number < step - {STEPS} then
      redis.call('HDEL', key, fields[f])
    else
      used = used + count
      last = math.max(last, number)
      steps[#steps + 1] = {{number, count}}
    end
  end
  local wait, excess = 0, used + math.max(charge, 1) - amount
  if excess > 0 then
    wait = step_ms * {STEPS}
    table.sort(steps, function(a, b) return a[1] < b[1] end)
    for _, one in ipairs(steps) do
      excess = excess - one[2]
      if excess <= 0 then
        wait = math.max(1, (one[1] + {STEPS + 1}) * step_ms - now)
        break
      end
    end
    refused = refused or is_hard
  end
  steps_of[i] = step
  told[i] = {{used, step, math.max(0, (last + {STEPS + 1}) * step_ms - now), wait}}
end
if not refused then
  for i, key in ipairs(KEYS) do
    local step_ms, charge = tonumber(ARGV[i * 4 - 2]), tonumber(ARGV[i * 4 - 1])
    if charge > 0 then
      redis.call('HINCRBY', key, string.format('%.0f', steps_of[i]), charge)
      redis.call('PEXPIRE', key, step_ms * {STEPS + 1})
      told[i][1] = told[i][1] + charge
      told[i][3] = (steps_of[i] + {STEPS + 1}) * step_ms - now
    end
  end
end
return told
"""

_CORRECT = f"""
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for i, key in ipairs(KEYS) do
  local step, amount, step_ms = ARGV[i * 3 - 2], tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
  if tonumber(step) >= math.floor(now / step_ms) - {STEPS} then
    if redis.call('HINCRBY', key, step, amount) < 0 then redis.call('HSET', key, step, 0) end
    redis.call('PEXPIRE', key, step_ms * {STEPS + 1})
  end
end
return 1
"""


# What Redis calls a script by; no secret hangs on it.
_SHA1 = {
    script: hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
    for script in (_TAKE, _CORRECT)
}


class RedisLost(Exception):
    """Redis did not answer, or not in time."""


@dataclass(slots=True)
class _Call:
    """One script that waits to be sent."""

    script: str
    keys: list[str]
    arguments: list[int | str]
    told: asyncio.Future[Any]


class RedisCounters:
    """What each window used, as Redis knows it."""

    def __init__(self, address: str, digest_key: bytes) -> None:
        """`digest_key` makes the subjects unreadable: Redis sees neither user nor address."""
        self._address = address
        self._digest_key = digest_key
        self._redis: Redis | None = None
        self._waiting: deque[_Call] = deque()
        self._sending: asyncio.Task[None] | None = None

    async def take(self, charges: Sequence[Charge]) -> list[Standing]:
        """As the memory's. Raises `RedisLost` after `WAIT_S` at the latest."""
        arguments: list[int | str] = []
        for charge in charges:
            window = charge.window
            is_hard = "1" if window.limit.is_hard else "0"
            arguments += (window.limit.amount, window.step_ms, charge.amount, is_hard)
        keys = [self._key(charge.window) for charge in charges]
        told = await self._ask(_TAKE, keys, arguments)
        return [Standing(charge, *row) for charge, row in zip(charges, told, strict=True)]

    async def correct(self, corrections: Sequence[tuple[Window, int, int]]) -> None:
        """Add to what steps of windows used; as the memory's. Raises `RedisLost`."""
        arguments: list[int | str] = []
        for window, step, amount in corrections:
            arguments += (step, amount, window.step_ms)
        await self._ask(_CORRECT, [self._key(window) for window, _, _ in corrections], arguments)

    async def try_it(self) -> None:
        """Return if Redis takes a write, which one that is full or a replica does not; raises
        `RedisLost`."""
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._client().set(f"{PREFIX}probe", 1, px=1_000)
        except _errors() as error:
            raise RedisLost(type(error).__name__) from None

    async def close(self) -> None:
        """End the connections; a later use opens them anew."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        if self._redis is not None:
            await self._redis.aclose()
        self._redis = self._sending = None

    async def move(self, address: str) -> None:
        """Use another address from now on: the password has changed."""
        self._address = address
        await self.close()

    async def _ask(self, script: str, keys: list[str], arguments: list[int | str]) -> Any:
        told = asyncio.get_running_loop().create_future()
        self._waiting.append(_Call(script, keys, arguments, told))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())
        try:
            return await _in_time(told)
        finally:
            told.cancel()  # who gave up, or left, is not charged if it was not sent yet

    async def _send(self) -> None:
        """Send what waits, pipeline after pipeline, until nothing does."""
        while self._waiting:
            calls = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
            calls = [call for call in calls if not call.told.done()]  # who gave up is not charged
            try:
                async with asyncio.timeout(REPLY_S):
                    answers = await self._pipelined(calls)
            except _errors() as error:
                answers = [RedisLost(type(error).__name__)] * len(calls)
                await self._hang_up()
            for call, answer in zip(calls, answers, strict=True):
                _tell(call.told, answer)

    async def _pipelined(self, calls: list[_Call]) -> list[Any]:
        from redis.exceptions import NoScriptError

        by_digest = self._client().pipeline(transaction=False)
        for call in calls:
            by_digest.evalsha(_SHA1[call.script], len(call.keys), *call.keys, *call.arguments)
        answers: list[Any] = await by_digest.execute(raise_on_error=False)
        if not any(isinstance(answer, NoScriptError) for answer in answers):
            return answers
        # A Redis that has just started knows no script: those calls have done nothing yet.
        by_text = self._client().pipeline(transaction=False)
        missed = [at for at, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        for call in (calls[at] for at in missed):
            by_text.eval(call.script, len(call.keys), *call.keys, *call.arguments)
        for at, answer in zip(missed, await by_text.execute(raise_on_error=False), strict=True):
            answers[at] = answer
        return answers

    async def _hang_up(self) -> None:
        if self._redis is not None:
            await self._redis.connection_pool.disconnect()

    def _client(self) -> Redis:
        if self._redis is None:
            from redis.asyncio import Redis  # a tenth of a second that most do without
            from redis.asyncio.retry import Retry
            from redis.backoff import NoBackoff

            from aiguardian.gateway.limits.redis_connection import connect_by_address

            self._redis = Redis.from_url(
                self._address,
                socket_connect_timeout=CONNECT_S,
                retry=Retry(NoBackoff(), 0),  # who waits has no time for a second try
                protocol=2,  # every Redis and every proxy of one speaks it
                max_connections=4,
            )
            connect_by_address(self._redis.connection_pool)
        return self._redis

    def _key(self, window: Window) -> str:
        digest = hashlib.blake2b(
            f"{window.whose}\n{window.subject}".encode("utf-8", "surrogatepass"),
            key=self._digest_key,
            digest_size=16,
        ).hexdigest()
        kind = "" if window.limit.is_hard else ":soft"  # a soft one may stand beside a hard one
        return f"{PREFIX}{digest}:{window.limit.unit}:{window.limit.window_s}{kind}"


async def _in_time(told: asyncio.Future[Any]) -> Any:
    """The answer. Raises `RedisLost` once Redis has had its time: while this loop was busy with
    something else, Redis had none."""
    loop = asyncio.get_running_loop()
    for _ in range(TRIES):
        began_s = loop.time()
        try:
            async with asyncio.timeout(WAIT_S):
                return await asyncio.shield(told)
        except TimeoutError:
            if loop.time() - began_s < WAIT_S + LATE_S:
                break
    raise RedisLost("no answer in time")


def _tell(told: asyncio.Future[Any], answer: Any) -> None:
    if told.done():
        return
    if isinstance(answer, Exception):
        told.set_exception(RedisLost(type(answer).__name__))
    else:
        told.set_result(answer)


def _errors() -> tuple[type[Exception], ...]:
    """What the client raises; its messages are never shown, they may name the address."""
    from redis.exceptions import RedisError

    return (RedisError, OSError, TimeoutError, ValueError)
