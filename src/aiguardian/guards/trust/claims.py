"""The claims of an answer: its sentences, list items and table rows, with their offsets.

What states nothing that a source could confirm is kept, with the reason: a question, a greeting,
an opinion, an instruction, a remark about the answer itself, a heading, code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from aiguardian.guards.trust.judgement import Claim, ClaimKind
from aiguardian.guards.trust.speech import unstated
from aiguardian.guards.trust.statements import statement_spans
from aiguardian.text.fences import fences

LONGEST = 1_000
"""Code points of one claim. A longer sentence is cut at white space: nobody can check it whole."""
LONGEST_ANSWER = 12
"""Words of an answer that may need its question to say something."""
FEWEST_WORDS = 3
"""Words of a list item that ends with a full stop, to be a sentence of its own."""

_LINE = re.compile(r"[^\n]+")
_ITEM = re.compile(r"[ \t]{0,16}(?:[-*+•‣◦–]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+")
_RULE = re.compile(r"[ \t|:+=*_-]{3,}$")
_ASKED = re.compile(
    r"[ \t]{0,8}Q(?:uestion)?[:.][ \t]*(?P<question>[^\n]{1,1000}?)\s{0,4}"
    r"\bA(?:nswer)?:[ \t]*(?=\S)",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|shall|should|must|"
    r"do|does|did|became|[a-z]{3,20}ed)\b|n['’]t\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\w+")


class _Unit(NamedTuple):
    start: int
    end: int
    kind: ClaimKind
    question: str = ""
    subject: str = ""
    not_checkable: str = ""


def find_claims(text: str, question: str = "") -> list[Claim]:
    """The claims of a text in order, those included that cannot be checked. Linear.

    `question` is what the text answers; one that the text repeats ("Q: ... A: ...") goes first.
    """
    claims: list[Claim] = []
    for unit in _units(text):
        for start, end in _cut(text, unit.start, unit.end):
            claims.append(_claim(text[start:end], start, unit, question))
    return claims


def _claim(written: str, start: int, unit: _Unit, question: str) -> Claim:
    asked = unit.question or question
    kind = unit.kind
    if asked and kind != "row" and _is_answer(written):
        kind = "answer"
    return Claim(
        text=written,
        start=start,
        end=start + len(written),
        kind=kind,
        question=asked,
        subject=unit.subject,
        not_checkable=unit.not_checkable or unstated(written, is_answer=kind == "answer"),
    )


def _is_answer(written: str) -> bool:
    """Whether a few words lean on the question: no verb of their own."""
    if _VERB.search(written[:200]):
        return False
    return sum(1 for _ in _WORDS.finditer(written[:200])) <= LONGEST_ANSWER


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        gap = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        stop = start + LONGEST if gap < 0 else gap
        yield start, stop
        start = stop + (gap >= 0)
    if start < end and not text[start:end].isspace():
        yield start, end


def _units(text: str) -> Iterator[_Unit]:
    position = 0
    for fence in fences(text):
        yield from _prose(text, position, fence.start)
        yield _Unit(fence.start, fence.end, "sentence", not_checkable="code")
        position = fence.end
    yield from _prose(text, position, len(text))


def _prose(text: str, start: int, end: int) -> Iterator[_Unit]:
    """Units between blocks of code: lines that stand alone, and paragraphs cut into sentences."""
    opened = last = start
    header = heading = ""
    for line in _LINE.finditer(text, start, end):
        written = line[0]
        item = _ITEM.match(written)
        is_row = _is_row(written)
        is_apart, last = line.start() - last > 1, line.end()
        if is_apart or not is_row:
            header = header if _RULE.match(written) else ""
        if not (item or is_row or _RULE.match(written) or _HEADING.match(written)):
            continue
        paragraph = list(_sentences(text, opened, line.start()))
        yield from paragraph
        heading = _heading(text, paragraph) or heading
        opened = line.end()
        if _RULE.match(written):
            continue
        if is_row:
            yield _row(line, header)
            header = header or written.strip()
        elif item:
            yield from _items(text, line.start() + item.end(), line.end(), heading)
        else:
            heading = written.lstrip("# \t").strip()
            yield _Unit(*_trimmed(text, *line.span()), "sentence", not_checkable="heading")
    yield from _sentences(text, opened, end)


def _is_row(line: str) -> bool:
    """Whether a line is one of a table: Markdown's, or cells between bars."""
    stripped = line.strip()
    return stripped.count("|") >= 2 or (stripped.startswith("|") and len(stripped) > 1)


def _row(line: re.Match[str], header: str) -> _Unit:
    reason = "" if header else "table header"
    start = line.start() + len(line[0]) - len(line[0].lstrip())
    end = line.end() - (len(line[0]) - len(line[0].rstrip()))
    return _Unit(start, end, "row", subject=header, not_checkable=reason)


def _items(text: str, start: int, end: int, heading: str) -> Iterator[_Unit]:
    """The sentences of a list item; one that is no sentence leans on the list's heading."""
    for unit in _sentences(text, start, end):
        leans = not _is_sentence(text[unit.start : unit.end])
        yield unit._replace(kind="item", subject=heading if leans else "")


def _is_sentence(written: str) -> bool:
    if _VERB.search(written):
        return True
    return (
        written.endswith((".", "!")) and len(written.split(maxsplit=FEWEST_WORDS)) >= FEWEST_WORDS
    )


def _heading(text: str, paragraph: list[_Unit]) -> str:
    """The last sentence of a paragraph when it announces a list."""
    if not paragraph:
        return ""
    last = text[paragraph[-1].start : paragraph[-1].end]
    if not last.endswith(":") or unstated(last.rstrip(":")):
        return ""
    return last[-LONGEST:].rstrip(":")


def _sentences(text: str, start: int, end: int) -> Iterator[_Unit]:
    asked = _ASKED.match(text, start, end)
    question = ""
    if asked:
        question, start = asked["question"].strip(), asked.end()
        yield _Unit(asked.start("question"), asked.end("question"), "sentence", "", "", "question")
    for first, last in statement_spans(text[start:end]):
        yield _Unit(start + first, start + last, "sentence", question)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
