"""Embeddings as a memory keeps them: small, and marked with the model that made them, for what two
models say of two texts cannot be compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from aiguardian.ml.encoder import MODEL_SHA256

MODEL = bytes.fromhex(MODEL_SHA256)[:4]


def packed_meaning(meaning: Any) -> bytes:
    """An embedding in signed bytes after its model's mark. Its length is lost."""
    largest = float(np.abs(meaning).max()) or 1.0
    data: bytes = np.rint(meaning * (127.0 / largest)).astype(np.int8).tobytes()
    return MODEL + data


def cosines(meanings: Any, meaning: Any) -> Any:
    """The cosine of each packed embedding, (n, 388) int8, with one, (384,) of unit length; 0 for
    those that are missing or of another model."""
    is_ours = (meanings[:, : len(MODEL)] == np.frombuffer(MODEL, dtype=np.int8)).all(axis=1)
    known = meanings[:, len(MODEL) :].astype(np.float32)
    lengths = np.linalg.norm(known, axis=1)
    return is_ours * (known @ meaning) / np.where(lengths > 0, lengths, 1.0)
