"""Stored keys are verified once and then known for a moment, whatever the database does."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from dataclasses import replace

import pytest

from aiguardian.errors import NotAvailable, Overloaded, Unauthenticated
from aiguardian.identity import key_ring
from aiguardian.identity.key_ring import FRESH_S, GRACE_S, KeyRing
from aiguardian.identity.keys import Keys
from aiguardian.storage.keys import MemoryKeys, StoredKey
from aiguardian.storage.sealing import Secrets

OLD, NEW = Secrets((b"o" * 64,)), Secrets((b"n" * 64, b"o" * 64))


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Shelf(MemoryKeys):
    """Keys in memory, in a database that can be lost or slow."""

    fault: BaseException | None = None
    is_silent = False
    finds = 0

    def find(self, key_id: str) -> Future[StoredKey | None]:
        self.finds += 1
        if self.is_silent:
            return Future()
        found = super().find(key_id)
        if self.fault is not None:
            found = Future()
            found.set_exception(self.fault)
        return found


class Bench:
    def __init__(self, secrets: Secrets = OLD) -> None:
        self.clock, self.shelf = Clock(), Shelf()
        self.keys = Keys(self.shelf, secrets, now=self.clock)
        self.ring = self.another(secrets)

    def another(self, secrets: Secrets) -> KeyRing:
        return KeyRing(self.shelf, secrets, clock=self.clock, now=self.clock)

    def made(self, **wanted: object) -> tuple[StoredKey, bytes]:
        blank = StoredKey("", "acme", "n", b"", "", ("guards",), 0.0, "unified")
        key, text = self.keys.create(replace(blank, **wanted))  # type: ignore[arg-type]
        return key, text.encode()


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_a_key_is_looked_up_once_and_then_known(bench: Bench) -> None:
    key, given = bench.made(scopes=("proxy",), policy="strict", limits=("600 requests/minute",))
    bench.shelf.write(replace(key, scopes=("proxy", "of-a-later-version")), expected=1)
    assert bench.ring.known(given) is None
    found = await bench.ring.look_up(given)
    assert (found.key_id, found.tenant, found.scopes) == (key.id, "acme", {"proxy"})
    assert found.policy == "strict"
    assert found.limits.texts() == ["600 requests/minute"]
    assert not found.is_operator
    assert bench.ring.known(given) == found
    assert bench.shelf.finds == 1
    bench.clock.now += FRESH_S
    assert bench.ring.known(given) is None
    assert bench.ring.was_known(given)


async def test_what_is_no_key_is_never_looked_up(bench: Bench) -> None:
    _, given = bench.made()
    for wrong in (b"", b"agk_", given[:-1] + b"!", given + b"0", b"\xff" * 65):
        with pytest.raises(Unauthenticated):
            await bench.ring.look_up(wrong)
    assert bench.shelf.finds == 0


async def test_the_right_id_with_another_secret_is_refused(bench: Bench) -> None:
    key, _ = bench.made()
    _, other = Bench().made()
    bench.shelf.add(replace(key, id=other[:15].decode()))
    with pytest.raises(Unauthenticated):
        await bench.ring.look_up(other)


async def test_limits_of_a_later_version_are_not_taken_for_none(bench: Bench) -> None:
    key, given = bench.made()
    bench.shelf.write(replace(key, limits=("7 moons/night",)), expected=1)
    with pytest.raises(NotAvailable):
        await bench.ring.look_up(given)


async def test_a_revoked_key_ends_at_once_here_and_soon_elsewhere(bench: Bench) -> None:
    key, given = bench.made()
    elsewhere = bench.another(OLD)
    await bench.ring.look_up(given)
    await elsewhere.look_up(given)
    bench.keys.revoke(key)
    bench.ring.forget(key.id)
    assert bench.ring.known(given) is None
    assert elsewhere.known(given)
    bench.clock.now += FRESH_S
    for ring in (bench.ring, elsewhere):
        assert ring.known(given) is None
        with pytest.raises(Unauthenticated, match="revoked"):
            await ring.look_up(given)
        assert not ring.was_known(given)


async def test_a_key_expires_on_the_second(bench: Bench) -> None:
    _, given = bench.made(expires_at=bench.clock.now + 1.0)
    assert await bench.ring.look_up(given)
    assert bench.ring.known(given)
    bench.clock.now += 1.0
    assert bench.ring.known(given) is None
    with pytest.raises(Unauthenticated, match="expired"):
        await bench.ring.look_up(given)


@pytest.mark.parametrize("is_silent", [False, True])
async def test_a_known_key_outlives_the_database_for_a_while(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, is_silent: bool
) -> None:
    _, given = bench.made(expires_at=bench.clock.now + GRACE_S - 10)
    _, lasting = bench.made()
    _, unseen = bench.made()
    for one in (given, lasting):
        await bench.ring.look_up(one)
    bench.shelf.fault, bench.shelf.is_silent = NotAvailable("lost"), is_silent
    if is_silent:
        monkeypatch.setattr(key_ring, "PATIENCE_S", 0.01)
        monkeypatch.setattr(key_ring, "FIRST_PATIENCE_S", 0.01)
    bench.clock.now += FRESH_S
    assert await bench.ring.look_up(given)
    assert bench.ring.known(given), "and the next requests need not wait"
    with pytest.raises(NotAvailable):
        await bench.ring.look_up(unseen)
    bench.clock.now += GRACE_S - FRESH_S - 10
    with pytest.raises(Unauthenticated, match="expired"):
        await bench.ring.look_up(given)
    assert await bench.ring.look_up(lasting)
    bench.clock.now += 11
    with pytest.raises(NotAvailable):
        await bench.ring.look_up(lasting)
    bench.shelf.fault, bench.shelf.is_silent = None, False
    monkeypatch.undo()
    assert await bench.ring.look_up(lasting)
    assert await bench.ring.look_up(unseen)


async def test_many_requests_with_one_new_key_cost_one_look_up(bench: Bench) -> None:
    _, given = bench.made()
    found = await asyncio.gather(*(bench.ring.look_up(given) for _ in range(50)))
    assert len(set(map(id, found))) == 1
    assert bench.shelf.finds == 1


async def test_one_that_stops_waiting_does_not_end_it_for_the_others(bench: Bench) -> None:
    _, given = bench.made()
    first = asyncio.ensure_future(bench.ring.look_up(given))
    second = asyncio.ensure_future(bench.ring.look_up(given))
    await asyncio.sleep(0)
    first.cancel()
    assert await second


async def test_look_ups_are_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_ring, "MOST_LOOK_UPS", 2)
    monkeypatch.setattr(key_ring, "FIRST_PATIENCE_S", 0.01)
    bench.shelf.is_silent = True
    given = [bench.made()[1] for _ in range(3)]
    told = await asyncio.gather(*(bench.ring.look_up(one) for one in given), return_exceptions=True)
    assert [type(one) for one in told] == [NotAvailable, NotAvailable, Overloaded]


async def test_known_keys_are_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_ring, "MOST_KNOWN", 2)
    given = [bench.made()[1] for _ in range(3)]
    for one in given:
        await bench.ring.look_up(one)
    assert [bool(bench.ring.known(one)) for one in given] == [False, True, True]


async def test_uses_are_written_down_together_and_kept_while_the_database_is_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, given = bench.made()
    await bench.ring.look_up(given)
    for _ in range(5):
        bench.ring.known(given)
    written: list[int] = []

    def lose(_: object) -> None:
        raise NotAvailable("lost")

    with monkeypatch.context() as lost:
        lost.setattr(bench.shelf, "note", lose)
        await bench.ring.write_down()
    note = bench.shelf.note
    monkeypatch.setattr(bench.shelf, "note", lambda uses: (written.append(len(uses)), note(uses)))
    await bench.ring.write_down()
    await bench.ring.write_down()
    assert written == [1]
    found = bench.shelf.get(key.id)
    assert found is not None
    assert found.last_used_at == 1_000.0


async def test_a_new_secret_key_locks_nobody_out_and_takes_the_keys_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(OLD)
    key, given = bench.made()
    rotated = bench.another(NEW)
    assert await rotated.look_up(given)
    await rotated.write_down()
    moved = bench.shelf.get(key.id)
    assert moved is not None
    assert moved.pepper != key.pepper
    assert moved.digest != key.digest
    # the former secret may go now, for this key
    assert await bench.another(Secrets(NEW.values[:1])).look_up(given)
    unused, never_used = bench.made()
    with caplog.at_level(logging.WARNING), pytest.raises(Unauthenticated):
        await bench.another(Secrets(NEW.values[:1])).look_up(never_used)
    assert f"{unused.id} was kept under a SECRET_KEY that is not set any more" in caplog.text


async def test_no_key_is_moved_before_every_gateway_can_know_the_new_secret() -> None:
    bench = Bench(OLD)
    key, given = bench.made()
    secrets = Secrets(OLD.values, overlap_s=60.0, clock=bench.clock)
    ring, keys = bench.another(secrets), Keys(bench.shelf, secrets, now=bench.clock)
    secrets.take(NEW.values)

    async def pepper() -> str:
        bench.clock.now += FRESH_S
        assert (await ring.look_up(given)).key_id == key.id
        await ring.write_down()
        found = bench.shelf.get(key.id)
        assert found is not None
        return found.pepper

    assert await pepper() == key.pepper
    made, text = keys.create(replace(key, id="", name="made meanwhile"))
    assert await bench.another(OLD).look_up(text.encode()), "a gateway that is late knows it"
    assert not keys.uses_newest_secret(made)
    bench.clock.now += 60.0
    assert await pepper() != key.pepper
    assert await bench.another(NEW).look_up(given)
    made, _ = keys.create(replace(key, id="", name="made afterwards"))
    assert keys.uses_newest_secret(made)


async def test_a_key_that_another_gateway_moved_is_not_moved_back() -> None:
    bench = Bench(NEW)
    key, given = bench.made()
    starting = Secrets(NEW.values, overlap_s=60.0, clock=bench.clock)
    ring = bench.another(starting)
    assert await ring.look_up(given)
    await ring.write_down()
    found = bench.shelf.get(key.id)
    assert found is not None
    assert found.pepper == key.pepper
