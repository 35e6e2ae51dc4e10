"""The reason of a decision is what decides."""

from __future__ import annotations

import pytest

from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.schemas import Check
from aiguardian.guards.security.verdict import action_for, decide


def hit(check: Check, *, blocks: bool = False, flags: bool = True) -> Hit:
    return Hit(check, "kind", 0, 1, 0.9, "test", f"Found by {check}.", blocks=blocks, flags=flags)


@pytest.mark.parametrize(
    ("hits", "redacted", "action", "reason"),
    [
        ([], (), "keep", "Nothing to flag"),
        ([hit("pii", flags=False)], (), "keep", "1 name(s) of places"),
        ([hit("pii", flags=False)], ("pii",), "rewrite", "Found by pii."),
        ([hit("links"), hit("pii")], (), "flag", "Found by pii."),
        ([hit("links", blocks=True), hit("pii")], (), "block", "Found by links."),
        (
            [hit("links", blocks=True), hit("injection", blocks=True)],
            ("pii",),
            "block",
            "Found by i",
        ),
    ],
)
def test_the_reason_is_what_decides(
    hits: list[Hit], redacted: tuple[Check, ...], action: str, reason: str
) -> None:
    assert action_for(hits, redacted=redacted) == action
    told = decide(hits, action_for(hits, redacted=redacted), risk=0.1, unjudged=())
    assert told.action == action
    assert reason in told.reason
