"""Which of several turns answers a question best."""

from __future__ import annotations

import numpy as np

from aiguardian.guards.context.memory.marks import marks
from aiguardian.guards.context.memory.meaning import packed_meaning
from aiguardian.guards.context.memory.ranking import Question, question, rank
from aiguardian.guards.context.memory.words import terms
from aiguardian.processor import Deadline
from aiguardian.storage.memory_turns import MemoryTurns
from aiguardian.storage.turns import Candidates, NewTurn, Owner

NOW = 1_000.0
OWNER = Owner("key", "jane", "monday")
LATER = Deadline(3_600.0)


def candidates(
    sought: Question, *said: tuple[str, str], meanings: tuple[bytes, ...] = ()
) -> Candidates:
    store = MemoryTurns(100.0, clock=lambda: NOW)
    for number, (role, text) in enumerate(said):
        meaning = meanings[number] if meanings else b""
        turn = NewTurn(role, text, terms(text), marks(role, text), meaning)
        store.add(OWNER, [turn], deadline=LATER)
    return store.find(OWNER, list(sought.terms), marks=list(sought.marks), deadline=LATER)


def best(query: str, *said: tuple[str, str]) -> str:
    sought = question(query, None)
    order, _ = rank(candidates(sought, *said), sought, now=NOW)
    return said[int(order[0])][1]


def test_rare_words_count_more_than_common_ones() -> None:
    said = [("user", f"the trip number {n} was fine") for n in range(9)]
    assert best("the trip to Lima", *said, ("user", "we went Lima way")) == "we went Lima way"


def test_the_turn_after_the_question_answers_it() -> None:
    said = [
        ("user", "Which hotel is near the museum?"),
        ("assistant", "Casa Azul."),
        ("user", "And what about dinner?"),
        ("assistant", "Nothing nice there."),
    ]
    assert best("name of the hotel near the museum", *said, *said[2:]) in {said[0][1], said[1][1]}
    sought = question("name of the hotel near the museum", None)
    order, _ = rank(candidates(sought, *said), sought, now=NOW)
    assert [int(n) for n in order[:2]] in ([0, 1], [1, 0])


def test_who_is_asked_about_comes_before_who_speaks_of_them() -> None:
    said = [
        ("Bob", "Caroline, how was the painting class?"),
        ("Caroline", "The painting class was fun!"),
    ]
    assert best("What did Caroline think of the painting class?", *said) == said[1][1]


def test_a_meaning_that_is_near_wins_without_shared_words() -> None:
    here = np.zeros(384, dtype=np.float32)
    here[0] = 1.0
    near = packed_meaning(here)
    of_another_model = b"\x00" + near[1:]
    sought = question("pets", here)
    found = candidates(
        sought, ("user", "a b c"), ("user", "d e f"), meanings=(of_another_model, near)
    )
    order, scores = rank(found, sought, now=NOW)
    assert int(order[0]) == 1
    assert scores[1] > scores[0]


def test_scores_lie_between_nought_and_one() -> None:
    sought = question("red red red cat", None)
    found = candidates(sought, ("user", "red cat"), ("user", "red cat red"), ("user", "x"))
    _, scores = rank(found, sought, now=NOW)
    assert ((scores >= 0.0) & (scores <= 1.0)).all()


def test_among_equals_the_newest_and_most_used_wins() -> None:
    said = [
        ("user", "red cat one"),
        ("user", "blue"),
        ("user", "x"),
        ("user", "y"),
        ("user", "red cat two"),
    ]
    assert best("red cat", *said) == "red cat two"


def test_nothing_at_hand_ranks_nothing() -> None:
    sought = question("red", None)
    order, scores = rank(candidates(sought), sought, now=NOW)
    assert (len(order), len(scores)) == (0, 0)


def test_a_question_without_words_ranks_by_age() -> None:
    assert best("", ("user", "one"), ("user", "two")) == "two"
