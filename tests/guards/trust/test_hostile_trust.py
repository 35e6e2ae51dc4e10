"""Hostile answers and sources cost linear time, and every answer keeps its promises on them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from aiguardian.guards.trust.schemas import TrustReport

Check = Callable[..., TrustReport]

HOSTILE: dict[str, str] = {
    "full stops": ". ",
    "one letter": "a",
    "one sentence": "word ",
    "capitals": "A B ",
    "names": "Anna Berg of ",
    "digits": "1",
    "numbers": "1,200.5 ",
    "quotation marks": '"',
    "opened quotes": "“a ",
    "quotations": '"a b c d" ',
    "denials": "not never no ",
    "quantifiers": "all some only ",
    "opposites": "increase decrease ",
    "bars": "|",
    "ragged rows": "|a|b\n|c\n",
    "items": "- a\n",
    "headings": "# a\n",
    "questions": "Q: a A: b\n",
    "asked": "Q: a ",
    "fences": "```\n",
    "brackets": "[1",
    "marks": "[1] ",
    "apostrophes": "n't ",
    "right to left": "جسر ",
    "unspaced": "東京",
    "emoji": "🐀",
    "line breaks": "\n",
    "tabs": "\t|\t",
    "hedges": "may might ",
}
"""Named units, repeated to a length."""


def repeated(name: str, length: int) -> str:
    return (HOSTILE[name] * (length // len(HOSTILE[name]) + 1))[:length]


def seconds(check: Check, name: str, length: int) -> float:
    text = repeated(name, length)
    begin = time.process_time()
    check(text, text)
    return time.process_time() - begin


QUADRATIC = {"ragged rows"}
"""Each row of a table as a claim on all rows of another: only the deadline bounds it."""


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - QUADRATIC))
def test_four_times_the_text_takes_about_four_times_as_long(check: Check, name: str) -> None:
    seconds(check, name, 1_000)  # what is loaded once
    short = min(seconds(check, name, 1_500) for _ in range(2))
    long = min(seconds(check, name, 6_000) for _ in range(2))
    assert long < 9 * short + 0.05


@pytest.mark.parametrize("name", HOSTILE)
def test_spans_lie_in_their_texts_and_scores_in_their_range(check: Check, name: str) -> None:
    text = repeated(name, 800)
    report = check(text, text[:400], text[100:])
    assert 0.0 <= report.risk <= 1.0
    for finding in report.findings:
        assert 0 <= finding.start <= finding.end <= len(text)
    for claim in report.claims:
        assert text[claim.start : claim.end] == claim.text
        assert 0.0 <= claim.support <= 1.0


def test_ten_thousand_sources_are_read(check: Check) -> None:
    sources = [{"id": str(n), "text": f"Bridge {n} was opened in {n}."} for n in range(10_000)]
    report = check("Bridge 7 was opened in 7.", sources=sources)
    assert report.claims[0].source_id == "7"


def test_a_mebibyte_of_sources_is_read(check: Check) -> None:
    source = "The bridge was opened by the town and carries trains. " * 19_000
    report = check("The bridge was opened by the town.", source + "The end has zebras.")
    assert report.claims[0].verdict == "supported"
