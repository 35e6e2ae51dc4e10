"""Whatever arrives, the answer is one that the document names, and the next request is served.

FUZZ_EXAMPLES=n throws n bodies instead of some hundreds, others each time; `campaign.py` counts
the answers.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from bodies import BATCH, BOMB, HOSTILE, PROCESS, SCREEN, Described, Thrown, codes, thrown
from hypothesis import HealthCheck, given, settings
from started_gateway import Gateway

pytestmark = pytest.mark.process

IS_LONG = "FUZZ_EXAMPLES" in os.environ
BODIES = int(os.environ.get("FUZZ_EXAMPLES", "400"))
JSON = {"Content-Type": "application/json"}
ANSWERS = {
    200: {"NUL, escaped"},
    413: {"past 1 MiB"},
    422: {
        "64 bits and one",
        "deep option",
        "endless schema",
        "huge exponent",
        "array",
        "both texts",
        "hostile schema",
        "null",
        "string",
        "unknown field",
        "unknown guard",
        "NUL as a key",
    },
}
"""By status, which hostile bodies get it from `process`; the rest is no JSON: 400."""


@pytest.fixture(scope="module")
def described(gateway: Gateway) -> Described:
    document: dict[str, Any] = json.loads(gateway.ask("GET", "/openapi.json").body)
    return Described(document)


def throw(gateway: Gateway, described: Described, asked: Thrown) -> Any:
    reply = gateway.ask("POST", asked.path, asked.body, asked.headers)
    assert reply.status in (200, 400, 413, 415, 422, 503, 504)
    assert described.faults(asked, reply) == []
    assert "guard_failed" not in codes(reply)
    return reply


@pytest.mark.timeout(3600 if IS_LONG else 120)
@settings(
    max_examples=BODIES,
    deadline=None,
    database=None,
    derandomize=not IS_LONG,
    suppress_health_check=list(HealthCheck),
)
@given(thrown())
def test_any_body_gets_a_documented_answer(
    gateway: Gateway, described: Described, asked: Thrown
) -> None:
    throw(gateway, described, asked)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_body_gets_the_status_it_deserves(
    gateway: Gateway, described: Described, name: str
) -> None:
    reply = throw(gateway, described, Thrown(PROCESS, HOSTILE[name], JSON))
    assert reply.status == next((one for one in ANSWERS if name in ANSWERS[one]), 400)
    throw(gateway, described, Thrown(SCREEN, HOSTILE[name], JSON))


def test_hostile_lines_cost_only_their_own_answers(gateway: Gateway, described: Described) -> None:
    good = b'{"service_type":"tokenguard","text":"a"}'
    lines = [part for body in HOSTILE.values() for part in (body, good) if b"\n" not in body]
    reply = throw(gateway, described, Thrown(BATCH, b"\n".join(lines), JSON))
    answers = [json.loads(line) for line in reply.body.splitlines()]
    asked = [line for line in lines if line.strip()]
    assert [
        answer["success"] for answer, line in zip(answers, asked, strict=True) if line == good
    ] == [True] * sum(line == good for line in asked)


def test_compressed_body_is_refused_unread(gateway: Gateway, described: Described) -> None:
    for path in (PROCESS, SCREEN, BATCH):
        asked = Thrown(path, BOMB, {**JSON, "Content-Encoding": "gzip"})
        assert throw(gateway, described, asked).status == 415


def test_gateway_is_well_after_all_that(gateway: Gateway) -> None:
    assert json.loads(gateway.ask("GET", "/health").body)["status"] == "healthy"
    assert gateway.ask("GET", "/health/ready").status == 200
