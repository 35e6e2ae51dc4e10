"""Where sentences end, in several scripts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.text.sentences import sentence_spans

CASES = [
    ("", []),
    (" \n ", []),
    ("One.", ["One."]),
    ("One. Two? Three!", ["One.", "Two?", "Three!"]),
    ("Dr. Smith left the U.S. in 1989. He stayed away.", None),
    ("It cost 3.50 dollars. Really.", ["It cost 3.50 dollars.", "Really."]),
    ("1. Item one. 2. Item two.", ["1. Item one.", "2. Item two."]),
    ('"Why?" she asked.', ['"Why?"', "she asked."]),
    ("今日は晴れ。明日は雨？はい！", ["今日は晴れ。", "明日は雨？", "はい！"]),
    ("كيف حالك؟ جيد.", ["كيف حالك؟", "جيد."]),
    ("यह अच्छा है। वह भी।", ["यह अच्छा है।", "वह भी।"]),
    ("No stop\n\nNew paragraph", ["No stop", "New paragraph"]),
    ("A line that\ngoes on.", ["A line that\ngoes on."]),
    ("z.B. so. Dann anders.", ["z.B. so.", "Dann anders."]),
]


@pytest.mark.parametrize(("text", "sentences"), CASES)
def test_sentences_are_found(text: str, sentences: list[str] | None) -> None:
    found = [text[start:end] for start, end in sentence_spans(text)]
    wanted = (
        ["Dr. Smith left the U.S. in 1989.", "He stayed away."] if sentences is None else sentences
    )
    assert found == wanted


@given(st.text(alphabet='Aa .!?。\n"1', max_size=200))
def test_spans_are_in_order_and_hold_all_that_is_not_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert all(a < b for a, b in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


@pytest.mark.parametrize("piece", [".", ". ", "a. ", "\n", "\n ", '."', "!", "。"])
def test_a_mebibyte_of_one_piece_is_split_in_a_moment(piece: str) -> None:
    sentence_spans(piece * (1_000_000 // len(piece)))
