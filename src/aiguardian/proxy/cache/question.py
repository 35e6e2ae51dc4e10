"""The one question of a chat request, when it may be answered as the same in other words was.

Strict on purpose: a wrong answer costs more than a call. Two questions are taken for the same only
if the words that carry meaning are the same in the same order ("How can I reset my password?",
"How do I reset my password?"), and an encoder finds them alike. benchmarks/proxy_cache.py counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

LONGEST = 400
"""Code points. A longer text is a document or a task, where a small difference hardly shows."""
_WITH_TOOLS = ("tools", "functions", "tool_choice", "web_search_options", "modalities", "audio")
_QUOTED = re.compile(r"[\"“„«`]([^\"”“»`]{1,200})[\"”»`]|(?<!\w)['‘]([^'’]{1,200})['’](?!\w)")
_WORD = re.compile(r"[\w'’.-]*\w|[^\w\s,.;:!?'\"’()“”„«»‘`]")
_EMPTY_WORDS = frozenset(
    (
        *("a", "an", "the", "is", "are", "am", "be", "been", "being", "do", "does", "doing"),
        *("can", "could", "will", "would", "please", "kindly", "just", "really", "i", "it"),
    )
)
_EMPTY_PHRASES = re.compile(
    r"^(?:please |kindly )?"
    r"(?:(?:can|could|will|would) you |tell me |give me |i (?:want|need) to know )+"
)
_ENDINGS = ("'s", "ing", "ed", "es", "s", "e")
_SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True)
class AskedOnce:
    """A question and all that goes with it."""

    text: str
    around: dict[str, Any]
    """The request without the text."""


def asked_once(request: dict[str, Any], *, any_temperature: bool) -> AskedOnce | None:
    """The question of a chat request; None for one that must be answered anew: with tools, with
    images, with several answers, of several lines, or with chance in it.

    `any_temperature`: though the caller did not ask for the likeliest answer alone.
    """
    if any(request.get(field) for field in _WITH_TOOLS) or request.get("n", 1) != 1:
        return None
    if not any_temperature and request.get("temperature") != 0:
        return None
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages or not isinstance(messages[-1], dict):
        return None
    last = messages[-1]
    text = last.get("content")
    if last.get("role") != "user" or not isinstance(text, str):
        return None
    if not text.strip() or len(text) > LONGEST or "\n" in text.strip():
        return None
    around = request | {"messages": [*messages[:-1], last | {"content": ""}]}
    return AskedOnce(text, around)


def meaning(text: str) -> tuple[str, ...]:
    """The words and signs that carry it, in order, without endings; quotations as they are."""
    plain = text.lower().replace("’", "'").strip()
    plain = _EMPTY_PHRASES.sub("", plain).replace("what's", "what").replace("who's", "who")
    quoted = tuple(one or other for one, other in _QUOTED.findall(text))
    words = (word for word in _WORD.findall(plain) if word not in _EMPTY_WORDS)
    return (*map(_stem, words), *quoted)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
