"""What a policy means for a text is worked out once, and anew for each version of it."""

from __future__ import annotations

from typing import Any

import pytest

from aiguardian.gateway import plans
from aiguardian.gateway.directory import Directory
from aiguardian.gateway.plans import Plans
from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.guards.trust.guard import TrustGuard
from aiguardian.policy.rules import GuardRules, Policy, Rule
from aiguardian.processor import Processor
from aiguardian.telemetry.metrics import Metrics


@pytest.fixture(scope="module")
def known() -> Plans:
    guards: dict[str, Processor[Any]] = {"biasguard": BiasGuard(), "trustguard": TrustGuard()}
    return Plans(Directory(guards, {}, metrics=Metrics()))


def policy(**rules: Rule) -> Policy:
    given = GuardRules(rules)
    return Policy("mine", directions={"output": {"biasguard": given, "trustguard": given}})


def test_the_same_policy_is_worked_out_once(known: Plans) -> None:
    mine = policy(toxicity=Rule("block"))
    assert known.plan(mine, "output") is known.plan(mine, "output")


def test_a_new_version_has_a_plan_of_its_own(known: Plans) -> None:
    before = known.plan(policy(exclusionary_language=Rule("flag")), "output")
    after = known.plan(policy(exclusionary_language=Rule("rewrite")), "output")
    assert (before.fields["biasguard"], after.fields["biasguard"]) == ({}, {"rewrite": True})


def test_guards_are_those_that_apply(known: Plans) -> None:
    mine = policy(toxicity=Rule("block"))
    assert known.plan(mine, "output").guards == ("biasguard",)
    assert known.plan(mine, "output", has_sources=True).guards == ("biasguard", "trustguard")
    assert known.plan(mine, "output", only=frozenset({"trustguard"})).guards == ()
    assert known.plan(mine, "input").guards == ()


@pytest.mark.parametrize(("threshold", "expected"), [(None, False), (0.0, True), (0.9, True)])
def test_a_threshold_means_that_silence_is_not_enough(
    known: Plans, threshold: float | None, *, expected: bool
) -> None:
    mine = policy(toxicity=Rule("block", threshold))
    assert known.plan(mine, "output").has_thresholds is expected


def test_no_more_are_kept_than_there_is_room_for(
    known: Plans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MOST_PLANS", 3)
    many = [policy(toxicity=Rule("block", number / 10)) for number in range(10)]
    for one in many:
        assert known.plan(one, "output").policy is one
    assert len(known._known) <= 3
