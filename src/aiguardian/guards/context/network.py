"""A network with one hidden layer and a straight way past it, in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Network:
    """Log-odds from features, and from embeddings through a small projection."""

    mean: Any  # (features,)
    scale: Any  # (features,)
    projection: Any  # (384, k); k may be 0: the embeddings then count by their likeness only
    hidden: Any  # (features + 6 k, h)
    hidden_bias: Any  # (h,)
    out: Any  # (h,)
    straight: Any  # (features,)
    bias: Any  # ()

    def logits(self, features: Any, turn: Any, before: Any, lately: Any) -> Any:
        """(n,) from features (n, f) and three times embeddings (n, 384)."""
        told = (features - self.mean) / self.scale
        a, b, c = (4 * (one @ self.projection) for one in (turn, before, lately))
        joined = np.concatenate([told, a, b, c, a * b, a * c, b * c], axis=1)
        inner = np.maximum(joined @ self.hidden + self.hidden_bias, 0.0)
        return inner @ self.out + told @ self.straight + self.bias


def networks(held: dict[str, Any], kind: str) -> tuple[Network, ...]:
    """The networks in the arrays of a file, named `<kind>0.mean` and so on."""
    names = Network.__dataclass_fields__
    count = sum(name.startswith(kind) and name.endswith(".mean") for name in held)
    return tuple(
        Network(**{name: held[f"{kind}{number}.{name}"] for name in names})
        for number in range(count)
    )


def arrays_of(kind: str, group: tuple[Network, ...]) -> dict[str, Any]:
    """The arrays that `networks` reads."""
    return {
        f"{kind}{number}.{name}": getattr(network, name)
        for number, network in enumerate(group)
        for name in Network.__dataclass_fields__
    }


def logistic(value: Any) -> Any:
    """The logistic function, bounded so that its exponential is."""
    return 1.0 / (1.0 + np.exp(-np.clip(value, -30.0, 30.0)))
