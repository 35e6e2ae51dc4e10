from __future__ import annotations

import pytest

from training.encoder_swaps import ADJECTIVES, PLURALS, swap_groups


@pytest.mark.parametrize("text", ["", "The bus is late.", "a black cat", "white wine", "old news"])
def test_a_text_that_names_no_group_is_left_alone(text: str) -> None:
    assert all(swap_groups(text, number) == text for number in range(50))


@pytest.mark.parametrize("number", range(40))
def test_a_group_becomes_another_one_throughout(number: int) -> None:
    words = swap_groups("Muslims live here, and muslims work here.", number).split()
    assert words[0].lower() == words[4].lower() != "muslims"
    assert words[0][0].isupper()
    assert words[4].islower()
    assert words[4] in PLURALS


def test_an_adjective_is_exchanged_only_before_people() -> None:
    swapped = swap_groups("a gay couple with a black dog", 3)
    assert swapped.endswith("couple with a black dog")
    assert swapped.split()[1] in ADJECTIVES
    assert swapped.split()[1] != "gay"
