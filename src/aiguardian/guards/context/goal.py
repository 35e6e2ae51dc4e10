"""How well the newest turn serves what the conversation is for.

A short turn ("yes, at nine") says little by itself, so the turns just before it are read with it.
The weights come from dialogues in which a request is followed up, against turns of other dialogues
(`training/context_topics.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from aiguardian.guards.context.cohesion import STOP
from aiguardian.guards.context.network import logistic

LATELY = 3
"""Turns read together, the newest included."""
READ = 900
"""Code points of them, from the end."""


def lately(texts: Sequence[str]) -> str:
    """The newest turn with those just before it, as one text."""
    return "\n".join(texts[-LATELY:])[-READ:]


def goal_features(goal: Any, turns: Sequence[Any], joined: Any, shared: float) -> Any:
    """(5,) from embeddings of the goal, of the last turns and of these joined, and the share of
    the goal's words that stand in them."""
    near = [float(one @ goal) for one in turns[-LATELY:]]
    return np.array([1.0, near[-1], max(near), float(joined @ goal), shared], dtype=np.float32)


def shared_words(goal: str, text: str, words: Callable[[str], list[str]]) -> float:
    """The share of the goal's words, by their first five letters, that stand in the text."""
    wanted = {word[:5] for word in words(goal) if word not in STOP}
    said = {word[:5] for word in words(text)}
    return len(wanted & said) / len(wanted) if wanted else 0.0


def alignment(features: Any, weights: Any) -> float:
    """Probability that the turn serves the goal."""
    return float(logistic(features @ weights))
