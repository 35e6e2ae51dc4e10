"""The policies that there are: those built in, the files of a folder, and what tenants keep.

A file takes the place of what a tenant keeps under its name, and that of what is built in.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from aiguardian.errors import DeadlineExceeded, InvalidField, NotAvailable
from aiguardian.policy.read import PolicyError, read_policy
from aiguardian.policy.rules import Catalogue, Policy
from aiguardian.policy.shadow import Shadow
from aiguardian.policy.stored import StoredPolicies

log = logging.getLogger(__name__)

BUILT_IN = ("default", "strict", "observe")
SUFFIX = ".yaml"
OUT_OF_REACH_S = 10.0
"""Between two looks at a store that does not answer: each is a line of the log."""
SETTLE_S = 3.0
"""That a start waits for what tenants keep. Until it is read, their requests get 503."""


Origin = Literal["file", "stored", "built-in"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's policy, its text and when the file was written."""

    policy: Policy
    text: str
    written_ns: int


@dataclass(frozen=True, slots=True)
class Shelved:
    """A policy in force, where it is from and how it is written."""

    policy: Policy
    origin: Origin
    text: str
    version: int = 0
    """Of what a tenant keeps, counted from 1."""


class Shelf:
    """Policies by name. A file that turns out wrong leaves the last good one in force."""

    def __init__(
        self,
        catalogue: Catalogue,
        folder: Path | None = None,
        stored: StoredPolicies | None = None,
    ) -> None:
        """Raises `PolicyError` for a file that is wrong at the start: nothing is in force yet."""
        self.catalogue = catalogue
        self.stored = stored
        self.shadow: Shadow | None = None
        """Hears of all that is decided by a policy, when set."""
        self._folder = folder
        self._lock = threading.Lock()
        self._files: dict[str, Loaded] = {}
        self._faults: dict[str, str] = {}
        self._built_in: dict[str, Loaded] = {}
        self._was_tried = asyncio.Event()
        faults = self.refresh()
        if faults:
            raise faults[0]

    @classmethod
    def of(cls, catalogue: Catalogue, policy: Policy) -> Shelf:
        """A shelf with this policy beside the built-in ones."""
        shelf = cls(catalogue)
        shelf._files[policy.name] = Loaded(policy, "", 0)
        return shelf

    def get(self, name: str, tenant: str = "") -> Policy:
        """The policy of that name for a tenant, the one in force now.

        Raises `InvalidField`, and `NotAvailable` while it is not known what the tenant keeps.
        """
        loaded = self._files.get(name)
        if loaded is not None:
            return loaded.policy
        held = self.stored.get(tenant, name) if self.stored is not None else None
        return held.policy if held is not None else self._of_ours(name, tenant).policy

    def shelved(self, name: str, tenant: str = "") -> Shelved:
        """The policy of that name with its text; raises as `get`."""
        loaded = self._files.get(name)
        if loaded is not None:
            return Shelved(loaded.policy, "file", loaded.text)
        held = self.stored.get(tenant, name) if self.stored is not None else None
        if held is not None:
            return Shelved(held.policy, "stored", held.source.text, held.source.version)
        ours = self._of_ours(name, tenant)
        return Shelved(ours.policy, "built-in", ours.text)

    def for_all(self, name: str) -> Policy:
        """The policy of that name for tenants that keep none of their own: what settings may name.
        Raises `InvalidField`."""
        loaded = self._files.get(name)
        return loaded.policy if loaded is not None else self._of_ours(name, None).policy

    def names(self, tenant: str | None = "") -> list[str]:
        """The names of the policies in force: for a tenant, or those for all."""
        held = self.stored.of_tenant(tenant) if self.stored and tenant is not None else []
        kept = (one.policy.name for one in held)
        return list(dict.fromkeys((*BUILT_IN, *self._files, *kept)))

    def _of_ours(self, name: str, tenant: str | None) -> Loaded:
        if name not in BUILT_IN:
            raise InvalidField(
                f"There is no such policy. There are: {', '.join(self.names(tenant))}.",
                field="policy",
            )
        if name not in self._built_in:  # read when first asked for: it takes a tenth of a second
            self._built_in[name] = built_in(name, self.catalogue)
        return self._built_in[name]

    def faults(self) -> Mapping[str, str]:
        """What is wrong with files whose last good version is still in force, by name."""
        return dict(self._faults)

    def fault(self, name: str, tenant: str) -> str:
        """What is wrong with the newest version of a policy, when it is not the one in force."""
        if name in self._files:
            return self._faults.get(name, "")
        return self.stored.fault(tenant, name) if self.stored is not None else ""

    async def watch(self, interval_s: float = 2.0) -> None:
        """Refresh now and then, until cancelled; at once, too."""
        while True:
            reached = await self.read_stored()
            self._was_tried.set()
            await asyncio.sleep(interval_s if reached else OUT_OF_REACH_S)
            await asyncio.to_thread(self.refresh)

    async def settle(self) -> None:
        """Return when `watch` has looked once, or after `SETTLE_S`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._was_tried.wait(), SETTLE_S)

    async def read_stored(self) -> bool:
        """Read what tenants changed; tell whether their store could be reached. What was in force
        stays while it cannot."""
        if self.stored is None:
            return True
        try:
            await asyncio.to_thread(self.stored.refresh)
        except (NotAvailable, DeadlineExceeded):  # the store has said so in the log
            return False
        return True

    def refresh(self) -> list[PolicyError]:
        """Read what changed in the folder; all changes come into force at once. Returns faults."""
        if self._folder is None:
            return []
        if not self._folder.is_dir():
            return [PolicyError(str(self._folder), 1, "There is no such folder of policies.")]
        with self._lock:
            found: list[PolicyError] = []
            present: dict[str, Loaded] = {}
            for path in sorted(self._folder.glob(f"*{SUFFIX}")):
                name = path.stem
                try:
                    present[name] = self._loaded(path)
                    self._faults.pop(name, None)
                except PolicyError as error:
                    found.append(error)
                    self._keep_last_good(name, error, present)
            self._files = present
            return found

    def _keep_last_good(self, name: str, error: PolicyError, present: dict[str, Loaded]) -> None:
        if name in self._files:
            present[name] = self._files[name]
        if self._faults.get(name) != str(error):
            log.error("policy %s is wrong and its last good version stays: %s", name, error)
            self._faults[name] = str(error)

    def _loaded(self, path: Path) -> Loaded:
        try:
            written_ns = path.stat().st_mtime_ns
            known = self._files.get(path.stem)
            if known is not None and known.written_ns == written_ns:
                return known
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyError(path.name, 1, "The file cannot be read as UTF-8.") from error
        policy = read_policy(text, name=path.stem, catalogue=self.catalogue, file=path.name)
        return Loaded(policy, text, written_ns)


def built_in(name: str, catalogue: Catalogue) -> Loaded:
    """A policy that comes with the program; rules for guards that are not here are left out."""
    text = (files("aiguardian.policy") / "builtin" / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    policy = read_policy(
        text, name=name, catalogue=catalogue, file=f"{name}{SUFFIX}", skips_absent=True
    )
    return Loaded(policy, text, 0)
