"""Does a passage support a claim, or deny it? A small network that holds the two side by side.

The four lowest layers of all-MiniLM-L6-v2 read passage and claim apart; then each word is compared
with the words of the other text that it matches, and two small layers read the comparisons of both
together. Trained by `training/entailment.py` on labelled pairs and on claims of which one thing was
changed; the model card lies beside the weights. The word vectors are those of `ml/vocabulary.py`.
Its probabilities are those of its training data: `ml/support.py` calibrates them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from aiguardian.ml.artifact import artifact_path
from aiguardian.ml.session import inference_session
from aiguardian.ml.spare_cores import SpareCores
from aiguardian.ml.vocabulary import Vocabulary, load_vocabulary
from aiguardian.processor import Deadline

LANGUAGES = frozenset({"en"})
"""What it was trained to read. Ask before: in another language it goes by shared words."""

PREMISE_TOKENS = 128
"""Of a passage, with the two marks around it. What comes after is not read."""
CLAIM_TOKENS = 64
"""Likewise of a claim."""

MODEL = "entailment.onnx"
MODEL_SHA256 = "16b0aa3f1b8f60422894307aa61c04976aa16e56d7797aff89c8407bb9745cf6"

LARGEST_LOGIT = 30.0

_loading = threading.Lock()


class Entailment:
    """The model over its vocabulary. Safe to use from several threads at once. On more than one of
    the `cores` it reads several pairs at a time while the others have nothing to read."""

    def __init__(self, model: Path, vocabulary: Vocabulary, *, cores: int = 1) -> None:
        self._session = inference_session(model)
        self._vocabulary = vocabulary
        self._cores = SpareCores(cores)

    def judge(
        self, pairs: Sequence[tuple[str, str]], deadline: Deadline | None = None
    ) -> list[tuple[float, float]]:
        """For each premise and claim the probability that it is supported, and contradicted.

        Some 8 to 14 ms of a core a pair of 128 pieces. `DeadlineExceeded` when the time is up
        between two pairs.
        """

        def answer(pair: tuple[str, str]) -> tuple[float, float]:
            if deadline is not None:
                deadline.check()
            supported, contradicted = self.logits(*pair)
            return _probability(supported), _probability(contradicted)

        return self._cores.each(pairs, answer)

    def logits(self, premise: str, claim: str) -> tuple[float, float]:
        """Log-odds that the premise supports and that it contradicts the claim."""
        first = self._vocabulary.ids(premise, most=PREMISE_TOKENS)
        second = self._vocabulary.ids(claim, most=CLAIM_TOKENS)
        words = self._vocabulary.vectors(first + second)[np.newaxis]  # (1, tokens, 384)
        parts = np.array([[0] * len(first) + [1] * len(second)])  # (1, tokens)
        supported, contradicted = self._session.run(None, {"words": words, "parts": parts})[0][0]
        return float(supported), float(contradicted)


def _probability(logit: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(logit, -LARGEST_LOGIT, LARGEST_LOGIT))))


def load_entailment() -> Entailment:
    """The shipped model, loaded once in about 0.1 s; `DamagedArtifact` if a file is not ours."""
    with _loading:
        return _load()


@cache
def _load() -> Entailment:
    cores = os.cpu_count() or 1
    return Entailment(artifact_path(MODEL, MODEL_SHA256), load_vocabulary(), cores=cores)
