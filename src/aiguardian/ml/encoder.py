"""One small transformer that reads a text once and answers for every head.

all-MiniLM-L6-v2 (22 million weights, 8 bits), fine-tuned by `training/encoder.py` on one trunk
with a head for each question below; the model card lies beside the weights. It knows English;
other languages only as far as their words are in its vocabulary.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.ml.artifact import artifact_path
from aiguardian.ml.session import inference_session
from aiguardian.ml.vocabulary import DIMENSIONS, Vocabulary, load_vocabulary
from aiguardian.text.windows import Window
from aiguardian.text.windows import windows as text_windows

HEADS = (
    "injection_user",
    "injection_document",
    "toxicity",
    "hate",
    "identity_attack",
    "threat",
    "insult",
    "sexual",
    "stereotype",
    "harmful_request",
)
"""In the order of the model's output. `harmful_request` only helps the others to learn."""

MAX_TOKENS = 128
"""With the two marks around a text. Longer inputs are cut: see `Encoder.windows`."""

MODEL = "encoder.onnx"
MODEL_SHA256 = "72b9a226edb2572794a7efce13b63519eea9775a240058204a7d749a65ea0966"
_loading = threading.Lock()
"""Threads that ask at once wait for one load, rather than each making its own of 20 MB."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the heads say about n texts, and where the texts lie in meaning."""

    logits: Any  # (n, len(HEADS)), float32
    embeddings: Any  # (n, 384), float32, unit length

    def logit(self, head: str) -> Any:
        """Log-odds of one head, (n,), uncalibrated."""
        return self.logits[:, HEADS.index(head)]

    def __getitem__(self, head: str) -> Any:
        """Probabilities of one head, (n,), as the model gives them: uncalibrated."""
        return 1.0 / (1.0 + np.exp(-self.logit(head)))


class Encoder:
    """The model over its vocabulary. Safe to use from several threads at once."""

    def __init__(self, model: Path, vocabulary: Vocabulary) -> None:
        self._session = inference_session(model)
        self._vocabulary = vocabulary

    def score(self, texts: Sequence[str]) -> Scores:
        """Logits and embeddings, a row for each text.

        One text at a time: on a processor batching gains nothing, and 8-bit activations share
        their scale within a batch, so a text's score would depend on its neighbours.
        """
        logits = np.empty((len(texts), len(HEADS)), dtype=np.float32)
        embeddings = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = self._vocabulary.ids(text, most=MAX_TOKENS)
            words = self._vocabulary.vectors(ids)[np.newaxis]  # (1, tokens, DIMENSIONS)
            answer = self._session.run(None, {"words": words})
            logits[row], embeddings[row] = answer[0][0], answer[1][0]
        return Scores(logits, embeddings)

    def count(self, text: str) -> int:
        """Tokens of a text, without the two marks around it."""
        return len(self._vocabulary.bare_ids(text))

    def windows(self, text: str, *, overlap_tokens: int = 0) -> Iterator[Window]:
        """Windows that `score` reads whole, cut between sentences; every character is in one."""
        return text_windows(
            text, max_tokens=MAX_TOKENS - 2, overlap_tokens=overlap_tokens, count=self.count
        )


def load_encoder() -> Encoder:
    """The shipped encoder, loaded once in 0.2 to 0.8 s; `DamagedArtifact` if a file is not ours."""
    with _loading:
        return _load()


@cache
def _load() -> Encoder:
    return Encoder(artifact_path(MODEL, MODEL_SHA256), load_vocabulary())
