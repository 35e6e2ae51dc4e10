"""Bodies: their type, their size, their pace, and the memory for all of them together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from asgi import PROCESS, SCREEN, Reply, Running, running, settings
from processors import CANARY, EchoGuard, SlowGuard

from aiguardian.processor import MAX_TEXT_BYTES
from aiguardian.settings.groups import Limits

TEXT = {"service_type": "tokenguard", "text": "hello"}
BODY = json.dumps(TEXT).encode()
LIMIT = 4096


@pytest.fixture
async def gateway() -> AsyncIterator[Running]:
    given = settings(limits=Limits(workers=1, body_bytes=LIMIT, body_timeout_s=0.1))
    async with running({"tokenguard": EchoGuard()}, given) as one:
        yield one


async def send(gateway: Running, **headers: str) -> Reply:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.client.call("POST", PROCESS, BODY, headers=given)


@pytest.mark.parametrize(
    "given",
    [
        "application/json",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "Application/JSON ; Charset=utf8",
        "application/json; charset=us-ascii",
        "application/json; profile=x; charset=utf-8",
    ],
)
async def test_json_in_utf_8_is_read_however_it_is_announced(gateway: Running, given: str) -> None:
    assert (await send(gateway, content_type=given)).status == 200


@pytest.mark.parametrize(
    "given",
    [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/x-ndjson",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "application/json; version=1; charset=shift_jis",
        f"application/{CANARY}",
    ],
)
async def test_another_content_type_or_charset_is_a_415(gateway: Running, given: str) -> None:
    reply = await send(gateway, content_type=given)
    assert reply.status == 415
    assert reply.error()["code"] == "unsupported_media_type"
    assert reply.error()["field"] == "Content-Type"
    assert CANARY not in reply.body.decode()
    assert reply.receives == 0


async def test_no_content_type_is_a_415(gateway: Running) -> None:
    assert (await gateway.client.call("POST", PROCESS, BODY)).status == 415


@pytest.mark.parametrize(
    "given", ["gzip", "br", "deflate", "zstd", "GZIP", "identity, gzip", CANARY]
)
async def test_a_compressed_body_is_a_415_and_is_not_read(gateway: Running, given: str) -> None:
    reply = await send(gateway, content_type="application/json", content_encoding=given)
    assert reply.status == 415
    assert reply.error()["field"] == "Content-Encoding"
    assert CANARY not in reply.body.decode()
    assert reply.receives == 0


@pytest.mark.parametrize("given", ["identity", "Identity", ""])
async def test_the_identity_encoding_is_none(gateway: Running, given: str) -> None:
    reply = await send(gateway, content_type="application/json", content_encoding=given)
    assert reply.status == 200


@pytest.mark.parametrize("length", [LIMIT + 1, 100 * 2**20, 10**18, 10**4000])
async def test_a_body_announced_too_large_is_a_413_before_it_is_read(
    gateway: Running, length: int
) -> None:
    announced = "1" + "0" * 4000 if length == 10**4000 else str(length)
    reply = await send(gateway, content_type="application/json", content_length=announced)
    assert reply.status == 413
    assert reply.error()["code"] == "too_large"
    assert "4,096" in reply.error()["message"]
    assert reply.receives == 0


@pytest.mark.parametrize("length", ["-1", "x", "1.5", "1e3", "0x10", "", "٣"])
async def test_a_length_that_is_no_number_is_a_400(gateway: Running, length: str) -> None:
    if length == "٣":  # as UTF-8 bytes in the header
        length = length.encode().decode("latin-1")
    reply = await send(gateway, content_type="application/json", content_length=length)
    assert reply.status == 400
    assert reply.error()["field"] == "Content-Length"


async def test_a_body_that_grows_too_large_is_a_413_and_is_read_no_further(
    gateway: Running,
) -> None:
    pieces = [b"x" * 1000] * 100
    reply = await gateway.client.call(
        "POST", PROCESS, pieces, headers={"content-type": "application/json"}
    )
    assert reply.status == 413
    assert reply.receives == 5


async def test_a_body_of_exactly_the_limit_is_read(gateway: Running) -> None:
    body = BODY + b" " * (LIMIT - len(BODY))
    for given, status in ((body, 200), (body + b" ", 413)):
        reply = await gateway.client.call(
            "POST", PROCESS, given, headers={"content-type": "application/json"}
        )
        assert reply.status == status


async def test_a_body_in_pieces_is_put_together(gateway: Running) -> None:
    for pieces in ([BODY[:1], BODY[1:]], [bytes([one]) for one in BODY], [b"", BODY, b""]):
        reply = await gateway.client.call(
            "POST", PROCESS, pieces, headers={"content-type": "application/json"}
        )
        assert reply.status == 200


async def test_a_body_that_does_not_end_in_time_is_a_408(gateway: Running) -> None:
    reply = await gateway.client.call(
        "POST",
        PROCESS,
        [BODY[:9]],
        headers={"content-type": "application/json"},
        is_endless=True,
    )
    assert reply.status == 408
    assert reply.error()["code"] == "request_timeout"
    assert gateway.log_lines()[-1]["error.code"] == "request_timeout"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0, "the connection's task is not left half cancelled"
    assert (await gateway.client.post(PROCESS, TEXT)).status == 200


async def test_a_reading_that_is_cancelled_otherwise_is_no_slow_client(gateway: Running) -> None:
    call = asyncio.ensure_future(
        gateway.client.call(
            "POST",
            PROCESS,
            [BODY[:9]],
            headers={"content-type": "application/json"},
            is_endless=True,
        )
    )
    await asyncio.sleep(0.01)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert gateway.log_lines()[-1]["http.response.status_code"] == 0


async def test_a_guard_slower_than_the_body_may_be_is_no_slow_client() -> None:
    guard = SlowGuard()
    given = settings(limits=Limits(workers=1, body_timeout_s=0.1))
    async with running({"tokenguard": guard}, given) as gateway:
        call = asyncio.ensure_future(gateway.client.post(PROCESS, TEXT))
        await asyncio.sleep(0.05)
        await gateway.until(lambda: guard.running)
        for _ in range(4):
            await asyncio.sleep(0.03)
        guard.release.set()
        assert (await call).status == 200


async def test_all_bodies_together_are_bounded_and_the_next_is_told_to_wait() -> None:
    guard = SlowGuard()
    given = settings(limits=Limits(workers=1, body_bytes=3000, buffered_bytes=4000))
    async with running({"tokenguard": guard}, given) as gateway:
        large = {**TEXT, "text": "x" * 2500}
        first = asyncio.ensure_future(gateway.client.post(PROCESS, large))
        await gateway.until(lambda: guard.running)
        refused = await gateway.client.post(PROCESS, large)
        assert refused.status == 503
        assert refused.error()["code"] == "overloaded"
        assert refused.error()["retry_after"] == int(refused.header("retry-after") or 0) == 1
        assert gateway.metric("aiguardian_rejected_total", reason="bodies") == 1
        guard.release.set()
        assert (await first).status == 200
        assert (await gateway.client.post(PROCESS, large)).status == 200
        assert gateway.program.bodies._held == 0


async def test_what_is_held_is_let_go_however_a_request_ends() -> None:
    given = settings(limits=Limits(workers=1, body_bytes=3000, buffered_bytes=4000))
    async with running({"tokenguard": EchoGuard()}, given) as gateway:
        for body in (b"nope" * 500, b"x" * 3001, json.dumps({"x": "x" * 2000}).encode()):
            for path in (PROCESS, SCREEN):
                assert (await gateway.client.post(path, body)).status in {400, 413, 422}
        assert gateway.program.bodies._held == 0


async def test_two_mebibytes_of_text_are_a_413_that_names_the_field() -> None:
    async with running({"tokenguard": EchoGuard()}) as gateway:
        reply = await gateway.client.post(PROCESS, {**TEXT, "text": "x" * (2 * MAX_TEXT_BYTES)})
        assert reply.status == 413
        assert reply.error()["field"] == "text"
        full = await gateway.client.post(PROCESS, {**TEXT, "text": "x" * MAX_TEXT_BYTES})
        assert full.json()["data"]["text_length"] == MAX_TEXT_BYTES
