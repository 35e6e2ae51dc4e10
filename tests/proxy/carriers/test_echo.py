from __future__ import annotations

from typing import Any

import pytest

from aiguardian.proxy.carriers.echo import without_echo

ECHO = {"content": [{"token": "a", "bytes": [97]}]}


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"choices": [{"logprobs": ECHO}]}, {"choices": [{"logprobs": None}]}),
        ({"choices": [{"text": "x"}]}, {"choices": [{"text": "x"}]}),
        (
            {"response": {"output": [{"content": [{"logprobs": [ECHO], "text": "x"}]}]}},
            {"response": {"output": [{"content": [{"logprobs": [], "text": "x"}]}]}},
        ),
        ([{"logprobs": {}}], [{"logprobs": None}]),
        ("x", "x"),
        (None, None),
    ],
)
def test_log_probabilities_are_taken_out(body: Any, left: Any) -> None:
    assert without_echo(body) == left


def test_what_is_nested_deep_is_left_as_it_is() -> None:
    deep: Any = {"logprobs": ECHO}
    for _ in range(5000):
        deep = [deep]
    assert without_echo(deep)[0][0][0][0][0][0] is deep[0][0][0][0][0][0]
