"""SECRET_KEY changed while it is used: what opens, what closes, and what is refused."""

from __future__ import annotations

import pytest

from aiguardian.storage.sealing import Seal, Secrets, Unreadable, derived_key, key_id

OLD, NEW, NEWER = b"o" * 64, b"n" * 64, b"m" * 64
PLACE = b"row 1"
PURPOSE = "test/1"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def name(secret: bytes) -> bytes:
    return bytes.fromhex(key_id(derived_key(secret, PURPOSE)))


def closed_by(seal: Seal) -> bytes:
    return seal.close("v", bound_to=PLACE)[:4]


def test_a_new_secret_opens_at_once_and_closes_when_all_can_know_it() -> None:
    clock = Clock()
    secrets = Secrets((OLD,), overlap_s=60.0, clock=clock)
    seal, elsewhere = Seal(secrets.each(PURPOSE)), Seal(Secrets((NEW, OLD)).each(PURPOSE))
    assert closed_by(seal) == name(OLD), "one secret has nothing to wait for"
    secrets.take((NEW, OLD))
    assert seal.open(elsewhere.close("v", bound_to=PLACE), bound_to=PLACE) == "v"
    late = Seal(Secrets((OLD,)).each(PURPOSE))
    assert late.open(seal.close("v", bound_to=PLACE), bound_to=PLACE) == "v"
    clock.now += 60.0
    assert closed_by(seal) == name(NEW)
    assert seal.open(late.close("w", bound_to=PLACE), bound_to=PLACE) == "w"


def test_a_start_beside_a_former_secret_waits_as_well() -> None:
    clock = Clock()
    secrets = Secrets((NEW, OLD), overlap_s=60.0, clock=clock)
    assert secrets.closing(PURPOSE) == derived_key(OLD, PURPOSE) == secrets.each(PURPOSE)[0]
    assert secrets.newest(PURPOSE) == derived_key(NEW, PURPOSE) == secrets.each(PURPOSE)[1]
    clock.now += 60.0
    assert secrets.closing(PURPOSE) == derived_key(NEW, PURPOSE) == secrets.each(PURPOSE)[0]


def test_a_second_change_waits_anew_and_no_secret_is_lost() -> None:
    clock = Clock()
    secrets = Secrets((OLD,), overlap_s=60.0, clock=clock)
    secrets.take((NEW, OLD))
    clock.now += 30.0
    secrets.take((NEWER, NEW, OLD))
    clock.now += 30.0
    assert secrets.closing(PURPOSE) == derived_key(OLD, PURPOSE)
    assert {*secrets.each(PURPOSE)} == {derived_key(one, PURPOSE) for one in (OLD, NEW, NEWER)}
    clock.now += 30.0
    assert secrets.closing(PURPOSE) == derived_key(NEWER, PURPOSE)
    assert secrets.lasting(PURPOSE) == derived_key(OLD, PURPOSE)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((), "the oldest secret"),
        ((NEWER,), "the oldest secret"),
        ((NEWER, NEW), "the oldest secret"),
        ((OLD, NEW), "the oldest secret"),
        ((NEWER, OLD), "SECRET_KEY that is in use"),
    ],
)
def test_a_change_that_would_lose_something_is_refused(
    values: tuple[bytes, ...], told: str
) -> None:
    secrets = Secrets((NEW, OLD))
    with pytest.raises(ValueError, match=told) as caught:
        secrets.take(values)
    assert "nnn" not in str(caught.value)
    assert secrets.values == (NEW, OLD)


def test_a_secret_in_the_middle_may_go_and_what_it_closed_goes_with_it() -> None:
    secrets = Secrets((NEWER, NEW, OLD))
    seal = Seal(secrets.each(PURPOSE))
    written = Seal(Secrets((NEW,)).each(PURPOSE)).close("v", bound_to=PLACE)
    assert seal.open(written, bound_to=PLACE) == "v"
    secrets.take((NEWER, OLD))
    assert closed_by(seal) == name(NEWER), "nothing new, so nothing to wait for"
    with pytest.raises(Unreadable):
        seal.open(written, bound_to=PLACE)
