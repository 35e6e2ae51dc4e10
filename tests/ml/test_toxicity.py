from __future__ import annotations

import math

import numpy as np
import pytest

from aiguardian.ml.encoder import HEADS, Scores
from aiguardian.ml.toxicity import (
    CATEGORIES,
    LANGUAGES,
    Words,
    judge,
    load_calibration,
    over_threshold,
    plain,
    readings,
    words_of,
)
from aiguardian.processor import Deadline

KIND = "Thank you for the lovely dinner, the children still talk about it."
RUDE = "You are a stupid, worthless idiot and everybody hates you."


def test_rude_words_score_higher_than_kind_ones() -> None:
    kind, rude = judge(KIND), judge(RUDE)
    assert set(kind.scores) == set(CATEGORIES)
    assert rude.scores["toxicity"] > 0.5 > kind.scores["toxicity"]
    assert "toxicity" in over_threshold(rude.scores)
    assert not over_threshold(kind.scores)


@pytest.mark.parametrize("text", ["", "   \n\t", "!?! ... ---"])
def test_text_without_words_has_no_risk(text: str) -> None:
    judged = judge(text)
    assert max(judged.scores.values()) == 0.0
    assert not judged.sentences
    assert not judged.unjudged


def test_the_sentence_that_offends_is_named_and_no_other() -> None:
    text = f"{KIND} {RUDE} {KIND}"
    judged = judge(text)
    assert [text[start:end] for start, end, _ in judged.sentences] == [RUDE]


def test_an_insult_far_into_a_long_text_is_found() -> None:
    text = f"{KIND} " * 60 + RUDE + f" {KIND}" * 60
    judged = judge(text)
    assert [text[start:end] for start, end, _ in judged.sentences] == [RUDE]
    assert not judged.unjudged


def test_what_the_deadline_leaves_out_is_said_to_be_unjudged() -> None:
    text = f"{KIND} " * 60
    judged = judge(text, Deadline(0.0))
    assert judged.unjudged == [(0, len(text))]
    assert max(judged.scores.values()) == 0.0


def test_time_that_runs_out_midway_leaves_the_rest_unjudged() -> None:
    now = iter(range(1_000))
    text = f"{KIND} " * 60
    judged = judge(text, Deadline(3.0, clock=lambda: float(next(now))))
    ((start, end),) = judged.unjudged
    assert 0 < start < end == len(text)


def test_a_slur_makes_a_suspicious_text_more_toxic_and_a_quoted_one_hardly() -> None:
    without, named = (
        judge("All of you plumbers went home early."),
        judge("All of you retards went home early."),
    )
    assert named.scores["toxicity"] > 0.7 > 0.6 > without.scores["toxicity"]
    quoted = judge("They called me a retard at school, and my teacher stopped them.")
    assert not over_threshold(quoted.scores)


def test_what_a_slur_adds_shrinks_as_the_encoder_finds_the_text_harmless() -> None:
    table = load_calibration()["toxicity"]

    def added(logit: float) -> float:
        scores = Scores(np.full((1, len(HEADS)), logit, dtype=np.float32), np.zeros((1, 384)))
        before, after = table.probability(scores), table.probability(scores, Words(3.0, 2))
        return math.log(after / (1 - after)) - math.log(before / (1 - before))

    most = 3.0 * table.slur + math.log(3.0) * table.swearing
    assert 0.0 <= added(-8.0) < 0.1 < added(0.0) < added(4.0) <= most + 1e-6


def test_emoji_and_other_scripts_are_judged_without_fault() -> None:
    for text in ("🙂🙂", "東京は晴れです。", "שלום", "a" * 3_000):
        assert 0.0 <= judge(text).scores["toxicity"] <= 1.0


def test_names_and_addresses_are_read_as_the_trainer_showed_them() -> None:
    assert plain("@anna see https://example.org/a?b=c now") == "user see url now"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("plain words, C# and 1 @ 2", ["plain words, C# and 1 @ 2"]),
        ("", [""]),
        ("@anna", ["user"]),  # nothing is left for a second reading
        ("see https://example.org", ["see url", "see"]),
        ("RT @bob: nice &amp; #NotSoBad", ["RT user: nice &amp; #NotSoBad", "nice & Not So Bad"]),
        ("#" + "a" * 500, ["#" + "a" * 500]),  # no short post
        ("naïve 🐒", ["naïve  monkey "]),
    ],
)
def test_a_post_is_read_a_second_time_without_what_stands_around_it(
    text: str, read: list[str]
) -> None:
    assert readings(text) == read


def test_names_and_tags_around_a_post_hide_less_of_what_it_says() -> None:
    post = "@anna @ben women are too stupid to vote #JustSaying https://x.example"
    first, second = (judge(each).scores["toxicity"] for each in readings(post))
    assert first < judge(post).scores["toxicity"] < second


def test_a_picture_counts_as_what_it_means() -> None:
    def toxicity(text: str) -> float:
        return judge(text).scores["toxicity"]

    assert toxicity("i want to 🔪 every 🧕") > 0.8 > 0.4 > toxicity("my 🧕 aunt bakes 🥖 at 🏠")


def test_words_spelt_with_signs_are_found() -> None:
    assert words_of("you d🅾️nkey") == Words()
    assert words_of("sh💲t, what a 🅱️itch").severity == words_of("what a bitch").severity > 0.0
    assert words_of("this f**king printer").swearing == 1


def test_swearing_at_the_weather_is_no_alarm() -> None:
    for text in ("Holy shit, that was a damn good burger.", "this fucking printer is broken again"):
        assert not over_threshold(judge(text).scores), text


def test_every_category_has_a_threshold_that_can_be_reached() -> None:
    table = load_calibration()
    assert set(table) == set(CATEGORIES)
    assert all(
        0.0 < each.threshold < 1.0 and min(each.weights.values()) >= 0.0 for each in table.values()
    )


def test_only_english_is_claimed() -> None:
    assert {"en"} == LANGUAGES
