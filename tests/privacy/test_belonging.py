"""Where a person belongs is handed out and forgotten with the rest."""

from __future__ import annotations

from aiguardian.privacy.belonging import Belonging
from aiguardian.privacy.person import Person
from aiguardian.storage.people import Change, MemoryPeople

JANE = Person("org_1", "user_1")


def test_a_membership_is_exported_and_forgotten_for_one_organisation() -> None:
    people = MemoryPeople()
    place = Belonging(people)
    assert list(place.export(JANE)) == []
    for organisation in ("org_1", "org_2"):
        people.apply(Change("membership", 5.0, "user_1", organisation, "member"))
    assert list(place.export(JANE)) == [{"role": "member", "changed_at": 5.0, "has_left": False}]
    assert place.erase(JANE) == 1
    assert place.erase(JANE) == 0
    assert list(place.export(JANE)) == []
    assert people.tenants("user_1") == ["org_2"]
