"""Category `empty`: an answer with nothing in it for a reader."""

from __future__ import annotations

import re

from aiguardian.guards.health.schemas import Expect, found
from aiguardian.processor import Finding

INVISIBLE = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""White space, controls, and the default-ignorable code points of UAX #44, plus blank Braille."""

REASONING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
"""Notes that reasoning models write to themselves; they are no answer."""

SHELL = re.compile(
    r"(?:`{3,}[\w+-]*|~{3,}[\w+-]*|</?(?:p|div|span|b|i|em|strong|ul|ol|li|body|html|head|table|tr|td"
    r"|answer|response|output|code|pre|h[1-6])\s*/?>|<br\s*/?>|&nbsp;|[#*_>~|=+.…:\-]){2,}",
    re.IGNORECASE,
)
"""Markup without text: an empty fence, empty tags, a table without cells, a lone `...`.
Nearest false positive: a single sign (`*`), which may answer "which operator?"; hence `{2,}`."""

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
    after_thought = (
        INVISIBLE.sub("", REASONING.sub("", text)) if "<think" in text.lower() else visible
    )
    if not after_thought:
        return [_all(text, 0.95, "Only the model's reasoning, no answer after it.")]
    if len(after_thought) > LONGEST_SHELL:
        return []
    if LABEL.fullmatch(text.strip()):
        return [_all(text, 0.9, "Only a label, no answer after it.")]
    if after_thought in NULL_VALUES or text.strip() in NULL_VALUES:
        return _null(text, expect)
    if SHELL.fullmatch(after_thought):
        return [_all(text, 0.9, "Only markup or punctuation, no text in it.")]
    return []


def _null(text: str, expect: Expect) -> list[Finding]:
    if expect.json_schema is not None:
        return []  # the schema says whether nothing is a valid value
    score = 0.95 if expect.min_length else NULL_VALUES[text.strip()]
    return [_all(text, score, "Only a value that stands for nothing.")]


def _all(text: str, score: float, message: str) -> Finding:
    return found("empty", 0, len(text), score=score, message=message)
