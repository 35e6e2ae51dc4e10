"""How likely a conversation builds up to an attack that none of its turns shows by itself.

What the encoder says of the user's turns, each alone and several joined; what the pieces make that
were handed over one by one; how all that grows from turn to turn; refusals and what followed on
them; and the `signs`. A small network weighs it: `training/context_escalation.py` makes it from
our own talks, with harmless ones of the same manners.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from aiguardian.guards.context.memories import Turn
from aiguardian.guards.context.network import Network, logistic, networks
from aiguardian.guards.context.reader import Reading
from aiguardian.guards.context.signs import OTHERS, SIGNS, hedges, pieces, refuses, signs_in
from aiguardian.ml.artifact import artifact_bytes
from aiguardian.ml.encoder import HEADS

WEIGHTS = "context_escalation.npz"
WEIGHTS_SHA256 = "c73417eb03f8924708aedcdb31cf994025ddfc74297565d78d6b39e62564a1db"

MOST_ASKED = 10
"""Of the user's last turns: longer attacks than that were not written or seen."""
JOINED = 500
"""Code points of several turns that are read as one text: the beginning of each alike."""
TOGETHER = (6, 3, 2)
"""The last so many turns are read as one text, too."""
INJECTION, HARM = HEADS.index("injection_user"), HEADS.index("harmful_request")

Read = Callable[[Sequence[str]], list[Reading]]
"""Reads texts: `Reader.read` with the deadline bound."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """`risk` is a probability; `signs` are what the conversation shows, the most telling first."""

    risk: float
    threshold: float
    signs: tuple[str, ...] = ()

    @property
    def is_escalating(self) -> bool:
        """Whether the risk reaches the threshold: 1 % false alarms on harmless long chats."""
        return self.risk >= self.threshold


@dataclass(frozen=True, slots=True)
class EscalationModel:
    """The networks, whose mean log-odds count, and a straight line that makes a probability."""

    group: tuple[Network, ...]
    slope: float
    offset: float
    threshold: float


def find_escalation(
    turns: Sequence[Turn], read: Read, model: EscalationModel | None = None
) -> Escalation:
    """The risk that the newest turns complete an attack. A conversation of one turn has none."""
    model = model or load_escalation()
    asked = recent_turns(turns)
    users = [turn for turn in asked if turn.role not in OTHERS]
    if len(users) < 2:
        return Escalation(0.0, model.threshold)
    told = escalation_features(asked, read)[np.newaxis]
    nothing = np.zeros((1, 384), dtype=np.float32)
    logit = np.mean([one.logits(told, nothing, nothing, nothing)[0] for one in model.group])
    risk = float(logistic(model.slope * logit + model.offset))
    return Escalation(risk, model.threshold, _shown(users, asked))


def recent_turns(turns: Sequence[Turn]) -> list[Turn]:
    """The turns from the user's tenth last on."""
    count = 0
    for index in range(len(turns) - 1, -1, -1):
        count += turns[index].role not in OTHERS
        if count == MOST_ASKED:
            return list(turns[index:])
    return list(turns)


def escalation_features(turns: Sequence[Turn], read: Read) -> Any:
    """(features,) of a conversation with at least two turns of a user."""
    users = [turn.text for turn in turns if turn.role not in OTHERS]
    readings = read(users)
    alone = np.stack([one.logits[[INJECTION, HARM]] for one in readings])  # (n, 2)
    vectors = np.stack([one.embedding for one in readings])  # (n, 384)
    shown = np.array([signs_in(text) for text in users])  # (n, signs)
    found = [
        *_growth(alone[:, 0]),
        *_growth(alone[:, 1]),
        *_together(turns, users, alone, read),
        *_answers(turns, vectors),
        *_course(vectors, users),
        *shown.mean(0),
        *shown[-1],
        *shown[-4:].max(0),
    ]
    return np.array(found, dtype=np.float32)


def _growth(values: Any) -> list[float]:
    """How one head's log-odds go from turn to turn."""
    half = len(values) // 2
    last = values[-3:]
    return [
        float(value)
        for value in (
            values.max(),
            values[-1],
            values.mean(),
            last.mean(),
            values[half:].mean() - values[:half].mean(),
            values[-1] - values[0],
            np.sort(values)[-2:].mean(),
        )
    ]


def _together(turns: Sequence[Turn], users: list[str], alone: Any, read: Read) -> list[float]:
    """What joined turns and joined pieces say, and how much more than the worst turn alone."""
    handed = pieces(turns)
    parts = [one for one in handed if one] or [""]
    texts = [
        *(_beginnings(users[-count:]) for count in TOGETHER),
        " ".join(parts)[-JOINED:],
        "".join(parts)[-JOINED:],
    ]
    joined = np.stack([one.logits[[INJECTION, HARM]] for one in read(texts)])  # (5, 2)
    in_pieces = float(len(parts) > 1)
    excess = joined.max(0) - alone.max(0)
    made = joined[3:].max(0)
    return [
        *joined[:3].ravel(),
        *(made * in_pieces),
        *excess,
        in_pieces,
        min(len(handed), 8) / 4,
        in_pieces * float((made - alone.max(0)).max()),
    ]


def _beginnings(texts: Sequence[str]) -> str:
    """The texts as one, each cut so that all have room."""
    return "\n".join(text[: JOINED // len(texts)] for text in texts)


def _answers(turns: Sequence[Turn], vectors: Any) -> list[float]:
    """Refusals and reserve, and how near the user stayed to what was refused."""
    refused = reserved = answered = 0
    stayed: list[float] = []
    row = -1
    for turn in turns:
        if turn.role not in OTHERS:
            row += 1
            continue
        answered += 1
        says_no = refuses(turn)
        refused += says_no
        reserved += hedges(turn)
        if says_no and 0 <= row < len(vectors) - 1:
            stayed.append(float(vectors[row] @ vectors[row + 1]))
    return [
        float(refused),
        float(reserved),
        (refused + reserved) / max(answered, 1),
        max(stayed, default=0.0),
        sum(stayed),
        float(bool(turns) and any(refuses(turn) for turn in turns[-3:] if turn.role in OTHERS)),
    ]


def _course(vectors: Any, users: list[str]) -> list[float]:
    """Whether the turns keep to one thing, and their sizes."""
    near = (vectors[1:] * vectors[:-1]).sum(1)
    words = [len(text[:1_000].split()) for text in users]
    return [
        float(near.mean()),
        float(near[-1]),
        float(vectors[0] @ vectors[-1]),
        min(len(users), 10) / 5,
        min(float(np.mean(words)), 60) / 30,
        min(words[-1], 60) / 30,
        sum(text.rstrip().endswith("?") for text in users) / len(users),
    ]


def _shown(users: Sequence[Turn], turns: Sequence[Turn]) -> tuple[str, ...]:
    counts = np.sum([signs_in(turn.text) for turn in users], axis=0)
    names = list(SIGNS)
    order = sorted(range(len(names)), key=lambda index: -counts[index])
    shown = [names[index] for index in order if counts[index]][:4]
    refused = sum(refuses(turn) for turn in turns if turn.role in OTHERS)
    return (*shown, "goes on after a refusal") if refused else tuple(shown)


@cache
def load_escalation() -> EscalationModel:
    """The model that ships with the program."""
    return read_escalation(artifact_bytes(WEIGHTS, WEIGHTS_SHA256))


def read_escalation(content: bytes) -> EscalationModel:
    """The model in an .npz: half-precision arrays."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        held = {name: arrays[name].astype(np.float32) for name in arrays.files}
    slope, offset, threshold = (float(value) for value in held["curve"])
    return EscalationModel(networks(held, "group"), slope, offset, threshold)
