"""How many tokens a text or a conversation is for a model, and how sure that is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from aiguardian.guards.token.families import Family
from aiguardian.text.bpe import count_tokens
from aiguardian.text.chat import Message, message_text

# OpenAI's published rule for chat models ("How to count tokens with tiktoken", its cookbook):
# three tokens around every message, one more with a name, three that open the answer.
PER_MESSAGE, PER_NAME, PER_REPLY = 3, 1, 3

DIGIT = re.compile(r"[0-9]+")
ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]+")
CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")
OTHER = re.compile("[\u0370-\u1fff\ua4d0-\uabff\ufb1d-\ufdff\ufe70-\ufeff]+")

Checkpoint = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Count:
    """A number of tokens."""

    tokens: int
    is_exact: bool
    note: str = ""


def count_text(text: str, family: Family, checkpoint: Checkpoint | None = None) -> int:
    """Tokens of a text: exact for OpenAI's families, else the estimate."""
    base = count_tokens(text, family.encoding, checkpoint=checkpoint)
    if family.is_exact:
        return base
    estimate = family.tokens * base
    if family.digits:
        estimate += family.digits * _length(DIGIT, text)
    if not text.isascii():
        estimate += family.accented * _length(ACCENTED, text)
        estimate += family.cjk * _length(CJK, text)
        estimate += family.other_scripts * _length(OTHER, text)
    return max(math.ceil(estimate), 1) if text else 0


def _length(pattern: re.Pattern[str], text: str) -> int:
    return sum(map(len, pattern.findall(text)))


def count_messages(
    messages: list[Message], family: Family, checkpoint: Checkpoint | None = None
) -> Count:
    """Tokens of a conversation with what the chat format adds around it."""
    total = PER_REPLY
    uncounted: set[str] = set()
    for message in messages:
        total += PER_MESSAGE + count_text(message.role, family)
        total += count_text(message_text(message), family, checkpoint)
        if message.name is not None:
            total += PER_NAME + count_text(message.name, family)
        if message.tool_calls:
            total += count_text(json.dumps(message.tool_calls, ensure_ascii=False), family)
            uncounted.add("tool calls are counted as their JSON, an approximation")
        if isinstance(message.content, list):
            uncounted |= _unreadable(message.content)
    note = "; ".join(sorted(uncounted))
    return Count(total, family.is_exact and not uncounted, note)


def _unreadable(parts: list[dict[str, object]]) -> set[str]:
    kinds = {str(p.get("type", "part"))[:32] for p in parts if not isinstance(p.get("text"), str)}
    return {f"parts of type {kind} are not counted" for kind in kinds}


def chance_above(limit: float, tokens: int, family: Family, *, is_exact: bool) -> float:
    """The probability that the true count is above `limit`.

    Exact counts give 0 or 1. An estimate's relative error is taken as normal, with nine in ten
    within `error_p90` (1.645 standard deviations).
    """
    if is_exact or not tokens:
        return float(tokens > limit)
    spread = max(family.error_p90, 0.02) / 1.645 * tokens
    return 0.5 * math.erfc((limit - tokens) / (spread * math.sqrt(2)))
