"""The place where it is kept that a person belongs to an organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiguardian.privacy.person import Person
from aiguardian.storage.people import PeopleStore


class Belonging:
    """Memberships, as Clerk told of them; see `Place`."""

    name = "memberships"
    why_kept = ""

    def __init__(self, people: PeopleStore) -> None:
        self._people = people

    def export(self, person: Person) -> Iterator[Any]:
        """As the protocol says."""
        found = self._people.membership(person.user_id, person.tenant)
        if found is not None:
            yield {"role": found.role, "changed_at": found.at, "has_left": found.is_gone}

    def erase(self, person: Person) -> int:
        """As the protocol says. Clerk may tell of the membership again, for as long as it is
        there."""
        return int(self._people.leave(person.user_id, person.tenant))
