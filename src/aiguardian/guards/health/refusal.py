"""Category `refusal`: the answer declines instead of answering.

A refusal is a sentence structure near the start (speaker, "can't" or "won't", a verb of
helping), weighed with an apology, a reference to being an AI or to a policy, and with what
follows: an answer that helps all the same is none. Weights by judgement, checked on real
answers (benchmarks/health_response.py, 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.guards.health.refusal_phrases import (
    APOLOGY,
    CONDITION,
    ENGLISH,
    HELPS_STILL,
    LIMIT,
    OTHERS,
    POLICY,
    PRAISE,
    SELF,
    SORRY,
)
from aiguardian.guards.health.schemas import found
from aiguardian.processor import Finding
from aiguardian.text.fences import without_code

OPENING = 500
"""Code points at the start in which a refusal stands: later ones are part of an answer."""
OPENING_SENTENCES = 4
SENTENCE = re.compile(r"[^.!?。！？؟।\n]*(?:[.!?。！？؟।]+|\n+|$)")
QUOTED = re.compile(
    r"\"[^\"\n]{1,600}\"|“[^”\n]{1,600}”|«[^»\n]{1,600}»|「[^」\n]{1,600}」|„[^“”\n]{1,600}[“”]|^>[^\n]*",
    re.MULTILINE,
)
"""Speech of others, in fiction and reports."""
WHOLE_QUOTE = re.compile(r"^\s*[\"“].*[\"”]\s*$", re.DOTALL)
LETTER = re.compile(
    r"^\W*(?:subject|betreff|dear|hi|hello|to whom)\b[^\n]{0,80}(?:\n|,)", re.IGNORECASE
)
"""A draft of a letter: its `I` is the user's. "Hi, I can't help" has no name and no new line."""
SHORT_REST = 400
"""Code points after the refusal up to which nothing but consolation can follow."""
LIST_LINE = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s", re.MULTILINE)
LIST_ITEMS = 3
"""Items of a list after it that make an answer."""
LONG_REST = 500
"""Code points after it that make an answer, when it says that it helps all the same."""


def find_refusal(text: str, *, content_type: str) -> list[Finding]:
    """At most one finding, over the sentence that refuses. Looks at the start only."""
    if content_type == "code":
        return []
    prose = _opening(text)
    if LETTER.match(prose) and "\n" in prose:
        return []
    total = len(text.strip())
    best: tuple[float, int, int] = (0.0, 0, 0)
    for index, (start, end) in enumerate(_sentences(prose)):
        score = _score(prose[start:end], prose[:start], index=index)
        if not score:
            continue
        rest = text[start + 20 :]  # the sentence itself may go on with "but here is"
        score += _of_rest(rest, total=total, position=start)
        best = max(best, (score, start, end))
    score, start, end = best
    if score <= 0:
        return []
    message = "The answer declines the request instead of answering it."
    return [found("refusal", start, end, score=min(score, 0.99), message=message)]


def _opening(text: str) -> str:
    """The start with code and quotations blanked out: same offsets."""
    start = text[: OPENING * 2]
    if WHOLE_QUOTE.match(text[:2_000]):
        start = start.replace('"', " ").replace("“", " ").replace("”", " ")
    return QUOTED.sub(lambda match: " " * len(match[0]), without_code(start))[:OPENING]


def _sentences(prose: str) -> Iterator[tuple[int, int]]:
    count = 0
    for match in SENTENCE.finditer(prose):
        sentence = match[0].strip()
        if not sentence or not any(char.isalpha() for char in sentence):
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        yield start, start + len(sentence)
        count += 1
        if count == OPENING_SENTENCES:
            return


def _score(sentence: str, before: str, *, index: int) -> float:
    """Evidence in one sentence: 0 without the structure of a refusal or a told limit."""
    refuses = ENGLISH.search(sentence)
    if refuses and (PRAISE.search(sentence) or CONDITION.search(sentence[: refuses.start()])):
        refuses = None
    other = not refuses and any(pattern.search(sentence) for pattern in OTHERS.values())
    against_policy = POLICY.search(sentence)
    if refuses or other:
        score = 0.5
    elif against_policy:
        score = 0.35
    elif LIMIT.search(sentence) and (SELF.search(sentence) or SELF.search(before)):
        score = 0.25
    else:
        return 0.0
    score += 0.15 * bool(
        APOLOGY.search(sentence) or APOLOGY.search(before) or SORRY.search(before + sentence)
    )
    score += 0.15 * bool(SELF.search(sentence) or SELF.search(before))
    score += 0.15 * bool(against_policy and (refuses or other))
    return score - 0.1 * index


def _of_rest(rest: str, *, total: int, position: int) -> float:
    """What follows: little confirms a refusal, an answer all the same takes it back."""
    body = rest.strip()
    if HELPS_STILL.search(rest[:600]):
        return -0.5 if len(body) > LONG_REST or "\n" in body else 0.0
    if len(LIST_LINE.findall(rest[:4_000])) >= LIST_ITEMS:
        return -0.3
    if len(body) <= SHORT_REST:
        return 0.15 if position < 0.4 * total else -0.1
    return -0.1 if len(body) <= 3 * LONG_REST else -0.25
