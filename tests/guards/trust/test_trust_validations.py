"""The kinds of validation: what each finds, and what it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiguardian.guards.trust.schemas import TrustReport

Check = Callable[..., TrustReport]

OPENED = "The Larkhill bridge was opened in May 1987 by Anna Berg."
LONG = "The Larkhill bridge is 412 metres long and carries four lanes."


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("The bridge was opened in 1987 by Anna Berg [1]. It is 412 metres long [2].", False),
        ("The bridge was opened in 1987 by Anna Berg [7].", True),
        ("Nothing is cited here, though zebras graze.", False),
        ("", False),
    ],
)
def test_citation_counts_citations_only(check: Check, text: str, flagged: bool) -> None:
    report = check(text, OPENED, LONG, validation_type="citation")
    assert report.flagged is flagged
    assert {finding.category for finding in report.findings} <= {"citation"}


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("```python\nimport os\nos.getcwd()\n```", False),
        ("```python\nimport os\nos.frobnicate()\n```", True),
        ("```python\ndef (:\n```", True),
        ("No code at all.", False),
    ],
)
def test_code_looks_for_invented_names(check: Check, text: str, flagged: bool) -> None:
    report = check(text, validation_type="code")
    assert report.flagged is flagged
    assert {finding.category for finding in report.findings} <= {"code"}


def test_code_as_a_whole_is_read_where_the_content_type_says_so(check: Check) -> None:
    report = check("import os\nos.frobnicate()\n", validation_type="code", content_type="code")
    assert report.flagged


@pytest.mark.parametrize(
    ("samples", "verdict", "flagged"),
    [
        (["The bridge was opened in 1987.", "It was opened in 1987."], "supported", False),
        (
            ["The bridge was opened in 1993.", "The bridge was opened in 1993 or so."],
            "contradicted",
            True,
        ),
        ([], "not_checkable", False),
    ],
)
def test_consistency_compares_with_other_answers(
    check: Check, samples: list[str], verdict: str, flagged: bool
) -> None:
    report = check("The bridge was opened in 1987.", validation_type="consistency", samples=samples)
    assert report.claims[0].verdict == verdict
    assert report.flagged is flagged


def test_general_looks_for_contradictions_inside_the_text(check: Check) -> None:
    report = check("Of the students 70 % passed and 60 % failed, together 100 %.")
    assert all(finding.category == "general" for finding in report.findings)
    assert all(claim.verdict == "not_checkable" for claim in report.claims)


def test_general_with_sources_grounds_too(check: Check) -> None:
    report = check("The bridge was opened in May 1993 by Anna Berg.", OPENED)
    assert report.claims[0].verdict == "contradicted"
    assert report.alarms == ["contradicted"]


def test_grounding_without_sources_says_that_nothing_was_compared(check: Check) -> None:
    report = check(OPENED, validation_type="grounding")
    assert not report.flagged
    assert "nothing was given to compare with" in report.decision.reason


@pytest.mark.parametrize("kind", ["general", "grounding", "citation", "consistency", "code"])
@pytest.mark.parametrize(
    "text", ["", "\ud800", "جسر. 東京。", "[1] [^x] (A 2020) ```", "|a|\n|b|c|"]
)
def test_odd_texts_are_judged_by_every_kind(check: Check, kind: str, text: str) -> None:
    fields: dict[str, Any] = {"validation_type": kind, "samples": [text, "x"]}
    report = check(text, text, "\ud800", **fields)
    assert 0.0 <= report.risk <= 1.0
