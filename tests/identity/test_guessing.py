"""Guesses are slowed by address, and nobody else is."""

from __future__ import annotations

import pytest

from aiguardian.errors import RateLimited
from aiguardian.identity import guessing
from aiguardian.identity.guessing import BURST, EACH_S, GOOD_S, Guesses

THERE, ELSEWHERE = "203.0.113.5", "203.0.113.6"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def failed(guesses: Guesses, times: int, address: str = THERE) -> None:
    for _ in range(times):
        guesses.check(address)
        guesses.note(address)


def test_after_a_burst_one_guess_at_a_time_is_let_through() -> None:
    clock = Clock()
    guesses = Guesses(clock=clock)
    failed(guesses, BURST)
    with pytest.raises(RateLimited) as caught:
        guesses.check(THERE)
    assert caught.value.retry_after_s == 1
    guesses.check(ELSEWHERE)
    clock.now += EACH_S
    failed(guesses, 1)
    with pytest.raises(RateLimited):
        guesses.check(THERE)
    clock.now += BURST * EACH_S
    failed(guesses, BURST)


def test_an_ipv6_customer_has_one_bucket() -> None:
    guesses = Guesses(clock=Clock())
    for number in range(BURST):
        failed(guesses, 1, f"2001:db8:2:3::{number:x}")
    with pytest.raises(RateLimited):
        guesses.check("2001:db8:2:3:ffff::1")
    guesses.check("2001:db8:2:4::1")


def test_an_address_from_which_the_right_key_came_is_not_slowed() -> None:
    clock = Clock()
    guesses = Guesses(clock=clock)
    failed(guesses, BURST)
    assert guesses.is_slowed(THERE)
    assert not guesses.is_slowed(ELSEWHERE)
    guesses.note_good(THERE)
    assert not guesses.is_slowed(THERE)
    clock.now += GOOD_S + 1
    failed(guesses, BURST)
    assert guesses.is_slowed(THERE)


def test_the_tables_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "MOST_ADDRESSES", 3)
    guesses = Guesses(clock=Clock())
    for number in range(10):
        guesses.note(f"10.0.0.{number}")
        guesses.note_good(f"10.0.0.{number}")
    assert len(guesses._empty_until) == len(guesses._good_until) == 3
