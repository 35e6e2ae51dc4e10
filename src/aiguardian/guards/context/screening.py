"""What may enter a memory: nothing that attacks the model when it is recalled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiguardian.guards.context.memories import Turn
from aiguardian.processor import Deadline


@dataclass(frozen=True, slots=True)
class Screened:
    """The verdict on a text that is to be kept; `reason` is empty when it may be."""

    risk: float
    is_attack: bool = False
    reason: str = ""


Screen = Callable[[str, Deadline], Screened]
"""Judges one text; the app hands in the injection detector, for text of untrusted origin."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Turns that may be kept, and those that may not, with their place and verdict."""

    clean: tuple[Turn, ...]
    refused: tuple[tuple[int, Screened], ...]
    risk: float


def sort_out(turns: Sequence[Turn], screen: Screen, deadline: Deadline) -> Sorted:
    """Every turn judged; empty ones are neither kept nor refused."""
    clean: list[Turn] = []
    refused: list[tuple[int, Screened]] = []
    risk = 0.0
    for place, turn in enumerate(turns):
        if not turn.text.strip():
            continue
        deadline.check()
        verdict = screen(turn.text, deadline)
        risk = max(risk, verdict.risk)
        if verdict.is_attack:
            refused.append((place, verdict))
        else:
            clean.append(turn)
    return Sorted(tuple(clean), tuple(refused), risk)


def trained_screen(text: str, deadline: Deadline) -> Screened:
    """The injection detector that ships with the package, loaded when first asked."""
    from aiguardian.ml.encoder import load_encoder
    from aiguardian.ml.injection import judge

    verdict = judge(text, origin="user", deadline=deadline, encoder=load_encoder)
    if not verdict.is_attack:
        return Screened(verdict.risk)
    reason = f"An attack on the model, with a probability of {verdict.risk:.2f}."
    return Screened(verdict.risk, is_attack=True, reason=reason)
