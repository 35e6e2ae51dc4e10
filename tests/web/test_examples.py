"""The document's examples are real: each request is answered in the shape that is shown.

RECORD_EXAMPLES=1 writes the answers again, for a change that is meant.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import aiguardian.web
from aiguardian.web.examples import examples

STORED = Path(aiguardian.web.__file__).parent / "examples.json"
PATHS = {"screen": "/api/v1/guards/screen", "batch": "/api/v1/guards/batch"}


def shape(value: Any) -> Any:
    """Keys and types; of a list the shapes that its items have."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return sorted({json.dumps(shape(inner)) for inner in value})
    return "number" if type(value) in (int, float) else type(value).__name__


def asked(client: TestClient, name: str, request: Any) -> Any:
    """What the gateway answers; a batch's lines as one string, as the document has them."""
    if name == "batch":
        reply = client.post(
            PATHS[name], content=request, headers={"content-type": "application/x-ndjson"}
        )
        assert reply.status_code == 200
        return reply.text
    path = PATHS.get(name, "/api/v1/guards/process")
    reply = client.post(path, json=request)
    assert reply.status_code == 200
    return reply.json()


def parsed(name: str, answer: Any) -> Any:
    return [json.loads(line) for line in answer.splitlines()] if name == "batch" else answer


def test_every_guard_and_judging_path_has_an_example(guards: list[str]) -> None:
    assert set(examples()) == {*guards, "screen", "batch"}


@pytest.mark.parametrize("name", sorted(examples()))
def test_example_is_answered_as_shown(client: TestClient, name: str) -> None:
    example = examples()[name]
    answer = asked(client, name, example.request)
    if os.environ.get("RECORD_EXAMPLES"):
        stored = json.loads(STORED.read_bytes())
        stored[name]["answer"] = answer
        STORED.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", "utf-8")
        return
    assert shape(parsed(name, answer)) == shape(parsed(name, example.answer))


def test_decisions_of_the_examples_still_hold(client: TestClient) -> None:
    for name, example in examples().items():
        answers = parsed(name, asked(client, name, example.request))
        shown = parsed(name, example.answer)
        for answer, before in zip(
            answers if name == "batch" else [answers],
            shown if name == "batch" else [shown],
            strict=True,
        ):
            assert answer["success"] == before["success"]
            if before["data"]:
                assert answer["data"]["decision"]["action"] == before["data"]["decision"]["action"]
