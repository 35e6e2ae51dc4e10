"""The guard with the stand-in for its model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.guards.bias.schemas import BiasPayload, BiasReport
from aiguardian.processor import Caller, Deadline
from tests.guards.bias.stand_in import StandIn


@pytest.fixture
def judge() -> Callable[..., BiasReport]:
    """The guard's report on a text, with the stand-in."""
    guard = BiasGuard(StandIn())

    def run(text: str, **fields: Any) -> BiasReport:
        return guard.process(BiasPayload(text=text, **fields), Caller(Deadline(60.0)))

    return run
