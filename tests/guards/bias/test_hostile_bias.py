"""Hostile texts cost linear time, and every answer keeps its promises on them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from aiguardian.guards.bias.schemas import BiasReport

HOSTILE: dict[str, str] = {
    "quotation marks": '"',
    "single quotes": " '",
    "opened quotes": "“a ",
    "angle quotes": "\n> ",
    "spaces": " ",
    "one letter": "a",
    "apostrophes": "a'",
    "hyphens": "master-",
    "first words of phrases": "the black white man in the master ",
    "anybody": "each user each user whoever ",
    "pronouns": "he his him ",
    "saying": "saying ",
    "whoever says": "whoever says ",
    "to be personal": "nothing personal ",
    "groups": "Muslims women the blind ",
    "leet": "1d10t 5h17 ",
    "signs of an advertisement": "we are we're is looking ",
    "emoji": "🐀",
    "other scripts": "мусульмане 人 ",
    "full stops": ". ",
}
"""Named units, repeated to a length."""


def seconds(judge: Callable[..., BiasReport], unit: str, length: int) -> float:
    text = (unit * (length // len(unit) + 1))[:length]
    begin = time.process_time()
    judge(text, rewrite=True)
    return time.process_time() - begin


@pytest.mark.parametrize("name", HOSTILE)
def test_four_times_the_text_takes_about_four_times_as_long(
    judge: Callable[..., BiasReport], name: str
) -> None:
    seconds(judge, HOSTILE[name], 2_000)  # what is loaded once
    short = min(seconds(judge, HOSTILE[name], 8_000) for _ in range(3))
    long = min(seconds(judge, HOSTILE[name], 32_000) for _ in range(2))
    assert long < 9 * short + 0.05


@pytest.mark.parametrize("name", HOSTILE)
def test_spans_lie_in_the_text_and_scores_in_their_range(
    judge: Callable[..., BiasReport], name: str
) -> None:
    text = (HOSTILE[name] * 3_000)[:3_000]
    report = judge(text)
    assert 0.0 <= report.risk <= 1.0
    for finding in report.findings:
        assert 0 <= finding.start < finding.end <= len(text)
        assert 0.0 <= finding.score <= 1.0
