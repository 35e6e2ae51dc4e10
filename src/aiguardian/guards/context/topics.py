"""Where topics begin in a conversation, and how far its newest turn has drifted from it.

Two small networks over `cohesion` decide turn by turn, without a look ahead: one learnt on
conversations of every kind, one on chit-chat, where people change the subject without a word. A
gate tells from what was said lately which of them to hear. `training/context_topics.py` makes the
weights.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from aiguardian.guards.context.cohesion import Read, cohesion, recent
from aiguardian.guards.context.network import Network, logistic, networks
from aiguardian.ml.artifact import artifact_bytes

WEIGHTS = "context_topics.npz"
WEIGHTS_SHA256 = "db02477231b0e18ab21685f542936726f3a9d084ba957e0953c9c0a20bea7deb"
CHAT_SHARE = 0.7
"""How much the chit-chat network counts in chit-chat (leave-sources-out, 2026-11): alone it knows
TIAGE a little better and nothing else."""


ANSWERED = 0.25
"""The threshold where an assistant answers: with its turns out of the way, lower than the model's
(three sources left out in turn, 2026-11: Pk .285, .245, .136 without roles, .248, .167, .145)."""


@dataclass(frozen=True, slots=True)
class Topics:
    """`scores` has the probability for each turn that it begins a topic; the first turn's is 0, and
    so is an assistant's."""

    scores: tuple[float, ...]
    threshold: float
    drift: float
    """How likely the newest turn belongs to another conversation."""

    @property
    def shifts(self) -> list[int]:
        """The turns that begin a topic, the first one apart."""
        return [turn for turn, score in enumerate(self.scores) if score >= self.threshold]


@dataclass(frozen=True, slots=True)
class TopicModel:
    """All that is learnt about topics."""

    rarity: Any  # (4096,)
    general: tuple[Network, ...]
    chat: tuple[Network, ...]
    gate: Any  # (384,)
    gate_bias: float
    drift: Any  # (5,)
    goal: Any  # (5,), of `goal.goal_features`
    threshold: float
    """A score from which on a turn begins a topic."""


def find_topics(
    turns: Sequence[Read],
    model: TopicModel | None = None,
    *,
    answers: Collection[int] = frozenset(),
) -> Topics:
    """The topics of a conversation, its newest turn last. About 0.3 ms a turn. `answers` are the
    places of an assistant's turns: what a person says begins a topic, what answers it doesn't."""
    model = model or load_topics()
    threshold = ANSWERED if answers else model.threshold
    if len(turns) < 2:
        return Topics((0.0,) * len(turns), threshold, 0.0)
    scores = [0.0, *map(float, shift_scores(turns, model))]
    for place in answers:
        scores[place] = 0.0
    logit = float(drift_features(turns, model.rarity) @ model.drift)
    return Topics(tuple(scores), threshold, float(logistic(logit)))


def shift_scores(turns: Sequence[Read], model: TopicModel) -> Any:
    """(n - 1,) probabilities that each turn but the first begins a topic."""
    features = np.array(
        [cohesion(turns, index, model.rarity) for index in range(1, len(turns))], dtype=np.float32
    )
    lately = np.stack([recent(turns, index) for index in range(1, len(turns))])
    embeddings = np.stack([one.embedding for one in turns])
    asked = (features, embeddings[1:], embeddings[:-1], lately)
    general = np.mean([one.logits(*asked) for one in model.general], axis=0)
    chat = np.mean([one.logits(*asked) for one in model.chat], axis=0)
    share = CHAT_SHARE * logistic(around(embeddings) @ model.gate + model.gate_bias)
    return logistic((1 - share) * general + share * chat)


def around(embeddings: Any) -> Any:
    """(n - 1, 384): the mean of up to eight turns, each turn and those before it."""
    sums = np.cumsum(embeddings, axis=0)
    spans = [
        (sums[index] - (sums[index - 8] if index >= 8 else 0)) / min(index + 1, 8)
        for index in range(1, len(embeddings))
    ]
    return np.stack(spans)


def drift_features(turns: Sequence[Read], rarity: Any) -> Any:
    """(5,): how much the newest turn has to do with any of the turns before."""
    told = cohesion(turns, len(turns) - 1, rarity)
    before = np.stack([one.embedding for one in turns[:-1]])
    near = np.sort(before @ turns[-1].embedding)[::-1]
    middle = before.mean(0) / (np.linalg.norm(before.mean(0)) + 1e-6)
    return np.array(
        [1.0, near[0], near[:3].mean(), middle @ turns[-1].embedding, told[15]], dtype=np.float32
    )


@cache
def load_topics() -> TopicModel:
    """The model that ships with the program."""
    return read_topics(artifact_bytes(WEIGHTS, WEIGHTS_SHA256))


def read_topics(content: bytes) -> TopicModel:
    """The model in an .npz: half-precision arrays."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        held = {name: arrays[name].astype(np.float32) for name in arrays.files}
    return TopicModel(
        rarity=held["rarity"],
        general=networks(held, "general"),
        chat=networks(held, "chat"),
        gate=held["gate"],
        gate_bias=float(held["gate_bias"]),
        drift=held["drift"],
        goal=held["goal"],
        threshold=float(held["threshold"]),
    )
