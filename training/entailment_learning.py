"""How the judge of `entailment_network.py` learns: lower layers once, then an epoch of it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from aiguardian.ml.entailment import CLAIM_TOKENS, PREMISE_TOKENS
from aiguardian.ml.session import inference_session
from aiguardian.ml.vocabulary import DIMENSIONS, Vocabulary
from training.encoder_export import write_body
from training.entailment_network import Judge, Lower
from training.entailment_pairs import Pair

TOKENS_IN_BATCH = 1_024
RATE = 5e-4
WARM_UP = 0.05
SMOOTHING = 0.03
"""The labels of crowds and of our edits are wrong about as often."""
PADDING = 2


@dataclass(frozen=True, slots=True)
class Encoded:
    """Texts one after another: token numbers and states, text k from `begins[k]` on."""

    ids: Any  # (tokens,)
    states: Any  # (tokens, 384), float16
    begins: Any  # (texts + 1,)
    pairs: list[tuple[int, int]]
    """Places of premise and claim for each pair that was encoded, in order."""

    def length(self, pair: int) -> int:
        """Tokens of both texts of a pair."""
        return sum(int(self.begins[text + 1] - self.begins[text]) for text in self.pairs[pair])


def encode(pairs: Iterable[Pair], vocabulary: Vocabulary, folder: Path, out: Path) -> Encoded:
    """Each text once, by the lower layers as they ship, in 8 bits."""
    path = out / "lower.onnx"
    example = {"words": torch.randn(2, 16, DIMENSIONS), "parts": torch.zeros(2, 16).long()}
    write_body(Lower(folder), example, ["states"], path)
    session = inference_session(path)
    texts: dict[tuple[int, ...], int] = {}

    def place(text: str, most: int) -> int:
        return texts.setdefault(tuple(vocabulary.ids(text, most=most)), len(texts))

    places = [(place(p.premise, PREMISE_TOKENS), place(p.claim, CLAIM_TOKENS)) for p in pairs]
    begins = np.cumsum([0, *map(len, texts)])
    states = np.empty((begins[-1], DIMENSIONS), dtype=np.float16)
    for ids, number in texts.items():
        given = {
            "words": vocabulary.vectors(list(ids))[np.newaxis],
            "parts": np.zeros((1, len(ids)), np.int64),
        }
        states[begins[number] : begins[number + 1]] = session.run(None, given)[0][0]
    return Encoded(np.concatenate([np.array(ids) for ids in texts]), states, begins, places)


class Reader:
    """Gives batches of encoded pairs as tensors."""

    def __init__(self, encoded: Encoded, vocabulary: Vocabulary) -> None:
        self._encoded = encoded
        self._words = vocabulary.vectors(list(range(int(encoded.ids.max()) + 1)))

    def batches(self, places: Sequence[int], rng: random.Random) -> list[list[int]]:
        """The pairs in batches of like length and `TOKENS_IN_BATCH`, in random order."""
        lengths = {place: self._encoded.length(place) for place in places}
        order = list(places)
        rng.shuffle(order)
        order.sort(key=lambda place: lengths[place] // 8)
        made: list[list[int]] = [[]]
        for place in order:
            if made[-1] and (len(made[-1]) + 1) * lengths[place] > TOKENS_IN_BATCH:
                made.append([])
            made[-1].append(place)
        rng.shuffle(made)
        return made

    def tensors(self, places: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Words, states and parts of the pairs, (n, tokens, …), premise before claim."""
        encoded = self._encoded
        longest = max(encoded.length(place) for place in places)
        words = np.zeros((len(places), longest, DIMENSIONS), dtype=np.float32)
        states = np.zeros_like(words)
        parts = np.full((len(places), longest), PADDING)
        for row, place in enumerate(places):
            at = 0
            for part, text in enumerate(encoded.pairs[place]):
                begin, end = encoded.begins[text], encoded.begins[text + 1]
                span = slice(at, at + end - begin)
                words[row, span] = self._words[encoded.ids[begin:end]]
                states[row, span] = encoded.states[begin:end]
                parts[row, span] = part
                at += end - begin
        return torch.from_numpy(words), torch.from_numpy(states), torch.from_numpy(parts)


def tune(
    judge: Judge, reader: Reader, labels: Any, places: Sequence[int], *, seed: int, epochs: int
) -> Judge:
    """The judge after so many epochs over the pairs at `places`; labels (pairs, 2), NaN unknown."""
    rng = random.Random(seed)
    steps = [batch for _ in range(epochs) for batch in reader.batches(places, rng)]
    optimizer = torch.optim.AdamW(judge.parameters(), lr=RATE, weight_decay=0.01, fused=True)
    warm = max(1, int(WARM_UP * len(steps)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda at: min(at / warm, (len(steps) - at) / max(1, len(steps) - warm))
    )
    began = said = time.monotonic()
    losses: list[float] = []
    judge.train()
    for step, batch in enumerate(steps):
        loss = _loss(judge(*reader.tensors(batch)), torch.from_numpy(labels[batch]))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if time.monotonic() - said > 30:
            said = time.monotonic()
            mean = np.mean(losses[-100:])
            print(f"step {step}/{len(steps)} loss {mean:.3f} {said - began:.0f} s", flush=True)
    return judge.eval()


def _loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    known = ~labels.isnan()
    target = labels.nan_to_num(0.0) * (1 - 2 * SMOOTHING) + SMOOTHING
    each = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (each * known).sum() / len(labels)
