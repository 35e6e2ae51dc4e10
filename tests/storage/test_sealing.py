"""What is sealed opens with its key, in its place, and across a change of SECRET_KEY."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aiguardian.processor import Deadline
from aiguardian.settings.groups import Access, Secret
from aiguardian.storage.engine import Database
from aiguardian.storage.pseudonym_table import PseudonymTable
from aiguardian.storage.sealing import Seal, Secrets, Unreadable, derived_key, key_id, secrets_of
from aiguardian.storage.turn_table import TurnTable
from aiguardian.storage.turns import NewTurn, Owner

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = b"row 1"


@pytest.mark.parametrize("value", ["", "value", "ö 🙂 \ud800", "x" * 100_000])
def test_a_value_opens_again_in_its_place_only(value: str) -> None:
    seal = Seal((NEW,))
    sealed = seal.close(value, bound_to=PLACE)
    assert seal.open(sealed, bound_to=PLACE) == value
    with pytest.raises(Unreadable):
        seal.open(sealed, bound_to=b"row 2")


def test_any_of_the_keys_opens_and_the_first_closes() -> None:
    before, now = Seal((OLD,)), Seal((NEW, OLD))
    assert now.open(before.close("v", bound_to=PLACE), bound_to=PLACE) == "v"
    closed = now.close("v", bound_to=PLACE)
    assert closed[:4].hex() == key_id(NEW)
    assert Seal((NEW,)).open(closed, bound_to=PLACE) == "v"
    with pytest.raises(Unreadable):
        before.open(closed, bound_to=PLACE)


def test_what_was_sealed_before_there_were_ids_opens() -> None:
    nonce = os.urandom(12)
    written = nonce + AESGCM(OLD).encrypt(nonce, b"v", PLACE)
    assert Seal((NEW, OLD)).open(written, bound_to=PLACE) == "v"
    unlucky = bytes.fromhex(key_id(OLD)) + bytes(8)  # a nonce that begins as the key's id does
    written = unlucky + AESGCM(OLD).encrypt(unlucky, b"v", PLACE)
    assert Seal((NEW, OLD)).open(written, bound_to=PLACE) == "v"


@pytest.mark.parametrize("change", [0, 4, 10, 20, -1])
def test_a_changed_byte_is_seen(change: int) -> None:
    seal = Seal((NEW,))
    sealed = bytearray(seal.close("value", bound_to=PLACE))
    sealed[change] ^= 1
    with pytest.raises(Unreadable):
        seal.open(bytes(sealed), bound_to=PLACE)


@pytest.mark.parametrize("junk", [b"", b"x", bytes(15), bytes(40)])
def test_what_is_no_sealed_value_is_unreadable(junk: bytes) -> None:
    with pytest.raises(Unreadable):
        Seal((NEW,)).open(junk, bound_to=PLACE)


def test_ids_name_keys_and_tell_nothing_of_them() -> None:
    assert key_id(NEW) == key_id(NEW) != key_id(OLD)
    assert len(key_id(NEW)) == 8
    assert NEW[:4].hex() != key_id(NEW)


def secret(text: str | None) -> Secret | None:
    return None if text is None else Secret(text)


@pytest.mark.parametrize(
    ("now", "former", "values"),
    [
        (None, None, None),
        (None, "old", None),
        ("new", None, ["new"]),
        ("new", "old", ["new", "old"]),
        ("new", " old , older ,,", ["new", "old", "older"]),
        ("new", "new,old", ["new", "old"]),
    ],
)
def test_secrets_stand_in_order_the_newest_first(
    now: str | None, former: str | None, values: list[str] | None
) -> None:
    found = secrets_of(Access(secret_key=secret(now), secret_key_previous=secret(former)))
    assert (found and [one.decode() for one in found.values]) == values


def test_the_newest_closes_and_the_oldest_finds() -> None:
    both = Secrets((NEW, OLD))
    assert both.newest("p") == derived_key(NEW, "p")
    assert both.lasting("p") == derived_key(OLD, "p") == Secrets((OLD,)).lasting("p")
    assert tuple(both.each("p")) == (derived_key(NEW, "p"), derived_key(OLD, "p"))
    assert both.newest("p") != both.newest("q")


def test_what_is_kept_is_found_and_read_after_a_change_of_secret(database: Database) -> None:
    old, both = Secrets((b"o" * 64,)), Secrets((b"n" * 64, b"o" * 64))
    email = ("EMAIL", "jane@example.org")
    (name,) = PseudonymTable(database, old, 60.0).placeholders("s", [email], reserved=())
    owner = Owner("acme", "jane", "s")
    turn = NewTurn("user", "violet is the colour", ("violet", "colour"))
    TurnTable(database, old, 60.0).add(owner, [turn], deadline=Deadline(60))
    pseudonyms, turns = PseudonymTable(database, both, 60.0), TurnTable(database, both, 60.0)
    assert pseudonyms.values("s") == {name: email[1]}
    assert pseudonyms.placeholders("s", [email], reserved=()) == [name]
    texts = [one.text for one in turns.everything(owner, deadline=Deadline(60))]
    assert texts == ["violet is the colour"]
    turns.add(owner, [turn], deadline=Deadline(60))
    first = next(iter(turns.everything(owner, deadline=Deadline(60))))
    assert first.times == 2, "the same words are known again"
