"""Verdicts: how support and checks make them, and what is told."""

from __future__ import annotations

import math

import pytest

from aiguardian.guards.trust.combine import WEIGHTS, Transparent
from aiguardian.guards.trust.features import check_features
from aiguardian.guards.trust.judgement import Check, Claim, Evidence, Examined
from aiguardian.guards.trust.verdict import MOST_FINDINGS, claim_findings, judge_claim, worst
from aiguardian.processor import Finding

CLAIM = Claim("It is 530 metres long.", 10, 32)
EVIDENCE = Evidence(0, 0, 22, "It is 412 metres long.", 0.8)
AGAINST = Check("number", "contradicted", 0.8, "The text says 530, the source 412.", 16, 19)
MISSING = Check("entity", "silent", 0.9, "No source names Torvik.")


@pytest.mark.parametrize(
    ("checks", "features", "support", "level", "verdict"),
    [
        ((), {}, 0.9, "standard", "supported"),
        ((), {}, 0.4, "strict", "unsupported"),
        ((), {}, 0.4, "standard", "supported"),
        ((), {}, 0.2, "standard", "unsupported"),
        ((AGAINST,), {}, 0.2, "standard", "contradicted"),
        ((AGAINST,), {}, 0.9, "standard", "supported"),
        ((MISSING,), {}, 0.2, "standard", "unsupported"),
        ((), {"nli.contradicted": 0.9}, 0.2, "standard", "contradicted"),
        ((), {"nli.contradicted": 0.2}, 0.2, "standard", "unsupported"),
    ],
)
def test_support_and_checks_make_the_verdict(
    checks: tuple[Check, ...], features: dict[str, float], support: float, level: str, verdict: str
) -> None:
    examined = Examined(CLAIM, (EVIDENCE,), checks, features)
    judged = judge_claim(examined, support, level=level)  # type: ignore[arg-type]
    assert judged.verdict == verdict
    assert judged.is_alarm is (verdict != "supported")
    if verdict == "contradicted" and checks:
        assert judged.reason == AGAINST.message


def test_what_is_no_claim_is_never_an_alarm() -> None:
    examined = Examined(Claim("Is it long?", 0, 11, not_checkable="question"), (), (AGAINST,))
    judged = judge_claim(examined, 0.0, level="standard")
    assert (judged.verdict, judged.is_alarm) == ("not_checkable", False)
    assert claim_findings([judged]) == []


def test_another_language_leaves_only_sure_contradictions() -> None:
    plain, wrong = Examined(CLAIM, (EVIDENCE,)), Examined(CLAIM, (EVIDENCE,), (AGAINST,))
    verdicts = [
        judge_claim(each, 0.2, level="standard", is_comparable=False).verdict
        for each in (plain, wrong)
    ]
    assert verdicts == ["not_checkable", "contradicted"]


def test_the_worst_findings_stay_in_the_order_of_the_text() -> None:
    found = [
        Finding(category="x", start=n, end=n + 1, score=n / 1_000, detector="x", message="x")
        for n in range(MOST_FINDINGS + 50)
    ]
    kept = worst(found[::-1])
    assert [each.start for each in kept] == list(range(50, MOST_FINDINGS + 50))


def test_no_features_are_no_support() -> None:
    assert Transparent().support({}) == 0.0


@pytest.mark.parametrize("name", WEIGHTS)
def test_each_feature_moves_the_support_the_way_it_says(name: str) -> None:
    weigher = Transparent()
    base = {"overlap.idf": 0.5}
    moved = weigher.support(base | {name: 1.0}) - weigher.support(base)
    assert math.copysign(1.0, moved) == math.copysign(1.0, WEIGHTS[name])
    assert weigher.support(base | {name: math.nan}) <= weigher.support(base)


def test_the_weakest_claim_makes_the_risk() -> None:
    assert Transparent().risk([0.9, 0.3, 0.8]) == pytest.approx(0.7)
    assert Transparent().risk([]) == 0.0


def test_a_family_that_spoke_has_all_outcomes() -> None:
    features = check_features([AGAINST, MISSING, Check("entity.x", "silent", 0.3, "x")])
    assert features["number.contradicted"] == 0.8
    assert features["number.supported"] == 0.0
    assert features["entity.silent"] == 0.9
    assert "negation.silent" not in features
