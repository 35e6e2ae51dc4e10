# ruff: noqa: E501 - tables of texts
"""Where an answer may end, and where it is cut."""

import pytest

from aiguardian.guards.health.truncation import find_truncation

CUT = [
    "The capital of France is Paris. It lies on the banks of the",
    "There are three reasons for this. First, the price of oil rose, and",
    "Paris is the capital of France. It has about two million inhab",
    "The steps are simple: open the lid, pour in the water, and then,",
    "You need the following ingredients for the cake:",
    "Here is the code:\n\n```python\ndef add(a, b):\n    return a +",
    'Use this:\n\n```json\n{"a": 1,',
    "1. Wash the rice well.\n2. Add two cups of water.\n3. Bring it to the boil and let it",
    "- Apples are rich in fibre.\n- Pears are soft and sweet.\n- Plums are",
    "The list:\n\n1. Wash the rice.\n2.",
    "# Plan\n\nWe start on Monday with the first part of the work.\n\n## Costs",
    '{"name": "Ada", "born": 1815, "works": ["Notes"',
    "Die Stadt liegt am Rhein. Sie hat rund eine Million Einwohner und ist die",
    "La ville est grande. Elle compte deux millions d'habitants et se trouve dans le",
    "Москва — столица России. Она расположена на берегу реки и",
    "巴黎是法国的首都。它位于塞纳河畔，人口约",
    "東京は日本の首都です。人口は約千四百万人で、",
    "باريس هي عاصمة فرنسا. تقع المدينة على نهر السين وعدد سكانها",
    "पेरिस फ्रांस की राजधानी है। यह शहर सीन नदी के किनारे पर",
    "<think>The user wants a poem. I should start with",
]

WHOLE = [
    "Paris",
    "42",
    "Yes",
    "the 44th President of the United States",
    "The capital of France is Paris.",
    "Is that what you wanted?",
    "Well done! 🎉",
    "He said: “It is done.”",
    "It was first described in 1905 (see below).",
    "It was first described in 1905.[3]",
    "Roses are red\nViolets are blue\nSugar is sweet\nAnd so are you",
    "Buy:\n\n- milk\n- bread\n- two dozen eggs from the farm shop",
    "1. Alice: went home early\n2. Bob: stayed to clean the kitchen\n3. Carol: slept",
    "| Year | Sales |\n|---|---|\n| 2001 | 5 |\n| 2002 | 7 |",
    "# The Old Man and the Sea",
    "```python\nprint('hello')\n```",
    "Here is the function:\n\n```python\ndef f(x):\n    return x\n```",
    "You find the manual at https://example.org/docs/start",
    "Write to support@example.org",
    "Dear Ms Lee,\n\nThank you for your letter. I will reply soon.\n\nBest regards,\nJohn Miller",
    "Dear Ms Lee,\n\nThank you for your letter. I will reply soon.\n\nSincerely,",
    "Thank you for your letter. I will reply soon.\n\nMark Simmons\nAccount Manager\n(555) 123-4567",
    "We won the cup today! What a team. #football #champions",
    "The result is\n\n$$x = 3$$",
    "<p>Hello there. How are you today?</p>",
    '{"name": "Ada", "born": 1815}',
    "[1, 2, 3]",
    "巴黎是法国的首都。它位于塞纳河畔。",
    "白日依山尽\n黄河入海流\n欲穷千里目\n更上一层楼",
    "東京は日本の首都です。",
    "هل هذا ما تريد؟",
    "باريس هي عاصمة فرنسا.",
    "पेरिस फ्रांस की राजधानी है।",
    "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย มีประชากรประมาณสิบล้านคน",
    "Москва — столица России.",
    "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας. Έτσι δεν είναι;",
    "Answer: B",
    "Vitamin A",
    "They were made in the mid-1950s",
    "The speech was held by Dr. Martin Luther King",
    "Wait, what…",
    "x",
    "",
]

CUT_CODE = [
    "def add(a, b):\n    return a +",
    "def add(a, b):",
    'int main() {\n  printf("hi");\n  for (int i = 0; i < 3; i++) {',
    "items = [\n    1,\n    2,",
    "foo(bar(",
]
WHOLE_CODE = [
    "def add(a, b):\n    return a + b",
    "int main() { return 0; }",
    "x = 1  # don't worry (be happy",
    "print(')')",
    "while True:\n    i += 1\n    break",
    "SELECT name FROM users",
    "i++",
    "// TODO: the rest",
]


def flagged(text: str, content_type: str = "text") -> bool:
    return any(f.score >= 0.5 for f in find_truncation(text, content_type=content_type))


@pytest.mark.parametrize("text", CUT)
def test_a_cut_answer_is_found(text: str) -> None:
    assert flagged(text)


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_answer_is_not_called_cut(text: str) -> None:
    assert not flagged(text)


@pytest.mark.parametrize("text", CUT_CODE)
def test_cut_code_is_found(text: str) -> None:
    assert flagged(text, "code")


@pytest.mark.parametrize("text", WHOLE_CODE)
def test_whole_code_is_not_called_cut(text: str) -> None:
    assert not flagged(text, "code")


def test_the_span_is_the_last_line_without_the_white_space_after_it() -> None:
    text = "A first line of text.\nA second. It ends on the\n\n"
    (finding,) = find_truncation(text, content_type="text")
    assert text[finding.start : finding.end] == "A second. It ends on the"


def test_the_span_of_an_open_code_block_starts_at_its_fence() -> None:
    text = "Look:\n\n```python\nx = 1\n"
    (finding,) = find_truncation(text, content_type="text")
    assert text[finding.start : finding.end] == "```python\nx = 1"


def test_the_span_of_an_open_bracket_starts_at_the_bracket() -> None:
    text = "x = [1, 2"
    (finding,) = find_truncation(text, content_type="code")
    assert text[finding.start : finding.end] == "[1, 2"
