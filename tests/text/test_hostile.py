"""Hostile texts come to an end: a quadratic step would run into the time limit of the suite."""

from __future__ import annotations

import pytest

from aiguardian.text.normalize import normalize
from aiguardian.text.views import decoded_views
from aiguardian.text.windows import windows
from benchmarks.hostile import HOSTILE

SIZE = 131_072


@pytest.mark.parametrize("name", HOSTILE, ids=map(repr, HOSTILE))
def test_a_hostile_text_is_read_to_its_end(name: str) -> None:
    text = HOSTILE[name](SIZE)
    plain = normalize(text)
    views, unread = decoded_views(plain.mapped, plain.hidden)
    assert unread == []
    covered = 0
    for window in windows(plain.mapped.text):
        covered = window.end
    assert covered == len(plain.mapped.text)
    assert sum(len(view.text) for view in views) <= 8 * SIZE
