"""Nothing in an answer, and little in it."""

import pytest

from aiguardian.guards.health.empty import find_empty
from aiguardian.guards.health.schemas import Expect

EMPTY = [
    "",
    " ",
    "\n\t\r\n",
    "\u200b\u200b",
    "\ufeff",
    "\u3164\u2800",
    "\u00a0\u2003",
    "\u00ad",
    "\U000e0041\U000e0042",
    "```\n```",
    "```python\n\n```",
    "<p></p>",
    "<div> <br/> </div>",
    "...",
    "…  …",
    "---",
    "**  **",
    "# \n\n#",
    "| | |\n|---|---|",
    "Answer:",
    "Assistant: ",
    "**Answer:**",
    "<think>Let me see.</think>",
    "<think>a</think>\n\n",
    "[object Object]",
    "undefined",
    "null",
    "\x00\x01",
]
NOT_EMPTY = [
    "a",
    "0",
    "Yes.",
    "👍",
    "是",
    "ไม่",
    "نعم",
    "-",
    "+",
    "*",
    "?",
    "π",
    "None",
    "N/A",
    "{}",
    "[]",
    "<p>Hi</p>",
    "```\nx\n```",
    "<think>a</think> b",
    "Answer: 4",
    "# Title",
    "1.",
    "<br>text",
    "\u200bok",
]


@pytest.mark.parametrize("text", EMPTY)
def test_nothing_to_read_is_found_over_the_whole_text(text: str) -> None:
    (finding,) = find_empty(text, expect=Expect())
    assert finding.score >= 0.5
    assert (finding.start, finding.end) == (0, len(text))


@pytest.mark.parametrize("text", NOT_EMPTY)
def test_short_answers_are_answers(text: str) -> None:
    assert not [f for f in find_empty(text, expect=Expect()) if f.score >= 0.5]


def test_an_empty_object_is_empty_where_a_length_was_expected() -> None:
    assert find_empty("{}", expect=Expect(min_length=1))[0].score >= 0.5


def test_an_empty_object_is_left_to_the_schema_where_there_is_one() -> None:
    assert find_empty("{}", expect=Expect(json_schema={"type": "object"})) == []


def test_a_mebibyte_of_invisible_characters_is_empty() -> None:
    assert find_empty("\u200b \n" * 349_525, expect=Expect())
