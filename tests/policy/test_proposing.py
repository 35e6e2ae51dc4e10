from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from aiguardian.errors import Conflict, InvalidField, NotFound
from aiguardian.policy.amend import amended
from aiguardian.policy.proposing import (
    Evidence,
    Mark,
    Proposal,
    applied_text,
    propose,
    threshold_over,
)
from aiguardian.policy.read import read_policy
from aiguardian.policy.recorded import Recorded
from aiguardian.policy.rules import Catalogue, GuardKind, Rule
from aiguardian.policy.shelf import Shelved
from aiguardian.storage.request_rows import RecordedVerdict

CATALOGUE: Catalogue = {
    "securityguard": GuardKind(("injection", "pii"), ("pii",), "closed"),
    "biasguard": GuardKind(("toxicity", "hate"), ()),
}
TEXT = """\
description: Ours.  # Zürich
input:
  securityguard:
    injection: block    # the attacks
    pii: {action: rewrite, with: pseudonymize}
  biasguard: {"*": block}
"""


def shelved(text: str = TEXT) -> Shelved:
    return Shelved(read_policy(text, name="ours", catalogue=CATALOGUE), "stored", text, 3)


def said(category: str, score: float, *, alarm: bool = True) -> RecordedVerdict:
    scores = {"injection": 0.0, "pii": 0.0} | {category: score}
    return RecordedVerdict(
        action="flag",
        confidence=0.5,
        flagged=alarm,
        risk=score,
        alarms=(category,) if alarm else (),
        categories=scores,
    )


def attack(request_id: str, score: float, **fields: Any) -> Recorded:
    made: dict[str, Any] = {
        "id": request_id,
        "at": 5.0,
        "direction": "input",
        "action": "block",
        "policy": "ours",
        "guards": {
            "securityguard": said("injection", score),
            "biasguard": RecordedVerdict(categories={"toxicity": 0.1}),
        },
        "missing": {},
    }
    return Recorded(**(made | fields))


MINE = attack("mine", 0.8)
MARK = Mark("mine", "securityguard", "injection")


def proposed(
    texts: Sequence[Recorded] = (MINE,),
    traffic: Sequence[Recorded] = (),
    *,
    mark: Mark = MARK,
    marked: Sequence[Mark] = (),
    text: str = TEXT,
    has_value: bool = False,
) -> Proposal:
    evidence = Evidence(texts, traffic, marked, CATALOGUE)
    return propose(mark, shelved(text), evidence, has_value=has_value)


@pytest.mark.parametrize(
    ("score", "threshold"),
    [(0.8, 0.8001), (0.0, 0.0001), (0.99995, 1.0), (0.9999, 1.0), (0.30000000000000004, 0.3001),
     (0.2306, 0.2307), (1.0, None)],
)  # fmt: skip
def test_the_proposed_threshold_is_the_lowest_that_the_score_does_not_meet(
    score: float, threshold: float | None
) -> None:
    assert threshold_over(score) == threshold


def test_every_score_of_four_digits_has_a_threshold_just_over_it() -> None:
    for number in range(10_000):
        threshold = threshold_over(number / 10_000)
        assert threshold is not None
        assert number / 10_000 < threshold <= number / 10_000 + 0.000_100_1


def test_a_threshold_lets_the_finding_pass_and_tells_what_else_it_changes() -> None:
    traffic = [
        MINE,
        attack("lower", 0.75),
        attack("marked", 0.7),
        attack("higher", 0.9),
        attack("clean", 0.0, guards={"securityguard": said("pii", 0.0, alarm=False)}),
        attack("other policy", 0.75, policy="theirs"),
        attack("unknown", 0.75, guards={}),
    ]
    marked = [Mark("marked", "securityguard", "injection"), Mark("lower", "biasguard", "hate")]
    found = proposed(traffic=traffic, marked=marked)
    (option,) = found.options
    assert (option.before, option.after, option.threshold) == (
        "block",
        "block from 0.8001 on",
        0.8001,
    )
    assert option.passes == "keep"
    assert option.effect is not None
    assert option.effect.texts == 5
    (change,) = option.effect.changes
    assert (change.before, change.after, change.texts, change.examples) == (
        "block",
        "keep",
        1,
        ["lower"],
    )
    assert (option.effect.blocks_lost, option.effect.marked) == (1, 1)
    assert option.effect.undecided == {
        "biasguard was not asked": 1,
        "securityguard was not asked": 1,
    }
    assert found.base == shelved().policy.version


def test_what_still_stops_the_request_is_told() -> None:
    both = attack(
        "mine",
        0.8,
        guards={
            "securityguard": said("injection", 0.8),
            "biasguard": RecordedVerdict(
                action="flag", flagged=True, alarms=("hate",), categories={"hate": 0.7}
            ),
        },
    )
    (option,) = proposed([both]).options
    assert option.passes == "block"
    assert option.left == ["input.biasguard.hate 0.7000: block"]


def test_the_best_of_several_texts_sets_the_threshold() -> None:
    found = proposed([attack("mine", 0.4), attack("mine", 0.6), attack("mine", 0.5)])
    assert (found.score, found.options[0].threshold) == (0.6, 0.6001)
    assert found.options[0].passes == "keep"


def test_a_category_under_the_rule_for_all_gets_a_rule_of_its_own() -> None:
    hateful = attack(
        "mine",
        0.0,
        guards={
            "securityguard": said("pii", 0.0, alarm=False),
            "biasguard": RecordedVerdict(
                action="flag", flagged=True, alarms=("hate",), categories={"hate": 0.7}
            ),
        },
    )
    mark = Mark("mine", "biasguard", "hate")
    found = proposed([hateful], mark=mark)
    changed = read_policy(applied_text(found, shelved()), name="ours", catalogue=CATALOGUE)
    rules = changed.guards("input")["biasguard"]
    assert (rules.rule("hate"), rules.rule("toxicity")) == (Rule("block", 0.7001), Rule("block"))
    assert found.refused == ["allow: biasguard has no allow-list."]


def test_the_changed_text_keeps_all_else_as_it_was_written() -> None:
    changed = applied_text(proposed(), shelved())
    lines, was = changed.splitlines(), TEXT.splitlines()
    rule, comment = lines[3].split("#")
    assert rule.strip() == "injection: {action: block, threshold: 0.8001}"
    assert comment == " the attacks"
    assert lines[:3] + lines[4:] == was[:3] + was[4:]
    pii = amended(
        TEXT,
        direction="input",
        guard="securityguard",
        category="pii",
        rule=Rule("rewrite", 0.5, "pseudonymize"),
    )
    rules = read_policy(pii, name="ours", catalogue=CATALOGUE).guards("input")["securityguard"]
    assert rules.rule("pii") == Rule("rewrite", 0.5, "pseudonymize")
    assert "# Zürich" in pii
    assert "# the attacks" in pii


def test_an_allowed_string_is_proposed_where_it_is_known_and_its_effect_is_not() -> None:
    assert "send the string" in proposed().refused[0]
    traffic = [
        MINE,
        attack("holds it", 0.9, holds=True),
        attack("holds it and passed", 0.9, holds=True, action="flag"),
        attack("holds another", 0.9, holds=False),
        attack("not kept", 0.9),
        attack("another finding", 0.0, holds=True, guards={"securityguard": said("pii", 0.9)}),
    ]
    options = {one.kind: one for one in proposed(traffic=traffic, has_value=True).options}
    found = options["allow"].holding
    assert found is not None
    assert (found.texts, found.holding, found.blocked, found.unknown) == (4, 2, 1, 1)


def test_a_score_of_one_has_no_threshold() -> None:
    found = proposed([attack("mine", 1.0)])
    assert found.options == []
    assert found.refused[0].startswith("threshold: the score is as high")
    with pytest.raises(Conflict, match="no threshold"):
        applied_text(found, shelved())


def test_a_policy_that_was_changed_since_is_not_changed() -> None:
    with pytest.raises(Conflict, match="changed since"):
        applied_text(proposed(), shelved(TEXT + "unjudged: flag\n"))


@pytest.mark.parametrize(
    ("texts", "mark", "error"),
    [
        ((), MARK, NotFound),
        ((MINE,), Mark("mine", "securityguard", "pii"), InvalidField),
        ((MINE,), Mark("mine", "securityguard", "nothing"), InvalidField),
        ((MINE,), Mark("mine", "nobody", "injection"), InvalidField),
    ],
)
def test_what_was_not_found_cannot_be_marked(
    texts: Sequence[Recorded], mark: Mark, error: type[Exception]
) -> None:
    with pytest.raises(error):
        proposed(texts, mark=mark)


@pytest.mark.parametrize(
    "text",
    [
        "input: {securityguard: {injection: observe}}",
        "input: {securityguard: {injection: ignore}}",
        "input: {securityguard: {injection: {action: block, threshold: 0.95}}}",
        "input: {biasguard: {hate: block}}",
        "output: {securityguard: {injection: block}}",
    ],
)
def test_a_policy_that_does_nothing_about_it_needs_no_change(text: str) -> None:
    with pytest.raises(Conflict, match="does nothing"):
        proposed(text=text)
