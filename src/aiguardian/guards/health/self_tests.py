"""Known answers with the verdict each must get: a positive, a near miss, an edge."""

from __future__ import annotations

from typing import Any

from aiguardian.processor import SelfTest


def _flagged(name: str, status: str, **payload: Any) -> SelfTest:
    return SelfTest(name, payload, "flag", {"status": status, "flagged": True})


def _kept(name: str, **payload: Any) -> SelfTest:
    return SelfTest(name, payload, "keep", {"status": "healthy", "flagged": False})


CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

SELF_TESTS = (
    _flagged("empty text", "unhealthy", text=""),
    _flagged("invisible characters", "unhealthy", text="\u200b\u2060 \n"),
    _kept("one-word answer", text="Paris"),
    _kept("plain answer", text="The capital of France is Paris. It lies on the Seine."),
    _flagged("broken JSON", "unhealthy", text='{"city": ', expect={"json_schema": CITY}),
    _flagged(
        "JSON against its schema", "unhealthy", text='{"city": 1}', expect={"json_schema": CITY}
    ),
    _kept("JSON in a fence", text='```json\n{"city": "Oslo"}\n```', expect={"json_schema": CITY}),
)
