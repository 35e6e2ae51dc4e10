"""Checks `provider` and `drift`, over figures that were handed in."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from aiguardian.errors import InvalidField
from aiguardian.guards.health.drift import drift_checks, ks_distance, psi, quantiles
from aiguardian.guards.health.guard import HealthGuard
from aiguardian.guards.health.provider import provider_checks
from aiguardian.guards.health.schemas import HealthCheck, HealthPayload, HealthReport
from aiguardian.guards.health.vitals import (
    AnswerLook,
    CanaryVitals,
    FixedVitals,
    LooksVitals,
    UpstreamVitals,
)
from aiguardian.processor import Caller, Deadline


def rows(**figures: Any) -> dict[str, HealthCheck]:
    upstream = UpstreamVitals(name="main", **figures)
    return {row.name: row for row in provider_checks({"main": upstream}, target=None)}


@pytest.mark.parametrize(
    ("figures", "row", "status", "said"),
    [
        ({}, "main.breaker", "healthy", "Closed"),
        ({"state": "half_open"}, "main.breaker", "degraded", "Half open"),
        ({"state": "open"}, "main.breaker", "unhealthy", "left alone"),
        ({"calls": 100, "outcomes": {"failed": 4}}, "main.errors", "healthy", "4 faults in 100"),
        ({"calls": 100, "outcomes": {"failed": 3, "broken": 2}}, "main.errors", "degraded",
         "3 failed, 2 broken"),
        ({"calls": 100, "outcomes": {"timeout": 50}}, "main.errors", "unhealthy", "50 timeout"),
        ({"calls": 100, "outcomes": {"refused": 90}}, "main.errors", "healthy", "0 faults"),
        ({"calls": 19, "outcomes": {"failed": 19}}, "main.errors", "healthy", "Too few"),
        ({"calls": 40, "outcomes": {"rate_limited": 2}}, "main.rate", "degraded", "2 of 40"),
        ({"calls": 5, "outcomes": {"rate_limited": 5}}, "main.rate", "healthy", "Too few"),
        ({"p50_ms": 900.0, "p95_ms": 19_999.0}, "main.latency", "healthy", "p95 19999 ms"),
        ({"p50_ms": 900.0, "p95_ms": 60_000.0}, "main.latency", "unhealthy", "limit 20000"),
        ({}, "main.latency", "healthy", "No answers lately"),
        ({"answers": 100, "refusals": 19}, "main.refusals", "healthy", "19 refusals"),
        ({"answers": 100, "refusals": 20}, "main.refusals", "degraded", "limit 20%"),
        ({"answers": 100, "empty": 30}, "main.empty", "unhealthy", "30 empty"),
        ({"answers": 19, "empty": 19}, "main.empty", "healthy", "Too few"),
        ({"canaries": (CanaryVitals(name="1"),)}, "main.canary.1", "healthy", "as expected"),
        ({"canaries": (CanaryVitals(name="1", fault="It lacks it.", asked_s_ago=12.4),)},
         "main.canary.1", "unhealthy", "It lacks it. Asked 12 s ago."),
    ],
)  # fmt: skip
def test_each_figure_has_its_row(figures: dict[str, Any], row: str, status: str, said: str) -> None:
    told = rows(**figures)[row]
    assert told.status == status
    assert said in told.detail


def test_one_upstream_may_be_asked_about_and_another_is_named() -> None:
    upstreams = {name: UpstreamVitals(name=name) for name in ("a", "b")}
    assert {row.name[0] for row in provider_checks(upstreams, target="b")} == {"b"}
    with pytest.raises(InvalidField, match="a, b") as told:
        provider_checks(upstreams, target="c")
    assert told.value.field == "target"


def test_without_upstreams_the_echo_answers() -> None:
    for checks in (provider_checks({}, target=None), drift_checks({}, target=None)):
        assert [(row.status, "aiguardian/echo" in row.detail) for row in checks] == [
            ("healthy", True)
        ]


@pytest.mark.parametrize("checks", [provider_checks, drift_checks])
def test_a_provider_that_is_named_and_not_there_is_not_called_healthy(checks: Any) -> None:
    with pytest.raises(InvalidField, match="not an upstream configured here: none is") as told:
        checks({}, target="main")
    assert told.value.field == "target"


def looks(count: int, seed: int, **changed: Any) -> tuple[AnswerLook, ...]:
    random = Random(seed)
    usual = {
        "length": lambda: int(random.lognormvariate(6, 0.8)),
        "is_empty": lambda: False,
        "is_refusal": lambda: random.random() < 0.05,
        "language": lambda: random.choice(["en"] * 9 + ["de"]),
        "risk": lambda: random.betavariate(1, 20),
    }
    made = usual | {name: lambda each=each: each(random) for name, each in changed.items()}
    return tuple(AnswerLook(**{name: make() for name, make in made.items()}) for _ in range(count))


def drift(recent: tuple[AnswerLook, ...], baseline: int = 1000) -> dict[str, HealthCheck]:
    seen = LooksVitals(name="main", baseline=looks(baseline, 1), recent=recent)
    return {row.name: row for row in drift_checks({"main": seen}, target="main")}


@pytest.mark.parametrize(("baseline", "recent"), [(0, 0), (199, 500), (1000, 99)])
def test_too_few_answers_are_no_drift(baseline: int, recent: int) -> None:
    (row,) = drift(looks(recent, 2), baseline).values()
    assert row.status == "healthy"
    assert f"{baseline} answers in the baseline (200 needed)" in row.detail


@pytest.mark.parametrize("seed", range(2, 8))
def test_the_same_kind_of_answers_do_not_drift(seed: int) -> None:
    told = drift(looks(500, seed))
    assert [row.status for row in told.values()] == ["healthy"] * 4


@pytest.mark.parametrize(
    ("row", "changed"),
    [
        ("length", {"length": lambda random: int(random.lognormvariate(4.5, 0.8))}),
        ("risk", {"risk": lambda random: random.betavariate(4, 20)}),
        ("language", {"language": lambda random: random.choice(["en", "zh"])}),
        ("refusals", {"is_refusal": lambda random: random.random() < 0.4}),
    ],
)
def test_what_changes_shows_in_its_own_row_with_its_numbers(
    row: str, changed: dict[str, Any]
) -> None:
    told = drift(looks(500, 3, **changed))
    assert told[f"main.drift.{row}"].status == "unhealthy"
    assert told[f"main.drift.{row}"].figures["psi"] > 0.25
    others = [one for name, one in told.items() if not name.endswith(row)]
    assert {one.status for one in others} == {"healthy"}
    assert f"PSI {told[f'main.drift.{row}'].figures['psi']:.3f}" in told[f"main.drift.{row}"].detail


def test_psi_is_that_of_the_textbook() -> None:
    before, now = ["a"] * 50 + ["b"] * 50, ["a"] * 30 + ["b"] * 70
    # (0.3 - 0.5) ln(0.3 / 0.5) + (0.7 - 0.5) ln(0.7 / 0.5)
    assert psi(before, now) == pytest.approx(0.16946, abs=1e-5)
    assert psi(before, before) == 0.0


def test_ks_is_the_largest_distance() -> None:
    assert ks_distance([1, 2, 3, 4], [1, 2, 3, 4]) == 0.0
    assert ks_distance([1, 2], [3, 4]) == 1.0
    assert ks_distance([1, 2, 3, 4], [3, 4, 5, 6]) == 0.5


def test_bounds_of_equal_values_are_few() -> None:
    assert quantiles([0.0] * 99 + [1.0], 10) == [0.0]
    assert quantiles(list(range(100)), 4) == [25, 50, 75]


def test_the_guard_answers_both_checks() -> None:
    vitals = FixedVitals(
        of_upstreams=(UpstreamVitals(name="main", state="open"),),
        of_looks=(LooksVitals(name="main"),),
    )
    guard = HealthGuard(vitals)
    caller = Caller(deadline=Deadline(5))
    told = guard.process(HealthPayload(check="provider"), caller)
    assert isinstance(told, HealthReport)
    assert (told.status, told.flagged) == ("unhealthy", True)
    assert "main.breaker" in told.decision.reason
    drifted = guard.process(HealthPayload(check="drift", target="main"), caller)
    assert isinstance(drifted, HealthReport)
    assert drifted.status == "healthy"
    assert guard.runs_here(HealthPayload(check="drift"))
    assert not guard.is_quick(HealthPayload(check="drift"))
    assert guard.is_quick(HealthPayload(check="provider"))
