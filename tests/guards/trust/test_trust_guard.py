"""The guard as a client sees it, without models and with stand-ins for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from aiguardian.errors import DeadlineExceeded, PayloadTooLarge
from aiguardian.guards.trust import examine
from aiguardian.guards.trust.examine import examine_claim
from aiguardian.guards.trust.guard import TrustGuard
from aiguardian.guards.trust.judgement import Examined
from aiguardian.guards.trust.schemas import TrustReport
from aiguardian.processor import MAX_TEXT_BYTES, Caller, Deadline

SOURCE = (
    "The Larkhill bridge was opened in May 1987 by Anna Berg. It is 412 metres long and carries "
    "four lanes of traffic. It was not closed during the repairs of 2015."
)
Check = Callable[..., TrustReport]


class StandIn:
    """Says that a claim is supported when the premise has its last word; notes what it read."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []

    def judge(
        self, pairs: Sequence[tuple[str, str]], deadline: Deadline
    ) -> list[tuple[float, float]]:
        deadline.check()
        self.pairs += pairs
        return [
            (0.9, 0.02) if claim.split()[-1] in premise else (0.1, 0.8) for premise, claim in pairs
        ]


class OnlyReading:
    """Believes the stand-in for the model and nothing else."""

    def support(self, features: Mapping[str, float]) -> float:
        return features.get("nli.supported", 0.5)

    def risk(self, supports: Sequence[float]) -> float:
        return 1.0 - min(supports)


def test_self_tests_pass() -> None:
    guard = TrustGuard()
    for test in guard.self_tests():
        payload = msgspec.convert(test.payload, guard.payload)
        report = guard.process(payload, Caller(Deadline(60.0)))
        assert report.decision.action == test.expect_action, test.name
        for name, value in test.expect.items():
            assert getattr(report, name) == value, test.name


def test_each_claim_has_its_verdict_and_evidence(check: Check) -> None:
    text = "Hello! The bridge was opened in 1987. It is 530 metres long. Is it red?"
    report = check(text, "Nothing of it stands here.", SOURCE)
    assert [claim.verdict for claim in report.claims] == [
        "not_checkable",
        "supported",
        "contradicted",
        "not_checkable",
    ]
    for claim in report.claims:
        assert text[claim.start : claim.end] == claim.text
    opened = report.claims[1]
    assert opened.source_id == "s1"
    assert isinstance(opened.evidence, msgspec.Struct)
    assert "opened in May 1987" in SOURCE[opened.evidence.start : opened.evidence.end]
    assert (report.flagged, report.recommendation) == (True, "flag")
    assert report.trust_score == pytest.approx(1.0 - report.risk, abs=1e-4)
    (finding,) = report.findings
    assert (finding.category, text[finding.start : finding.end]) == (
        "contradicted",
        "It is 530 metres long.",
    )
    assert "530" in finding.message
    assert "412" in finding.message


def test_without_sources_nothing_is_claimed_to_be_checked(check: Check) -> None:
    report = check("The bridge was opened in 1987.")
    assert report.claims[0].reason == "Nothing to check: no sources were given."
    assert [claim.verdict for claim in report.claims] == ["not_checkable"]
    assert report.decision.action == "keep"
    assert "no sources were given" in report.decision.reason


@pytest.mark.parametrize("text", ["", " ", "\n\n", "?", "🐀", "\ud800", "\x00"])
def test_texts_without_a_claim_pass(check: Check, text: str) -> None:
    report = check(text, SOURCE)
    assert report.decision.action == "keep"
    assert not report.flagged


def test_small_talk_is_never_flagged(check: Check) -> None:
    report = check("I love the bridge! It is great.", SOURCE)
    assert {claim.verdict for claim in report.claims} == {"not_checkable"}
    assert not report.flagged


def test_a_citation_mark_is_no_number(check: Check) -> None:
    report = check(
        "The bridge was opened in 1987 [17], says the town (Smith et al., 2020).", SOURCE
    )
    assert not any("17" in claim.reason for claim in report.claims)


def test_a_source_without_an_id_goes_by_its_place(check: Check) -> None:
    report = check("It carries four lanes.", sources=[{"text": "x"}, {"text": SOURCE}])
    assert report.claims[0].source_id == "2"


def test_basic_asks_no_model(check: Check) -> None:
    model = StandIn()
    check("It carries four lanes.", SOURCE, guard=TrustGuard(model))
    assert model.pairs == []


def test_standard_shows_the_model_the_best_evidence(check: Check) -> None:
    model = StandIn()
    guard = TrustGuard(model, OnlyReading())
    fields: dict[str, Any] = {"guard": guard, "validation_level": "standard"}
    good = check("It carries four lanes of traffic", SOURCE, **fields)
    assert good.claims[0].verdict == "supported"
    bad = check("The bridge carries four lanes of zebras", SOURCE, **fields)
    assert bad.claims[0].verdict == "contradicted"
    assert bad.flagged
    assert all("four lanes" in premise for premise, _ in model.pairs)


def test_standard_reads_a_bounded_number_of_pairs(check: Check) -> None:
    model = StandIn()
    text = "The bridge carries lanes. " * 40
    check(text, SOURCE * 20, guard=TrustGuard(model), validation_level="standard")
    assert len(model.pairs) <= 6 * len(text) // 1_000 + 1


def test_strict_reads_more_and_alarms_earlier(check: Check) -> None:
    model = StandIn()
    source = " ".join(f"The bridge number {n} carries trains." for n in range(40))
    check("The bridge carries lanes.", source, guard=TrustGuard(model), validation_level="strict")
    assert len(model.pairs) > 1


def test_a_language_that_no_model_reads_is_told(check: Check) -> None:
    model = StandIn()
    source = "Die Brücke wurde im Mai 1987 von Anna Berg eröffnet und ist 412 Meter lang."
    text = "Die Brücke wurde im Mai 1993 von Anna Berg eröffnet und ist sehr lang."
    report = check(text, source, guard=TrustGuard(model), validation_level="standard")
    assert model.pairs == []
    assert report.language == "de"
    assert isinstance(report.unjudged, list)
    assert '"de"' in report.unjudged[0].reason
    assert report.claims[0].verdict == "contradicted"


def test_text_and_sources_of_two_languages_are_not_compared_word_by_word(check: Check) -> None:
    text = "Die Brücke wurde von der Stadt eröffnet und hat vier Spuren für den Verkehr."
    report = check(text, SOURCE, validation_level="standard")
    assert report.claims[0].verdict == "not_checkable"
    assert not report.flagged


def test_what_the_time_does_not_reach_is_unjudged(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = itertools.count()

    def late(*args: Any, **more: Any) -> Examined:
        if next(calls) == 3:
            raise DeadlineExceeded("The time is up.")
        return examine_claim(*args, **more)

    monkeypatch.setattr(examine, "examine_claim", late)
    text = "The bridge was opened in 1987. " * 8
    report = check(text, SOURCE)
    (unjudged,) = report.unjudged if isinstance(report.unjudged, list) else []
    assert len(report.claims) == 3
    assert (unjudged.start, unjudged.end) == (3 * 31, len(text.rstrip()))
    assert "time" in report.decision.reason
    assert report.confidence_score < 1.0


def test_nobody_waiting_stops_the_work() -> None:
    guard = TrustGuard()
    fields = {"text": "It was opened.", "sources": [{"text": SOURCE}]}
    deadline = Deadline(60.0)
    deadline.cancel()
    with pytest.raises(DeadlineExceeded):
        guard.process(msgspec.convert(fields, guard.payload), Caller(deadline))


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "x" * (MAX_TEXT_BYTES + 1)},
        {"text": "x", "sources": [{"text": "x" * (4 * MAX_TEXT_BYTES + 1)}]},
        {"text": "x", "samples": ["x" * (4 * MAX_TEXT_BYTES + 1)]},
    ],
)
def test_too_much_is_refused(check: Check, fields: dict[str, Any]) -> None:
    with pytest.raises(PayloadTooLarge):
        check(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"validation_type": "magic"},
        {"validation_level": "lax"},
        {"sources": [{"id": "x"}]},
        {"sources": [{"text": "x", "url": "y"}]},
        {"samples": "x"},
        {"unknown": 1},
    ],
)
def test_wrong_fields_are_refused(check: Check, fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        check("text", **fields)


def test_every_finding_has_a_known_category(check: Check) -> None:
    report = check("The bridge was opened by Boris Hald in 1993. It has zebras.", SOURCE)
    assert {finding.category for finding in report.findings} <= set(TrustGuard.categories)
