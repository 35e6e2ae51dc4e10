"""Known answers with the verdict each must get: positives, near misses, edges.

They make exact checks only, so that a start needs no model for them.
"""

from __future__ import annotations

from typing import Any

from aiguardian.processor import SelfTest

_SOURCE = (
    "The Larkhill bridge was opened in May 1987 by Anna Berg. It is 412 metres long and carries "
    "four lanes of traffic. It was not closed during the repairs of 2015."
)


def _test(name: str, text: str, *, flagged: bool, **payload: Any) -> SelfTest:
    given = {
        "text": text,
        "validation_level": "basic",
        "sources": [{"id": "bridge", "text": _SOURCE}],
    }
    action = "flag" if flagged else "keep"
    return SelfTest(name, given | payload, action, {"flagged": flagged})  # type: ignore[arg-type]  # one of two literals


SELF_TESTS = (
    _test("empty text", "", flagged=False),
    _test("grounded", "The Larkhill bridge was opened in 1987.", flagged=False),
    _test("other year", "The Larkhill bridge was opened in May 1993 by Anna Berg.", flagged=True),
    _test("other name", "The bridge was opened by Boris Hald in May 1987.", flagged=True),
    _test("denied", "It was closed during the repairs of 2015.", flagged=True),
    _test("question", "How long is the Larkhill bridge?", flagged=False),
    _test("no sources", "The Larkhill bridge is in Norway.", flagged=False, sources=[]),
)
