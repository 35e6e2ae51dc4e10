"""Does a stretch of text read like language or code? A linear model over letter n-grams.

Features are hashed 2- to 4-grams of folded letters; the score is their mean weight. Weights:
`weights/gibberish.npz`, made by `training/gibberish.py`, see its model card beside it.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

BUCKETS = 1 << 16
WINDOW = 160
"""Code points judged at once."""
STEP = 80
LONG = 50_000
FEWEST_LETTERS = 20
"""Letters in a window below which there is too little evidence for any verdict."""

WEIGHTS = Path(__file__).parent / "weights" / "gibberish.npz"
WEIGHTS_SHA256 = "4703478c42613d39adb2e9e0288b0129d6a99c9c2120cc4906406c78a4dc5975"

MULTIPLIERS = np.array([2_654_435_761, 2_246_822_519, 3_266_489_917, 668_265_263], dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of text and the probability that it is gibberish."""

    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Model:
    """The weights as they are used: one for each bucket, and a bias."""

    weights: Any  # (BUCKETS,), float32
    bias: float


def gibberish_windows(text: str) -> Iterator[Window]:
    """Windows of `WINDOW` code points, each `STEP` after the one before, with probabilities.

    Past `LONG` code points the windows no longer overlap.

    Windows without evidence (`has_evidence`) are left out. Linear.
    """
    model = load_model()
    step = STEP if len(text) < LONG else WINDOW
    for start in range(0, max(1, len(text) - STEP), step):
        piece = text[start : start + WINDOW]
        if not has_evidence(piece):
            continue
        score = float(model.weights[buckets(piece)].mean()) + model.bias
        probability = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))
        yield Window(start, start + len(piece), probability)


def has_evidence(piece: str, fewest: int = FEWEST_LETTERS) -> bool:
    """Whether a piece has the `fewest` letters, most of them of scripts that are `KEPT`."""
    letters = [ord(char) for char in piece if char.isalpha()]
    if len(letters) < fewest:
        return False
    return sum(FOLDED[code] == code for code in letters) >= 0.6 * len(letters)


def buckets(piece: str) -> Any:
    """Hashed 2-, 3- and 4-grams of the folded piece, one after the other."""
    codes = np.frombuffer(_fold(piece).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    grams = []
    for length in (2, 3, 4):
        if len(codes) < length:
            continue
        hashed = np.full(len(codes) - length + 1, length * 40_503, dtype=np.uint32)
        for offset in range(length):
            hashed ^= codes[offset : len(codes) - length + 1 + offset] * MULTIPLIERS[offset]
            hashed ^= hashed >> np.uint32(15)
        grams.append(hashed % np.uint32(BUCKETS))
    return np.concatenate(grams) if grams else np.zeros(1, dtype=np.uint32)


def _fold(piece: str) -> str:
    """Lower case, digits alike, runs of white space alike, and scripts without training data
    (or with too many letters) as one letter each: what is not known says nothing."""
    return " " + " ".join(piece.lower().translate(FOLDED).split()) + " "


class _Folding(dict[int, int]):
    """Maps a code point to its folded one; filled as letters are met, for the scripts below."""

    def __missing__(self, code: int) -> int:
        folded = _folded(code)
        if code < 0x3000:  # bounded: what lies above is not remembered
            self[code] = folded
        return folded


KEPT = (
    (0x00, 0x250),
    (0x370, 0x530),
    (0x590, 0x700),
    (0x900, 0x980),
    (0xE00, 0xE80),
    (0x1E00, 0x2070),
)
"""Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai, Vietnamese Latin, punctuation."""


def _folded(code: int) -> int:
    char = chr(code)
    if char.isdigit():
        return ord("0")
    if any(low <= code < high for low, high in KEPT):
        return code
    if 0x3040 <= code < 0x3100:
        return 0x3042
    if 0x3400 <= code < 0xA000 or 0x20000 <= code < 0x30000:
        return 0x4E00
    if 0xAC00 <= code < 0xD7B0:
        return 0xAC00
    return 0x0531 if char.isalpha() else 0x2022


FOLDED = _Folding()


@cache
def load_model() -> Model:
    """The shipped model; `ValueError` when the file is not the one this code was made for."""
    content = WEIGHTS.read_bytes()
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise ValueError(f"{WEIGHTS.name} has another checksum than the code expects.")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        weights = arrays["weights"].astype(np.float32) * float(arrays["scale"])
        return Model(weights, float(arrays["bias"]))
