"""Shorter texts for a payload: the steps in their order, each with what it saved."""

from __future__ import annotations

from aiguardian.guards.token.counting import Checkpoint
from aiguardian.guards.token.families import Family
from aiguardian.guards.token.schemas import Optimized, TokenPayload


def no_change(text: str, tokens: int) -> Optimized:
    """The text as it is."""
    return Optimized(text=text, tokens=tokens, saved_tokens=0, saved_ratio=0.0, steps=[])


def optimize(
    payload: TokenPayload, text: str, family: Family, tokens: int, checkpoint: Checkpoint
) -> Optimized:
    """The optimized text; `tokens` is the count of the payload as it came."""
    return no_change(text, tokens)
