"""Placeholders are found again as models write them, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from aiguardian.text.placeholders import names_in, restored

VALUES = {"EMAIL_ADDRESS_1": "jane@example.org", "PERSON_1": "Jane", "PERSON_12": "Ann"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Write to [EMAIL_ADDRESS_1].", "Write to jane@example.org."),
        ("write to [email_address_1]!", "write to jane@example.org!"),
        ("**[Person_1]**'s book", "**Jane**'s book"),
        (r"\[EMAIL\_ADDRESS\_1\]", "jane@example.org"),
        ("[EMAIL ADDRESS 1]", "jane@example.org"),
        ("[ PERSON-1 ]", "Jane"),
        ("[PERSON_1.] Next", "Jane. Next"),
        ("PERSON_1 said", "Jane said"),
        ("person_1, person_12", "Jane, Ann"),
        ("[PERSON_12][PERSON_1]", "AnnJane"),
        ("[[PERSON_1]]", "[Jane]"),
        ("[PERSON_2] and [Figure 1]", "[PERSON_2] and [Figure 1]"),
        ("XPERSON_1 PERSON_1X my_person_1", "XPERSON_1 PERSON_1X my_person_1"),
        ("person 1 of 3", "person 1 of 3"),
    ],
)
def test_values_are_put_back(text: str, expected: str) -> None:
    assert restored(text, VALUES)[0] == expected


def test_what_was_put_back_is_not_read_again() -> None:
    assert restored("[A_1]", {"A_1": "[B_1] B_1", "B_1": "wrong"}) == ("[B_1] B_1", 1)


def test_names_in_knows_all_that_would_be_replaced() -> None:
    assert {"PERSON_1", "PERSON_2"} <= names_in("[Person 1] and person_2")


@pytest.mark.parametrize("piece", ["[", "[A_", "A_", "[A B", "\\[", "a-", "[A_1.", "A"])
def test_hostile_text_takes_linear_steps(piece: str) -> None:
    assert restored(piece * 100_000, VALUES)[1] == 0
