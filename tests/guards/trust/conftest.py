"""A claim laid beside a source, and the guard without models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from aiguardian.guards.trust.claims import find_claims
from aiguardian.guards.trust.evidence import index_sources
from aiguardian.guards.trust.guard import TrustGuard
from aiguardian.guards.trust.judgement import Source
from aiguardian.guards.trust.reading import Reading, read_claim
from aiguardian.guards.trust.schemas import TrustReport
from aiguardian.processor import Caller, Deadline


@pytest.fixture
def lay() -> Callable[[str, str], Reading]:
    """The first claim of a text beside the evidence of one source."""

    def run(text: str, source: str) -> Reading:
        deadline = Deadline(60.0)
        index = index_sources([Source(0, "s", source)], deadline)
        claim = find_claims(text)[0]
        return read_claim(claim, index.best(claim, deadline), index)

    return run


@pytest.fixture
def check() -> Callable[..., TrustReport]:
    """The guard's report on a text, without models unless a guard is given."""

    def run(
        text: str,
        *sources: str,
        guard: TrustGuard | None = None,
        timeout_s: float = 60.0,
        **more: Any,
    ) -> TrustReport:
        guard = guard or TrustGuard()
        given = [{"id": f"s{number}", "text": source} for number, source in enumerate(sources)]
        fields = {"text": text, "sources": given, "validation_level": "basic"} | more
        payload = msgspec.convert(fields, guard.payload)
        return guard.process(payload, Caller(Deadline(timeout_s)))

    return run
