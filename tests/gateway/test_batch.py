"""Batches: order kept, a bad line costs only its own answer, memory bounded whoever is slow."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from asgi import BATCH, Reply, Running, running, settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from processors import CANARY, EchoGuard, Guard, RaisingGuard, SlowGuard

from aiguardian.errors import PayloadTooLarge, SlowClient
from aiguardian.gateway.batch import WINDOW, Outbox, lines
from aiguardian.gateway.wire import ClientGone
from aiguardian.settings.groups import Limits


def line(text: str = "x", **fields: Any) -> dict[str, Any]:
    return {"service_type": "tokenguard", "text": text, **fields}


NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture
async def gateway() -> AsyncIterator[Running]:
    given = settings(limits=Limits(workers=2, queue=64, body_bytes=1024, body_timeout_s=0.1))
    guards: Any = {"tokenguard": EchoGuard(), "biasguard": Guard(), "trustguard": RaisingGuard()}
    async with running(guards, given) as one:
        yield one


def lengths(reply: Reply) -> list[int]:
    return [one["data"]["text_length"] for one in reply.lines()]


async def test_answers_come_in_the_order_of_the_lines(gateway: Running) -> None:
    asked = [
        line("x" * number, service_type="biasguard" if number % 3 else "tokenguard")
        for number in range(60)
    ]
    reply = await gateway.client.batch(*asked)
    assert reply.status == 200
    assert reply.header("content-type") == "application/x-ndjson"
    assert lengths(reply) == list(range(60))
    assert len({one["request_id"] for one in reply.lines()}) == 60
    assert gateway.log_lines()[-1]["url.path"] == BATCH


async def test_both_forms_of_an_envelope_are_read(gateway: Running) -> None:
    nested = {"service_type": "tokenguard", "payload": {"content": "abc"}}
    assert lengths(await gateway.client.batch(nested, line("abc"))) == [3, 3]


async def test_a_bad_line_costs_only_its_own_answer(gateway: Running) -> None:
    reply = await gateway.client.batch(
        line("a"),
        b"nope " + CANARY.encode(),
        line("b", service_type="trustguard"),
        line("b", service_type="securityguard"),
        line("b", priority=11),
        line("b", txet=CANARY),
        b"[" * 900,
        b'{"a": 1, "a": 2}',
        b"\xff\xfe",
        b"x" * 1025,
        [],
        line("ccc"),
    )
    answers = reply.lines()
    assert [one["success"] for one in answers] == [True, *[False] * 10, True]
    assert [one["error"] and one["error"]["code"] for one in answers] == [
        None,
        "invalid_json",
        "guard_failed",
        "not_available",
        "invalid_field",
        "invalid_field",
        "invalid_json",
        "invalid_json",
        "invalid_json",
        "too_large",
        "invalid_field",
        None,
    ]
    assert [one["service_type"] for one in answers[1:5]] == [
        None,
        "trustguard",
        "securityguard",
        None,
    ]
    assert CANARY not in reply.body.decode() + gateway.log()


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b"", 0),
        (b"\n\n \n\r\n\t\n", 0),
        (b"%s", 1),
        (b"%s\n", 1),
        (b"%s\r\n%s\r\n", 2),
        (b"\n\n%s\n\n\n%s\n\n", 2),
        (b"  %s  \n", 1),
    ],
)
async def test_blank_lines_and_line_ends_do_not_count(
    gateway: Running, body: bytes, count: int
) -> None:
    one = json.dumps(line("ab")).encode()
    reply = await gateway.client.call("POST", BATCH, body.replace(b"%s", one), headers=NDJSON)
    assert reply.status == 200
    assert lengths(reply) == [2] * count


async def test_a_line_may_be_as_long_as_the_limit(gateway: Running) -> None:
    empty = len(json.dumps(line("")))
    full, over = line("x" * (1024 - empty)), line("x" * (1025 - empty))
    answers = (await gateway.client.batch(full, over, line("x"))).lines()
    assert [one["success"] for one in answers] == [True, False, True]


@pytest.mark.parametrize(
    "kind", ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/json"]
)
async def test_ndjson_goes_by_several_names(gateway: Running, kind: str) -> None:
    reply = await gateway.client.call("POST", BATCH, b"", headers={"content-type": kind})
    assert reply.status == 200


async def test_another_type_is_a_415_before_the_answer_begins(gateway: Running) -> None:
    reply = await gateway.client.call("POST", BATCH, b"", headers={"content-type": "text/plain"})
    assert (reply.status, reply.receives) == (415, 0)


async def test_answers_are_sent_while_lines_still_come(gateway: Running) -> None:
    """The client sends its second line only after it has read the first answer."""
    answered: asyncio.Queue[bytes] = asyncio.Queue()
    asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def send(message: Any) -> None:
        if message.get("body"):
            await answered.put(message["body"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": BATCH,
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/x-ndjson")],
        "client": ("127.0.0.1", 1),
    }
    call = asyncio.create_task(gateway.program.app(scope, asked.get, send))
    for text in ("a", "bb"):
        body = json.dumps(line(text)).encode() + b"\n"
        await asked.put({"type": "http.request", "body": body, "more_body": True})
        async with asyncio.timeout(1):
            answer = json.loads(await answered.get())
        assert answer["data"]["text_length"] == len(text)
    await asked.put({"type": "http.request", "body": b"", "more_body": False})
    await call


async def test_a_client_that_stops_sending_is_told_so_after_its_answers(gateway: Running) -> None:
    body = json.dumps(line("abc")).encode() + b"\n"
    reply = await gateway.client.call("POST", BATCH, [body], headers=NDJSON, is_endless=True)
    first, last = reply.lines()
    assert first["data"]["text_length"] == 3
    assert last["error"]["code"] == "request_timeout"


async def left_batch(guard: SlowGuard, *, is_endless: bool) -> None:
    gone = asyncio.Event()
    given = settings(limits=Limits(workers=2, queue=64))
    async with running({"tokenguard": guard}, given) as gateway:
        body = b"".join(json.dumps(line("x", timeout=60)).encode() + b"\n" for _ in range(40))
        call = asyncio.ensure_future(
            gateway.client.call(
                "POST", BATCH, [body], headers=NDJSON, gone=gone, is_endless=is_endless
            )
        )
        await gateway.until(lambda: guard.running == 2)
        gone.set()
        async with asyncio.timeout(2):
            await call
        workers = gateway.program.dispatcher.workers
        await gateway.until(lambda: (workers.busy, workers.waiting) == (0, 0))
        assert guard.ended == 2
        assert gateway.log_lines()[-1]["http.response.status_code"] == 499
        assert "broke off" not in gateway.log()


async def test_a_client_that_leaves_amid_its_lines_frees_the_workers() -> None:
    await left_batch(SlowGuard(), is_endless=True)


async def test_a_client_that_leaves_amid_its_answers_frees_the_workers() -> None:
    await left_batch(SlowGuard(), is_endless=False)


async def test_no_more_lines_are_in_work_than_the_window() -> None:
    guard = SlowGuard()
    given = settings(limits=Limits(workers=1, queue=500))
    async with running({"tokenguard": guard}, given) as gateway:
        call = asyncio.ensure_future(gateway.client.batch(*[line()] * 200))
        await gateway.until(lambda: guard.running)
        for _ in range(50):
            await asyncio.sleep(0)
        assert gateway.program.dispatcher.workers.waiting <= WINDOW + 2
        guard.release.set()
        assert len((await call).lines()) == 200


async def test_memory_stays_flat_over_many_lines(gateway: Running) -> None:
    """20,000 lines, 25 MB of answers; the client here counts them and keeps none."""
    chunk = (json.dumps(line("x" * 200)).encode() + b"\n") * 100
    count = 0

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        await asyncio.sleep(0)
        return {"type": "http.request", "body": chunk, "more_body": left > 0}

    async def send(message: Any) -> None:
        nonlocal count
        count += message.get("body", b"").count(b"\n")

    scope = {
        "type": "http",
        "method": "POST",
        "path": BATCH,
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/x-ndjson")],
        "client": ("127.0.0.1", 1),
    }
    guard: Any = gateway.program.directory.get("tokenguard").processor
    guard.seen = guard.callers = Forgetful()
    left = 10
    await gateway.program.app(dict(scope), receive, send)
    tracemalloc.start()
    left = 50
    await gateway.program.app(dict(scope), receive, send)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 6_000
    assert peak < 2 * 2**20


class Forgetful(list[Any]):
    def append(self, _: Any) -> None:
        return


# The lines of a body


async def read(body: bytes, cuts: list[int], *, limit: int = 50) -> list[bytes | type]:
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    pieces = [body[start:end] for start, end in pairwise(edges)]
    messages = iter(
        [
            {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
            for number, piece in enumerate(pieces)
        ]
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    found = [one async for one in lines(receive, limit=limit, idle_s=1)]
    return [one if isinstance(one, bytes) else type(one) for one in found]


BODIES = st.lists(
    st.sampled_from([b"\n", b"\r\n", b"a", b" ", b"{}", "é".encode(), b"x" * 30]), max_size=30
).map(b"".join)


@hypothesis_settings(max_examples=200)
@given(BODIES, st.lists(st.integers(0, 1000), max_size=12))
def test_the_lines_are_the_same_under_any_chunking(body: bytes, cuts: list[int]) -> None:
    expected = [
        PayloadTooLarge if len(one) > 50 else one
        for number, one in enumerate(body.split(b"\n"))
        if one.strip() or len(one) > 50
    ]
    assert asyncio.run(read(body, cuts)) == expected


async def test_nothing_of_an_overlong_line_is_kept() -> None:
    """100 MB of one line, in pieces of 64 KiB, while at most two pieces are held."""
    left = 1600
    piece = b"x" * 65536

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": piece if left else b"\nok", "more_body": left > 0}

    tracemalloc.start()
    found = [one async for one in lines(receive, limit=100_000, idle_s=1)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found[0], PayloadTooLarge)
    assert found[1:] == [b"ok"]
    assert peak < 2**20


async def test_silence_is_a_slow_client_and_a_disconnect_a_gone_one() -> None:
    async def silent() -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(SlowClient):
        await anext(lines(silent, limit=9, idle_s=0.01))
    with pytest.raises(ClientGone):
        await anext(lines(gone, limit=9, idle_s=0.01))


# Answers on their way out


@hypothesis_settings(max_examples=60)
@given(st.lists(st.binary(max_size=20), max_size=30), st.integers(1, 30), st.integers(0, 3))
def test_whatever_is_put_in_comes_out_in_order_and_within_bounds(
    pieces: list[bytes], limit: int, pace: int
) -> None:
    async def play() -> bytes:
        box, out = Outbox(limit), []

        async def send(message: Any) -> None:
            assert message["more_body"] is True
            assert 0 < len(message["body"]) < limit + 20
            for _ in range(pace):
                await asyncio.sleep(0)
            out.append(message["body"])

        pouring = asyncio.create_task(box.pour(send))
        for piece in pieces:
            await box.put(piece)
            assert len(box._waiting) < limit + 20
        box.close()
        async with asyncio.timeout(5):
            await pouring
        return b"".join(out)

    assert asyncio.run(play()) == b"".join(pieces)


async def test_put_waits_for_a_client_that_does_not_read() -> None:
    box, may_read = Outbox(10), asyncio.Event()

    async def send(_: Any) -> None:
        await may_read.wait()

    pouring = asyncio.create_task(box.pour(send))
    await box.put(b"x" * 10)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await box.put(b"y" * 10)
    third = asyncio.create_task(box.put(b"z"))
    for _ in range(9):
        await asyncio.sleep(0)
    assert not third.done()
    may_read.set()
    await third
    box.close()
    await pouring
