"""The steps that never change what a text says, in their order, each with what it saves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiguardian.guards.token.compact_json import compact_json
from aiguardian.guards.token.counting import Checkpoint
from aiguardian.guards.token.markup import shorten_markup, tighten_tables
from aiguardian.guards.token.repeats import fold_lines, point_to_repeated_blocks
from aiguardian.guards.token.whitespace import trim

Change = Callable[[str, Checkpoint], str]

PROSE_STEPS: tuple[tuple[str, Change], ...] = (
    ("json_padding", compact_json),
    ("table_padding", tighten_tables),
    ("markup_noise", shorten_markup),
    ("white_space", trim),
    ("repeated_lines", fold_lines),
    ("repeated_blocks", point_to_repeated_blocks),
)
CODE_STEPS: tuple[tuple[str, Change], ...] = (("json_padding", compact_json),)
"""In code white space may be a value; only a text that is JSON as a whole is touched."""

MAX_ROUNDS = 4
"""A step may open the way for an earlier one; two rounds were enough on all data seen."""


@dataclass(frozen=True, slots=True)
class Shortened:
    """A text with its count, and the tokens that each step saved."""

    text: str
    tokens: int
    saved: dict[str, int]


def shorten(
    text: str,
    tokens: int,
    *,
    content_type: str,
    count: Callable[[str], int],
    checkpoint: Checkpoint,
) -> Shortened:
    """The text after all steps that save tokens; a step that saves none is not taken.

    Doing it again changes nothing. `tokens` is the count of `text`.
    """
    steps = CODE_STEPS if content_type == "code" else PROSE_STEPS
    saved: dict[str, int] = {}
    for _ in range(MAX_ROUNDS):
        before = text
        for name, change in steps:
            candidate = change(text, checkpoint)
            if candidate == text:
                continue
            fewer = count(candidate)
            if fewer < tokens:
                saved[name] = saved.get(name, 0) + tokens - fewer
                text, tokens = candidate, fewer
        if text == before:
            break
    return Shortened(text, tokens, saved)
