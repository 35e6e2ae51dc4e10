"""What a guarded stream asks and gives, step by step: the words between it and who drives it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal, TypeVar

from msgspec import Struct

from aiguardian.policy.rules import Direction
from aiguardian.processor import Action
from aiguardian.proxy.carriers.edits import Span

Mode = Literal["hold", "window", "observe"]
"""`hold` lets nothing go before the whole answer was judged; `window` holds two segments back;
`observe` lets everything go at once and asks for verdicts that change nothing."""


class Judge(Struct, frozen=True):
    """A text to judge. Send a `Verdict` back."""

    text: str
    context_start: int
    """Length of the context: `text[:context_start]` was judged and released before."""
    direction: Direction = "output"
    role: str = "assistant"
    path: str = ""
    """The carrier: `choices[0].delta.content`."""
    known: bool = True
    binds: bool = True
    """False when the verdict is for the record only."""


class Verdict(Struct, frozen=True):
    """What to do with a text that was asked for."""

    action: Action
    output: str | None = None
    """The whole text of the question, rewritten. A `rewrite` without it blocks."""
    spans: tuple[Span, ...] = ()
    """Where it was rewritten, if known: half-open positions in the text of the question."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """Bytes for the client."""

    data: bytes


@dataclass(frozen=True, slots=True)
class End:
    """The stream was blocked: send these last bytes, close, and cancel the upstream."""

    reason: str
    data: bytes


Step = Judge | Release | End
Steps = Generator[Step, Verdict | None, None]
"""Answer a `Judge` by `send(verdict)`, the others by `send(None)`."""

Result = TypeVar("Result")
Flow = Generator[Step, Verdict | None, Result]
"""Steps on the way to a result."""
Judging = Generator[Judge, Verdict, Result]
"""Asks for verdicts, then returns its result."""


class Blocked(Exception):
    """A verdict blocked the text; `released` is what this call had already let go."""

    def __init__(self, reason: str, released: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.released = released
