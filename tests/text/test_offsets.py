"""Maps from a changed text back to the text it was made from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.text.offsets import Edit, Mapped, ReversedOffsets, RunOffsets, apply_edits


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    source = draw(st.text(max_size=40))
    cuts = sorted(draw(st.lists(st.integers(0, len(source)), max_size=8)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if start < end and (not edits or start >= edits[-1].end):
            new = draw(st.text(max_size=4))
            edits.append(Edit(start, end, new, one_to_one=len(new) == end - start))
    return source, edits


@given(edited())
def test_spans_stay_in_range_and_grow_with_what_they_cover(case: tuple[str, list[Edit]]) -> None:
    source, edits = case
    text, offsets = apply_edits(source, edits)
    spans = {
        (start, end): offsets.span(start, end)
        for start in range(len(text) + 1)
        for end in range(start, len(text) + 1)
    }
    for (start, end), (first, last) in spans.items():
        assert 0 <= first <= last <= len(source)
        if end < len(text):
            assert spans[start, end + 1][0] <= first
            assert spans[start, end + 1][1] >= last
        if start < end:
            assert first < last
    assert spans[0, len(text)] == (0, len(source))


@given(edited())
def test_what_no_edit_touched_maps_to_itself(case: tuple[str, list[Edit]]) -> None:
    source, edits = case
    text, offsets = apply_edits(source, edits)
    untouched = [edit.new for edit in edits if edit.one_to_one]
    covered = set()
    for at in range(len(text)):
        start, end = offsets.span(at, at + 1)
        covered.update(range(start, end))
        if end - start == 1 and not untouched and not any(e.start <= start < e.end for e in edits):
            assert source[start] == text[at]
    removed = {at for edit in edits if not edit.new for at in range(edit.start, edit.end)}
    assert covered >= set(range(len(source))) - removed if text else True


def test_steps_are_followed_back_from_the_last_to_the_first() -> None:
    first, one = apply_edits("see%40home", [Edit(3, 6, "@")])
    second, two = apply_edits(first, [Edit(0, 3, "")])
    mapped = Mapped("see%40home").then(first, one).then(second, two)
    assert mapped.text == "@home"
    assert mapped.original_span(0, 1) == (3, 6)
    assert mapped.original_span(1, 5) == (6, 10)
    assert mapped.original_span(0, 5) == (0, 10), "the whole stands for the whole"


def test_a_run_stands_for_itself_whole_and_a_reversed_one_is_mirrored() -> None:
    assert RunOffsets(4, 10, 30).span(1, 2) == (10, 30)
    assert RunOffsets(4, 10, 30).span(1, 1) == (10, 10)
    assert ReversedOffsets(10, 14).span(0, 1) == (13, 14)


@pytest.mark.parametrize("span", [(-1, 0), (2, 1), (0, 4)])
def test_a_span_outside_of_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(IndexError):
        Mapped("abc").original_span(*span)
