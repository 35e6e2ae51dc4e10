"""What a setting is made of: the environment variable behind a field, and secret values."""

from __future__ import annotations

from dataclasses import dataclass


class Secret:
    """A value that prints as asterisks; `reveal()` hands it out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself: for the one place that needs it."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return "********"


@dataclass(frozen=True, slots=True)
class Variable:
    """The environment variable behind a field."""

    name: str
    about: str
    example: str
    ge: float | None = None
    le: float | None = None
