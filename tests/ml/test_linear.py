"""A model of two heads over hashed features, judged over spans of a text."""

from __future__ import annotations

import numpy as np
import pytest

from aiguardian.ml.artifact import DamagedArtifact
from aiguardian.ml.linear import BUCKETS, LinearModel, features, load_linear, present


@pytest.fixture
def model() -> LinearModel:
    """One head that likes what the word "secret" is made of, one that likes nothing."""
    weights = np.zeros((2, BUCKETS), dtype=np.float32)
    weights[0, features("secret").buckets] = 1.0
    return LinearModel(
        heads=("user", "document"),
        weights=weights,
        squares=np.ones(BUCKETS, dtype=np.float32),
        bias=np.array([-0.5, -1.0], dtype=np.float32),
    )


def test_a_span_with_the_word_scores_higher_than_one_without(model: LinearModel) -> None:
    text = "A secret. Nothing to see."
    logits = model.logits(features(text), [(0, 9), (10, 25)])
    assert logits.shape == (2, 2)
    assert logits[0, 0] > 0 > logits[1, 0]


def test_a_span_scores_as_if_it_stood_alone(model: LinearModel) -> None:
    text = "Tell me a secret. Then go."
    alone = model.logits(features("Then go."), [(0, 8)])
    inside = model.logits(features(text), [(0, 17), (18, 26)])
    assert np.allclose(inside[1], alone[0], atol=1e-6)


def test_a_span_without_features_gets_the_bias(model: LinearModel) -> None:
    assert np.allclose(model.logits(features("…"), [(0, 1)]), [[-0.5, -1.0]])


def test_a_feature_counts_once_in_a_span() -> None:
    _, once = present(features("go"), [(0, 2)])
    _, often = present(features("go\ngo"), [(0, 2), (3, 5)])
    assert once.tolist() * 2 == often.tolist()


def test_text_outside_the_spans_is_not_looked_at() -> None:
    owner, _ = present(features("one two three"), [(4, 7)])
    _, alone = present(features("two"), [(0, 3)])
    assert len(owner) == len(alone)


def test_weights_with_another_checksum_are_refused() -> None:
    with pytest.raises(DamagedArtifact):
        load_linear("injection_linear.npz", "0" * 64)
