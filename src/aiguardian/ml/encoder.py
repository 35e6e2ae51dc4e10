"""One small transformer that reads a text once and answers for every head.

all-MiniLM-L6-v2 (22 million weights, 8 bits), fine-tuned by `training/encoder.py` on one trunk
with a head for each question below; the model card lies beside the weights. It knows English;
other languages only as far as their words are in its vocabulary.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.ml.artifact import artifact_path
from aiguardian.ml.emoji import name_emoji
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
MODEL_SHA256 = "4f7939f937e65551a3cbf8803b280e20a1599d0cf6746499755a9d0a6dc0a2f5"
TOKENIZER = "encoder.tokenizer.json"
TOKENIZER_SHA256 = "5fd1c882abbd30517dced455a2c9768945ec726b96727927e4959348d9de550b"

LONGEST_WORD = 64
"""Longer words are parted: the vocabulary takes a word over 100 letters for one unknown token."""
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD}}}(?=\S)")

_loading = threading.Lock()
"""Threads that ask at once wait for one load, rather than each making its own of 90 MB."""


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
    """The model and its tokenizer. Safe to use from several threads at once."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a worker has one core; more only wait for each other
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False  # it keeps the largest text's memory for good
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))

    def score(self, texts: Sequence[str]) -> Scores:
        """Logits and embeddings, a row for each text.

        One text at a time: on a processor batching gains nothing, and 8-bit activations share
        their scale within a batch, so a text's score would depend on its neighbours.
        """
        logits = np.empty((len(texts), len(HEADS)), dtype=np.float32)
        embeddings = np.empty((len(texts), 384), dtype=np.float32)
        for row, text in enumerate(texts):
            tokens = self._tokenizer.encode(legible(text)).ids
            if len(tokens) > MAX_TOKENS:
                tokens = [*tokens[: MAX_TOKENS - 1], tokens[-1]]
            ids = np.array([tokens], dtype=np.int64)  # (1, tokens)
            answer = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
            logits[row], embeddings[row] = answer[0][0], answer[1][0]
        return Scores(logits, embeddings)

    def count(self, text: str) -> int:
        """Tokens of a text, without the two marks around it."""
        return len(self._tokenizer.encode(legible(text), add_special_tokens=False).ids)

    def windows(self, text: str, *, overlap_tokens: int = 0) -> Iterator[Window]:
        """Windows that `score` reads whole, cut between sentences; every character is in one."""
        return text_windows(
            text, max_tokens=MAX_TOKENS - 2, overlap_tokens=overlap_tokens, count=self.count
        )


def legible(text: str) -> str:
    """The text as the model gets it: emoji named, overlong words parted, lone surrogates gone."""
    named = name_emoji(text)
    if not named.isascii():
        named = named.encode("utf-8", "replace").decode("utf-8")
    return _LONG_WORD.sub(r"\g<0> ", named)


def load_encoder() -> Encoder:
    """The shipped encoder, loaded once in 0.2 to 0.8 s; `DamagedArtifact` if a file is not ours."""
    with _loading:
        return _load()


@cache
def _load() -> Encoder:
    return Encoder(artifact_path(MODEL, MODEL_SHA256), artifact_path(TOKENIZER, TOKENIZER_SHA256))
