"""Train the small networks of ContextGuard (`guards/context/network.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from aiguardian.guards.context.network import Network

BATCH, RATE = 256, 4e-3


class Layers(torch.nn.Module):
    """What `Network` computes, with dropout."""

    def __init__(self, features: int, projected: int, hidden: int, drop: float) -> None:
        super().__init__()
        self.projection = torch.nn.Linear(384, projected, bias=False) if projected else None
        self.hidden = torch.nn.Linear(features + 6 * projected, hidden)
        self.out = torch.nn.Linear(hidden, 1, bias=False)
        self.straight = torch.nn.Linear(features, 1)
        self.drop = torch.nn.Dropout(drop)

    def forward(self, told: Any, turn: Any, before: Any, lately: Any) -> Any:
        joined = told
        if self.projection is not None:
            a, b, c = (4 * self.projection(one) for one in (turn, before, lately))
            joined = torch.cat([told, self.drop(torch.cat([a, b, c, a * b, a * c, b * c], 1))], 1)
        inner = self.drop(torch.relu(self.hidden(joined)))
        return (self.out(inner) + self.straight(told))[:, 0]


def fit(
    columns: Sequence[Any],
    labels: Any,
    weights: Any,
    *,
    projected: int,
    hidden: int,
    seed: int,
    steps: int = 2400,
    drop: float = 0.3,
    decay: float = 1e-2,
) -> Network:
    """A network; `columns` are the features (n, f) and, where `projected`, three times (n, 384)."""
    torch.manual_seed(seed)
    told, *vectors = (torch.tensor(column) for column in columns)
    target = torch.tensor(labels).float()
    weight = torch.tensor(weights / weights.mean()).float()
    mean, scale = told.mean(0), told.std(0) + 1e-3
    told = (told - mean) / scale
    layers = Layers(told.shape[1], projected, hidden, drop)
    optimizer = torch.optim.AdamW(layers.parameters(), RATE / 2, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    for _ in range(steps):
        rows = torch.randint(0, len(target), (BATCH,))
        near = [column[rows] for column in vectors] if projected else [None] * 3
        each = loss(layers(told[rows], *near), target[rows], reduction="none") * weight[rows]
        optimizer.zero_grad()
        each.mean().backward()
        optimizer.step()
        schedule.step()
    return _exported(layers, mean, scale)


def _exported(layers: Layers, mean: Any, scale: Any) -> Network:
    def array(one: Any) -> Any:
        return one.detach().numpy().astype(np.float16).astype(np.float32)

    has_projection = layers.projection is not None
    return Network(
        mean=array(mean),
        scale=array(scale),
        projection=array(layers.projection.weight).T
        if has_projection
        else np.zeros((384, 0), np.float32),
        hidden=array(layers.hidden.weight).T,
        hidden_bias=array(layers.hidden.bias),
        out=array(layers.out.weight)[0],
        straight=array(layers.straight.weight)[0],
        bias=array(layers.straight.bias)[0],
    )
