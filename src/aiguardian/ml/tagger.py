"""People, places, postal addresses and organisations in a text, in any of 40 languages.

A word is the sum of the table rows of its hashed features; three convolutions look at eight
tokens either side; the most probable well-formed sequence of labels gives the spans. Weights:
`weights/tagger.npz`, made by `training/tagger.py`, see its model card beside it.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from aiguardian.ml.tagger_features import (
    AMBIGUOUS,
    CALENDAR,
    COMMON,
    CUE,
    NAMES,
    STREET,
    Gazetteer,
    Tokens,
    feature_rows,
    tokenize,
)

Type = Literal["PERSON", "LOCATION", "ADDRESS", "ORGANIZATION"]
TYPES: tuple[Type, ...] = ("PERSON", "LOCATION", "ADDRESS", "ORGANIZATION")
LABELS = 1 + 2 * len(TYPES)
"""0 is outside; 1 + 2k begins a span of type k, 2 + 2k goes on in it."""

REACH = 8
"""Tokens either side that the convolutions see."""
CHUNK = 2_048
"""Tokens judged at once: 2 MB of working memory, and 5 ms between two looks at the clock."""
THRESHOLD = 0.5
LEAN = 2.3
"""Taken from the log-odds of being outside, for a missed name costs more than a false one: recall
.778 to .806 and precision .877 to .870 on presidio-research (train), where it was chosen."""
UNWITNESSED, OPENING = 0.95, 0.7
"""The least score of a span for which nothing speaks but the network, and of one whose only capital
may be that of its sentence. Chosen on ordinary texts in 33 languages and on presidio-research
(train): the false alarms in the former halve, of the latter's 1,313 names a dozen are lost."""
BEFORE = 5
"""Tokens before a span among which one that announces a name is looked for."""
_OPENED = frozenset(".!?\n。！？…")
"""First characters of tokens behind which prose writes a capital without naming anybody."""

WEIGHTS = Path(__file__).parent / "weights" / "tagger.npz"
WEIGHTS_SHA256 = "8f449fb4be7a192384b557f4f4706df729d8f61c0ae94503aa2b9ac2995fb615"


@dataclass(frozen=True, slots=True)
class Tagged:
    """A name: its type, half-open code-point span, and the probability that it is one."""

    type: Type
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution: `weights` are (taps * width_in, width_out), taps lie `step` tokens apart."""

    weights: Any
    bias: Any
    taps: int
    step: int


@dataclass(frozen=True, slots=True)
class Model:
    """The arrays as they are used, and the lists of words."""

    table: Any  # (ROWS, width), int8
    scale: Any  # (width,), float32
    places: Any  # (PLACES, width), float32
    layers: tuple[Layer, ...]
    output: Layer
    calibration: Any  # (n_types, 3): weight of the mean, of the least, and bias
    gazetteer: Gazetteer


def tag(
    text: str, *, check: Callable[[], None] | None = None, threshold: float = THRESHOLD
) -> list[Tagged]:
    """The names in a text, in order, none overlapping another. Linear.

    An address is one span from house number to country where they stand together. `check` is
    called every few milliseconds of work and may raise.
    """
    model = load_model()
    tokens = tokenize(text, check=check)
    if not tokens.keys:
        return []
    found = []
    for first, judged in judged_stretches(model, tokens, check):
        for label, begin, end in labelled_spans(judged):
            trimmed = _trimmed(text, tokens, first + begin, first + end)
            if trimmed is None:
                continue
            score = _score(model, label, judged[begin:end])
            needed = _needed(model, tokens, first + begin, first + end)
            if score >= max(threshold, needed):
                found.append(Tagged(TYPES[label], *trimmed, round(score, 3)))
    return found


def judged_stretches(
    model: Model, tokens: Tokens, check: Callable[[], None] | None
) -> Iterator[tuple[int, Any]]:
    """Stretches that may hold a name: number of the first token, (n_tokens, LABELS) of each."""
    count = len(tokens.keys)
    begin = 0
    while begin < count:
        if check is not None:
            check()
        end = min(count, begin + CHUNK)
        if end < count:
            end = _calm(tokens, begin, end)
        low, high = max(0, begin - REACH), min(count, end + REACH)
        vectors, candidates = _vectors(model, tokens, low, high)
        regions = [
            (a + begin - low, b + begin - low)
            for a, b in _regions(candidates[begin - low : end - low])
        ]
        yield from ((low + left, judged) for left, judged in _apart(model, vectors, regions))
        begin = end


def _apart(model: Model, vectors: Any, regions: list[tuple[int, int]]) -> Iterator[tuple[int, Any]]:
    """(first token, probabilities) of each region, all from one run of the network over the
    tokens within `REACH` of them."""
    wanted = np.zeros(len(vectors), dtype=bool)
    for left, right in regions:
        wanted[max(0, left - REACH) : right + REACH] = True
    places = np.cumsum(wanted) - 1
    judged = probabilities(model, vectors[wanted])
    for left, right in regions:
        yield left, judged[places[left] : places[right - 1] + 1]


def _calm(tokens: Tokens, begin: int, end: int) -> int:
    """Where to end a chunk: at a line break in its last quarter, else where it is."""
    for at in range(end, end - CHUNK // 4, -1):
        if tokens.keys[at][0] == "\n" and at > begin:
            return at
    return end


def _vectors(model: Model, tokens: Tokens, low: int, high: int) -> tuple[Any, Any]:
    """(n_tokens, width) float32, and for each token whether a name may be there."""
    words = [word(key) for key in tokens.keys[low:high]]
    places = tokens.places[low:high]
    vectors = np.concatenate([each.vector for each in words]).reshape(len(words), -1)
    vectors += model.places[places]
    levels = np.array([each.level for each in words], dtype=np.int8)
    return vectors, levels - (places >= 3) > 0


def _regions(candidates: Any) -> list[tuple[int, int]]:
    """Half-open stretches of candidates with `MARGIN` tokens around them."""
    at = np.flatnonzero(candidates)
    if not len(at):
        return []
    gaps = np.flatnonzero(np.diff(at) > 2 * MARGIN)
    lefts = np.concatenate((at[:1], at[gaps + 1])) - MARGIN
    rights = np.concatenate((at[gaps], at[-1:])) + MARGIN + 1
    size = len(candidates)
    return [(max(0, int(a)), min(size, int(b))) for a, b in zip(lefts, rights, strict=True)]


MARGIN = 4
"""Tokens around a candidate that may belong to its span: house number, "of the"."""


def probabilities(model: Model, vectors: Any) -> Any:
    """(n_tokens, LABELS) probabilities for (n_tokens, width) vectors."""
    hidden = vectors
    for number, layer in enumerate(model.layers):
        out = np.maximum(_convolved(layer, hidden), 0.0)
        hidden = out if number == 0 else hidden + out
    scores = hidden @ model.output.weights + model.output.bias
    scores[:, 0] -= LEAN
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    return scores / scores.sum(axis=1, keepdims=True)


def _convolved(layer: Layer, hidden: Any) -> Any:
    count, width = hidden.shape
    edge = layer.taps // 2 * layer.step
    padded = np.zeros((count + 2 * edge, width), dtype=np.float32)
    padded[edge : edge + count] = hidden
    out = np.repeat(layer.bias[None], count, axis=0)
    for tap in range(layer.taps):
        at = tap * layer.step
        out += padded[at : at + count] @ layer.weights[tap * width : (tap + 1) * width]
    return out


@dataclass(frozen=True, slots=True)
class Word:
    """What is kept of a word: its vector, and how likely it belongs to a name."""

    vector: Any  # (width,), float32
    level: int
    """0 no candidate, 1 a candidate unless it may begin a sentence, 2 a candidate anywhere."""


@lru_cache(maxsize=8_192)
def word(key: str) -> Word:
    """What a token's key says by itself; 6 MB when the cache is full."""
    model = load_model()
    rows = model.table[feature_rows(key, model.gazetteer)]
    vector = rows.sum(axis=0, dtype=np.float32) * model.scale
    return Word(vector, _level(key, model.gazetteer))


def _level(key: str, gazetteer: Gazetteer) -> int:
    first = key[0]
    if first == "\0":
        return 2
    if not first.isalpha():
        return 0
    low = key.lower()
    bits = gazetteer.bits(low)
    if bits & (CUE | STREET):
        return 2
    if key == low and key != key.upper():  # lower case, in a script that has upper case
        return 2 if bits & NAMES and not bits & (COMMON | AMBIGUOUS | CALENDAR) else 0
    return 1 if bits & (COMMON | CALENDAR) else 2


def labelled_spans(judged: Any) -> list[tuple[int, int, int]]:
    """(type, first token, end token) of the most probable well-formed labelling (Viterbi): what
    goes on in a type follows only what began it or goes on in it."""
    spans: list[tuple[int, int, int]] = []
    for begin, end in _runs(1.0 - judged[:, 0] >= FAINT):
        labels = _best_labels(np.log(judged[begin:end] + 1e-9).tolist())
        for at, label in enumerate(labels, begin):
            if label % 2:
                spans.append((label // 2, at, at + 1))
            elif label:
                spans[-1] = (spans[-1][0], spans[-1][1], at + 1)
    return spans


FAINT = 0.05
"""Probability of being in a name below which a token is outside without a search."""


def _runs(chosen: Any) -> list[tuple[int, int]]:
    """Half-open stretches of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], chosen, [False])))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _best_labels(scores: list[list[float]]) -> list[int]:
    """A label for each row of (n_tokens, LABELS) log probabilities. 3 microseconds a row."""
    reached = [scores[0][label] if label % 2 or not label else -1e9 for label in range(LABELS)]
    came_from: list[list[int]] = []
    for row in scores[1:]:
        best = max(range(LABELS), key=reached.__getitem__)
        back = [best] * LABELS
        for label in range(2, LABELS, 2):
            back[label] = label if reached[label] >= reached[label - 1] else label - 1
        reached = [reached[back[label]] + row[label] for label in range(LABELS)]
        came_from.append(back)
    label = max(range(LABELS), key=reached.__getitem__)
    labels = [label]
    for back in reversed(came_from):
        label = back[label]
        labels.append(label)
    return labels[::-1]


def _trimmed(text: str, tokens: Tokens, begin: int, end: int) -> tuple[int, int] | None:
    """Code points of a span without signs and white space around it; None without a letter, or
    of a single one, which is more often a list's number or a word of its script than a name."""
    start, stop = tokens.starts[begin], tokens.ends[end - 1]
    while start < stop and not text[start].isalnum():
        start += 1
    while stop > start and not (text[stop - 1].isalnum() or text[stop - 1] == "."):
        stop -= 1
    piece = text[start:stop]
    return (start, stop) if len(piece) > 1 and any(map(str.isalpha, piece)) else None


def _needed(model: Model, tokens: Tokens, begin: int, end: int) -> float:
    """The least score of a span: none where a word of it is on a list, has a capital within a
    sentence, or stands behind one that announces a name."""
    keys, listed = tokens.keys, model.gazetteer.of_token
    if any(listed(key) & (NAMES | STREET) for key in keys[begin:end]):
        return 0.0
    if any(listed(key) & (CUE | STREET) for key in keys[max(0, begin - BEFORE) : begin]):
        return 0.0
    capitals = [at for at in range(begin, end) if keys[at][0].isupper()]
    if any(not _opens(keys, at) for at in capitals):
        return 0.0
    return OPENING if capitals else UNWITNESSED


def _opens(keys: list[str], at: int) -> bool:
    """Whether a sentence may begin with a token; not behind an initial and its point."""
    if not at:
        return True
    initial = at > 1 and keys[at - 1] == "." and len(keys[at - 2]) == 1
    return keys[at - 1][0] in _OPENED and not initial


def evidence(kind: int, judged: Any) -> tuple[float, float]:
    """Logits of the mean and of the least probability of a type over the tokens of a span."""
    of_type = judged[:, 1 + 2 * kind] + judged[:, 2 + 2 * kind]
    return _logit(float(of_type.mean())), _logit(float(of_type.min()))


def _score(model: Model, kind: int, judged: Any) -> float:
    mean, least = evidence(kind, judged)
    weights = model.calibration[kind]
    score = float(weights[0] * mean + weights[1] * least + weights[2])
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))


def _logit(probability: float) -> float:
    clipped = min(0.9999, max(0.0001, probability))
    return math.log(clipped / (1.0 - clipped))


@cache
def load_model() -> Model:
    """The shipped model; `ValueError` when the file is not the one this code was made for."""
    content = WEIGHTS.read_bytes()
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise ValueError(f"{WEIGHTS.name} has another checksum than the code expects.")
    return unpacked(content)


def unpacked(content: bytes) -> Model:
    """The model in the bytes of an .npz."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        layers = tuple(
            Layer(
                arrays[f"weights{number}"].astype(np.float32),
                arrays[f"bias{number}"].astype(np.float32),
                taps,
                step,
            )
            for number, (taps, step) in enumerate(arrays["shape"].tolist())
        )
        return Model(
            arrays["table"],
            arrays["scale"].astype(np.float32),
            arrays["places"].astype(np.float32),
            layers[:-1],
            layers[-1],
            arrays["calibration"],
            Gazetteer(np.cumsum(arrays["hash_steps"], dtype=np.uint32), arrays["bits"]),
        )
