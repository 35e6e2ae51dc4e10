"""The curve from features to support, and from supports to the risk of a text."""

from __future__ import annotations

import math

import pytest

from aiguardian.ml.support import LARGEST_LOGIT, curve_for, curves, log_odds, risk, support

GOOD = {"overlap.idf": 1.0, "overlap.source": 1.0, "nli.supported": 0.95, "nli.contradicted": 0.02}


def test_without_features_nothing_supports_a_claim() -> None:
    assert support({}) == 0.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number.contradicted", 1.0),
        ("date.contradicted", 1.0),
        ("entity.contradicted", 1.0),
        ("table.contradicted", 1.0),
        ("negation.contradicted", 1.0),
        ("nli.contradicted", 0.995),
        ("overlap.idf", 0.0),
    ],
)
def test_what_speaks_against_a_claim_lowers_its_support(name: str, value: float) -> None:
    assert support(GOOD | {name: value}) < support(GOOD)


def test_the_entailment_model_has_a_say_only_where_it_was_asked() -> None:
    unread = {name: value for name, value in GOOD.items() if not name.startswith("nli.")}
    assert curve_for(unread) is curves()["exact"]
    assert curve_for(unread | {"nli.supported": math.nan}) is curves()["exact"]
    assert curve_for(GOOD) is curves()["read"]


def test_what_was_not_looked_at_counts_as_nothing() -> None:
    assert support(GOOD | {"date.silent": math.nan}) == support(GOOD)
    assert support(GOOD | {"unheard.of": 5.0}) == support(GOOD)


def test_a_long_source_needs_to_share_fewer_words() -> None:
    apart = dict.fromkeys(("overlap.idf", "overlap.source"), 0.3)
    long, short = ({"source.length": math.log1p(words)} for words in (1_500, 30))
    assert support(apart | long) > support(apart | short)


@pytest.mark.parametrize(("words", "bound"), [(1e12, 1_900.0), (0.0, 15.0)])
def test_lengths_beyond_those_of_the_fit_change_nothing_more(words: float, bound: float) -> None:
    far, edge = ({"source.length": math.log1p(each)} for each in (words, bound))
    assert support(GOOD | far) == support(GOOD | edge)


def test_what_speakers_say_of_themselves_is_doubted() -> None:
    assert support(GOOD | {"claim.spoken": 1.0}) < support(GOOD)


def test_the_number_of_claims_tells_nothing_more() -> None:
    assert risk([0.8] * 8) == risk([0.8])


@pytest.mark.parametrize("size", [1e9, -1e9, math.inf, -math.inf])
def test_no_feature_makes_a_certainty(size: float) -> None:
    assert 0.0 < support(GOOD | {"overlap.idf": size}) < 1.0


@pytest.mark.parametrize(
    ("probability", "expected"),
    [(0.5, 0.0), (0.0, -LARGEST_LOGIT), (1.0, LARGEST_LOGIT), (0.9, math.log(9.0))],
)
def test_log_odds_are_bounded(probability: float, expected: float) -> None:
    assert log_odds(probability) == pytest.approx(expected)


def test_a_text_without_claims_has_no_risk() -> None:
    assert risk([]) == 0.0


def test_the_weakest_claim_decides_the_risk() -> None:
    assert risk([0.9]) == pytest.approx(0.1)
    assert risk([0.9, 0.2]) > risk([0.9, 0.8])


def test_a_claim_without_any_support_is_a_risk_below_certainty() -> None:
    assert 0.9 < risk([0.0, 1.0]) < 1.0
