"""Category `empty`: an answer with nothing in it for a reader."""

from __future__ import annotations

import re

from aiguardian.guards.health.schemas import Expect, found
from aiguardian.processor import Finding

SIGNS = (
    r"\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE_ONLY = re.compile(f"[{SIGNS}]+")
INVISIBLE = re.compile(f"[\\s{SIGNS}]+")
"""White space, controls, and the default-ignorable code points of UAX #44, plus blank Braille."""

OPENING = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
CLOSING = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
"""Around notes that reasoning models write to themselves; they are no answer."""

SHELL_PIECE = re.compile(
    r"(?:(?:`{3,}|~{3,})[\w+-]*(?=\s|$)"
    r"|</?(?:p|div|span|b|i|em|strong|ul|ol|li|body|html|head|table|tr|td|answer|response|output|code"
    r"|pre|h[1-6])\s?/?>|<br\s?/?>|&nbsp;|[`#*_>~|=+.…:\-])\s*",
    re.IGNORECASE,
)
"""A piece of markup without text: a fence, a tag, a rule, a table's skeleton, a lone `...`."""
FEWEST_PIECES = 2
"""A single sign (`*`) may answer "which operator?"."""

LABEL = re.compile(
    r"(?:\*\*)?(?:assistant|ai|bot|answer|response|output|final answer)(?:\*\*)?\s*:\s*(?:\*\*)?",
    re.IGNORECASE,
)

NULL_VALUES = {
    "[object Object]": 0.95,
    "undefined": 0.75,
    "null": 0.7,
    '""': 0.7,
    "''": 0.7,
    "nil": 0.6,
    "NaN": 0.6,
    "{}": 0.4,
    "[]": 0.4,
    "None": 0.2,
    "N/A": 0.2,
}
"""Values that stand for nothing, each with the chance that the answer was lost (by judgement)."""

LONGEST_SHELL = 4_096
"""Past it something that is only markup is not called empty: a drawing, a long rule."""


def find_empty(text: str, *, expect: Expect) -> list[Finding]:
    """One finding over the whole text when it says nothing, else none. Linear."""
    visible = INVISIBLE.sub("", text)
    if not visible:
        message = (
            "The answer is empty." if not text else "Only white space or invisible characters."
        )
        return [_all(text, 1.0, message)]
    if _is_only_reasoning(text):
        return [_all(text, 0.95, "Only the model's reasoning, no answer after it.")]
    if len(visible) > LONGEST_SHELL:
        return []
    if LABEL.fullmatch(text.strip()):
        return [_all(text, 0.9, "Only a label, no answer after it.")]
    if visible in NULL_VALUES or text.strip() in NULL_VALUES:
        return _null(text, expect)
    if _is_shell(INVISIBLE_ONLY.sub("", text).strip()):
        return [_all(text, 0.9, "Only markup or punctuation, no text in it.")]
    return []


def _is_only_reasoning(text: str) -> bool:
    opened = OPENING.search(text)
    ends = [closed.end() for closed in CLOSING.finditer(text)]
    if opened is None or not ends:
        return False
    return not INVISIBLE.sub("", text[: opened.start()] + text[ends[-1] :])


def _is_shell(text: str) -> bool:
    """Whether it is markup from end to end. One match after the other: nothing is tried twice."""
    position = pieces = 0
    while position < len(text):
        piece = SHELL_PIECE.match(text, position)
        if piece is None:
            return False
        position = piece.end()
        pieces += 1
    return pieces >= FEWEST_PIECES


def _null(text: str, expect: Expect) -> list[Finding]:
    if expect.json_schema is not None:
        return []  # the schema says whether nothing is a valid value
    score = 0.95 if expect.min_length else NULL_VALUES.get(text.strip(), 0.6)
    return [_all(text, score, "Only a value that stands for nothing.")]


def _all(text: str, score: float, message: str) -> Finding:
    return found("empty", 0, len(text), score=score, message=message)
