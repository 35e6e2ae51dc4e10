"""Pieces cover every word of a text, in order."""

from __future__ import annotations

import itertools

import pytest

from aiguardian.ml.pieces import LONGEST, SHORTEST, pieces


def read(text: str) -> list[str]:
    return [text[start:end] for start, end in pieces(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("Hi", ["Hi"]),
        ("First sentence here. Second one there.", ["First sentence here.", "Second one there."]),
        ("OK. That is the whole report.", ["OK. That is the whole report."]),
        ("这是第一句话，写得比较长。这是第二句话，也比较长。",
         ["这是第一句话，写得比较长。", "这是第二句话，也比较长。"]),
    ],
)  # fmt: skip
def test_a_text_is_cut_into_its_sentences(text: str, expected: list[str]) -> None:
    assert read(text) == expected


def test_lines_without_full_stops_are_cut_at_line_breaks() -> None:
    text = "\n".join(f"| {number:>3} | row of a table | value |" for number in range(60))
    found = read(text)
    assert len(found) > 5
    assert all(piece.startswith("|") and piece.endswith("|") for piece in found)


@pytest.mark.parametrize(
    "text", ["a" * 5_000, "word " * 900, ".\n" * 900, "x. " * 900, "😀" * 900, "a.\n\n" * 500]
)
def test_no_sign_is_lost_and_no_piece_is_too_long(text: str) -> None:
    spans = pieces(text)
    assert "".join(read(text)).replace(" ", "").replace("\n", "") == text.replace(" ", "").replace(
        "\n", ""
    )
    assert all(end - start <= LONGEST + SHORTEST for start, end in spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
