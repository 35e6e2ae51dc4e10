"""More work than workers and queue take: a prompt 503, prompt probes, and it stays ready."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from processes import running, sentences, wait_until

pytestmark = pytest.mark.process

HEAVY = {"optimize": "lossy", "target_ratio": 0.5}
TESTED = "aiguardian_self_test_timestamp_seconds"


def test_past_the_queue_the_answer_is_503_at_once_and_probes_stay_prompt(tmp_path: Path) -> None:
    text = sentences(400_000)
    with running("serve", home=tmp_path, AIGUARDIAN_WORKERS="1", AIGUARDIAN_QUEUE="4") as gateway:
        with ThreadPoolExecutor(12) as callers:
            waiting = [callers.submit(gateway.judge, text, payload=HEAVY) for _ in range(12)]
            probes = [gateway.ask("GET", "/health/live") for _ in range(5)]
            replies = [one.result() for one in waiting]
        refused = [reply for reply in replies if reply.status == 503]
        assert {reply.status for reply in replies} == {200, 503}
        assert {reply.error()["code"] for reply in refused} == {"overloaded"}
        assert all(1 <= int(reply.headers["retry-after"]) <= 60 for reply in refused)
        assert {probe.status for probe in probes} == {200}
        assert max(probe.seconds for probe in probes) < 2
        # A loaded machine may also refuse some unread (reason "event_loop"): each is counted once.
        assert gateway.metric("aiguardian_rejected_total") >= len(refused)
        assert gateway.judge("a").status == 200


def test_a_gateway_full_of_urgent_work_stays_ready(tmp_path: Path) -> None:
    """Self-tests go before every caller: their refusal would take the gateway out of rotation."""
    text = sentences(40_000)  # a self-test waits for one of these each time
    with running(
        "serve",
        home=tmp_path,
        AIGUARDIAN_WORKERS="1",
        AIGUARDIAN_QUEUE="2",
        AIGUARDIAN_SELF_TEST_INTERVAL_S="1",
    ) as gateway:
        wait_until(lambda: gateway.ask("GET", "/health/ready").status == 200)
        last = gateway.metric(TESTED, guard="tokenguard")
        tested = threading.Event()

        def call() -> set[int]:
            told = set()
            while not tested.is_set():
                told.add(gateway.judge(text, payload=HEAVY, priority=10).status)
            return told

        with ThreadPoolExecutor(6) as callers:
            waiting = [callers.submit(call) for _ in range(6)]
            try:
                wait_until(lambda: gateway.metric(TESTED, guard="healthguard") > last + 1.0)
            finally:
                tested.set()
            assert set().union(*(one.result() for one in waiting)) == {200, 503}
        assert gateway.metric("aiguardian_self_test_passed", guard="tokenguard") == 1
        assert gateway.metric("aiguardian_self_test_passed", guard="healthguard") == 1
        assert not [line for line in gateway.log_lines() if "self-test" in line["message"]]
