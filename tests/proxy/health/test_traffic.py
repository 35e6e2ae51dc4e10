"""What live traffic tells of upstreams, and canaries."""

from __future__ import annotations

from typing import Any

import pytest

from aiguardian.guards.health.vitals import AnswerLook
from aiguardian.proxy.health.asking_canaries import said_in
from aiguardian.proxy.health.canary import Canary
from aiguardian.proxy.health.traffic import (
    BASELINE,
    CALLS,
    LOOK_EVERY_S,
    RECENT,
    WINDOW_S,
    Traffic,
    look_of,
)

LOOK = AnswerLook(length=5, is_empty=False, is_refusal=False, language="en", risk=0.0)
REFUSAL = "I'm sorry, but I can't help with that request."


class World:
    now = 0.0

    def names(self) -> list[str]:
        return ["main"]

    def state(self, name: str) -> str:
        return "open"

    def __call__(self) -> float:
        return self.now


def traffic(world: World) -> Traffic:
    watched = Traffic(clock=world)
    watched.watch(world)
    return watched


def test_calls_are_counted_in_a_window_by_how_they_ended() -> None:
    world = World()
    seen = traffic(world)
    for _ in range(3):
        seen.called("main", "failed", 9.0)
    world.now = WINDOW_S + 1
    for wait in (0.1, 0.2, 0.3):
        seen.called("main", "answered", wait)
    seen.called("main", "timeout", 120.0)
    seen.called("main", "broken", 0.0)
    told = seen.upstreams()["main"]
    assert dict(told.outcomes) == {"answered": 3, "timeout": 1, "broken": 1}
    assert (told.calls, told.state) == (4, "open")
    assert told.p50_ms == pytest.approx(200)
    assert told.p95_ms == pytest.approx(300)


def test_what_is_kept_is_bounded() -> None:
    world = World()
    seen = traffic(world)
    for _ in range(CALLS + 5):
        seen.called("main", "answered", 0.1)
    for _ in range(BASELINE + RECENT + 5):
        seen.answered("main", LOOK)
    assert seen.upstreams()["main"].calls == CALLS
    looks = seen.looks()["main"]
    assert (len(looks.baseline), len(looks.recent)) == (BASELINE, RECENT)


def test_at_most_so_many_answers_are_looked_at() -> None:
    world = World()
    seen = traffic(world)
    assert seen.wants_look("main")
    world.now = LOOK_EVERY_S / 2
    assert not seen.wants_look("main")
    world.now = LOOK_EVERY_S
    assert seen.wants_look("main")


def test_an_upstream_that_nobody_asked_has_figures_of_nothing() -> None:
    told = traffic(World()).upstreams()["main"]
    assert (told.calls, told.p95_ms, told.answers, told.canaries) == (0, None, 0, ())


@pytest.mark.parametrize(
    ("said", "is_empty", "is_refusal", "language"),
    [
        ([], True, False, ""),
        ([("choices[0].message.content", " \n")], True, False, ""),
        ([("choices[0].message.content", REFUSAL)], False, True, ""),
        ([("content[0].text", "Der Zug nach Hamburg fährt heute um acht Uhr ab, sagt der Plan.")],
         False, False, "de"),
        ([("choices[0].tool_calls[0]", REFUSAL)], False, False, ""),
        ([("choices[0].reasoning_content", REFUSAL), ("choices[0].content", "Yes.")],
         False, False, ""),
        ([("choices[0].content", "I'm sorry, but I "), ("choices[0].content", "can't help you.")],
         False, True, ""),
    ],
)  # fmt: skip
def test_a_look_tells_kinds_and_not_words(
    said: list[tuple[str, str]], language: str, *, is_empty: bool, is_refusal: bool
) -> None:
    look = look_of(said, risk=0.25)
    assert (look.is_empty, look.is_refusal, look.language) == (is_empty, is_refusal, language)
    assert look.length == sum(len(text) for _, text in said)
    assert look.risk == 0.25


@pytest.mark.parametrize(
    ("terms", "answer", "seconds", "fault"),
    [
        ({}, "anything", 1, ""),
        ({}, "  ", 1, "empty"),
        ({"contains": "pong"}, "Pong!", 1, ""),
        ({"contains": "pong"}, "Ping!", 1, "contains"),
        ({"matches": r"\b4\b|four"}, "It is 4.", 1, ""),
        ({"matches": r"\b4\b|four"}, "It is 44.", 1, "matches"),
        ({"within_s": 2}, "ok", 2, ""),
        ({"within_s": 2}, "ok", 2.1, "took 2.1 s"),
    ],
)
def test_a_canary_expects(terms: dict[str, Any], answer: str, seconds: float, fault: str) -> None:
    told = Canary("main", "m", "Say it.", **terms).fault(answer, seconds)
    assert (fault in told) if fault else told == ""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"choices": [{"message": {"content": "a"}}]}, "a"),
        ({"choices": [{"message": {"content": None}}]}, ""),
        ({"choices": []}, ""),
        ({"choices": "x"}, ""),
        ({"content": [{"type": "text", "text": "a"}, {"type": "thinking"}, {"text": "b"}]}, "ab"),
        ({"content": None}, ""),
        ({}, ""),
    ],
)
def test_the_text_of_an_answer_is_found(answer: dict[str, Any], said: str) -> None:
    assert said_in(answer) == said
