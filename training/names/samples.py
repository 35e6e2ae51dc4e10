"""Tokens as numbers of word types, labels, and batches of both."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import torch

from aiguardian.ml import tagger_features as features
from aiguardian.ml.tagger import TYPES
from aiguardian.ml.tagger_features import Gazetteer, Tokens, feature_rows, tokenize
from training.names import real
from training.names.lists import known_names
from training.names.writer import Document

GAP = 8
"""Empty tokens between two documents of a batch: as far as the convolutions see."""


class Encoder:
    """Turns tokens into numbers of word types; a type is a list of table rows."""

    def __init__(self, lists: Gazetteer) -> None:
        self.lists = lists
        self.types: dict[tuple[str, int, bool], int] = {}
        self.rows: list[list[int]] = []

    def type_of(self, key: str, *, hidden: int, bare: bool) -> int:
        known = self.types.get((key, hidden, bare))
        if known is None:
            known = self.types[key, hidden, bare] = len(self.rows)
            self.rows.append(feature_rows(key, self.lists, hidden=hidden, bare=bare))
        return known

    def plain(self, tokens: Tokens) -> list[int]:
        """Types with every feature."""
        return [self.type_of(key, hidden=0, bare=False) for key in tokens.keys]

    def hiding(self, rng: random.Random, tokens: Tokens, labels: list[int]) -> list[int]:
        """Types of which some forget what the lists and the word itself say.

        A whole name forgets at once: that is how a name looks that nobody listed.
        """
        found = []
        hidden, bare = 0, False
        places = tokens.places.tolist()
        for at, (key, label) in enumerate(zip(tokens.keys, labels, strict=True)):
            opens = places[at] >= 3 and key[0].isupper()
            if label <= 0:
                hidden = COMMONNESS if rng.random() < (0.3 if opens else 0.05) else 0
                bare = rng.random() < (0.3 if opens else 0.05)
            elif label % 2:
                kind = rng.random() * (2.0 if opens and label == 1 else 1.0)
                hidden = features.NAMES | features.PROPER if kind < 0.45 else 0
                bare = kind < 0.6
            found.append(self.type_of(key, hidden=hidden, bare=bare))
        return found


COMMONNESS = features.COMMON | features.AMBIGUOUS
"""Bits that say that a word is no name; hidden too, most at the beginning of a sentence."""


def labels_of(document: Document, tokens: Tokens) -> list[int]:
    """A label for each token from the spans of a document."""
    labels = [0] * len(tokens.keys)
    at = 0
    for start, end, kind in sorted(document.spans):
        while at < len(labels) and tokens.ends[at] <= start:
            at += 1
        begin = 1
        while at < len(labels) and tokens.starts[at] < end:
            labels[at] = 2 * TYPES.index(kind) + (1 if begin else 2)
            begin = 0
            at += 1
    return labels


def real_samples(
    rng: random.Random,
    groups: dict[str, list[tuple[str, Tokens]]],
    encoder: Encoder,
    lower: Counter[str],
) -> list[tuple[Tokens, list[int]]]:
    """Tokens and certain labels of real text, and title-cased sentences without names."""
    known = known_names()
    made = []
    for group, each in sorted(groups.items()):
        for text, tokens in each:
            made.append((tokens, real.certain_labels(group, tokens, encoder.lists, known, lower)))
            if group in real.CODE:
                continue
            for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
                cased = real.title_cased(rng, sentence) if rng.random() < 0.5 else None
                if cased and not any(
                    encoder.lists.bits(key.lower()) & features.NAMES
                    and not encoder.lists.bits(key.lower()) & features.COMMON
                    for key in tokenize(cased).keys
                ):
                    cased_tokens = tokenize(cased)
                    made.append((cased_tokens, [0] * len(cased_tokens.keys)))
    return made


Sample = tuple[list[int], list[int], list[int]]
"""Types, places and labels of the tokens of one document."""


def batches(rng: random.Random, samples: list[Sample], size: int) -> Iterator[list[Sample]]:
    """The samples in random order, about `size` tokens at a time."""
    order = list(range(len(samples)))
    rng.shuffle(order)
    held: list[Sample] = []
    total = 0
    for at in order:
        held.append(samples[at])
        total += len(samples[at][0]) + GAP
        if total >= size:
            yield held
            held, total = [], 0
    if held:
        yield held


def tensors(batch: list[Sample], rows: list[list[int]]) -> tuple[Any, ...]:
    """What `Network.forward` wants, and the labels: documents in a row with gaps between."""
    which: list[int] = []
    place: list[int] = []
    labels: list[int] = []
    mask: list[float] = []
    numbers: dict[int, int] = {}
    for types, their_places, their_labels in batch:
        which += [numbers.setdefault(each, len(numbers)) for each in types] + [0] * GAP
        place += their_places + [0] * GAP
        labels += their_labels + [-1] * GAP
        mask += [1.0] * len(types) + [0.0] * GAP
    flat: list[int] = []
    offsets = []
    for each in numbers:
        offsets.append(len(flat))
        flat += rows[each]
    return (
        *(torch.tensor(each) for each in (flat, offsets, which, place)),
        torch.tensor(mask),
        torch.tensor(labels),
    )
