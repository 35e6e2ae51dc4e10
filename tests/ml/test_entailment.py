"""The model that reads a passage and a claim together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from aiguardian.errors import DeadlineExceeded
from aiguardian.ml.entailment import CLAIM_TOKENS, PREMISE_TOKENS, Entailment, load_entailment
from aiguardian.processor import Deadline

PREMISE = (
    "The museum in Trondheim opened in 1987. It shows 340 ships and is closed on Mondays. "
    "Entry costs 12 euros for adults."
)


@pytest.fixture(scope="module")
def entailment() -> Entailment:
    return load_entailment()


def test_each_pair_gets_two_probabilities(entailment: Entailment) -> None:
    answers = entailment.judge([(PREMISE, "The museum opened in 1987."), (PREMISE, "Cats purr.")])
    assert len(answers) == 2
    assert all(0.0 < value < 1.0 for answer in answers for value in answer)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("The museum in Trondheim opened in 1987.", "The museum in Bergen opened in 1987."),
        ("The museum is closed on Mondays.", "The museum is open on Mondays."),
        ("Entry costs 12 euros for adults.", "The director was born in Oslo."),
        ("It shows 340 ships.", "It shows 34 ships."),
    ],
)
def test_a_claim_that_the_passage_states_has_more_support(
    entailment: Entailment, true: str, false: str
) -> None:
    stated, other = entailment.judge([(PREMISE, true), (PREMISE, false)])
    assert stated[0] > other[0]


@pytest.mark.parametrize(
    ("premise", "claim"),
    [
        ("", ""),
        ("", "The museum opened in 1987."),
        (PREMISE, ""),
        ("متحف السفن", "המוזיאון נפתח 🚢"),
        ("\ud800 lone", "\udfff surrogate"),
        ("ship " * 5_000, "ship " * 5_000),
        ("a" * 20_000, "b" * 20_000),
    ],
)
def test_odd_texts_get_an_answer(entailment: Entailment, premise: str, claim: str) -> None:
    ((supported, contradicted),) = entailment.judge([(premise, claim)])
    assert 0.0 < supported < 1.0
    assert 0.0 < contradicted < 1.0


def test_nothing_asked_is_nothing_answered(entailment: Entailment) -> None:
    assert entailment.judge([]) == []


def test_a_past_deadline_stops_before_the_next_pair(entailment: Entailment) -> None:
    with pytest.raises(DeadlineExceeded):
        entailment.judge([(PREMISE, "It shows ships.")], Deadline(0.0))


def test_what_comes_after_the_longest_premise_is_not_read(entailment: Entailment) -> None:
    long = "word " * (PREMISE_TOKENS + 50)
    claim = "It shows ships."
    assert entailment.judge([(long, claim)]) == entailment.judge([(long + PREMISE, claim)])
    assert CLAIM_TOKENS < PREMISE_TOKENS


def test_threads_get_the_same_answers(entailment: Entailment) -> None:
    pairs = [(PREMISE, f"It shows {number} ships.") for number in range(8)]
    one_by_one = [entailment.judge([pair])[0] for pair in pairs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda pair: entailment.judge([pair])[0], pairs))
    assert together == one_by_one


def test_it_is_loaded_once() -> None:
    assert load_entailment() is load_entailment()
