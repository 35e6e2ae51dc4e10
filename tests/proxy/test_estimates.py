"""What a request to a model is estimated to use, and whom it names."""

from __future__ import annotations

from typing import Any

import pytest

from aiguardian.proxy.budget import UNSAID_OUTPUT, _choices, _output, user_of


@pytest.mark.parametrize(
    ("request_body", "output"),
    [
        ({}, UNSAID_OUTPUT),
        ({"max_tokens": 7}, 7),
        ({"max_tokens": 7, "max_completion_tokens": 9}, 9),
        ({"max_output_tokens": 0}, 0),
        ({"max_tokens": None}, UNSAID_OUTPUT),
        ({"max_tokens": True}, UNSAID_OUTPUT),
        ({"max_tokens": "9"}, UNSAID_OUTPUT),
        ({"max_tokens": -1}, UNSAID_OUTPUT),
        ({"max_tokens": 10**30}, UNSAID_OUTPUT),
    ],
)
def test_the_output_that_is_set_aside(request_body: dict[str, Any], output: int) -> None:
    assert _output(request_body) == output


@pytest.mark.parametrize(("n", "choices"), [(None, 1), (0, 1), (3, 3), ("3", 1), (True, 1)])
def test_every_choice_is_set_aside(n: object, choices: int) -> None:
    assert _choices({"n": n}) == choices


@pytest.mark.parametrize(
    ("request_body", "user"),
    [
        ({}, None),
        ({"user": "jane"}, "jane"),
        ({"user": "jane", "safety_identifier": "hash"}, "hash"),
        ({"metadata": {"user_id": "u-1"}}, "u-1"),
        ({"metadata": ["user_id"]}, None),
        ({"user": ""}, None),
        ({"user": 3}, None),
        ({"user": "日本 🎉"}, "日本 🎉"),
    ],
)
def test_the_user_whom_a_request_names(request_body: dict[str, Any], user: str | None) -> None:
    assert user_of(request_body) == user
