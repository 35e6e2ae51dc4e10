"""Insecure Python: every finding of one stretch of code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aiguardian.guards.security.code.finding import Finding
from aiguardian.guards.security.code.python.statements import Statements
from aiguardian.guards.security.code.tree import Unread, trees

STEPS_EACH = 24
"""Evaluations allowed for each character, over all branches and followed calls: real code takes
under two; code made to be followed for ever stops here."""


def python_findings(
    source: str, start: int, end: int, check: Callable[[], None], unread: Unread
) -> Iterator[Finding]:
    """The weaknesses of `source[start:end]`; linear in its length."""
    run = Statements(check, unread)
    for root in trees(source, "python", start, end, check, unread):
        run.most_steps = run.steps + 2_000 + STEPS_EACH * (root.end - root.start)
        run.followed.clear()
        run.run_module(root)
        if run.steps > run.most_steps:
            unread.append((root.start, root.end))
    yield from run.findings.values()
