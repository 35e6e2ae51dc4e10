"""How likely a text tries to take an assistant over, and which of its sentences do.

Two stages. A linear model looks at the whole text and at each piece; for text that a user typed
it alone decides where it is sure. Else, and always for text of untrusted origin, an encoder reads
the windows that look worst, and compares the worst piece of a document with others: an order that
somebody put in stands out. Curves fitted on sources kept out of training turn all into one
probability. The caller normalises the text first and brings decoded views here one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from aiguardian.ml.calibration import Calibration, calibrations, probability
from aiguardian.ml.contrast import ALONE, LARGEST, Contrast, contrast
from aiguardian.ml.linear import LinearModel, Span, load_linear
from aiguardian.ml.scan import WHOLE, Scan, is_late, scan
from aiguardian.processor import Deadline
from aiguardian.text.likeness import known_share
from aiguardian.text.windows import windows

Origin = Literal["user", "document"]
ENCODER_HEADS: dict[Origin, str] = {"user": "injection_user", "document": "injection_document"}
"""The linear model's heads are named as the origins."""

WEIGHTS = "injection_linear.npz"
WEIGHTS_SHA256 = "555c1ff1911c5f6d4197e16fe0c9866e132440a2bde3baf7d6bff2f902f7c43f"

MAX_TOKENS = 126
"""In a window: what the encoder reads, without its two marks."""
MOST_WINDOWS = 8
"""Windows that the encoder reads of one text, the worst by the linear model: some 60 ms."""
MOST_PIECES = 12
"""Pieces that the encoder reads to find out which of them carry an attack."""
REMOVALS = (1, 2, 3, 5, 8, 13, 21, 34, 55)
"""How many of the worst pieces are taken out at a time, until nothing is found in the rest."""


class Scorer(Protocol):
    """What this module asks of an encoder: `ml.encoder.Encoder` is one."""

    def score(self, texts: Sequence[str]) -> Any:
        """Probabilities (n_texts,) of each head, by its name in brackets, and `embeddings`
        (n_texts, dimensions) of unit length."""


class Sentence(NamedTuple):
    """Half-open code-point span of a sentence that carries an attack, and its own risk."""

    start: int
    end: int
    risk: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """`risk` is a probability; `sentences` is empty unless the text `is_attack`.

    `unjudged` is the span of the text that nothing looked at, for want of time.
    """

    risk: float
    threshold: float
    sentences: tuple[Sentence, ...] = ()
    stage: Literal["linear", "encoder"] = "linear"
    unjudged: Span | None = None

    @property
    def is_attack(self) -> bool:
        """Whether the risk reaches the threshold: 1 % false alarms on unseen sources."""
        return self.risk >= self.threshold


def judge(
    text: str,
    *,
    origin: Origin,
    deadline: Deadline | None = None,
    encoder: Callable[[], Scorer] | None = None,
) -> Judgement:
    """The risk of a text of any length. Linear in it.

    `encoder` is called when one is needed for the first time; without it the linear model
    decides alone.
    """
    return _Judge(origin, deadline, encoder, calibrations()[origin]).judge(text)


def without(text: str, spans: Sequence[Span]) -> str:
    """The text with these spans taken out."""
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at:start])
        at = end
    return "".join([*kept, text[at:]])


@cache
def load_model() -> LinearModel:
    """The linear model that ships with the program."""
    return load_linear(WEIGHTS, WEIGHTS_SHA256)


@dataclass(frozen=True, slots=True)
class _Judge:
    """What one judgement needs at every step."""

    origin: Origin
    deadline: Deadline | None
    encoder: Callable[[], Scorer] | None
    curves: Calibration
    vectors: dict[str, Any] = field(default_factory=dict)
    """The embedding of each piece that was asked for: taking others out does not change it."""

    def judge(self, text: str) -> Judgement:
        found = self.scan(text)
        judged = self.assess(text, found)
        if not judged.is_attack:
            return judged
        return replace(judged, sentences=self.carriers(text, found, judged))

    def scan(self, text: str) -> Scan:
        return scan(load_model(), text, deadline=self.deadline)

    def assess(self, text: str, found: Scan) -> Judgement:
        """The risk of a text, without its sentences."""
        values = found.values(self.column())
        linear = self.curves.linear.logit(*values)
        risk = probability(linear)
        judged = Judgement(risk, self.curves.linear.threshold, unjudged=found.unjudged)
        is_sure = self.origin == "user" and not self.curves.low <= risk <= self.curves.high
        if is_sure or not found.spans or self.encoder is None:
            return judged
        read = [text[start:end] for start, end in self.worst_windows(text, found)]
        encoded = self.encoder_logit(read, linear)
        if encoded is None:
            return judged
        stage = linear, encoded, values[-1]
        return Judgement(
            probability(self.curves.both.logit(*stage, *self.contrast(text, found, stage))),
            self.curves.both.threshold,
            stage="encoder",
            unjudged=found.unjudged,
        )

    def contrast(self, text: str, found: Scan, stage: tuple[float, float, float]) -> Contrast:
        """How much the worst piece of a document stands out of it. Not asked where no answer
        would make an attack of the document, nor of what a user typed."""
        both = self.curves.both
        most = probability(both.logit(*stage, *LARGEST))
        if self.origin == "user" or most < both.threshold or is_late(self.deadline):
            return ALONE
        texts = [text[start:end] for start, end in found.spans]
        return contrast(texts, int(np.argmax(found.pieces[:, self.column()])), self.embedded)

    def embedded(self, text: str) -> Any:
        """The embedding of a piece, (dimensions,)."""
        if text not in self.vectors and self.encoder is not None:
            self.vectors[text] = self.encoder().score([text]).embeddings[0]
        return self.vectors[text]

    def column(self) -> int:
        return load_model().heads.index(self.origin)

    def worst_windows(self, text: str, found: Scan) -> list[Span]:
        """The windows with the highest piece in them, worst first, at most `MOST_WINDOWS`."""
        spans = [(start, end) for start, end, _ in windows(text, max_tokens=MAX_TOKENS)]
        starts = np.array([start for start, _ in spans])
        owner = np.searchsorted(starts, [start for start, _ in found.spans], side="right") - 1
        scores = np.full(len(spans), -np.inf)
        np.maximum.at(scores, owner, found.pieces[:, self.column()])
        order = np.argsort(-scores, kind="stable")[:MOST_WINDOWS]
        return [spans[index] for index in order if scores[index] > -np.inf]

    def encoder_logit(self, texts: Sequence[str], linear: float) -> float | None:
        """The highest logit of the texts read in time, each as far as it is to be trusted, with
        the linear model's for the rest of what a user typed; None where no encoder read any."""
        best: float | None = None
        for text in texts:
            if self.encoder is None or is_late(self.deadline):
                break
            chance = float(self.encoder().score([text])[ENCODER_HEADS[self.origin]][0])
            logit = math.log(max(chance, 1e-9) / max(1 - chance, 1e-9))
            logit = trusted(logit, linear, trust(text), self.origin)
            best = logit if best is None else max(best, logit)
        return best

    def carriers(self, text: str, found: Scan, judged: Judgement) -> tuple[Sentence, ...]:
        """The fewest of the worst pieces without which the text is no attack, in their order."""
        risks = self.piece_risks(text, found, judged)
        order = np.argsort(-risks, kind="stable")
        chosen = order[:1]
        for count in (*REMOVALS, len(order)):
            chosen = order[:count]
            rest = without(text, [found.spans[index] for index in chosen])
            if is_late(self.deadline) or not self.assess(rest, self.scan(rest)).is_attack:
                break
        spans = [(*found.spans[index], float(risks[index])) for index in sorted(chosen)]
        return tuple(Sentence(start, end, risk) for start, end, risk in spans)

    def piece_risks(self, text: str, found: Scan, judged: Judgement) -> Any:  # (pieces,)
        """The risk of each piece by itself; the encoder is asked about the worst of them."""
        linear = [
            self.curves.linear.logit(*[float(each)] * 4, 0.0)
            for each in found.pieces[:, self.column()]
        ]
        risks = np.array([probability(each) for each in linear])
        if judged.stage == "linear":
            return risks
        read = [
            index
            for start, end in self.worst_windows(text, found)
            for index, span in enumerate(found.spans)
            if start <= span[0] < end
        ]
        for index in read[:MOST_PIECES]:
            start, end = found.spans[index]
            encoded = self.encoder_logit([text[start:end]], linear[index])
            if encoded is not None:
                risks[index] = probability(
                    self.curves.both.logit(linear[index], encoded, 0.0, *ALONE)
                )
        return risks


def trusted(encoded: float, linear: float, share: float, origin: Origin) -> float:
    """The encoder's logit as far as it is trusted. Of what a user typed the linear model says the
    rest, or attacks in other languages could never reach as high as English ones; documents in
    other languages would alarm too often by that."""
    return share * encoded + ((1.0 - share) * linear if origin == "user" else 0.0)


def trust(text: str) -> float:
    """How much the encoder counts, 0 to 1: it reads English, and guesses at what is not.

    From half of the letters in known English words on it counts in full, as nearly all English
    prompts have (.45 for nine in ten, code included; .13 is the middle of other languages).
    """
    return min(1.0, 2.0 * known_share(text[:WHOLE]))
