from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from aiguardian.proxy.carriers.edits import applied
from aiguardian.proxy.stream.hold import Hold, Holding, Label, Whole, judged_whole
from aiguardian.proxy.stream.steps import Blocked, Judge, Verdict
from tests.proxy.stream.conversations import ATTACK, KEY, MAIL, expected, judge

SENTENCE = "The ferry leaves at nine and comes back at noon. "
LABEL = Label("content")


def answered(steps: Generator[Judge, Verdict, Any], asked: list[Judge], reply: Any = judge) -> Any:
    try:
        step = next(steps)
        while True:
            asked.append(step)
            step = steps.send(reply(step))
    except StopIteration as end:
        return end.value


def whole(text: str, reply: Any = judge, **settings: Any) -> tuple[Whole, list[Judge]]:
    asked: list[Judge] = []
    return answered(judged_whole(text, LABEL, Holding(**settings)), asked, reply), asked


def test_an_empty_text_asks_nothing() -> None:
    assert whole("") == (Whole("", ()), [])


def test_a_short_text_asks_once() -> None:
    found, asked = whole("Hello there.")
    assert found.text == "Hello there."
    assert [(each.text, each.context_start) for each in asked] == [("Hello there.", 0)]


def test_each_segment_is_judged_with_the_text_before_it() -> None:
    text = SENTENCE * 30
    _, asked = whole(text)
    assert len(asked) == 6
    at = 0
    for each in asked:
        assert each.text[: each.context_start] == text[at - each.context_start : at]
        assert each.context_start >= min(at, 400)
        assert each.context_start <= 400 + len("comes ")
        at += len(each.text) - each.context_start
    assert at == len(text)


def test_a_segment_waits_until_the_next_one_is_judged() -> None:
    hold = Hold(LABEL, Holding())
    asked: list[Judge] = []
    assert answered(hold.feed(SENTENCE), asked) == ""
    assert len(asked) == 1
    assert answered(hold.feed("It is not far from "), asked) == ""
    assert answered(hold.feed("here to the harbour, and then "), asked) == SENTENCE
    assert answered(hold.feed("some. "), asked) == "", "a sentence waits until it was judged whole"
    assert (
        answered(hold.feed(SENTENCE * 4), asked)
        == "It is not far from here to the harbour, and then "
    )
    assert answered(hold.finish(), asked) == "some. " + SENTENCE * 4


def test_a_secret_across_a_cut_is_masked() -> None:
    split = SENTENCE * 4 + "It ends with the line of\nthe key:\n"

    def reply(question: Judge) -> Verdict:
        masked = question.text.replace("the key:\nhunter2", "[MASKED]")
        return Verdict("rewrite", masked) if masked != question.text else Verdict("keep")

    found, asked = whole(split + "hunter2 and more. " + SENTENCE * 5, reply)
    assert len(asked) > 1
    assert not any("hunter2" in each.text[: each.context_start] for each in asked)
    assert "hunter2" not in found.text
    assert "[MASKED] and more." in found.text


def test_a_block_keeps_its_segment_and_the_one_before() -> None:
    found, _ = whole(SENTENCE * 15 + ATTACK + ". " + SENTENCE * 15)
    assert found.blocked == "an attack"
    assert found.text == SENTENCE * 7


def test_a_block_releases_the_same_when_all_came_in_one_delta() -> None:
    text = SENTENCE * 15 + ATTACK + ". " + SENTENCE * 15
    released: list[str] = []
    hold = Hold(LABEL, Holding())
    with pytest.raises(Blocked) as stop:
        released.extend(answered(hold.feed(letter), []) for letter in text)
    assert "".join(released) + stop.value.released == whole(text)[0].text


def test_a_rewrite_without_its_text_blocks() -> None:
    found, _ = whole("hello", lambda _: Verdict("rewrite", None, reason="a key"))
    assert found.text == ""
    assert found.blocked == "must be rewritten, and the rewritten text is missing: a key"


def test_a_flag_passes() -> None:
    assert whole("hello", lambda _: Verdict("flag", "other"))[0].text == "hello"


@pytest.mark.parametrize(
    ("seed", "shown"), [(KEY, "[MASKED]"), (MAIL, "[MASKED]"), ("plain", "plain")]
)
def test_the_edits_make_the_released_text_of_the_one_sent(seed: str, shown: str) -> None:
    text = f"{SENTENCE * 7}{seed} {SENTENCE * 3}{seed} {SENTENCE * 6}"
    found, _ = whole(text)
    assert found.text == text.replace(seed, shown) == applied(text, found.edits)


def test_a_rewrite_of_everything_in_each_question_stays_exact() -> None:
    text = SENTENCE * 20
    found, _ = whole(text, lambda each: Verdict("rewrite", each.text.replace("e", "E")))
    assert found.text == text.replace("e", "E") == applied(text, found.edits)


def test_a_rewrite_to_nothing_releases_nothing_new() -> None:
    found, _ = whole(SENTENCE * 20, lambda _: Verdict("rewrite", ""))
    assert found.text == ""


def test_the_context_is_what_was_released_placeholders_in_place() -> None:
    text = f"[P_1] {SENTENCE * 5}{MAIL} {SENTENCE * 12}"
    found, asked = whole(text, restore=lambda sent: sent.replace("[P_1]", "Ann"))
    assert found.text == expected(text).replace("[P_1]", "Ann")
    assert not any("Ann" in each.text for each in asked)
    assert not any(MAIL in each.text[: each.context_start] for each in asked)


def test_a_surrogate_pair_in_two_deltas_is_one_character() -> None:
    hold = Hold(LABEL, Holding())
    first = answered(hold.feed("smile \ud83d"), [])
    second = answered(hold.feed("\ude00!"), [])
    assert first + second + answered(hold.finish(), []) == "smile 😀!"


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert whole("a\ud83d")[0].text == "a\N{REPLACEMENT CHARACTER}"
    assert whole("a\ude00b")[0].text == "a\N{REPLACEMENT CHARACTER}b"


def test_a_text_after_another_is_judged_with_its_end() -> None:
    first, _ = whole("Write to jane.doe@")
    asked: list[Judge] = []
    steps = judged_whole("example.com.", LABEL, Holding(), first.context)
    second = answered(steps, asked)
    assert asked[0].text == "Write to jane.doe@example.com."
    assert second.text == "[MASKED]."


def test_a_huge_text_is_judged_in_bounded_questions() -> None:
    _, asked = whole("word " * 60_000, lambda _: Verdict("keep"))
    assert max(len(each.text) for each in asked) < 2100
