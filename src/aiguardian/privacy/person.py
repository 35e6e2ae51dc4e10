"""Whom an export or an erasure is about."""

from __future__ import annotations

from dataclasses import dataclass

from aiguardian.audit.persons import Persons


@dataclass(frozen=True, slots=True)
class Person:
    """A user of a tenant, as callers name it."""

    tenant: str
    user_id: str
    sessions: tuple[str, ...] = ()
    """Conversations that are the person's, as far as who asks knows: what is kept by session
    only is found by them."""

    def digest(self, persons: Persons) -> str:
        """What stands for the person where names are not kept."""
        return persons.digest(self.tenant, self.user_id)
