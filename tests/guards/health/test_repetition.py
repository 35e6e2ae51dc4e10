# ruff: noqa: E501, ISC004 - tables of texts
"""Loops, and what repeats by right."""

import pytest

from aiguardian.guards.health.repetition import find_repetition
from aiguardian.processor import Deadline, Finding

LOOPS = [
    "I like it. " + "I am not sure what you mean. " * 6,
    "the the the the the the the the the the the the the the the the the the",
    "We should go and we should go and we should go and we should go and we should go and we should go and we should go and we should go",
    "Answer:\n" + "The model is trained on data.\n" * 8,
    "".join(f"{number}. Buy fresh milk at the shop\n" for number in range(1, 12)),
    "我不知道你在说什么。" * 8,
    "すみません、わかりません。" * 7,
    "لا أعرف ماذا تقصد بهذا السؤال. " * 6,
    "ฉันไม่รู้ว่าคุณหมายถึงอะไร" * 6,
    "मुझे नहीं पता कि आप क्या कहना चाहते हैं। " * 6,
    "Я не знаю, что вы имеете в виду. " * 6,
    "Sure! Here is a long paragraph that says one thing and then stops without saying more. " * 3,
    "aaaaaaaaaa" * 20,
    "So it goes" + ", on and on" * 25,
]

NEAR_MISSES = [
    "Ha ha ha ha ha ha ha!",
    "哈哈哈哈哈哈哈哈哈",
    "Noooooooooooooooo!",
    "Row, row, row your boat, gently down the stream.\nMerrily, merrily, merrily, merrily,\nLife is but a dream.",
    "No, no, no, no! I said no.",
    "Let it be, let it be, let it be, let it be.\nWhisper words of wisdom, let it be.",
    "We shall fight on the beaches, we shall fight on the landing grounds, we shall fight in the "
    "fields and in the streets, we shall fight in the hills; we shall never surrender.",
    "| a | b |\n|---|---|\n" + "| N/A | N/A |\n" * 10,
    "".join(
        f"{number}. Item number {number} costs {number * 3} euros\n" for number in range(1, 20)
    ),
    "".join(
        f"2026-11-21 08:00:{second:02d} INFO request {second} took 5 ms\n" for second in range(40)
    ),
    "-" * 200,
    "=" * 80 + "\nTitle\n" + "=" * 80,
    ". " * 60,
    "0, " * 100,
    "100000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
    "```python\n" + "print('hello world')\n" * 9 + "```",
    "好好学习，天天向上。慢慢来，常常练习。",
    "Tom: Hello!\nAnn: Hello!\nTom: How are you?\nAnn: How are you?",
    "the cat sat on the mat",
    "",
]


def loops(text: str, content_type: str = "text") -> list[Finding]:
    return find_repetition(text, content_type=content_type, deadline=Deadline(60))


@pytest.mark.parametrize("text", LOOPS)
def test_a_loop_is_found(text: str) -> None:
    (finding,) = loops(text)
    assert finding.score >= 0.5
    assert 0 <= finding.start < finding.end <= len(text)


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_repeats_by_right_is_no_loop(text: str) -> None:
    assert loops(text) == []


def test_the_span_covers_the_rounds_and_not_what_stands_before() -> None:
    text = "It began well enough. " + "Then it went round and round. " * 9
    (finding,) = loops(text)
    stretch = text[finding.start : finding.end]
    assert stretch.startswith("Then it went round")
    assert stretch.rstrip(". ").endswith("and round")


def test_a_long_period_at_the_end_is_found() -> None:
    period = " ".join(f"word{number} x{number * 7 % 11}" for number in range(150)) + ". "
    text = "A beginning that differs. " + period * 5
    (finding,) = loops(text)
    assert finding.end - finding.start > 4 * len(period)


def test_rows_of_code_may_be_equal_but_not_for_ever() -> None:
    row = "    self.assertEqual(a, b)\n"
    assert loops(row * 8, "code") == []
    assert loops(row * 40, "code")
