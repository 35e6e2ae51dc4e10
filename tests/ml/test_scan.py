"""A text of any length is scanned, or what was not reached is said."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aiguardian.ml.linear import BUCKETS, LinearModel, features
from aiguardian.ml.scan import LOWEST, groups, scan
from aiguardian.processor import Deadline


@pytest.fixture
def model() -> LinearModel:
    weights = np.zeros((1, BUCKETS), dtype=np.float32)
    weights[0, features("needle").buckets] = 1.0
    squares = np.ones(BUCKETS, dtype=np.float32)
    return LinearModel(("user",), weights, squares, np.zeros(1, dtype=np.float32))


@pytest.mark.parametrize("place", [0, 40_000, 199_000])
def test_a_sentence_is_found_wherever_it_stands(model: LinearModel, place: int) -> None:
    hay = "This is plain hay. " * 11_000
    place = hay.index("This", place)
    text = hay[:place] + "There is a needle. " + hay[place:]
    found = scan(model, text)
    start, end = found.spans[int(found.pieces[:, 0].argmax())]
    assert text[start:end] == "There is a needle."
    assert found.unjudged is None


def test_what_was_not_reached_in_time_is_unjudged(model: LinearModel) -> None:
    text = "This is plain hay. " * 5_000
    found = scan(model, text, deadline=Deadline(0.0))
    assert found.spans  # the first block is always looked at
    assert found.unjudged == (found.spans[-1][1] + 1, len(text))


def test_a_text_without_words_is_known_to_be_nothing(model: LinearModel) -> None:
    assert scan(model, " \n").values(0) == (LOWEST, LOWEST, LOWEST, LOWEST, 0.0)


def test_one_short_sentence_is_its_own_whole(model: LinearModel) -> None:
    whole, worst, *_, pieces = scan(model, "A needle here").values(0)
    assert whole == worst
    assert pieces == 0.0


def test_the_number_of_pieces_is_known(model: LinearModel) -> None:
    assert scan(model, "One sentence here. Another one there.").values(0)[-1] == math.log(2)


def test_groups_hold_no_more_than_they_may() -> None:
    assert groups([(0, 4), (5, 9), (10, 14)], 9) == [(0, 2), (2, 3)]
    assert groups([(0, 40)], 9) == [(0, 1)]
    assert groups([], 9) == []
