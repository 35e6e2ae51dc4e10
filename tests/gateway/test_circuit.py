"""The circuit breaker as a state machine, on a clock of its own."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from aiguardian.gateway.circuit import CircuitBreaker, State


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def breaker(clock: Clock, **given: Any) -> CircuitBreaker:
    return CircuitBreaker(clock=clock, failures_to_open=3, open_s=1.0, longest_open_s=8.0, **given)


def fail(one: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        assert one.allows_call()
        one.begin()
        one.fail()


def test_three_failures_in_a_row_open_it_and_two_do_not() -> None:
    one = breaker(Clock())
    fail(one, 2)
    assert one.state is State.CLOSED
    fail(one)
    assert one.state is State.OPEN
    assert not one.allows_call()


def test_a_success_between_failures_starts_the_count_again() -> None:
    one = breaker(Clock())
    for _ in range(5):
        fail(one, 2)
        one.begin()
        one.succeed()
    assert one.state is State.CLOSED


def test_half_open_lets_one_call_try_at_a_time() -> None:
    clock = Clock()
    one = breaker(clock)
    fail(one, 3)
    clock.now += 0.99
    assert not one.allows_call()
    clock.now += 0.01
    assert one.state is State.HALF_OPEN
    assert one.allows_call()
    one.begin()
    assert not one.allows_call()
    one.abandon()
    assert one.allows_call()
    one.begin()
    one.succeed()
    assert one.state is State.CLOSED
    assert one.allows_call()


def test_each_failed_try_doubles_the_wait_up_to_the_limit_and_a_success_resets_it() -> None:
    clock = Clock()
    one = breaker(clock)
    fail(one, 3)
    for wait_s in (1.0, 2.0, 4.0, 8.0, 8.0):
        clock.now += wait_s - 0.01
        assert one.state is State.OPEN
        clock.now += 0.02
        assert one.state is State.HALF_OPEN
        fail(one)
        assert one.state is State.OPEN
    clock.now += 8.0
    assert one.allows_call()
    one.begin()
    one.succeed()
    fail(one, 3)
    clock.now += 1.0
    assert one.state is State.HALF_OPEN


def test_every_change_is_told_once() -> None:
    clock, told = Clock(), []
    one = breaker(clock, on_change=told.append)
    fail(one, 3)
    clock.now += 1.0
    assert one.state is one.state is State.HALF_OPEN
    one.begin()
    one.succeed()
    one.begin()
    one.succeed()
    assert told == [State.OPEN, State.HALF_OPEN, State.CLOSED]


class Breaker(RuleBasedStateMachine):
    """Any order of calls, ends and pauses."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.told: list[State] = []
        self.one = breaker(self.clock, on_change=self.told.append)
        self.under_way = 0

    @precondition(lambda self: self.one.allows_call())
    @rule()
    def begin(self) -> None:
        self.one.begin()
        self.under_way += 1

    @precondition(lambda self: self.under_way)
    @rule(how=st.sampled_from(["succeed", "fail", "abandon"]))
    def end(self, how: str) -> None:
        getattr(self.one, how)()
        self.under_way -= 1
        if how == "succeed":
            assert self.one.state is State.CLOSED

    @rule(seconds=st.sampled_from([0.1, 1.0, 8.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @invariant()
    def open_never_lets_a_call_through_and_closed_always_does(self) -> None:
        state = self.one.state
        if state is State.OPEN:
            assert not self.one.allows_call()
        if state is State.CLOSED:
            assert self.one.allows_call()

    @invariant()
    def changes_are_lawful(self) -> None:
        lawful = {
            (State.CLOSED, State.OPEN),
            (State.OPEN, State.HALF_OPEN),
            (State.OPEN, State.CLOSED),  # a call from before the opening was answered after all
            (State.HALF_OPEN, State.OPEN),
            (State.HALF_OPEN, State.CLOSED),
        }
        whole = [State.CLOSED, *self.told]
        assert set(zip(whole, self.told, strict=False)) <= lawful

    def teardown(self) -> None:
        """However it stood: after the longest wait it can be tried, and nothing is stuck."""
        while self.under_way:
            self.end("abandon")
        self.clock.now += 8.0
        assert self.one.allows_call()


TestBreaker = Breaker.TestCase
