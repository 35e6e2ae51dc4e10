from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from aiguardian.errors import InvalidField
from aiguardian.gateway.vitals import LiveVitals
from aiguardian.policy.read import PolicyError
from aiguardian.policy.rules import ACTS, DIRECTIONS, Catalogue, GuardKind, catalogue_of
from aiguardian.policy.shelf import BUILT_IN, Shelf
from aiguardian.registry import build_guards
from aiguardian.settings.groups import Settings
from aiguardian.stores import build_stores

CATALOGUE: Catalogue = {"biasguard": GuardKind(("hate",), ())}


@pytest.fixture(scope="module")
def real() -> Catalogue:
    settings = Settings()
    return catalogue_of(build_guards(LiveVitals(settings.runtime.home), build_stores(settings)))


def write(folder: Path, name: str, text: str, *, at: int = 0) -> None:
    path = folder / f"{name}.yaml"
    path.write_text(text)
    if at:
        os.utime(path, ns=(at, at))


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_policies_that_come_with_the_program_rule_every_direction(
    name: str, real: Catalogue
) -> None:
    policy = Shelf(real).get(name)
    assert policy.description
    assert all("securityguard" in policy.guards(direction) for direction in DIRECTIONS)


def test_strict_is_never_milder_than_default_and_observe_never_acts(real: Catalogue) -> None:
    shelf = Shelf(real)
    default, strict, observe = (shelf.get(name) for name in BUILT_IN)
    severity = [ACTS.index(act) for act in ("block", "rewrite", "flag", "observe", "ignore")]
    assert severity == sorted(severity)
    for direction in DIRECTIONS:
        for guard, rules in default.guards(direction).items():
            for category in real[guard].categories:
                milder = ACTS.index(rules.rule(category).act)
                assert ACTS.index(strict.guards(direction)[guard].rule(category).act) <= milder
                assert observe.guards(direction).get(guard) is None or (
                    observe.guards(direction)[guard].rule(category).act == "observe"
                )


def test_only_what_may_change_an_answer_holds_it_back(real: Catalogue) -> None:
    shelf = Shelf(real)
    assert [shelf.get(name).holds_back("output") for name in BUILT_IN] == [True, True, False]


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidField, match="default, strict, observe"):
        Shelf(CATALOGUE).get("nope")


def test_a_file_is_a_policy_and_its_change_comes_into_force(tmp_path: Path) -> None:
    write(tmp_path, "ours", "input: {biasguard: {hate: flag}}", at=1)
    shelf = Shelf(CATALOGUE, tmp_path)
    assert shelf.get("ours").guards("input")["biasguard"].rule("hate").act == "flag"
    write(tmp_path, "ours", "input: {biasguard: {hate: block}}", at=2)
    assert shelf.refresh() == []
    assert shelf.get("ours").guards("input")["biasguard"].rule("hate").act == "block"
    (tmp_path / "ours.yaml").unlink()
    shelf.refresh()
    with pytest.raises(InvalidField):
        shelf.get("ours")


def test_a_change_that_is_wrong_leaves_the_last_good_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "ours", "input: {biasguard: {hate: flag}}", at=1)
    shelf = Shelf(CATALOGUE, tmp_path)
    write(tmp_path, "ours", "input: {biasguard: {hat: flag}}", at=2)
    with caplog.at_level(logging.ERROR):
        assert len(shelf.refresh()) == 1
        assert len(shelf.refresh()) == 1
    assert shelf.get("ours").guards("input")["biasguard"].rule("hate").act == "flag"
    assert "Did you mean hate?" in shelf.faults()["ours"]
    assert len(caplog.records) == 1, "the same fault is logged once"


def test_a_file_may_take_the_place_of_a_built_in_policy(tmp_path: Path) -> None:
    write(tmp_path, "default", "input: {biasguard: {hate: observe}}")
    shelf = Shelf(CATALOGUE, tmp_path)
    assert shelf.get("default").guards("input")["biasguard"].rule("hate").act == "observe"
    assert shelf.names() == ["default", "strict", "observe"]


def test_a_wrong_file_or_a_missing_folder_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no such folder"):
        Shelf(CATALOGUE, tmp_path / "nowhere")
    write(tmp_path, "ours", "input: 5")
    with pytest.raises(PolicyError, match=r"ours\.yaml, line 1"):
        Shelf(CATALOGUE, tmp_path)
