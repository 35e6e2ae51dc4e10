"""All stores of keys keep the same promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from aiguardian.storage import keys as rules
from aiguardian.storage.engine import Database
from aiguardian.storage.idempotency import (
    KEPT_S,
    RUNNING_S,
    Answered,
    IdempotencyStore,
    KeyTaken,
    MemoryIdempotency,
)
from aiguardian.storage.idempotency_table import IdempotencyTable
from aiguardian.storage.key_table import KeyTable
from aiguardian.storage.keys import (
    KeyChanged,
    KeysFull,
    KeyStore,
    MemoryKeys,
    StoredKey,
    Use,
)
from aiguardian.storage.sealing import Secrets

KINDS = ["memory", "sqlite", "postgresql"]


def key(number: int = 1, *, tenant: str = "a", at: float = 10.0) -> StoredKey:
    return StoredKey(
        id=f"agk_{number:011}",
        tenant=tenant,
        name="Ö name",
        digest=bytes([number]) * 32,
        pepper="0011aabb",
        scopes=("guards", "read"),
        created_at=at,
        created_by="unified",
        policy="strict",
        limits=("600 requests/minute", "10 usd/day soft"),
        expires_at=1e9,
    )


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, open_database: Callable[[str], Database]) -> KeyStore:
    if request.param == "memory":
        return MemoryKeys()
    return KeyTable(open_database(request.param))


def test_a_key_comes_back_as_it_was_kept(store: KeyStore) -> None:
    assert store.get(key().id) is None
    store.add(key())
    assert store.get(key().id) == key()
    assert store.find(key().id).result(20) == key()
    assert store.find("agk_0").result(20) is None


def test_pages_hold_a_tenants_keys_newest_first(store: KeyStore) -> None:
    for number, (tenant, at) in enumerate([("a", 1.0), ("a", 2.0), ("b", 3.0), ("a", 2.0)], 1):
        store.add(key(number, tenant=tenant, at=at))

    def pages(tenant: str | None) -> list[str]:
        found, after = [], None
        while page := store.page(tenant, after=after, limit=2):
            found += [one.id[-1] for one in page]
            after = (page[-1].created_at, page[-1].id)
        return found

    assert pages("a") == ["4", "2", "1"]
    assert pages("b") == ["3"]
    assert pages("c") == []
    assert pages(None) == ["3", "4", "2", "1"]


def test_a_change_needs_the_version_that_it_was_made_to(store: KeyStore) -> None:
    store.add(key())
    changed = replace(key(), name="new", scopes=("read",), limits=(), policy=None, revoked_at=20.0)
    written = store.write(changed, expected=1)
    assert written == replace(changed, version=2)
    assert store.get(key().id) == written
    for expected in (1, 3):
        with pytest.raises(KeyChanged):
            store.write(key(), expected=expected)
    with pytest.raises(KeyChanged):
        store.write(key(2), expected=1)


def test_a_change_leaves_digest_and_last_use_alone(store: KeyStore) -> None:
    store.add(key())
    store.note([Use(key().id, 30.0, b"d" * 32, "ffffffff")])
    written = store.write(replace(key(), name="new"), expected=1)
    assert (written.digest, written.pepper, written.last_used_at) == (b"d" * 32, "ffffffff", 30.0)


def test_the_last_use_never_goes_back(store: KeyStore) -> None:
    store.add(key())
    store.note([])
    store.note([Use(key().id, 30.0), Use("agk_gone", 30.0)])
    store.note([Use(key().id, 20.0)])
    found = store.get(key().id)
    assert found is not None
    assert (found.last_used_at, found.digest, found.version) == (30.0, key().digest, 1)


def test_rotation_is_all_or_nothing(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.add(key())
    store.rotate(replace(key(), expires_at=50.0), key(2), expected=1)
    assert store.get(key(2).id) == key(2)
    with pytest.raises(KeyChanged):
        store.rotate(key(), key(3), expected=1)
    assert store.get(key(3).id) is None
    monkeypatch.setattr(rules, "MOST_KEYS", 2)
    with pytest.raises(KeysFull):
        store.rotate(replace(key(), expires_at=60.0), key(4), expected=2)
    old = store.get(key().id)
    assert old is not None
    assert (old.expires_at, old.version) == (50.0, 2)


def test_a_tenant_with_too_many_keys_gets_no_more(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_KEYS", 1)
    store.add(key())
    with pytest.raises(KeysFull):
        store.add(key(2))
    store.add(key(3, tenant="b"))


def test_removing_tells_whether_it_was_there(store: KeyStore) -> None:
    store.add(key())
    assert store.remove(key().id)
    assert not store.remove(key().id)
    assert store.get(key().id) is None


SECRETS = Secrets((b"s" * 64,))
FIRST = Answered(201, '{"id": "ö"}'.encode())


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=KINDS)
def answers(
    request: pytest.FixtureRequest, open_database: Callable[[str], Database], clock: Clock
) -> IdempotencyStore:
    if request.param == "memory":
        return MemoryIdempotency(clock=clock)
    return IdempotencyTable(open_database(request.param), SECRETS, clock=clock)


def test_the_same_request_is_answered_again(answers: IdempotencyStore, clock: Clock) -> None:
    assert answers.begin(b"key", b"asked") is None
    answers.end(b"key", FIRST)
    assert answers.begin(b"key", b"asked") == FIRST
    clock.now += KEPT_S - 1
    assert answers.begin(b"key", b"asked") == FIRST
    clock.now += 2
    assert answers.begin(b"key", b"asked") is None


def test_a_key_stands_for_one_request(answers: IdempotencyStore) -> None:
    answers.begin(b"key", b"asked")
    for asked in (b"asked", b"another"):
        with pytest.raises(KeyTaken):
            answers.begin(b"key", asked)
    answers.end(b"key", FIRST)
    with pytest.raises(KeyTaken):
        answers.begin(b"key", b"another")
    assert answers.begin(b"other key", b"another") is None


def test_a_request_that_failed_or_never_ended_frees_its_key(
    answers: IdempotencyStore, clock: Clock
) -> None:
    answers.begin(b"key", b"asked")
    answers.give_up(b"key")
    assert answers.begin(b"key", b"another") is None
    clock.now += RUNNING_S + 1
    assert answers.begin(b"key", b"asked") is None


def test_answers_are_sealed_and_lost_with_the_secret(database: Database) -> None:
    one = IdempotencyTable(database, SECRETS)
    one.begin(b"key", b"asked")
    one.end(b"key", FIRST)
    rotated = IdempotencyTable(database, Secrets((b"t" * 64, b"s" * 64)))
    assert rotated.begin(b"key", b"asked") == FIRST
    with pytest.raises(KeyTaken):
        IdempotencyTable(database, Secrets((b"t" * 64,))).begin(b"key", b"asked")
