"""The work grows with the text and no faster, whatever the text repeats."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from aiguardian.guards.security.pii.find import find_pii
from benchmarks.hostile import HOSTILE

REPEATED = [
    "1", "1 ", "12-", "123.", "1:", ":", "::", "a:", "@", "a@", "a.", "a@b.", '"a@', "A1", "AB 12 ",
    "DE89", "DE89 ", "+1 ", "(1)", "(", "+49 30 901820 ", "0x" + "a" * 40 + " ", "bc1q", "P<UTO<<",
    "<", "1A" * 10 + " ", "born ", "born 1", "username: ", "username ", "twitter @", "passport ",
    "passport number is ", "zip ", "plate ", "age 3", "years old ", "1 years old ", "lat 1.1234 ",
    "1.1234, ", "12°", "4111 1111 1111 1111 ", "4111111111111111", "тел", "电话1", "é1", "\u0661",
    "000000-0000 ", "A" * 17 + "1 ", "-11", ".1111", "1.1.1.1.", "01 02 03 04 ", "𝟙", "İ1",
]  # fmt: skip


def _calls(text: str) -> int:
    """Function calls, built-in and our own, that one search makes: a clock that never varies."""
    count = 0

    def see(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    find_pii("warm +49 30 901820 @ \u0661")
    sys.setprofile(see)
    try:
        find_pii(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", REPEATED)
def test_twice_the_text_makes_at_most_twice_the_calls(piece: str) -> None:
    once = _calls(piece * (2_000 // len(piece)))
    twice = _calls(piece * (4_000 // len(piece)))
    assert twice <= 2.3 * once + 200


@pytest.mark.parametrize("name", HOSTILE, ids=map(repr, HOSTILE))
def test_a_hostile_text_is_read_to_its_end(name: str) -> None:
    find_pii(HOSTILE[name](32_768))


@pytest.mark.parametrize("piece", ["1", "@", "A", ":", "\x00", "1A", "<", "(", "9-"])
def test_a_long_text_of_one_thing_is_read(piece: str) -> None:
    find_pii(piece * (262_144 // len(piece)))


def test_a_caller_who_is_gone_stops_the_search() -> None:
    class Gone(Exception):
        pass

    def check() -> None:
        raise Gone

    with pytest.raises(Gone):
        find_pii("a", check=check)
