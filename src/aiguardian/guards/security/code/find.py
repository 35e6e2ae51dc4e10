"""Insecure code in a text: in fenced blocks, in lines that surely are code, or in all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aiguardian.guards.security.code.finding import Block, Finding
from aiguardian.guards.security.code.languages import FENCED, code_runs, guess
from aiguardian.guards.security.code.python.engine import python_findings
from aiguardian.guards.security.code.rules.engine import rule_findings
from aiguardian.guards.security.code.tree import Unread
from aiguardian.guards.security.code.weaknesses import WEAKNESSES, message
from aiguardian.guards.security.hits import Hit
from aiguardian.text.fences import fences

THRESHOLD = 0.5


def code_hits(
    text: str, *, is_code: bool, check: Callable[[], None], unread: Unread | None = None
) -> Iterator[Hit]:
    """The weaknesses in a text's code, in order; `is_code` says that all of the text is code.

    What nests too deep or would take too many steps to follow is added to `unread`.
    The deadline is looked at for every 32 kB and every 512 steps; `check` raises when it passed.
    """
    skipped: Unread = [] if unread is None else unread
    for block in blocks(text, is_code=is_code):
        check()
        if block.language == "python":
            found = python_findings(text, block.start, block.end, check, skipped)
        else:
            found = rule_findings(text, block, check, skipped)
        for finding in sorted(found, key=lambda one: (one.start, -one.score)):
            if finding.score >= THRESHOLD:
                yield _hit(text, finding, block.language)


def blocks(text: str, *, is_code: bool) -> Iterator[Block]:
    """The stretches of code. A fence's word names the language; else it is guessed."""
    fenced = fences(text)
    if is_code and not fenced:
        yield Block(0, len(text), guess(text) or "python")
        return
    place = 0
    for fence in fenced:
        yield from _unfenced(text, place, fence.start)
        body = text[fence.body_start : fence.body_end]
        word = fence.info.strip("{}.").partition(",")[0]
        language = FENCED.get(word) or (guess(body) if not word else None)
        if language is not None:
            yield Block(fence.body_start, fence.body_end, language)
        place = fence.end
    yield from _unfenced(text, place, len(text))


def _unfenced(text: str, start: int, end: int) -> Iterator[Block]:
    for begin, stop in code_runs(text, start, end):
        language = guess(text[begin:stop])
        if language is not None:
            yield Block(begin, stop, language)


def _hit(text: str, finding: Finding, language: str) -> Hit:
    weakness = WEAKNESSES[finding.key]
    return Hit(
        check="code",
        type=f"CWE-{weakness.cwe}",
        start=finding.start,
        end=finding.end,
        score=round(finding.score, 2),
        detector=f"code.{language}.{finding.key}",
        message=message(finding.key, finding.why),
        suggestion=weakness.fix,
        value=text[finding.start : finding.end],
    )
