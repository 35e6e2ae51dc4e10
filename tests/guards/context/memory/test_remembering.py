"""What goes into a memory comes out of it, for its owner and within the budget."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from aiguardian.errors import DeadlineExceeded, PayloadTooLarge
from aiguardian.guards.context.memories import Memories, Scope, Selection, Turn
from aiguardian.guards.context.memory.remembering import StoredMemories
from aiguardian.ml.encoder import Scores
from aiguardian.processor import Deadline
from aiguardian.storage.memory_turns import MemoryTurns
from aiguardian.storage.turns import MemoryFull
from aiguardian.text.bpe import count_tokens

JANE = Scope("key", "jane", "monday")
USER = Scope("key", "jane")
LATER = Deadline(3_600.0)


class LettersEncoder:
    """Texts mean their letters."""

    def score(self, texts: Sequence[str]) -> Scores:
        counts = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text.encode("utf-8", "replace"):
                counts[row, letter] += 1.0
        lengths = np.linalg.norm(counts, axis=1, keepdims=True)
        return Scores(np.zeros((len(texts), 10)), counts / np.where(lengths > 0, lengths, 1.0))


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memories(clock: Clock) -> Memories:
    encoder: Any = LettersEncoder()
    return StoredMemories(MemoryTurns(1e6, clock=clock), lambda: encoder, clock=clock)


def say(memories: Memories, *texts: str, scope: Scope = JANE) -> list[str]:
    turns = [Turn("user", text) for text in texts]
    return [turn.id for turn in memories.remember(scope, turns, deadline=LATER).turns]


def recall(
    memories: Memories, query: str, *, scope: Scope = USER, tokens: int = 1_000
) -> list[str]:
    found = memories.recall(scope, query, max_tokens=tokens, deadline=LATER)
    return [memory.text for memory in found.memories]


def test_what_answers_comes_first(memories: Memories) -> None:
    say(memories, "I parked the car on level three", "The weather is fine", "We had soup")
    assert recall(memories, "Where did I park the car?")[0] == "I parked the car on level three"


def test_a_change_comes_before_what_it_replaced_and_both_are_kept(memories: Memories) -> None:
    say(memories, "I live in Oslo, near the opera")
    say(memories, "I live in Lima, near the opera", scope=Scope("key", "jane", "friday"))
    found = memories.recall(USER, "Where do I live?", max_tokens=1_000, deadline=LATER)
    assert [memory.text[10:14] for memory in found.memories] == ["Lima", "Oslo"]
    new, old = (memory.facts[0] for memory in found.memories)
    assert (old.superseded_by, new.valid_to) == (new.id, None)


def test_what_holds_now_is_recalled_with_what_it_replaced(memories: Memories) -> None:
    say(memories, "My home, where I live: I live in Oslo.", "We had soup", "What a nice day it was")
    say(memories, "I moved to Lima.", scope=Scope("key", "jane", "friday"))
    assert recall(memories, "Where is the home where I live?")[:2] == [
        "I moved to Lima.",
        "My home, where I live: I live in Oslo.",
    ]


def test_of_what_answers_as_well_the_later_comes_first(memories: Memories) -> None:
    say(memories, "My name is Ada and I live in Oslo.", "Ich bin nach Lima gezogen.")
    assert recall(memories, "Where do I live?")[0] == "Ich bin nach Lima gezogen."


def test_remembering_tells_what_is_new_and_what_changed(memories: Memories) -> None:
    say(memories, "I live in Oslo.")
    told = memories.remember(
        JANE, [Turn("user", "I live in Oslo."), Turn("user", "I moved to Lima.")], deadline=LATER
    )
    assert [turn.text for turn in told.turns] == ["I moved to Lima."]
    assert told.merged == 1
    assert [fact.text for fact in told.facts] == ["I moved to Lima"]
    assert [fact.text for fact in told.superseded] == ["I live in Oslo"]
    assert (told.facts[0].turn, told.facts[0].start) == (2, 0)


def test_the_budget_is_kept_exactly(memories: Memories) -> None:
    say(memories, *(f"the red cat number {n} sat on the mat" for n in range(60)))
    found = memories.recall(USER, "red cat", max_tokens=100, deadline=LATER)
    spent = sum(count_tokens(memory.text, "o200k_base") for memory in found.memories)
    assert found.tokens == spent <= 100
    assert spent > 80, "filled"
    assert found.left_out == 60 - len(found.memories)


def test_a_turn_that_does_not_fit_gives_way_to_one_that_does(memories: Memories) -> None:
    say(memories, "red cat " + "very " * 300 + "red", "a red cat")
    assert recall(memories, "red cat", tokens=20) == ["a red cat"]


def test_the_same_words_of_two_sessions_are_recalled_once(memories: Memories) -> None:
    say(memories, "the red cat")
    say(memories, "the red cat", scope=Scope("key", "jane", "friday"))
    assert recall(memories, "red cat") == ["the red cat"]


def test_a_session_recalls_only_itself(memories: Memories) -> None:
    say(memories, "the red cat")
    assert recall(memories, "red cat", scope=Scope("key", "jane", "friday")) == []
    assert recall(memories, "red cat", scope=Scope("key", "john")) == []
    assert recall(memories, "red cat", scope=Scope("other", "jane", "monday")) == []


def test_history_is_in_order_with_repeats(memories: Memories) -> None:
    say(memories, "yes", "no", "yes")
    total, turns = memories.history(JANE, limit=2, deadline=LATER)
    assert (total, [turn.text for turn in turns]) == (3, ["no", "yes"])


def test_forgetting_leaves_nothing_and_tells_how_much(memories: Memories) -> None:
    ids = say(memories, "I live in Oslo.", "the red cat")
    receipt = memories.forget(JANE, Selection(ids=(ids[0],)), deadline=LATER)
    assert (receipt.turns, receipt.facts, receipt.sessions) == (1, 1, 0)
    assert recall(memories, "Where do I live, Oslo?") == ["the red cat"] * len(
        recall(memories, "Where do I live, Oslo?")
    )
    receipt = memories.forget(USER, Selection(), deadline=LATER)
    assert (receipt.turns, receipt.sessions) == (1, 1)
    assert receipt.at == "1970-01-01T00:16:40+00:00"
    assert recall(memories, "red cat") == []


def test_forgetting_by_age(memories: Memories, clock: Clock) -> None:
    say(memories, "old red cat")
    clock.now += 100
    say(memories, "new red cat")
    assert memories.forget(USER, Selection(older_than_s=50), deadline=LATER).turns == 1
    assert recall(memories, "red cat") == ["new red cat"]


def test_an_export_is_json_with_everything(memories: Memories) -> None:
    say(memories, "I live in Oslo.", "日本 🎉")
    say(memories, "hello", scope=Scope("key", "jane", "friday"))
    export = json.loads(json.dumps(memories.export(USER, deadline=LATER)))
    assert [one["session"] for one in export["sessions"]] == ["monday", "friday"]
    turn = export["sessions"][0]["turns"][0]
    assert (turn["role"], turn["text"], turn["turn"]) == ("user", "I live in Oslo.", 0)
    assert turn["facts"][0]["text"] == "I live in Oslo"


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "日本", "x" * 100_000, "a " * 50_000, "🎉" * 1_000, "\x00\n\t"]
)
def test_any_text_is_kept_and_asked(memories: Memories, text: str) -> None:
    say(memories, text, "the red cat")
    assert memories.history(JANE, limit=1_000, deadline=LATER)[1][0].text == text
    memories.recall(USER, text, max_tokens=10, deadline=LATER)


def test_without_an_encoder_words_still_find(clock: Clock) -> None:
    memories = StoredMemories(MemoryTurns(1e6, clock=clock), None, clock=clock)
    say(memories, "the red cat", "a blue dog")
    assert recall(memories, "red cat")[0] == "the red cat"


def test_turns_that_there_is_no_time_to_embed_are_found_by_words(clock: Clock) -> None:
    def never() -> Any:
        raise AssertionError("no time for this")

    store = MemoryTurns(1e6, clock=clock)
    times = iter([0.0, 0.0, 0.0, 6.0] + [6.0] * 99)
    late = Deadline(10.0, clock=lambda: next(times))
    StoredMemories(store, never, clock=clock).remember(
        JANE, [Turn("user", "red cat")], deadline=late
    )
    assert recall(StoredMemories(store, None, clock=clock), "red cat") == ["red cat"]


def test_a_deadline_that_passed_ends_it(memories: Memories) -> None:
    with pytest.raises(DeadlineExceeded):
        memories.remember(JANE, [Turn("user", "red")], deadline=Deadline(0.0))


def test_a_full_memory_is_told(clock: Clock) -> None:
    class Full(MemoryTurns):
        def add(self, *given: Any, **named: Any) -> Any:
            raise MemoryFull

    memories = StoredMemories(Full(1.0), None, clock=clock)
    with pytest.raises(PayloadTooLarge):
        say(memories, "red")
