"""The policies that there are: those built in, and the files of a folder, read again on change."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from aiguardian.errors import InvalidField
from aiguardian.policy.read import PolicyError, read_policy
from aiguardian.policy.rules import Catalogue, Policy

log = logging.getLogger(__name__)

BUILT_IN = ("default", "strict", "observe")
SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file's policy and when the file was written."""

    policy: Policy
    written_ns: int


class Shelf:
    """Policies by name. A file that turns out wrong leaves the last good one in force."""

    def __init__(self, catalogue: Catalogue, folder: Path | None = None) -> None:
        """Raises `PolicyError` for a file that is wrong at the start: nothing is in force yet."""
        self._catalogue = catalogue
        self._folder = folder
        self._lock = threading.Lock()
        self._files: dict[str, Loaded] = {}
        self._faults: dict[str, str] = {}
        self._built_in: dict[str, Policy] = {}
        faults = self.refresh()
        if faults:
            raise faults[0]

    @classmethod
    def of(cls, catalogue: Catalogue, policy: Policy) -> Shelf:
        """A shelf with this policy beside the built-in ones."""
        shelf = cls(catalogue)
        shelf._files[policy.name] = Loaded(policy, 0)
        return shelf

    def get(self, name: str) -> Policy:
        """The policy of that name, the one in force now. Raises `InvalidField`."""
        loaded = self._files.get(name)
        if loaded is not None:
            return loaded.policy
        if name not in BUILT_IN:
            raise InvalidField(
                f"There is no such policy. There are: {', '.join(self.names())}.", field="policy"
            )
        if name not in self._built_in:  # read when first asked for: it takes a tenth of a second
            self._built_in[name] = built_in(name, self._catalogue)
        return self._built_in[name]

    def names(self) -> list[str]:
        """The names of the policies in force. A file may take the place of a built-in one."""
        return list(dict.fromkeys((*BUILT_IN, *self._files)))

    def faults(self) -> Mapping[str, str]:
        """What is wrong with files whose last good version is still in force, by name."""
        return dict(self._faults)

    async def watch(self, interval_s: float = 2.0) -> None:
        """Refresh now and then, until cancelled."""
        while True:
            await asyncio.sleep(interval_s)
            await asyncio.to_thread(self.refresh)

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
        policy = read_policy(text, name=path.stem, catalogue=self._catalogue, file=path.name)
        return Loaded(policy, written_ns)


def built_in(name: str, catalogue: Catalogue) -> Policy:
    """A policy that comes with the program; rules for guards that are not here are left out."""
    text = (files("aiguardian.policy") / "builtin" / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    return read_policy(
        text, name=name, catalogue=catalogue, file=f"{name}{SUFFIX}", skips_absent=True
    )
