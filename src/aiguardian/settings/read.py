"""Settings from environment variables: all faults at once, each with its mend.

A fault names the variable, what is wrong with its value and an example; the value of a secret
never appears.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from aiguardian.settings.checks import address_faults, production_faults, unknown_of_ours
from aiguardian.settings.groups import Secret, Setting, Settings, all_settings
from aiguardian.settings.identity import identity_faults
from aiguardian.settings.judge import judge_faults
from aiguardian.settings.policies import policy_faults
from aiguardian.settings.rates import Limit, rate_faults, read_limit


class SettingsError(Exception):
    """The settings are unusable; `faults` holds one sentence per fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read(environ: Mapping[str, str]) -> Settings:
    """Return the settings that these variables give.

    Raises `SettingsError` with every fault. An empty value counts as not set, as compose
    files pass it.
    """
    faults: list[str] = []
    values: dict[str, dict[str, Any]] = {group.name: {} for group in fields(Settings)}
    for setting in all_settings():
        raw = environ.get(setting.variable.name, "").strip()
        if not raw:
            continue
        try:
            values[setting.group][setting.field] = _parse(setting, raw)
        except ValueError as error:
            shown = "the value (not shown)" if setting.is_secret else f"{raw[:80]!r}"
            faults.append(
                f"{setting.variable.name}: {shown} {error}. "
                f"For example: {setting.variable.name}={setting.variable.example}"
            )
    defaults = Settings()
    settings = Settings(
        **{name: replace(getattr(defaults, name), **given) for name, given in values.items()}
    )
    faults += unknown_of_ours(environ)
    faults += address_faults(settings)
    faults += policy_faults(settings.policies)
    faults += identity_faults(settings.identity)
    faults += rate_faults(settings.rates)
    faults += judge_faults(settings.judge)
    if settings.runtime.environment == "production":
        faults += production_faults(settings)
    if faults:
        raise SettingsError(faults)
    return settings


def _parse(setting: Setting, raw: str) -> Any:
    kind = next((one for one in get_args(setting.type) if _is_read(one)), setting.type)
    if get_origin(kind) is Literal:
        return _choice(raw, get_args(kind))
    if get_origin(setting.type) is tuple:
        one = _SCALARS[get_args(setting.type)[0]]
        return tuple(one(part.strip()) for part in raw.split(",") if part.strip())
    value = _SCALARS[kind](raw)
    low, high = setting.variable.ge, setting.variable.le
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if low is not None and value < low:
            raise ValueError(f"is less than {low:g}")
        if high is not None and value > high:
            raise ValueError(f"is more than {high:g}")
    return value


def _is_read(kind: Any) -> bool:
    """Whether it says how a value is read, and is no `None` beside the one that does."""
    return kind in _SCALARS or get_origin(kind) is Literal


def _choice(raw: str, allowed: tuple[str, ...]) -> str:
    for one in allowed:
        if raw.lower() == one.lower():
            return one
    raise ValueError(f"is not one of {', '.join(allowed)}")


def _boolean(raw: str) -> bool:
    if raw.lower() in {"true", "1", "yes", "on"}:
        return True
    if raw.lower() in {"false", "0", "no", "off"}:
        return False
    raise ValueError("is not true or false")


def _integer(raw: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,18}", raw):
        raise ValueError("is not a whole number")
    return int(raw)


def _number(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        raise ValueError("is not a number") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("is not a finite number")
    return value


_SCALARS: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: _integer,
    float: _number,
    bool: _boolean,
    Path: lambda raw: Path(raw).expanduser(),
    Secret: Secret,
    Limit: read_limit,
}
