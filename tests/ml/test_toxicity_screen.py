from __future__ import annotations

import pytest

from aiguardian.ml.toxicity_screen import SHORT, doubtful

PLAIN = (
    "The quarterly report lists revenue by region and product line. The figures were taken from "
    "the ledger on the last day of the month. Please check the totals against the invoices in the "
    "shared folder and note every difference in the last column of the table. "
)
HATE = "I hope every single one of those disgusting idiots dies in agony."


def test_a_short_text_goes_to_the_encoder_whole() -> None:
    assert doubtful("You are all vermin.") == [(0, 19)]
    assert doubtful("") == [(0, 0)]


def test_of_a_long_text_only_what_is_in_doubt_is_read() -> None:
    text = PLAIN * 3 + HATE + " " + PLAIN * 3
    stretches = doubtful(text)
    at = text.index(HATE)
    assert any(start <= at and at + len(HATE) <= end for start, end in stretches)
    assert sum(end - start for start, end in stretches) < len(text) / 2


@pytest.mark.parametrize(
    "text", ["x" * 5_000, " \n" * 5_000, "漢字。" * 3_000, "a\ud800b " * 1_000]
)
def test_stretches_are_in_order_apart_and_inside_the_text(text: str) -> None:
    assert len(text) > SHORT
    place = 0
    for start, end in doubtful(text):
        assert place <= start < end <= len(text)
        place = end
