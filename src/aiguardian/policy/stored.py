"""The policies that tenants keep by API, as last read from their store."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from aiguardian.errors import NotAvailable
from aiguardian.policy.read import PolicyError, read_policy
from aiguardian.policy.rules import Catalogue, Policy
from aiguardian.storage.policies import PolicyStore, PolicyVersion

log = logging.getLogger(__name__)

Key = tuple[str, str]
"""Tenant and name."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A policy in force, and the version that it was read from."""

    policy: Policy
    source: PolicyVersion


class StoredPolicies:
    """Policies by tenant and name, held in memory. A version that turns out wrong (a later
    program wrote it, say) leaves the last good one in force."""

    def __init__(self, store: PolicyStore, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._number = 0
        self._held: dict[Key, Stored] = {}
        self._faults: dict[Key, str] = {}
        self._was_read = False

    def get(self, tenant: str, name: str) -> Stored | None:
        """The policy that the tenant keeps under this name.

        Raises `NotAvailable` until the store was read once: what is in force is not known then.
        """
        self._check_read()
        return self._held.get((tenant, name))

    def of_tenant(self, tenant: str) -> list[Stored]:
        """All of a tenant's, by name. Raises as `get`."""
        self._check_read()
        return [held for key, held in sorted(self._held.items()) if key[0] == tenant]

    def fault(self, tenant: str, name: str) -> str:
        """What is wrong with the newest version, when it is not the one in force."""
        return self._faults.get((tenant, name), "")

    def refresh(self) -> None:
        """Read what was written since; all of it comes into force at once. Waits for the store.

        Raises `NotAvailable`; what was read before then stays in force.
        """
        with self._lock:
            changes = self._store.changes(self._number)
            if changes.versions:
                held = dict(self._held)
                for version in changes.versions:
                    self._take(version, held)
                self._held = held
            self._number, self._was_read = changes.number, True

    def read(self, name: str, text: str) -> Policy:
        """The policy in a text. Raises `PolicyError` with the line of the fault."""
        return read_policy(text, name=name, catalogue=self._catalogue, file=name)

    def write(
        self, tenant: str, name: str, text: str | None, *, expected: int, author: str, note: str
    ) -> PolicyVersion:
        """Keep a new version, or with no text none from now on; it is in force on return.

        Raises `PolicyError` for a text that is wrong, and what `PolicyStore.write` raises.
        """
        if text is not None:
            self.read(name, text)
        written = self._store.write(tenant, name, text, expected=expected, author=author, note=note)
        self.refresh()
        return written

    def history(
        self, tenant: str, name: str, *, limit: int, before: int | None = None
    ) -> list[PolicyVersion]:
        """The versions that are kept, newest first, from behind this one. Waits for the store."""
        return self._store.history(tenant, name, limit=limit, before=before)

    def _check_read(self) -> None:
        if not self._was_read:
            raise NotAvailable(
                "The policies kept in the database could not be read yet.", retry_after_s=1
            )

    def _take(self, version: PolicyVersion, held: dict[Key, Stored]) -> None:
        key = version.tenant, version.name
        self._faults.pop(key, None)
        if not version.is_live:
            held.pop(key, None)
            return
        try:
            held[key] = Stored(self.read(version.name, version.text), version)
        except PolicyError as error:
            self._faults[key] = error.message
            log.error(
                "stored policy %s, version %d, is wrong and the last good one stays: %s",
                version.name, version.version, error,
            )  # fmt: skip
