"""What the encoder says about turns, kept for the conversations that come back with one turn more.

A turn is kept under a keyed digest of its text; the key ends with the process.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np

from aiguardian.processor import Deadline

KEPT = 2_048
"""Turns: 3.2 MB."""
WHOLE = 500
"""Code points of English that one window of the encoder takes in; of a longer turn it reads the
beginning and the end."""


class Scorer(Protocol):
    """What is asked of an encoder: `ml.encoder.Encoder` is one."""

    def score(self, texts: Sequence[str]) -> Any:
        """`logits` (n, heads) and `embeddings` (n, 384)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One turn as the encoder reads it."""

    logits: Any  # (heads,), the higher of the beginning's and the end's
    embedding: Any  # (384,), unit length


class Reader:
    """Reads turns, and remembers the last ones. Safe to use from several threads."""

    def __init__(self, encoder: Callable[[], Scorer]) -> None:
        self._encoder = encoder
        self._kept: OrderedDict[bytes, Reading] = OrderedDict()
        self._lock = threading.Lock()
        self._key = os.urandom(32)

    def read(self, texts: Sequence[str], deadline: Deadline | None = None) -> list[Reading]:
        """A reading of each text, 2 to 9 ms for one that is new. Raises `DeadlineExceeded`."""
        found = []
        for text in texts:
            if deadline is not None:
                deadline.check()
            found.append(self._one(text))
        return found

    def forget(self) -> None:
        """Drop everything: somebody's conversation is to be deleted for good."""
        with self._lock:
            self._kept.clear()

    def _one(self, text: str) -> Reading:
        mark = blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16)
        digest = mark.digest()
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
                return self._kept[digest]
        parts = [text] if len(text) <= WHOLE else [text[:WHOLE], text[-WHOLE:]]
        scores = self._encoder().score(parts)
        mean = scores.embeddings.mean(axis=0)
        reading = Reading(scores.logits.max(axis=0), mean / (np.linalg.norm(mean) + 1e-6))
        with self._lock:
            self._kept[digest] = reading
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return reading
