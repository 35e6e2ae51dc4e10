"""The reader: each turn once, until it is told to forget."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.context.reader import KEPT, WHOLE, Reader
from aiguardian.processor import Deadline


class Counting:
    """A scorer that counts what it reads."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def score(self, texts: Sequence[str]) -> Any:
        self.read += texts
        size = len(texts)
        return SimpleNamespace(
            logits=np.zeros((size, 10), np.float32), embeddings=np.ones((size, 384), np.float32)
        )


def test_a_turn_is_read_once() -> None:
    scorer = Counting()
    reader = Reader(lambda: scorer)
    reader.read(["a", "b", "a"])
    reader.read(["b"])
    assert scorer.read == ["a", "b"]


def test_what_is_forgotten_is_read_again() -> None:
    scorer = Counting()
    reader = Reader(lambda: scorer)
    reader.read(["a"])
    reader.forget()
    reader.read(["a"])
    assert scorer.read == ["a", "a"]


def test_a_long_turn_is_read_at_both_ends() -> None:
    scorer = Counting()
    (reading,) = Reader(lambda: scorer).read(["x" * WHOLE + "y" * WHOLE])
    assert [text[0] for text in scorer.read] == ["x", "y"]
    assert np.linalg.norm(reading.embedding) == pytest.approx(1.0, abs=1e-4)


def test_no_more_is_kept_than_said() -> None:
    scorer = Counting()
    reader = Reader(lambda: scorer)
    reader.read([str(number) for number in range(KEPT + 1)])
    scorer.read.clear()
    reader.read(["0"])
    assert scorer.read == ["0"]


def test_a_passed_deadline_stops_it() -> None:
    with pytest.raises(DeadlineExceeded):
        Reader(Counting).read(["a"], Deadline(0.0))


def test_lone_surrogates_are_read() -> None:
    assert len(Reader(Counting).read(["\ud800"])) == 1
