from __future__ import annotations

from typing import Any

import pytest

from aiguardian.errors import Forbidden
from aiguardian.policy.choice import Choice, check_bound

CHOICE = Choice(
    "default",
    routes=(("/v1/embeddings", "observe"), ("gpt-4o*", "strict"), ("*", "lenient")),
    choices=frozenset({"strict", "mine"}),
)


def chosen(choice: Choice = CHOICE, **given: str | None) -> str:
    asked = {"bound": None, "wanted": None, "path": "/v1/chat/completions", "model": ""} | given
    return choice.policy(**asked)  # type: ignore[arg-type]  # path and model are never None here


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        ({"path": "/v1/embeddings", "model": "gpt-4o"}, "observe"),
        ({"model": "gpt-4o-mini"}, "strict"),
        ({"model": "GPT-4o-mini"}, "lenient"),
        ({"model": "ünïcode 東京"}, "lenient"),
        ({"model": "x" * 100_000}, "lenient"),
        ({"model": ""}, "lenient"),
        ({"wanted": "mine", "path": "/v1/embeddings"}, "mine"),
        ({"bound": "theirs", "path": "/v1/embeddings"}, "theirs"),
        ({"bound": "theirs", "wanted": "theirs"}, "theirs"),
    ],
)
def test_the_keys_policy_goes_before_the_callers_and_that_before_a_routes(
    given: Any, policy: str
) -> None:
    assert chosen(**given) == policy


def test_without_a_route_that_fits_it_is_the_default() -> None:
    assert chosen(Choice("default", routes=(("gpt-*", "strict"),)), model="claude") == "default"


@pytest.mark.parametrize("wanted", ["observe", "default", "", "STRICT", "strict ", "../strict"])
def test_a_caller_may_not_choose_what_is_not_listed(wanted: str) -> None:
    with pytest.raises(Forbidden, match="mine, strict"):
        chosen(wanted=wanted)
    with pytest.raises(Forbidden, match="none"):
        chosen(Choice("default"), wanted=wanted)


@pytest.mark.parametrize("wanted", ["strict", "mine", "observe", ""])
def test_a_key_that_is_bound_may_not_name_another_policy(wanted: str) -> None:
    with pytest.raises(Forbidden, match="bound"):
        chosen(bound="theirs", wanted=wanted)
    with pytest.raises(Forbidden, match="bound"):
        check_bound("theirs", wanted)


def test_policies_that_settings_name_must_hold_for_every_tenant() -> None:
    assert CHOICE.for_all() == ["default", "observe", "strict", "lenient"]
