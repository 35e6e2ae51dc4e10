from __future__ import annotations

from itertools import pairwise

import pytest

from aiguardian.guards.security.pii.address_parts import parted
from aiguardian.guards.security.pii.entity import Entity

PARTS = [
    ("12 Elm Grove Road", [("ADDRESS", "12 Elm Grove Road")]),
    (
        "4 Oak Lane, Apt. 12, Springfield, IL 62704, USA",
        [
            ("ADDRESS", "4 Oak Lane, Apt. 12"),
            ("LOCATION", "Springfield, IL"),
            ("POSTAL_CODE", "62704"),
            ("LOCATION", "USA"),
        ],
    ),
    (
        "Lindenstraße 14b\n10969 Berlin\nDeutschland",
        [
            ("ADDRESS", "Lindenstraße 14b"),
            ("POSTAL_CODE", "10969"),
            ("LOCATION", "Berlin\nDeutschland"),
        ],
    ),
    (
        "10 Downing Street\nLondon SW1A 2AA",
        [("ADDRESS", "10 Downing Street"), ("LOCATION", "London"), ("POSTAL_CODE", "SW1A 2AA")],
    ),
    (
        "Prinsengracht 263, 1016 GV Amsterdam",
        [
            ("ADDRESS", "Prinsengracht 263"),
            ("POSTAL_CODE", "1016 GV"),
            ("LOCATION", "Amsterdam"),
        ],
    ),
    ("> 40 Kuja 5\n> ESPOO", [("ADDRESS", "> 40 Kuja 5"), ("LOCATION", "ESPOO")]),
    ("PSC 4115, Box 7815\nAPO AA 41945", [("ADDRESS", "PSC 4115, Box 7815\nAPO AA 41945")]),
    ("Springfield, Illinois", [("ADDRESS", "Springfield, Illinois")]),
    ("5 Main St, 12", [("ADDRESS", "5 Main St, 12")]),
]


@pytest.mark.parametrize(("text", "expected"), PARTS, ids=[row[0][:20] for row in PARTS])
def test_an_address_is_parted_into_street_code_and_town(
    text: str, expected: list[tuple[str, str]]
) -> None:
    whole = Entity("ADDRESS", 3, 3 + len(text), 0.8, "tagger", validated=False)
    shown = f"at {text}."
    found = [(part.type, shown[part.start : part.end]) for part in parted(shown, whole)]
    assert found == expected


def test_only_separators_are_left_uncovered() -> None:
    text = "1 A St, Apt 2,\n 12345 Somewhere - East, 999 12 ,;\n\t> Land"
    parts = list(parted(text, Entity("ADDRESS", 0, len(text), 0.8, "t", validated=False)))
    left = list(text)
    for part in parts:
        left[part.start : part.end] = " " * (part.end - part.start)
    assert not any(char.isalnum() for char in left)
    assert all(one.end <= two.start for one, two in pairwise(parts))


def test_a_very_long_address_is_parted_in_linear_time() -> None:
    text = "1 A St" + ",\n12345 Town" * 20_000
    whole = Entity("ADDRESS", 0, len(text), 0.8, "tagger", validated=False)
    assert len(list(parted(text, whole))) == 40_001
