"""The form of keys: recognisable, checked, and random enough."""

from __future__ import annotations

import re

import pytest

from aiguardian.identity.api_key import digest, new_key, read_id


def test_a_new_key_begins_with_its_id_and_reads_back() -> None:
    name, text = new_key()
    assert re.fullmatch(r"agk_[0-9A-Za-z]{11}_[0-9A-Za-z]{49}", text)
    assert text.startswith(name + "_")
    assert read_id(text.encode()) == name


def test_keys_differ_in_every_part() -> None:
    drawn = [new_key() for _ in range(100)]
    assert len({name for name, _ in drawn}) == 100
    assert len({text[16:59] for _, text in drawn}) == 100


def test_the_smallest_and_the_largest_draw_have_the_same_form() -> None:
    for byte in (b"\x00", b"\xff"):
        name, text = new_key(lambda size, byte=byte: byte * size)  # type: ignore[misc]
        assert len(text) == 65
        assert read_id(text.encode()) == name


GOOD = new_key()[1]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "agk_",
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        " " + GOOD,
        GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"),
        GOOD[:20] + ("0" if GOOD[20] != "0" else "1") + GOOD[21:],
        GOOD[:5] + ("0" if GOOD[5] != "0" else "1") + GOOD[6:],
        GOOD.upper(),
        GOOD.replace("agk_", "sk-_"),
        GOOD[:30] + "ö" + GOOD[31:],
        "agk_'; DROP TABLE api_keys; --",
        "x" * 100_000,
    ],
)
def test_anything_else_is_no_key(given: str) -> None:
    assert read_id(given.encode()) is None


def test_a_digest_needs_the_pepper_and_the_whole_key() -> None:
    one = digest(GOOD.encode(), b"pepper")
    assert len(one) == 32
    assert one != digest(GOOD.encode(), b"another")
    assert one != digest(GOOD[:-1].encode(), b"pepper")
