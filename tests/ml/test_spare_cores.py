"""Work that is shared among cores nobody uses."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from aiguardian.ml.spare_cores import SpareCores

LONG_S = 20.0
"""Nothing here takes so long, unless two that should meet never do."""


def meeting() -> Callable[[int], int]:
    """Work on two items that ends only when two threads are at it."""
    both = threading.Barrier(2)

    def meet(item: int) -> int:
        both.wait(LONG_S)
        return item

    return meet


@pytest.mark.parametrize("cores", [0, 1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_are_in_the_order_of_the_items(cores: int, count: int) -> None:
    assert SpareCores(cores).each(range(count), str) == [str(number) for number in range(count)]


def test_a_free_core_helps() -> None:
    assert SpareCores(2).each([1, 2], meeting()) == [1, 2]


def test_one_core_does_all_in_the_callers_thread() -> None:
    own = threading.get_ident()
    assert set(SpareCores(1).each(range(9), lambda _: threading.get_ident())) == {own}


def test_who_asks_while_all_cores_are_taken_works_alone() -> None:
    cores = SpareCores(2)
    inside: list[int] = []

    def ask_again(item: int) -> int:
        both.wait(LONG_S)
        if item == 0:
            inside.extend(cores.each(range(20), lambda _: threading.get_ident()))
        both.wait(LONG_S)
        return threading.get_ident()

    both = threading.Barrier(2)
    askers = cores.each([0, 1], ask_again)
    assert set(inside) == {askers[0]}


def test_the_first_error_ends_the_work_and_is_raised() -> None:
    done: list[int] = []

    def fail_at_three(item: int) -> None:
        if item == 3:
            raise ValueError("three")
        done.append(item)

    with pytest.raises(ValueError, match="three"):
        SpareCores(1).each(range(100), fail_at_three)
    assert done == [0, 1, 2]


def test_an_error_of_a_helper_is_raised_to_the_caller() -> None:
    own = threading.get_ident()
    meet = meeting()

    def fail_elsewhere(item: int) -> int:
        meet(item)
        if threading.get_ident() != own:
            raise ValueError("elsewhere")
        return item

    with pytest.raises(ValueError, match="elsewhere"):
        SpareCores(2).each([1, 2], fail_elsewhere)


def test_a_core_is_free_again_after_an_error_and_after_idle_helpers() -> None:
    cores = SpareCores(2)
    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            cores.each([0, 0, 0], lambda item: 1 // item)
        assert cores.each([1, 2, 3], abs) == [1, 2, 3]
    assert cores.each([1, 2], meeting()) == [1, 2]


def test_many_callers_at_once_get_their_own_results() -> None:
    cores = SpareCores(2)
    found: dict[int, list[int]] = {}

    def call(base: int) -> None:
        found[base] = cores.each(range(base, base + 30), abs)

    callers = [threading.Thread(target=call, args=(100 * number,)) for number in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(LONG_S)
    assert found == {100 * n: list(range(100 * n, 100 * n + 30)) for n in range(8)}
