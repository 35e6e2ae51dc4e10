"""What the guard needs of the models of entailment and support; `aiguardian.ml` has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from aiguardian.processor import Deadline


class Entailment(Protocol):
    """Reads a premise and a claim together."""

    def judge(
        self, pairs: Sequence[tuple[str, str]], deadline: Deadline
    ) -> list[tuple[float, float]]:
        """For each pair (premise, claim) the probabilities that it is supported and that it is
        contradicted."""
        ...


class Combiner(Protocol):
    """Makes probabilities of features; the module `aiguardian.ml.support` is one."""

    def support(self, features: Mapping[str, float]) -> float:
        """The probability that a claim is grounded."""
        ...

    def risk(self, supports: Sequence[float]) -> float:
        """The probability that some claim of a text is not."""
        ...


class ShippedEntailment:
    """The model in `aiguardian.ml.entailment`. Its weights are read when it first judges."""

    def judge(
        self, pairs: Sequence[tuple[str, str]], deadline: Deadline
    ) -> list[tuple[float, float]]:
        """What the model says."""
        from aiguardian.ml.entailment import load_entailment

        return load_entailment().judge(pairs, deadline)


def shipped_combiner() -> Combiner:
    """The fitted curves in `aiguardian.ml`. They are read when they are first asked."""
    from aiguardian.ml import support

    return cast(Combiner, support)
