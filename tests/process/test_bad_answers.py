"""An instance that answers badly: the caller's status, the metric and the log line for each way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from fake_instance import GOOD, REPORT, FakeInstance, fake_instance, http_answer, huge
from processes import SECRET_KEY, UNIFIED_KEY, Running, running, wait_until

pytestmark = pytest.mark.process

CANARY = "zanzibar-canary-31415926"
Bad = bytes | Callable[[], Iterator[bytes]]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeInstance]:
    with fake_instance() as one:
        yield one


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, fake: FakeInstance) -> Iterator[Running]:
    with running(
        "serve",
        home=tmp_path_factory.mktemp("gateway"),
        ENVIRONMENT="test",
        SECRET_KEY=SECRET_KEY,
        UNIFIED_API_KEY=UNIFIED_KEY,
        TOKENGUARD_URL=fake.url,
        AIGUARDIAN_HEALTH_INTERVAL_S="0.5",
    ) as gateway:
        wait_until(lambda: "tokenguard" in gateway.ask("GET", "/health/ready").json()["services"])
        yield gateway


@pytest.fixture
def gateway(started: Running, fake: FakeInstance) -> Iterator[Running]:
    """The gateway, whose instance is well before, and whose log holds nothing private after."""
    fake.behave()
    wait_until(lambda: started.judge("a", fallback_enabled=False).status == 200)
    yield started
    log = started.log()
    internal_key = fake.asked[-1][1]["x-api-key"]
    for private in (CANARY, "zanzibar", UNIFIED_KEY, SECRET_KEY, internal_key):
        assert private not in log


def failures(gateway: Running, kind: str) -> float:
    return gateway.metric("aiguardian_instance_failures_total", kind=kind)


def has_told(gateway: Running, kind: str) -> bool:
    return any(
        line["message"].endswith(f"gave no verdict: {kind}") and line["log.level"] == "warning"
        for line in gateway.log_lines()
    )


def envelope(data: object) -> bytes:
    return http_answer(json.dumps({"success": True, "data": data, "error": None}).encode())


def error(status: int, code: str, **more: object) -> bytes:
    told = {"success": False, "data": None, "error": {"code": code, "message": "no", **more}}
    return http_answer(json.dumps(told).encode(), f"{status} Told")


BAD: dict[str, tuple[Bad, str]] = {
    "not HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "garbage"),
    "not JSON": (http_answer(b"<html>It works!</html>"), "garbage"),
    "JSON of another kind": (http_answer(b"[1, 2]"), "garbage"),
    "nested too deep": (http_answer(GOOD[:-1] + b',"x":' + b"[" * 90_000), "garbage"),
    "deep data": (
        http_answer(b'{"success":true,"data":' + b"[" * 90_000 + b"]" * 90_000 + b"}"),
        "garbage",
    ),
    "not UTF-8": (http_answer(GOOD.replace(b"from the", b"\xff\xfe")), "garbage"),
    "half a report": (envelope({"risk": 0.0}), "garbage"),
    "a risk that is none": (envelope(REPORT | {"risk": 7.0}), "garbage"),
    "500": (error(500, "internal_error"), "status"),
    "500 from a proxy": (http_answer(b"<html>", "500 Internal Server Error"), "garbage"),
    "401": (error(401, "unauthenticated"), "status"),
    "a body cut off": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{", "garbage"),
    "a chunk without size": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        "garbage",
    ),
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "garbage",
    ),
    "a body without end": (huge, "garbage"),
    "compressed": (http_answer(b"\x1f\x8b\x08", "200 OK", "content-encoding: gzip"), "garbage"),
    "hangs up": (b"", "unreachable"),
}


@pytest.mark.parametrize(("bad", "kind"), BAD.values(), ids=BAD)
def test_no_verdict_is_degraded_or_503_and_never_shown(
    gateway: Running, fake: FakeInstance, bad: Bad, kind: str
) -> None:
    before = failures(gateway, kind)
    fake.behave(bad)
    stood_in = gateway.judge(CANARY)
    assert (stood_in.status, stood_in.json()["degraded"]) == (200, True)
    assert stood_in.json()["data"]["text_length"] == len(CANARY)
    refused = gateway.judge(CANARY, fallback_enabled=False)
    assert refused.status == 503
    assert refused.error()["code"] == "not_available"
    assert int(refused.headers["retry-after"]) >= 1
    assert failures(gateway, kind) - before == 2
    wait_until(lambda: has_told(gateway, kind))


def test_a_redirect_is_not_followed(gateway: Running, fake: FakeInstance) -> None:
    with fake_instance() as elsewhere:
        fake.behave(
            http_answer(b"", "307 Temporary Redirect", f"location: {elsewhere.url}/process")
        )
        assert gateway.judge(CANARY).json()["degraded"] is True
        assert gateway.judge(CANARY, fallback_enabled=False).status == 503
        assert elsewhere.asked == []


@pytest.mark.parametrize(("told", "shown"), [(9, 9), (-5, 1), (10**20, 60), (None, 1)])
def test_an_overloaded_instance_is_believed_within_reason(
    gateway: Running, fake: FakeInstance, told: int | None, shown: int
) -> None:
    fake.behave(error(503, "overloaded", **({} if told is None else {"retry_after": told})))
    assert gateway.judge(CANARY).json()["degraded"] is True
    refused = gateway.judge(CANARY, fallback_enabled=False)
    assert refused.status == 503
    assert refused.error()["code"] == "overloaded"
    assert refused.headers["retry-after"] == str(shown)


def test_a_slow_instance_leaves_time_for_the_fallback(gateway: Running, fake: FakeInstance) -> None:
    before = failures(gateway, "timeout")
    fake.behave(wait_s=3)
    stood_in = gateway.judge(CANARY, timeout=1)
    assert (stood_in.status, stood_in.json()["degraded"]) == (200, True)
    assert stood_in.seconds < 2.8
    assert failures(gateway, "timeout") - before == 1
    wait_until(lambda: has_told(gateway, "timeout"))


def test_past_the_deadline_of_a_slow_instance_the_answer_is_504(
    gateway: Running, fake: FakeInstance
) -> None:
    fake.behave(wait_s=3)
    late = gateway.judge(CANARY, timeout=0.3, fallback_enabled=False)
    assert late.status == 504
    assert late.error()["code"] == "deadline_exceeded"
    assert 0.3 <= late.seconds < 2.5
    assert gateway.metric("aiguardian_verdicts_total", guard="tokenguard", action="unjudged") >= 1


def test_a_failing_instance_is_told_of_now_and_then_not_at_every_call(
    gateway: Running, fake: FakeInstance
) -> None:
    fake.behave(wait_s=3)
    for _ in range(8):
        gateway.judge(CANARY, timeout=0.05)
    lines = [line for line in gateway.log_lines() if line["message"].endswith("verdict: timeout")]
    assert len(lines) <= 4  # one in ten seconds, whatever this test's neighbours did


def test_an_open_breaker_spares_the_instance_and_closes_by_itself(
    gateway: Running, fake: FakeInstance
) -> None:
    fake.behave(error(500, "internal_error"))
    for _ in range(3):
        assert gateway.judge(CANARY).json()["degraded"] is True
    assert gateway.metric("aiguardian_breaker_state") > 0
    asked = len(fake.asked)
    assert gateway.judge(CANARY).json()["degraded"] is True
    assert len(fake.asked) - asked <= 1  # none while it is open, one when it is half-open
    fake.behave()
    wait_until(lambda: gateway.judge(CANARY).json()["degraded"] is False)
    assert gateway.metric("aiguardian_breaker_state") == 0
    wait_until(lambda: any("breaker closes" in line["message"] for line in gateway.log_lines()))


@pytest.mark.parametrize(
    "health",
    [
        http_answer(b'{"service":"healthguard"}'),
        http_answer(b"[" * 50_000),
        http_answer(b"\xff"),
        b"nonsense\r\n\r\n",
        b"",
    ],
    ids=["another guard", "nested too deep", "not UTF-8", "not HTTP", "hangs up"],
)
def test_an_instance_that_is_not_well_is_out_until_it_is(
    gateway: Running, fake: FakeInstance, health: bytes
) -> None:
    good = fake.health_answer
    try:
        fake.health_answer = health
        wait_until(lambda: gateway.metric("aiguardian_instance_up") == 0)
        asked = len(fake.asked)
        assert gateway.judge(CANARY).json()["degraded"] is True
        assert len(fake.asked) == asked
    finally:
        fake.health_answer = good
    wait_until(lambda: gateway.metric("aiguardian_instance_up") == 1)
