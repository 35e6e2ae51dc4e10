"""The injection rows as the linear model and the encoder learn from them: units, weights, folds.

A unit is a text or a piece of one with a label for each head. `user` judges what a user typed,
`document` judges pieces of a document for an instruction to the assistant.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aiguardian.ml.pieces import pieces
from training.sources import AUTHORED, Example, fold_key

HEADS = ("user", "document")
FOLDS = 5
LONGEST_WHOLE = 2_000
"""Code points of a user text taken whole; longer ones only by their pieces."""
PIECES_OF_BENIGN = 3
"""Pieces drawn from one benign text: a long transcript must not fill the training data."""
POWER = 0.5
"""A source's total weight grows with this power of its size; .25 and .75 gave the same."""
HARD_COUNTS = 4.0
"""How much more a harmless text full of trigger words weighs than another harmless one. At equal
false alarms on such texts of families left out, 3 finds 1.5 to 2.5 in a hundred attacks more than 1
in sources left out, and 6 one more but loses elsewhere (2026-11)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of text that trains one or both heads; None where it says nothing about a head."""

    text: str
    user: int | None
    document: int | None
    example: int
    """Index of the example it came from."""
    share: float
    """Its part in the weight of its example."""


def units(examples: Sequence[Example], seed: int = 0) -> list[Unit]:
    """What the heads learn from, in the order of the examples."""
    rng = random.Random(seed)
    made: list[Unit] = []
    for index, example in enumerate(examples):
        parts = list(_units(example, index, rng))
        made += [Unit(part.text, part.user, part.document, index, 1 / len(parts)) for part in parts]
    return made


def _units(example: Example, index: int, rng: random.Random) -> Iterator[Unit]:
    if example.label and example.origin == "user":
        yield from _of_attack(example.text, index)
    elif example.label:
        yield from _of_attacked_document(example, index, rng)
    else:
        document = 0 if example.origin == "document" else None
        yield Unit(example.text[:LONGEST_WHOLE], 0, document, index, 1)
        spans = pieces(example.text)
        if len(spans) > 1:
            for start, end in rng.sample(spans, min(PIECES_OF_BENIGN, len(spans))):
                yield Unit(example.text[start:end], 0, document, index, 1)


def _of_attack(text: str, index: int) -> Iterator[Unit]:
    """What a user typed to attack is an attack in a document too, if it is short."""
    if len(text) > LONGEST_WHOLE:
        yield Unit(text[:LONGEST_WHOLE], 1, None, index, 1)
        yield Unit(text[-LONGEST_WHOLE:], 1, None, index, 1)
    else:
        yield Unit(text, 1, 1 if len(pieces(text)) <= 3 else None, index, 1)


def _of_attacked_document(example: Example, index: int, rng: random.Random) -> Iterator[Unit]:
    """The attack, the pieces it lies in, and two pieces beside it that are benign."""
    text = example.text
    begin, finish = example.span or (0, min(len(text), LONGEST_WHOLE))
    yield Unit(text[begin:finish], None, 1, index, 1)
    spans = pieces(text)
    hit = [(start, end) for start, end in spans if start < finish and end > begin]
    if hit and example.span:
        yield Unit(text[hit[0][0] : hit[-1][1]], None, 1, index, 1)
    missed = [span for span in spans if span not in hit]
    for start, end in rng.sample(missed, min(2, len(missed))) if example.span else []:
        yield Unit(text[start:end], 0, 0, index, 1)


def weights_of(examples: Sequence[Example], made: Sequence[Unit], labels: Any) -> Any:
    """One weight a unit: a source's total grows with a power of its size, the classes are even."""
    sources = [
        f"{examples[unit.example].source}|{label}" for unit, label in zip(made, labels, strict=True)
    ]
    totals: dict[str, float] = defaultdict(float)
    for unit, source in zip(made, sources, strict=True):
        totals[source] += unit.share
    weight = np.array(
        [
            unit.share * totals[source] ** (POWER - 1) * _counts(examples[unit.example])
            for unit, source in zip(made, sources, strict=True)
        ]
    )
    for label in (0, 1):
        chosen = labels == label
        weight[chosen] *= len(labels) / 2 / weight[chosen].sum()
    return weight


def _counts(example: Example) -> float:
    return HARD_COUNTS if example.category == "benign_hard" else 1.0


def folds_of(examples: Sequence[Example], count: int = FOLDS) -> Any:
    """Fold of each example: keys dealt out largest first, attacks and benign apart; sources before
    our own families, so that a text of ours more leaves every source where it was."""
    attacks, benign = Counter[str](), Counter[str]()
    for example in examples:
        (attacks if example.label else benign)[fold_key(example)] += 1
    loads = np.zeros((count, 2))
    fold: dict[str, int] = {}
    for key in sorted(
        attacks | benign, key=lambda key: (is_family(key), -attacks[key], -benign[key], key)
    ):
        column = 0 if attacks[key] else 1
        fold[key] = int(np.argmin(loads[:, column]))
        loads[fold[key]] += attacks[key], benign[key]
    return np.array([fold[fold_key(example)] for example in examples])


def is_family(key: str) -> bool:
    """Whether a key of `fold_key` is a family of our own texts."""
    return key.startswith(AUTHORED + "|")


def language_folds(examples: Sequence[Example], count: int = FOLDS) -> Any:
    """Fold of each example by its language: those of one fold are all unseen together.

    English is in no fold (-1): it is what every model learns from.
    """
    attacks = Counter(example.lang for example in examples if example.label)
    order = sorted(
        {example.lang for example in examples} - {"en"}, key=lambda lang: (-attacks[lang], lang)
    )
    fold = {lang: index % count for index, lang in enumerate(order)} | {"en": -1}
    return np.array([fold[example.lang] for example in examples])
