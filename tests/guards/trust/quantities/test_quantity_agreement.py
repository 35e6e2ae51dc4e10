from __future__ import annotations

import pytest

from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.quantity import agrees


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        ("about 1.2 million", "1,187,342"),
        ("1.2 million", "1,187,342"),
        ("1.2 bn", "1,200 million"),
        ("45 %", "45.3 percent"),
        ("5 km", "5,000 m"),
        ("32 °F", "0 °C"),
        ("more than 50", "54"),
        ("at most 10", "10"),
        ("the 1990s", "12 March 1994"),
        ("after 1990", "1991"),
        ("before 2000", "May 1999"),
        ("costs 45", "$45"),
        ("a dozen", "12"),
        ("200,000", "198,540"),
    ],
)
def test_the_evidence_makes_the_claim_true(claimed: str, found: str) -> None:
    assert agrees(find_quantities(claimed)[0], find_quantities(found)[0])


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        ("45 %", "54 %"),
        ("1.2 million", "1.3 million"),
        ("200,000", "180,540"),
        ("100", "101"),
        ("1994", "the 1990s"),
        ("after 1990", "1990"),
        ("more than 50", "50"),
        ("at least 120", "at least 140"),
        ("5 km", "5 miles"),
        ("$45", "€45"),
        ("45 %", "$45"),
        ("over 600", "328 million"),
        ("over 7 million", "426 km"),
    ],
)
def test_the_evidence_does_not_make_the_claim_true(claimed: str, found: str) -> None:
    assert not agrees(find_quantities(claimed)[0], find_quantities(found)[0])
