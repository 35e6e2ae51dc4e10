"""All stores of people keep the same promises, in whatever order messages come."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from aiguardian.storage.engine import Database
from aiguardian.storage.people import REMEMBERED_S, Change, MemoryPeople, PeopleStore, Standing
from aiguardian.storage.people_table import PeopleTable

USER, ORG = "user_1", "org_1"


class Clock:
    now = 1e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, open_database: Callable[[str], Database], clock: Clock
) -> PeopleStore:
    if request.param == "memory":
        return MemoryPeople(clock)
    return PeopleTable(open_database(request.param), clock=clock)


def standing(store: PeopleStore, user: str = USER, organisation: str = ORG) -> Standing:
    return store.standing(user, organisation).result(20)


def test_of_whom_nothing_was_told_nothing_is_held_against(store: PeopleStore) -> None:
    assert standing(store) == standing(store, organisation="") == Standing()
    assert store.tenants(USER) == []


def test_a_membership_has_the_role_told_last(store: PeopleStore) -> None:
    store.apply(Change("membership", 2.0, USER, ORG, "admin"))
    store.apply(Change("membership", 1.0, USER, ORG, "member"))
    assert standing(store) == Standing(False, "admin", True, 2.0)
    store.apply(Change("membership", 3.0, USER, ORG, "admin", is_gone=True))
    assert not standing(store).is_member
    assert standing(store, organisation="org_2").is_member
    store.apply(Change("membership", 4.0, USER, ORG, "member"))
    assert standing(store) == Standing(False, "member", True, 4.0)


CHANGES = (
    Change("user", 1.0, USER),
    Change("user", 2.0, USER, is_barred=True),
    Change("user", 2.5, USER, is_gone=True),
    Change("user", 3.0, USER),
)


@pytest.mark.parametrize("order", list(permutations(range(4)))[::6])
def test_a_deletion_is_final_in_whatever_order(store: PeopleStore, order: tuple[int, ...]) -> None:
    for number in order:
        store.apply(CHANGES[number])
    assert standing(store).is_barred


def test_a_ban_ends_when_it_is_lifted(store: PeopleStore) -> None:
    store.apply(Change("user", 2.0, USER, is_barred=True))
    store.apply(Change("user", 1.0, USER))
    assert standing(store).is_barred
    store.apply(Change("user", 3.0, USER))
    assert not standing(store).is_barred


def test_nobody_acts_for_an_organisation_that_is_gone(store: PeopleStore) -> None:
    store.apply(Change("organisation", 1.0, organisation=ORG))
    assert not standing(store).is_barred
    store.apply(Change("organisation", 2.0, organisation=ORG, is_gone=True))
    store.apply(Change("organisation", 3.0, organisation=ORG))
    assert standing(store).is_barred
    assert not standing(store, organisation="org_2").is_barred
    assert not standing(store, organisation="").is_barred


def test_places_are_known_until_the_user_leaves_them_all(store: PeopleStore) -> None:
    for organisation in ("org_2", ORG):
        store.apply(Change("membership", 1.0, USER, organisation, "member"))
    store.apply(Change("membership", 2.0, USER, "org_2", "member", is_gone=True))
    store.apply(Change("membership", 1.0, "user_2", "org_3", "member"))
    assert store.tenants(USER) == [ORG, "org_2"]
    store.leave_all(USER)
    assert store.tenants(USER) == []
    assert store.tenants("user_2") == ["org_3"]


def test_one_place_can_be_forgotten(store: PeopleStore) -> None:
    change = Change("membership", 1.0, USER, ORG, "member", is_gone=True)
    assert store.membership(USER, ORG) is None
    store.apply(change)
    store.apply(Change("membership", 1.0, USER, "org_2", "member"))
    assert store.membership(USER, ORG) == change
    assert store.leave(USER, ORG)
    assert not store.leave(USER, ORG)
    assert store.membership(USER, ORG) is None
    assert store.tenants(USER) == ["org_2"]


def test_a_sign_in_that_ended_is_over(store: PeopleStore, clock: Clock) -> None:
    for _ in range(2):
        store.apply(Change("session", clock.now, USER, session="sess_1"))

    def is_over(session: str) -> bool:
        return store.standing(USER, "", session=session).result(20).is_barred

    assert is_over("sess_1")
    assert not is_over("sess_2")
    assert not is_over("")
    clock.now += REMEMBERED_S + 1
    store.note("msg_1")
    assert not is_over("sess_1")


def test_messages_and_what_is_gone_are_remembered_for_a_while(
    store: PeopleStore, clock: Clock
) -> None:
    assert not store.has_seen("msg_1")
    store.apply(Change("user", clock.now, USER, is_gone=True))
    store.apply(Change("user", clock.now, "user_2", is_barred=True))
    store.note("msg_1")
    store.note("msg_1")
    assert store.has_seen("msg_1")
    clock.now += REMEMBERED_S + 1
    store.note("msg_2")
    assert not store.has_seen("msg_1")
    assert not standing(store).is_barred, "the id of who is gone is forgotten too"
    assert standing(store, "user_2").is_barred
