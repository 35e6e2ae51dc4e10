"""A linear model over hashed n-grams: several heads, and any pieces of a text in one pass.

Two blocks of features, words with letters (`hashing`) and concepts (`concepts`), each present or
not, weighted by idf and brought to length 1 by itself, so that a language whose words are unknown
still speaks through its concepts. Weights are made by `training/injection_linear.py`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aiguardian.ml.artifact import artifact_bytes
from aiguardian.ml.concepts import concept_grams, named_concepts
from aiguardian.ml.hashing import BLOCK, Grams, fold, ngrams

WORD_BUCKETS = 1 << 18
CONCEPT_BUCKETS = 1 << 15
BUCKETS = WORD_BUCKETS + CONCEPT_BUCKETS
"""One row of weights: the words' buckets, then the concepts'."""

_BUCKET_BITS = np.uint32(19)
_BUCKET_MASK = np.uint32((1 << 19) - 1)
"""A span's index and a bucket fit into 32 bits: no block has more than 8,192 spans."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Features:
    """Buckets of a text's features and the code-point spans they were read from."""

    buckets: Any  # (n,), uint32, below BUCKETS
    starts: Any  # (n,), int32
    ends: Any  # (n,), int32
    size: int
    """Code points of the text."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights with the idf multiplied in, and the squared idf that the lengths need."""

    heads: tuple[str, ...]
    weights: Any  # (heads, BUCKETS), float32
    squares: Any  # (BUCKETS,), float32
    bias: Any  # (heads,), float32

    def features(self, text: str) -> Features:
        """What the model reads of a text of at most `hashing.BLOCK` code points."""
        return features(text)

    def logits(self, found: Features, spans: Sequence[Span]) -> Any:
        """What each head says about each span of a text, (n_spans, heads), uncalibrated.

        The spans are in order and don't overlap.
        """
        owner, bucket = present(found, spans)
        group = owner * 2 + (bucket >= WORD_BUCKETS)
        size = 2 * len(spans)
        lengths = np.sqrt(np.bincount(group, weights=self.squares[bucket], minlength=size))
        scale = (1.0 / np.maximum(lengths, 1e-6))[group]
        columns = [
            np.bincount(owner, weights=each[bucket] * scale, minlength=len(spans))
            for each in self.weights
        ]
        logits: Any = np.stack(columns, axis=1) + self.bias
        return logits


def features(text: str) -> Features:
    """Every feature of a text of at most `BLOCK` code points; of a longer one's beginning."""
    codes = fold(text[:BLOCK])
    words = ngrams(codes)
    concepts = concept_grams(named_concepts(text[:BLOCK], codes))
    return Features(
        np.concatenate([_bucket(words, WORD_BUCKETS, 0),
                        _bucket(concepts, CONCEPT_BUCKETS, WORD_BUCKETS)]),
        np.concatenate([words.starts, concepts.starts]),
        np.concatenate([words.ends, concepts.ends]),
        len(codes),
    )  # fmt: skip


def _bucket(grams: Grams, size: int, first: int) -> Any:
    return (grams.hashes & np.uint32(size - 1)) + np.uint32(first)


def present(found: Features, spans: Sequence[Span]) -> tuple[Any, Any]:
    """(span index, bucket) of each different feature that lies wholly in a span, in order."""
    owners = np.full(found.size + 1, -1, dtype=np.int32)  # span at each code point
    for index, (start, end) in enumerate(spans):
        owners[start:end] = index
    owner = owners[found.starts]
    inside = (owner >= 0) & (owner == owners[found.ends - 1])
    keys = owner[inside].astype(np.uint32) << _BUCKET_BITS | found.buckets[inside]
    keys.sort()
    keys = keys[np.flatnonzero(np.diff(keys, prepend=np.uint32(~np.uint32(0))))]
    return (keys >> _BUCKET_BITS).astype(np.int64), (keys & _BUCKET_MASK).astype(np.int64)


def load_linear(name: str, sha256: str) -> LinearModel:
    """The model in a file of `ml/weights`, verified."""
    return read_linear(artifact_bytes(name, sha256))


def read_linear(content: bytes) -> LinearModel:
    """The model in an .npz: 8-bit cube roots of the weights, and 8-bit idf."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        idf = arrays["idf"].astype(np.float32) * arrays["idf_scale"]
        weights = (arrays["weights"].astype(np.float32) / 127) ** 3 * arrays["weight_scale"][
            :, None
        ]
        return LinearModel(
            heads=tuple(str(head) for head in arrays["heads"]),
            weights=weights * idf,
            squares=idf**2,
            bias=arrays["bias"],
        )
