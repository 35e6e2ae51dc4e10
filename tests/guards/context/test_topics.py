"""Where topics begin, told by stand-ins for embeddings and by the shipped model."""

from __future__ import annotations

import numpy as np
import pytest

from aiguardian.guards.context.cohesion import Read, bucket, cohesion, recent
from aiguardian.guards.context.topics import around, find_topics, load_topics


def read(text: str, axis: int = 0) -> Read:
    vector = np.zeros(384, dtype=np.float32)
    vector[axis] = 1.0
    return Read(text, vector)


def test_one_turn_has_no_shift() -> None:
    assert find_topics([read("Hello.")]).shifts == []
    assert find_topics([]).scores == ()


def test_another_matter_scores_higher_than_the_same() -> None:
    before = [
        read("Which train goes to Bergen?"),
        read("There is one at nine."),
        read("Book two seats in the train to Bergen, please."),
        read("Both are booked. Anything else?"),
    ]
    same = find_topics([*before, read("At what time does it arrive there?")])
    other = find_topics([*before, read("I also need a dentist in Leeds.", axis=5)])
    assert other.scores[-1] > same.scores[-1] + 0.2
    assert other.drift > same.drift


def test_an_assistant_answers_and_begins_no_topic() -> None:
    turns = [
        read("Which train goes to Bergen?"),
        read("There is one at nine."),
        read("I also need a dentist in Leeds.", axis=5),
        read("Doctor Grey in Leeds is free on Monday.", axis=9),
    ]
    found = find_topics(turns, answers={1, 3})
    assert found.shifts == [2]
    assert found.scores[1] == found.scores[3] == 0.0
    alone = find_topics(turns)
    assert alone.threshold > found.threshold
    assert alone.scores[3] > 0.0


@pytest.mark.parametrize("text", ["", " ", "...", "好的", "مرحبا", "\ud800", "a" * 100_000])
def test_any_turn_has_features(text: str) -> None:
    rarity = load_topics().rarity
    told = cohesion([read("Hello."), read(text)], 1, rarity)
    assert np.isfinite(told).all()
    assert len(told) == len(cohesion([read("a")] * 9, 8, rarity))


def test_features_of_the_past_have_the_shapes_the_networks_expect() -> None:
    turns = [read("a", axis) for axis in range(12)]
    assert recent(turns, 11).shape == (384,)
    assert around(np.stack([one.embedding for one in turns])).shape == (11, 384)


def test_the_bucket_of_a_word_is_stable() -> None:
    assert bucket("train") == bucket("train") < 4096
