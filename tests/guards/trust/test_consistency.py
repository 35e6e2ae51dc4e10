"""Other answers to the same question agree, lack, or contradict, claim by claim."""

from __future__ import annotations

import pytest

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.trust.claims import find_claims
from aiguardian.guards.trust.consistency import disagreements
from aiguardian.processor import Deadline

TEXT = "The bridge in Elmstad opened in 1931. It carries 40,000 cars a day."
SAME = "Opened in 1931, the bridge in Elmstad now carries some 40,000 cars a day."
OTHER = "The bridge in Elmstad opened in 1954. It carries 12,000 cars a day."


def outcomes(text: str, samples: list[str]) -> list[str]:
    found = disagreements(find_claims(text), samples, Deadline(30))
    return [check.name.partition(".")[2] for check in found]


def test_samples_that_say_the_same_agree() -> None:
    assert outcomes(TEXT, [SAME, TEXT, SAME]) == ["agreed", "agreed"]


def test_samples_with_other_numbers_contradict() -> None:
    assert outcomes(TEXT, [OTHER, OTHER, SAME])[0] == "contradicted"


def test_samples_about_something_else_lack_the_claim() -> None:
    assert outcomes(TEXT, ["Tea is grown in Assam.", "Cats sleep a lot."]) == ["lacking", "lacking"]


def test_the_majority_decides() -> None:
    assert outcomes(TEXT, [SAME, SAME, OTHER])[0] == "agreed"


def test_the_score_is_the_share_of_the_samples() -> None:
    found = disagreements(find_claims(TEXT), [OTHER, OTHER, SAME, OTHER], Deadline(30))
    assert found[0].score == 0.75


@pytest.mark.parametrize(("text", "samples"), [("", [SAME]), (TEXT, []), ("Why?", [SAME])])
def test_without_claims_or_samples_there_is_nothing(text: str, samples: list[str]) -> None:
    assert disagreements(find_claims(text), samples, Deadline(30)) == []


def test_models_that_are_handed_in_are_asked() -> None:
    claims = find_claims("The bridge in Elmstad is beautiful to look at.")
    samples = ["The bridge in Elmstad is thought ugly by all who look at it."]
    found = disagreements(claims, samples, Deadline(30), contradicts=lambda claim, passage: 0.9)
    assert [check.outcome for check in found] == ["contradicted"]
    found = disagreements(
        find_claims("Automobiles cross it."),
        ["Cars cross there daily."],
        Deadline(30),
        likeness=lambda claim, passage: 0.9,
    )
    assert [check.outcome for check in found] == ["supported"]


def test_the_deadline_is_kept() -> None:
    with pytest.raises(DeadlineExceeded):
        disagreements(find_claims(TEXT), [SAME], Deadline(0.0))
