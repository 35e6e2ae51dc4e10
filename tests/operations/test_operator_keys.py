"""setup-secrets: keys that nobody sees, and former ones that stay valid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aiguardian.operator.aws import Place
from aiguardian.operator.command_line import main
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.keys import GENERATED, setup_keys

NAME = "codeguardians-gateway/production"


def held(place: Place) -> dict[str, Any]:
    answer = place.client("secretsmanager").get_secret_value(SecretId=NAME)
    values: dict[str, Any] = json.loads(answer["SecretString"])
    return values


def test_keys_are_made_once_and_not_again(place: Place, told: Any) -> None:
    assert setup_keys(place, told.doing()) == sorted(GENERATED)
    first = held(place)
    assert {name: len(value) for name, value in first.items()} == {
        name: 2 * size for name, size in GENERATED.items()
    }
    assert setup_keys(place, told.doing()) == []
    assert held(place) == first


def test_what_is_there_stays_and_what_is_missing_is_added(place: Place, told: Any) -> None:
    text = json.dumps({"SECRET_KEY": "mine", "UPSTREAM_API_KEY": "theirs"})
    place.client("secretsmanager").create_secret(Name=NAME, SecretString=text)
    changed = setup_keys(place, told.doing(), taken={"CLERK_SECRET_KEY": "c"})
    assert changed == ["CLERK_SECRET_KEY", "METRICS_KEY", "UNIFIED_API_KEY"]
    assert held(place)["SECRET_KEY"] == "mine"
    assert held(place)["UPSTREAM_API_KEY"] == "theirs"


def test_a_secret_without_a_value_yet_is_filled(place: Place, told: Any) -> None:
    place.client("secretsmanager").create_secret(Name=NAME)  # as Terraform may leave it
    assert setup_keys(place, told.doing()) == sorted(GENERATED)


def test_a_rotated_key_keeps_every_former_one_valid(place: Place, told: Any) -> None:
    numbers = iter("abcdefgh")
    for _ in range(3):
        setup_keys(place, told.doing(), rotated=["SECRET_KEY"], random=lambda _: next(numbers))
    values = held(place)
    assert values["SECRET_KEY"] == "e"
    assert values["SECRET_KEY_PREVIOUS"] == "d,a"


def test_a_dry_run_says_the_names_and_writes_nothing(place: Place, told: Any) -> None:
    assert setup_keys(place, told.doing(dry_run=True)) == sorted(GENERATED)
    assert "would create with METRICS_KEY, SECRET_KEY, UNIFIED_API_KEY the secret" in told
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        held(place)


@pytest.mark.parametrize("text", ["no JSON", "[1]", '"a"'])
def test_a_secret_of_another_shape_is_not_overwritten(place: Place, told: Any, text: str) -> None:
    place.client("secretsmanager").create_secret(Name=NAME, SecretString=text)
    with pytest.raises(OperatorFault, match="not a JSON object"):
        setup_keys(place, told.doing())


def test_only_keys_of_ours_are_rotated(place: Place, told: Any) -> None:
    with pytest.raises(OperatorFault, match="DATABASE_PASSWORD is not rotated here"):
        setup_keys(place, told.doing(), rotated=["DATABASE_PASSWORD"])


def test_the_verb_prints_no_value_and_leaves_none_on_the_disk(
    place: Place,
    root: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(root)
    before = sorted(root.rglob("*"))
    monkeypatch.setenv("UPSTREAM_API_KEY", "sk-canary-5be1")
    assert main(["setup-secrets", "--from-env", "UPSTREAM_API_KEY"]) == 0
    assert main(["setup-secrets", "--rotate"]) == 0
    shown = "".join(capfd.readouterr())
    assert "create with METRICS_KEY, SECRET_KEY, UNIFIED_API_KEY, UPSTREAM_API_KEY" in shown
    assert "guards at their next start: deploy-prod --restart" in shown
    values = held(place)
    assert values["UPSTREAM_API_KEY"] == "sk-canary-5be1"
    assert not [name for name, value in values.items() if value in shown]
    assert sorted(root.rglob("*")) == before


def test_a_secret_is_refused_as_an_argument(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup-secrets", "--set", "UPSTREAM_API_KEY=sk-canary"]) == 1
    error = capsys.readouterr().err
    assert "--from-env UPSTREAM_API_KEY" in error
    assert "sk-canary" not in error
