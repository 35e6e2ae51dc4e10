"""The examples in the document: requests, with the answers that the gateway gave to them.

They stand in `examples.json`; a test posts each request and compares the shape of the answer.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec


class Example(msgspec.Struct, frozen=True):
    """One request and its answer, named after a guard or an endpoint."""

    summary: str
    request: Any
    answer: Any


def examples() -> dict[str, Example]:
    """The examples by the guard or the endpoint that they belong to."""
    stored = (files("aiguardian.web") / "examples.json").read_bytes()
    return msgspec.json.decode(stored, type=dict[str, Example])
