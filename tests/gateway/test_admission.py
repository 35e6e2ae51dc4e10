"""Slots and the queue before them: never more than there are, never one lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from aiguardian.errors import DeadlineExceeded, Overloaded
from aiguardian.gateway.admission import Admission
from aiguardian.processor import Deadline


async def turn() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_slots_are_handed_out_until_none_is_left() -> None:
    admission = Admission(2, 1)
    await admission.enter(1, Deadline(1))
    await admission.enter(1, Deadline(1))
    third = asyncio.ensure_future(admission.enter(1, Deadline(1)))
    await turn()
    assert (admission.busy, admission.waiting, third.done()) == (2, 1, False)
    admission.leave(0.01)
    await third
    assert (admission.busy, admission.waiting) == (2, 0)


async def test_the_order_is_by_priority_then_by_arrival() -> None:
    admission, order = Admission(1, 9), []
    await admission.enter(1, Deadline(1))

    async def one(name: str, priority: int) -> None:
        await admission.enter(priority, Deadline(1))
        order.append(name)
        admission.leave(0.0)

    waiting = [
        asyncio.ensure_future(one(name, priority))
        for name, priority in [("a1", 1), ("b5", 5), ("c1", 1), ("d10", 10), ("e5", 5)]
    ]
    await turn()
    admission.leave(0.0)
    await asyncio.gather(*waiting)
    assert order == ["d10", "b5", "e5", "a1", "c1"]
    assert (admission.busy, admission.waiting) == (0, 0)


async def test_a_queue_of_none_refuses_at_once_and_tells_when_to_come_back() -> None:
    refused = []
    admission = Admission(1, 0, on_reject=lambda: refused.append(1))
    await admission.enter(1, Deadline(1))
    with pytest.raises(Overloaded) as caught:
        await admission.enter(10, Deadline(1))
    assert (caught.value.retry_after_s or 0) >= 1
    assert len(refused) == 1


async def test_the_time_to_wait_grows_with_the_work_that_waits() -> None:
    admission = Admission(1, 100)
    await admission.enter(1, Deadline(9))
    waiting = [asyncio.ensure_future(admission.enter(1, Deadline(9))) for _ in range(50)]
    await turn()
    for _ in range(30):
        admission.leave(10.0)
    await turn()
    assert admission.retry_after_s() > 30
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_one_evicted_and_cancelled_at_once_gives_back_no_slot_it_never_had() -> None:
    admission = Admission(1, 1)
    await admission.enter(1, Deadline(1))
    low = asyncio.ensure_future(admission.enter(1, Deadline(1)))
    await turn()
    high = asyncio.ensure_future(admission.enter(9, Deadline(1)))
    # `high` runs first and evicts `low`; `low` is cancelled before it hears of it.
    asyncio.get_running_loop().call_soon(low.cancel)
    await turn()
    with pytest.raises((asyncio.CancelledError, Overloaded)):
        await low
    assert not high.done(), "the one slot is still held"
    assert admission.busy == 1
    admission.leave(0.0)
    await high
    admission.leave(0.0)
    assert (admission.busy, admission.waiting) == (0, 0)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "hurry", "leave", "cancel", "turn", "expire"]),
        st.integers(0, 10),
    ),
    max_size=40,
)


@hypothesis_settings(max_examples=150)
@given(STEPS, st.integers(1, 3), st.integers(0, 3))
def test_under_any_sequence_slots_are_neither_exceeded_nor_lost(
    steps: list[tuple[str, int]], slots: int, queue_limit: int
) -> None:
    asyncio.run(play(steps, slots, queue_limit))


async def play(steps: list[tuple[str, int]], slots: int, queue_limit: int) -> None:
    admission = Admission(slots, queue_limit)
    holding = 0
    most = 0
    tasks: list[asyncio.Task[None]] = []

    async def visit(priority: int, timeout_s: float, out: asyncio.Event) -> None:
        nonlocal holding, most
        await admission.enter(priority, Deadline(timeout_s))
        holding += 1
        most = max(most, holding)
        try:
            await out.wait()
        finally:
            holding -= 1
            admission.leave(0.001)

    doors: list[asyncio.Event] = []
    for what, number in steps:
        if what in {"enter", "hurry"}:
            doors.append(asyncio.Event())
            timeout_s = 60 if what == "enter" else 0.0
            tasks.append(asyncio.create_task(visit(1 + number % 10, timeout_s, doors[-1])))
        elif what == "leave" and doors:
            doors[number % len(doors)].set()
        elif what == "cancel" and tasks:
            tasks[number % len(tasks)].cancel()
        else:
            await asyncio.sleep(0)
        assert admission.waiting <= queue_limit
        assert 0 <= admission.busy <= slots
    for door in doors:
        door.set()
    ended: list[Any] = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(
        one is None or isinstance(one, (Overloaded, DeadlineExceeded, asyncio.CancelledError))
        for one in ended
    )
    assert most <= slots
    assert (holding, admission.busy, admission.waiting) == (0, 0, 0)
