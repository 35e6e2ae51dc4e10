"""The trunk, its heads and how they learn together. Needs torch and transformers; training only."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import AutoModel

from aiguardian.ml.encoder import HEADS, MAX_TOKENS
from aiguardian.ml.vocabulary import legible
from training.encoder_examples import Labelled

TOKENS_IN_BATCH = 1_024
RATE, HEAD_RATE = 1.5e-4, 2e-3
"""Chosen for this trunk on two cores in 2026-11: twice or half lose .01 AUC."""
WARM_UP = 0.05
SMOOTHING = 0.02
KEEP_MEANING = 2.0
"""Weight of the loss that holds sentence embeddings near the pretrained ones."""
TAUGHT_BATCHES = 8
"""Only each so-many-th batch asks the pretrained model, which costs a third of a step."""
FROZEN_LAYERS = 2
"""Lowest layers left as they are, with the word vectors: a fifth of the time saved."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as numbers, with labels, NaN where nothing is known."""

    ids: list[int]
    labels: Any  # (len(HEADS),)


class Network(nn.Module):
    """A sentence encoder with one linear head a question on its first and strongest tokens."""

    def __init__(self, folder: Path, attention: str = "sdpa") -> None:
        super().__init__()
        self.trunk = AutoModel.from_pretrained(
            str(folder),
            attn_implementation=attention,
            hidden_dropout_prob=0.0,  # one epoch does not overfit, and masks cost a tenth
            attention_probs_dropout_prob=0.0,
        )
        self.heads = nn.Linear(2 * self.trunk.config.hidden_size, len(HEADS))
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (n, heads) and unit embeddings (n, 384): the mean of the tokens, as pretrained."""
        states = self.trunk(input_ids=ids, attention_mask=mask).last_hidden_state
        return self.answers(states, mask)

    def answers(
        self, states: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits and embeddings from the trunk's states (n, tokens, 384)."""
        weights = mask.unsqueeze(-1).float()  # (n, tokens, 1)
        mean = (states * weights).sum(1) / weights.sum(1)
        strongest = (states - 1e4 * (1.0 - weights)).max(1).values
        logits = self.heads(torch.cat([states[:, 0], strongest], dim=1))
        return logits, nn.functional.normalize(mean, dim=1)


def tokens_of(rows: Sequence[Labelled], tokenizer: Any) -> list[Tokens]:
    """The rows for the network, cut at `MAX_TOKENS`."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    encoded = tokenizer.encode_batch([legible(row.text) for row in rows])
    return [
        Tokens(
            line.ids,
            np.array([row.labels.get(head, math.nan) for head in HEADS], dtype=np.float32),
        )
        for row, line in zip(rows, encoded, strict=True)
    ]


def batches(rows: Sequence[Tokens], rng: random.Random) -> list[list[int]]:
    """Places of the rows in batches of like length and `TOKENS_IN_BATCH`, in random order."""
    order = list(range(len(rows)))
    rng.shuffle(order)
    order.sort(key=lambda at: len(rows[at].ids))  # stable: random within a length
    made: list[list[int]] = []
    batch: list[int] = []
    for at in order:
        if batch and (len(batch) + 1) * len(rows[at].ids) > TOKENS_IN_BATCH:
            made.append(batch)
            batch = []
        batch.append(at)
    made.append(batch)
    rng.shuffle(made)
    return made


def padded(rows: Sequence[Tokens]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token numbers and mask of a batch, (n, longest)."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row.ids)] = torch.tensor(row.ids)
        mask[place, : len(row.ids)] = 1
    return ids, mask


def train(
    rows: Sequence[Tokens], folder: Path, *, seed: int = 0, epochs: int = 1, log: float = 30.0
) -> Network:
    """A network trained on the rows: AdamW, linear decay, the word vectors left as they are."""
    torch.manual_seed(seed)
    return tuned(Network(folder), rows, folder, seed=seed, epochs=epochs, log=log)


def tuned(
    network: Network,
    rows: Sequence[Tokens],
    folder: Path,
    *,
    seed: int,
    epochs: int = 1,
    rate: float = RATE,
    head_rate: float = HEAD_RATE,
    log: float = 30.0,
) -> Network:
    """The network after so many epochs more; `folder` holds the model whose meaning it keeps."""
    teacher = Network(folder).eval()
    for fixed in (network.trunk.embeddings, *network.trunk.encoder.layer[:FROZEN_LAYERS]):
        fixed.requires_grad_(requires_grad=False)
    rng = random.Random(seed)
    steps = [batch for _ in range(epochs) for batch in batches(rows, rng)]
    optimizer = torch.optim.AdamW(
        [
            {"params": list(_learning(network.trunk)), "lr": rate},
            {"params": list(network.heads.parameters()), "lr": head_rate},
        ],
        weight_decay=0.01,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: _share_of_rate(step, len(steps))
    )
    network.train()
    began = said = time.monotonic()
    for step, places in enumerate(steps):
        batch = [rows[place] for place in places]
        loss = _loss(network, teacher if step % TAUGHT_BATCHES == 0 else None, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if time.monotonic() - said > log:
            said = time.monotonic()
            print(
                f"step {step}/{len(steps)} loss {loss.item():.3f} {said - began:.0f} s", flush=True
            )
    return network.eval()


def _learning(module: nn.Module) -> Iterator[nn.Parameter]:
    return (parameter for parameter in module.parameters() if parameter.requires_grad)


def _share_of_rate(step: int, steps: int) -> float:
    warm = max(1, int(WARM_UP * steps))
    return step / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))


def _loss(network: Network, teacher: Network | None, batch: Sequence[Tokens]) -> torch.Tensor:
    ids, mask = padded(batch)
    labels = torch.tensor(np.stack([row.labels for row in batch]))
    known = ~labels.isnan()
    logits, embeddings = network(ids, mask)
    target = labels.nan_to_num(0.0) * (1 - 2 * SMOOTHING) + SMOOTHING
    each = nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    loss = (each * known).sum() / len(batch)
    if teacher is not None:
        with torch.no_grad():
            _, meant = teacher(ids, mask)
        loss = loss + KEEP_MEANING * (1.0 - (embeddings * meant).sum(1)).mean()
    return loss


def predict(network: Network, rows: Sequence[Tokens]) -> tuple[Any, Any]:
    """Logits (n, heads) and embeddings (n, 384) of the rows, as numpy arrays."""
    logits = np.zeros((len(rows), len(HEADS)), dtype=np.float32)
    embeddings = np.zeros((len(rows), 384), dtype=np.float32)
    with torch.inference_mode():
        for places in batches(rows, random.Random(0)):
            answer = network(*padded([rows[place] for place in places]))
            logits[places], embeddings[places] = answer[0].numpy(), answer[1].numpy()
    return logits, embeddings
