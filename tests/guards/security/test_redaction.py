"""Masks and placeholders take the whole of what is private, and nothing else."""

from __future__ import annotations

import pytest

from aiguardian.guards.security.hits import Hit, without_repeats
from aiguardian.guards.security.private import outside_secrets
from aiguardian.guards.security.redaction import mask, private_parts, redacted
from aiguardian.guards.security.schemas import Check


def hit(
    start: int, end: int, check: Check = "pii", kind: str = "PERSON", score: float = 0.9
) -> Hit:
    return Hit(check, kind, start, end, score, "test", "A test.")


@pytest.mark.parametrize(
    ("length", "stars"), [(1, 4), (4, 4), (5, 8), (16, 16), (17, 32), (1000, 32)]
)
def test_a_mask_tells_the_type_and_the_class_of_the_length(length: int, stars: int) -> None:
    assert mask(hit(0, length)) == f"[PERSON:{'*' * stars}]"


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ([], "0123456789"),
        ([hit(0, 2)], "[PERSON:****]23456789"),
        ([hit(8, 10), hit(0, 2)], "[PERSON:****]234567[PERSON:****]"),
        ([hit(0, 4), hit(2, 6)], "[PERSON:********]6789"),
        ([hit(0, 6), hit(2, 4, kind="X", score=1.0)], "[PERSON:********]6789"),
        ([hit(0, 2, check="links")], "0123456789"),
        ([hit(0, 10, check="secrets", kind="key")], "[KEY:****************]"),
    ],
)
def test_parts_are_replaced_apart_from_each_other(hits: list[Hit], expected: str) -> None:
    assert redacted("0123456789", private_parts(hits), mask) == expected


def test_of_two_hits_of_one_check_the_better_scored_stays() -> None:
    kept = without_repeats([hit(0, 5, score=0.6), hit(3, 8, score=0.9), hit(3, 8, check="links")])
    assert [(one.check, one.start) for one in kept] == [("pii", 3), ("links", 3)]


def test_personal_data_inside_a_credential_is_part_of_it() -> None:
    kept = outside_secrets([hit(0, 30, check="secrets"), hit(5, 20), hit(40, 50)])
    assert [one.start for one in kept] == [0, 40]
