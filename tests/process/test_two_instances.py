"""A gateway and two instances of TokenGuard, each a process: killed, stopped, started again."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from processes import ENVELOPE, Reply, Running, running, wait_until

from aiguardian.guards.token.guard import TokenGuard
from aiguardian.processor import Caller, Deadline

pytestmark = pytest.mark.process

TEXT = "How many tokens is this, at what cost?"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
REQUEST_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


class Cluster:
    """The three processes, and what the gateway says of the two."""

    def __init__(self, gateway: Running, instances: tuple[Running, Running]) -> None:
        self.gateway = gateway
        self.instances = instances

    def up(self, instance: Running) -> float:
        return self.gateway.metric("aiguardian_instance_up", instance=instance.url)

    def breaker(self, instance: Running) -> float:
        return self.gateway.metric("aiguardian_breaker_state", instance=instance.url)

    def asked(self, instance: Running) -> float:
        return instance.metric("aiguardian_requests_total", route="/process")

    def is_used(self, instance: Running) -> bool:
        """Whether calls reach it: the way a closed breaker comes about, too."""
        before = self.asked(instance)
        self.calls(4)
        return self.asked(instance) > before

    def calls(self, count: int, **more: Any) -> list[Reply]:
        return [self.gateway.judge(TEXT, **more) for _ in range(count)]

    def while_called(self, act: Callable[[], Any]) -> list[Reply]:
        """What callers, who never cease to call, are answered while something happens."""
        replies: list[Reply] = []
        is_over = False

        def call() -> None:
            while not is_over:
                replies.append(self.gateway.judge(TEXT))

        with ThreadPoolExecutor(3) as callers:
            waiting = [callers.submit(call) for _ in range(3)]
            try:
                act()
            finally:
                is_over = True
        for one in waiting:
            one.result()
        return replies

    def mend(self) -> None:
        """Both instances run and are asked."""
        for instance in self.instances:
            if instance.process.poll() is not None:
                instance.start()
            instance.signal(signal.SIGCONT)
        for instance in self.instances:
            self.wait_for(instance)

    def wait_for(self, instance: Running) -> None:
        """Return when it is up and gets calls."""
        wait_until(lambda: self.up(instance) == 1 and self.is_used(instance))


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home: Path = tmp_path_factory.mktemp("cluster")
    with (
        running("guard", "tokenguard", home=home) as one,
        running("guard", "tokenguard", home=home) as other,
    ):
        urls = f"{one.url},{other.url}"
        with running(
            "serve", home=home, TOKENGUARD_URL=urls, AIGUARDIAN_HEALTH_INTERVAL_S="0.5"
        ) as gateway:
            wait_until(lambda: gateway.ask("GET", "/health/ready").status == 200)
            yield Cluster(gateway, (one, other))


@pytest.fixture
def cluster(started: Cluster) -> Cluster:
    started.mend()
    return started


def test_calls_are_spread_over_both_instances(cluster: Cluster) -> None:
    before = [cluster.asked(one) for one in cluster.instances]
    replies = cluster.calls(20)
    assert {reply.status for reply in replies} == {200}
    shares = [cluster.asked(one) - was for one, was in zip(cluster.instances, before, strict=True)]
    assert sum(shares) == 20
    assert min(shares) >= 5


def test_an_answer_from_an_instance_is_the_answer_given_in_process(cluster: Cluster) -> None:
    guard = TokenGuard()
    report = guard.process(guard.payload(text=TEXT), Caller(Deadline(30)))
    here = msgspec.to_builtins(report)
    answer = cluster.gateway.judge(TEXT).json()
    assert answer.keys() == ENVELOPE
    assert answer["degraded"] is False
    assert answer["service_used"] == "tokenguard"
    assert answer["data"].keys() == here.keys()
    taken = {"processing_time_ms"}
    assert {k: v for k, v in answer["data"].items() if k not in taken} == {
        k: v for k, v in here.items() if k not in taken
    }


def test_request_id_and_trace_reach_the_instance(cluster: Cluster) -> None:
    given = {"X-Request-ID": REQUEST_ID, "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    reply = cluster.gateway.judge(TEXT, headers=given)
    assert reply.headers["x-request-id"] == REQUEST_ID
    assert reply.headers["traceparent"].split("-")[1] == TRACE

    def told() -> list[dict[str, Any]]:
        lines = [line for one in cluster.instances for line in one.log_lines("aiguardian.request")]
        return [line for line in lines if line["http.request.id"] == REQUEST_ID]

    (line,) = wait_until(told)
    assert line["trace.id"] == TRACE


def test_a_killed_instance_costs_no_caller_an_error_and_rejoins(cluster: Cluster) -> None:
    dead, alive = cluster.instances

    def kill() -> None:
        dead.end()
        wait_until(lambda: cluster.up(dead) == 0)

    replies = cluster.while_called(kill)
    assert {(reply.status, reply.json()["degraded"]) for reply in replies} == {(200, False)}
    assert cluster.up(alive) == 1
    gateway = cluster.gateway
    assert gateway.metric("aiguardian_retries_total", guard="tokenguard") >= 1
    assert gateway.metric("aiguardian_instance_failures_total", instance=dead.url) >= 1
    told = f"tokenguard at {dead.url} is out"
    wait_until(lambda: any(told in line["message"] for line in gateway.log_lines()))
    dead.start()
    cluster.wait_for(dead)
    assert cluster.breaker(dead) == 0


def test_a_stopped_instance_delays_few_callers_and_rejoins(cluster: Cluster) -> None:
    frozen, other = cluster.instances
    frozen.signal(signal.SIGSTOP)
    with ThreadPoolExecutor(8) as callers:
        replies = list(callers.map(lambda _: cluster.gateway.judge(TEXT), range(8)))
    assert {(reply.status, reply.json()["degraded"]) for reply in replies} == {(200, False)}
    wait_until(lambda: cluster.up(frozen) == 0)
    assert max(reply.seconds for reply in replies) < 8
    before = cluster.asked(other)
    assert max(reply.seconds for reply in cluster.calls(10)) < 2
    assert cluster.asked(other) - before == 10
    frozen.signal(signal.SIGCONT)
    cluster.wait_for(frozen)


def test_without_any_instance_the_answer_is_degraded_or_503(cluster: Cluster) -> None:
    gateway = cluster.gateway
    before = gateway.metric("aiguardian_fallbacks_total", guard="tokenguard")
    for instance in cluster.instances:
        instance.end()
    replies = cluster.calls(5)
    assert {(reply.status, reply.json()["degraded"]) for reply in replies} == {(200, True)}
    assert gateway.metric("aiguardian_fallbacks_total", guard="tokenguard") - before == 5
    refused = gateway.judge(TEXT, fallback_enabled=False)
    assert refused.status == 503
    assert refused.error()["code"] == "not_available"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.seconds < 2
    assert gateway.ask("GET", "/health/ready").status == 200  # it still answers for the guard
    for instance in cluster.instances:
        instance.start()
    wait_until(lambda: gateway.judge(TEXT, fallback_enabled=False).status == 200)
    wait_until(lambda: gateway.judge(TEXT).json()["degraded"] is False)
