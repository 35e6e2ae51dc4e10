"""Where the values of settings come from: the environment, files, AWS Secrets Manager.

The environment wins over AWS, so that a person can always set one value by hand; a NAME_FILE names
a file that holds the value of NAME (as Docker and Kubernetes mount secrets), and both together are
a fault. Nothing that is read here is put into this process's environment, where child processes
and /proc would show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from aiguardian.settings.aws import Aws
from aiguardian.settings.groups import all_settings
from aiguardian.settings.read import SettingsError

Origin = Literal["environment", "file", "aws"]
Fetch = Callable[[Aws], Mapping[str, str]]
"""The variables that AWS Secrets Manager holds. Raises `SecretsUnavailable`."""

LONGEST_FILE = 65_536
FILE_SUFFIX = "_FILE"
_OF_AWS = frozenset({"AWS_SECRETS_ENABLED", "AWS_SECRETS_NAME", "AWS_REGION", "AWS_ENDPOINT_URL"})
"""What says where the secrets are cannot stand in them."""


class SecretsUnavailable(Exception):
    """AWS Secrets Manager did not give a secret; the message names it, never a value."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Values of settings by variable, and where each is from."""

    values: Mapping[str, str]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    """What AWS holds beside them: a file of upstreams may name it."""

    def changed(self, before: Gathered) -> set[str]:
        """The settings whose values differ from those before."""
        names = {*self.origins, *before.origins}
        return {name for name in names if self.values.get(name) != before.values.get(name)}


class Sources:
    """All sources of settings, read now and, for rotated secrets, again."""

    def __init__(self, environ: Mapping[str, str], fetch: Fetch) -> None:
        self._environ = dict(environ)
        self._fetch = fetch
        self._last = Gathered(self._environ)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that they were made with."""
        return self._environ

    def gather(self) -> Gathered:
        """Every value there is. Raises `SettingsError` for files and secrets that cannot be read;
        whether the values are right is `read`'s to say."""
        known = [setting.variable.name for setting in all_settings()]
        values = dict(self._environ)
        origins: dict[str, Origin] = {
            name: "environment" for name in known if values.get(name, "").strip()
        }
        faults: list[str] = []
        for name in known:
            self._from_file(name, values, origins, faults)
        if faults:
            raise SettingsError(faults)
        others: dict[str, str] = {}
        if values.get("AWS_SECRETS_ENABLED", "").strip().lower() in {"true", "1", "yes", "on"}:
            others = self._from_aws(values, origins)
        self._last = Gathered(values, origins, others)
        return self._last

    def named(self, name: str) -> str | None:
        """The value of any variable as of the last look, a setting or not; None for none. A file
        that NAME_FILE names is read now."""
        last = self._last
        if value := last.values.get(name, "").strip():
            return value
        path = self._environ.get(name + FILE_SUFFIX, "").strip()
        if not path:
            return last.others.get(name)
        try:
            return _text_of(Path(path)) or None
        except (OSError, ValueError):
            return None

    def _from_file(
        self,
        name: str,
        values: dict[str, str],
        origins: dict[str, Origin],
        faults: list[str],
    ) -> None:
        path = self._environ.get(name + FILE_SUFFIX, "").strip()
        if not path:
            return
        # No setting that does not exist: the variable would be found unknown.
        values.pop(name + FILE_SUFFIX)
        if name in origins:
            faults.append(f"{name}: set, and {name}{FILE_SUFFIX} too; keep one of them.")
            return
        try:
            values[name] = _text_of(Path(path))
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or str(error)
            faults.append(f"{name}{FILE_SUFFIX}: {path[:200]!r} cannot be read: {why}.")
            return
        if values[name]:
            origins[name] = "file"

    def _from_aws(self, values: dict[str, str], origins: dict[str, Origin]) -> dict[str, str]:
        """Return what is there and is no setting."""
        where = Aws(
            enabled=True,
            name=values.get("AWS_SECRETS_NAME", "").strip() or Aws().name,
            region=values.get("AWS_REGION", "").strip() or Aws().region,
            endpoint=values.get("AWS_ENDPOINT_URL", "").strip() or None,
        )
        known = {setting.variable.name for setting in all_settings()} - _OF_AWS
        try:
            found = self._fetch(where)
        except SecretsUnavailable as error:
            raise SettingsError([f"AWS_SECRETS_NAME: {error}"]) from None
        others = {}
        for name, value in found.items():
            is_ours = name in known or name.startswith("AIGUARDIAN_")
            if not is_ours and name not in _OF_AWS and value.strip():
                others[name] = value.strip()
            if is_ours and name not in origins and value.strip():
                values[name] = value
                origins[name] = "aws"
        return others


@dataclass(frozen=True, slots=True)
class Sourced:
    """The sources that the settings were read from, and what they said then."""

    sources: Sources
    gathered: Gathered

    @property
    def can_change(self) -> bool:
        """Whether any value stands where it may be changed from outside."""
        is_elsewhere = not {"aws", "file"}.isdisjoint(self.gathered.origins.values())
        return is_elsewhere or bool(self.gathered.others)

    @property
    def named(self) -> Named:
        """The values by name, for files that name them."""
        return Named(self.sources)


class Named(Mapping[str, str]):
    """Values of variables, wherever they stand, as of the last look at the sources."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def __getitem__(self, name: str) -> str:
        value = self._sources.named(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources.environ)

    def __len__(self) -> int:
        return len(self._sources.environ)


class Noted(Mapping[str, str]):
    """Values that notes which of them were used, and so can tell whether one has changed since."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._used: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> str:
        self._used[name] = self._values.get(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def uses(self, name: str) -> bool:
        """Whether it was asked for this one."""
        return name in self._used

    def has_changed(self) -> bool:
        """Whether one that was used is another by now."""
        return any(self._values.get(name) != value for name, value in self._used.items())


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(LONGEST_FILE + 1)
    if len(raw) > LONGEST_FILE:
        raise ValueError(f"it is longer than {LONGEST_FILE:,} bytes")
    try:
        return raw.decode().strip()
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
