"""Windows leave no character out, whatever the length and the script."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.text.windows import estimated_tokens, windows


def words(text: str) -> int:
    return len(text.split())


TEXTS = {
    "English": "One sentence here. Another one follows! And is this a third? " * 200,
    "one sentence": "word " * 5_000,
    "one word": "x" * 20_000,
    "Chinese": "今天天气很好，我们去公园。" * 500,
    "Chinese without stops": "今天天气很好我们去公园" * 500,
    "Thai": "สวัสดีชาวโลกวันนี้อากาศดี" * 300,
    "combining": "a\u0301\u0302" * 3_000,
    "white space": " \n" * 4_000,
    "lines": "key: value\n" * 2_000,
    "paragraphs": "A paragraph\n\n" * 1_000,
    "short": "Hi",
}


@pytest.mark.parametrize("overlap", [0, 24])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_windows_cover_everything_within_their_limit(text: str, overlap: int) -> None:
    made = list(windows(text, overlap_tokens=overlap))
    assert made[0].start == 0
    assert made[-1].end == len(text)
    for one, other in pairwise(made):
        assert one.start < other.start <= one.end < other.end
        if overlap == 0:
            assert other.start == one.end
    for window in made:
        assert window.start < window.end
        assert window.tokens <= 128
        assert estimated_tokens(text[window.start : window.end]) <= 128 + 8


@given(st.text(), st.integers(1, 12), st.integers(0, 6))
def test_any_text_is_covered_in_order(text: str, most: int, overlap: int) -> None:
    covered = 0
    for window in windows(text, max_tokens=most, overlap_tokens=overlap):
        assert window.start <= covered < window.end
        covered = window.end
    assert covered == len(text)


def test_a_window_ends_with_a_sentence_where_it_can() -> None:
    text = "One two three. Four five six. Seven eight nine."
    made = [text[w.start : w.end] for w in windows(text, max_tokens=6, count=words)]
    assert made == ["One two three. Four five six. ", "Seven eight nine."]


def test_overlap_repeats_the_last_sentence() -> None:
    text = "One two. Three four. Five six. Seven eight."
    made = [
        text[w.start : w.end] for w in windows(text, max_tokens=4, overlap_tokens=2, count=words)
    ]
    assert made == ["One two. Three four. ", "Three four. Five six. ", "Five six. Seven eight."]


def test_a_long_sentence_is_cut_between_words() -> None:
    text = "alpha beta gamma delta " * 30
    for window in windows(text, max_tokens=10, count=words):
        assert text[window.start : window.end].split()[0] in {"alpha", "beta", "gamma", "delta"}
        assert window.tokens <= 10


def test_windows_are_made_as_they_are_asked_for() -> None:
    counted = []

    def count(text: str) -> int:
        counted.append(text)
        return words(text)

    made = windows("One two three. " * 1_000, max_tokens=6, count=count)
    next(made)
    assert len(counted) < 5


def test_the_empty_text_has_no_window() -> None:
    assert list(windows("")) == []
