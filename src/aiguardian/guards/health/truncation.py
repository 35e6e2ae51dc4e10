"""Category `truncated`: the answer stops before its end.

Two kinds of evidence: something opened is never closed (code fence, bracket, quote, reasoning
tag), or the last sentence has no end although the others have one. Scores are by judgement,
checked on real answers cut at random places (benchmarks/health_response.py, 2026-11).
"""

from __future__ import annotations

import re

from aiguardian.guards.health.brackets import open_brackets
from aiguardian.guards.health.dangling import is_dangling
from aiguardian.guards.health.schemas import found
from aiguardian.processor import Finding
from aiguardian.text.fences import Fence, fences

LONGEST_TAIL = 4_000
"""Code points at the end in which the last block is looked for."""

TERMINALS = ".!?…。！？．｡؟۔।॥።፧։;·។៕၊။།༎⁇⁈⁉‽"
"""Sentence ends of many scripts; `;` and `·` count for Greek, and in prose end nothing wrong."""
CLOSERS = "\"'”’»›)]}）】」』〉》＂＇*_~`|>"
ENDS_WELL = re.compile(
    rf"[{re.escape(TERMINALS)}][{re.escape(CLOSERS)}\s]*(?:\[[^\]\n]{{1,40}}\]|\(\d{{1,3}}\)|\u00b9)*"
    rf"[{re.escape(CLOSERS)}\s/]*$"
)
"""A sentence end, then quotes, brackets and notes (`[3]`, `[citation needed]`)."""
SENTENCE_END = re.compile(
    r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!\bvs)(?<!\bca)(?<!\bNr)(?<!\bCo)"
    r"(?<!\bInc)(?<!\bLtd)(?<!\bJr)(?<!\bSr)(?<!\bProf)(?<!\bFig)(?<!\betc)(?<=[^\s\d.]{2})"
    r"[.!?؟۔।։]+[)\"'”’»*_]*(?=\s)|[。！？．｡]"
)
"""A sentence end inside a line. Two letters before it: `1.`, `J. R.` and `e.g.` are none."""
PICTURE_END = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff][\\s\ufe0f\u200d]*$")
ADDRESS_END = re.compile(r"(?:https?://|www\.|[\w.+-]+@)\S+$|(?:^|\s)[/\\~][\w./\\-]+$")
TAGS_END = re.compile(r"(?:\s#\w{1,60}){1,40}[\s\"'”’]*$")
"""Hashtags under a post."""
MARKUP_LINE = re.compile(r"^\s*(?:#{1,6}\s|\||[-*_=]{3,}\s*$|\[[^\]]+\]:|</?\w|\$\$|\\)|[|>$]\s*$")
"""Heading, table row, rule, link definition, HTML, formula: none needs a full stop."""
ITEM = re.compile(r"^\s*(?:[-*+•◦▪–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+(?!\d)")
BARE_MARKER = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])$")
HEADING = re.compile(r"^#{1,6}\s")
NO_FULL_STOP = re.compile(r"[\u0e00-\u0eff]")
"""Thai and Lao end no sentence with a sign."""
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
"""Scripts without spaces between words: a letter counts as half a word."""
SPEAKER = re.compile(r"^\s*\*{0,2}[\w .'-]{1,40}\*{0,2}:\s")
GOES_ON = re.compile(
    r"(?:[=+\-*/%&|^<,\\]|\b(?:and|or|not|in|return|import|from|def|class|new|else if))$"
)
MAY_END = re.compile(r"(?:\+\+|--|\*/|-->|/>|\breturn|//.*|^\s*#.*)$")
"""Of the lines that `GOES_ON` finds, those that are whole: `i++`, a comment, a bare `return`."""
OPENS_BLOCK = re.compile(r"^\s*(?:def|class|if|elif|else|for|while|try|except|finally|with)\b.*:$")
CLAUSE = re.compile(
    r"^[^\W\d_a-zа-яα-ω].*\s(?:is|are|was|were|has|have|had|can|will|would|should|must|does|did|"
    r"ist|sind|war|hat|haben|wird|werden|kann|est|sont|était|ont|peut|es|son|fue|ha|puede|está|è|sono|é|são|"
    r"foi|pode|is|zijn|wordt|был|была|были|является|может|είναι|ήταν|jest|są|był)\s"
)
"""A whole sentence begun in a capital: it has a verb and so wants its full stop. A title has
none mostly; best effort, and only where it is the whole answer."""
LONG_SENTENCE = 10
"""Words past which a single sentence without a full stop counts as cut: chat drops it sooner."""
CLOSING_WORDS = 6
"""A last line of at most so many words may be a signature, a title or a verse."""


def find_truncation(text: str, *, content_type: str) -> list[Finding]:
    """At most one finding, over the line or block that is cut. Linear."""
    end = len(text.rstrip())
    if not end:
        return []
    tail_start = text.rfind("\n", 0, end) + 1
    start, score, message = max(
        _reasoning(text),
        _fence(text),
        _code(text, end) if content_type == "code" or _looks_like_json(text) else NOTHING,
        NOTHING if content_type == "code" else _prose(text, end),
        key=lambda evidence: evidence[1],
    )
    if not score:
        return []
    start = tail_start if start < 0 else start
    return [found("truncated", min(start, end), end, score=score, message=message)]


Evidence = tuple[int, float, str]
NOTHING: Evidence = (-1, 0.0, "")


def _reasoning(text: str) -> Evidence:
    opened = text.lower().rfind("<think")
    if opened < 0 or "</think" in text[opened:].lower():
        return NOTHING
    if text[:opened].count("`") % 2:
        return NOTHING  # told about, not used
    return opened, 0.9, "The model's reasoning is never closed, so no answer follows."


def _fence(text: str) -> Evidence:
    blocks = fences(text)
    if not blocks or blocks[-1].is_closed:
        return NOTHING
    last = blocks[-1]
    body = text[last.body_start : last.body_end].strip()
    if not body:
        # A second closing fence: blocks nested with fences of the same length.
        return NOTHING if not last.info else (last.start, 0.8, "A code block is opened and empty.")
    if _is_nested(text, blocks):
        return last.start, 0.3, "A code block inside another may not be closed."
    return last.start, 0.85, "A code block is opened and never closed."


def _is_nested(text: str, blocks: list[Fence]) -> bool:
    return any(
        block.info in ("markdown", "md") or "```" in text[block.body_start : block.body_end]
        for block in blocks
    )


def _looks_like_json(text: str) -> bool:
    return bool(re.match(r'\s*(?:\{\s*"|\[\s*[\[{"])', text))


def _code(text: str, end: int) -> Evidence:
    """Brackets open by two counts, with strings and without; or a line that must go on."""
    is_open, start = open_brackets(text[:end])
    if is_open:
        return start, 0.85, "A bracket is opened and never closed."
    line = text[text.rfind("\n", 0, end) + 1 : end]
    if GOES_ON.search(line) and not MAY_END.search(line):
        return -1, 0.75, "The last line of code needs another."
    if OPENS_BLOCK.search(line):
        return -1, 0.8, "A block is opened and has no body."
    return NOTHING


def _prose(text: str, end: int) -> Evidence:
    """The last line, held against how the lines and sentences before it end."""
    blocks = fences(text[max(0, end - LONGEST_TAIL) : end])
    if blocks and blocks[-1].end >= min(end, LONGEST_TAIL) - 1:
        return NOTHING  # ends with a code block
    line_start = text.rfind("\n", 0, end) + 1
    line = text[max(line_start, end - LONGEST_TAIL) : end]
    if BARE_MARKER.match(line) and text[:line_start].strip():
        return -1, 0.9, "The last item of the list is empty."
    if ENDS_WELL.search(line[-40:]) or PICTURE_END.search(line[-8:]):
        return _open_quote(line)
    if HEADING.match(line) and text[:line_start].strip():
        return -1, 0.55, "The answer ends on a heading."
    if (
        ADDRESS_END.search(line[-300:])
        or MARKUP_LINE.search(line)
        or TAGS_END.search(line[-300:])
        or NO_FULL_STOP.search(line[-20:])
    ):
        return NOTHING
    words = _word_count(line)
    before = text[max(0, line_start - LONGEST_TAIL) : line_start]
    if is_dangling(line) and words + _word_count(before) >= 4:
        return -1, 0.9, "The answer ends on a word or sign that must be followed by another."
    return -1, _unfinished(line, words, before), "The last sentence has no end, others have one."


def _open_quote(line: str) -> Evidence:
    opened = max(line.rfind("“"), line.rfind("「"), line.rfind("«"))
    closed = max(line.rfind("”"), line.rfind("」"), line.rfind("»"), line.rfind("“", 0, opened))
    return (-1, 0.25, "A quotation is opened and never closed.") if opened > closed else NOTHING


def _unfinished(line: str, words: float, before: str) -> float:
    """Score of a last line that ends without a sentence sign."""
    inner = list(SENTENCE_END.finditer(line))
    tail_words = _word_count(line[inner[-1].end() :]) if inner else words
    if ITEM.match(line):
        return _unfinished_item(before, has_inner=bool(inner))
    if inner and words >= CLOSING_WORDS:
        # "... of France. It lies on": the line itself ends its other sentences.
        return 0.8 if tail_words >= 2 else 0.55
    ends = _line_ends(before)
    if ends and sum(ends) >= 0.7 * len(ends) and words > CLOSING_WORDS + 2:
        return 0.7
    if not ends and not before.strip() and words > LONG_SENTENCE and CLAUSE.search(line):
        return 0.6
    if words > 14 and not ends:
        return 0.4
    return 0.15 if words > CLOSING_WORDS else 0.05


def _unfinished_item(before: str, *, has_inner: bool) -> float:
    """Lists may do without full stops: only one among items that all have them is odd."""
    items = [item for item in before.split("\n") if ITEM.match(item)]
    ended = sum(bool(ENDS_WELL.search(item[-40:])) for item in items)
    if len(items) >= 2 and ended == len(items):
        return 0.75
    if has_inner and ended >= 0.5 * len(items):
        return 0.6
    return 0.15


def _line_ends(before: str) -> list[bool]:
    """For each longer line of prose before: does it end like a sentence?"""
    lines = [line for line in before.split("\n") if _word_count(line) > CLOSING_WORDS]
    return [
        bool(ENDS_WELL.search(line[-40:])) or line.rstrip().endswith(":")
        for line in lines
        if not MARKUP_LINE.search(line) and not SPEAKER.match(line)
    ]


def _word_count(line: str) -> float:
    wide = len(WIDE.findall(line))
    return len(line.split()) if wide < 0.3 * len(line) else wide / 2
