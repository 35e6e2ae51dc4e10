from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.proxy.carriers.edits import Edit, applied, edits_between

texts = st.text(alphabet="ab @.\n", max_size=40)


@pytest.mark.parametrize(
    ("text", "output", "spans", "edits"),
    [
        ("", "", (), ()),
        ("same", "same", ((0, 4),), ()),
        ("to a@b.c now", "to [X] now", ((3, 8),), (Edit(3, 8, "[X]"),)),
        ("a@b.c d@e.f", "[X] [Y]", ((6, 11), (0, 5)), (Edit(0, 5, "[X]"), Edit(6, 11, "[Y]"))),
        ("ab", "[X]", ((0, 1), (1, 2)), (Edit(0, 2, "[X]"),)),
        ("word", "", ((0, 4),), (Edit(0, 4, ""),)),
        ("call bob now", "call [X] now", (), (Edit(5, 8, "[X]"),)),
        ("call bob now", "call [X] now", ((0, 2),), (Edit(5, 8, "[X]"),)),  # spans that don't fit
        ("x", "xy", ((5, 9),), (Edit(0, 1, "xy"),)),
    ],
)
def test_a_rewrite_is_found_as_edits(
    text: str, output: str, spans: tuple[tuple[int, int], ...], edits: tuple[Edit, ...]
) -> None:
    assert edits_between(text, output, spans) == edits


@given(texts, texts, st.lists(st.tuples(st.integers(-2, 45), st.integers(-2, 45)), max_size=4))
def test_the_edits_make_the_output_whatever_the_spans_say(
    text: str, output: str, spans: list[tuple[int, int]]
) -> None:
    edits = edits_between(text, output, spans)
    assert applied(text, edits) == output
    assert all(a.end <= b.start for a, b in pairwise(edits))


def test_two_very_long_texts_are_one_edit() -> None:
    text, output = "a " * 4000 + "z", "b " * 4000 + "z"
    assert edits_between(text, output) == (Edit(0, 7999, ("b " * 4000)[:-1]),)
