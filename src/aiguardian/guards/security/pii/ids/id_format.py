"""The row of the tables of numbers: its written shapes, its check, the words said with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class IdFormat:
    """One kind of number that an authority gives out.

    Shapes are written `9` for a digit, `A` for a letter and `?` for either; anything else stands
    for itself.
    """

    type: str
    """The country's code and the number's short name: `PL_PESEL`."""
    distinct: tuple[str, ...]
    """Shapes that hardly anything else is written in: `999.999.999-99`."""
    plain: tuple[str, ...]
    """Shapes that other numbers share, above all digits in one run."""
    words: tuple[str, ...]
    """What people write beside it, in lower case and in the country's languages."""
    check: Callable[[str], bool]
    """Judges the number without separators, letters in capitals."""
    alone: float = 0.6
    """The score of a distinct shape with no such word beside it."""
    alone_plain: float = 0.2
    """The score of a plain shape with no such word beside it."""
    has_checksum: bool = True
    """`check` is a checksum that one number in ten or fewer passes by chance."""


def any_value(value: str) -> bool:
    """True: the number has no rule beyond its shape, and counts only beside its words."""
    return bool(value)


def written_shapes(shape: str) -> tuple[str, ...]:
    """The shape with each `?` as a digit and as a letter."""
    choices = ["9A" if char == "?" else char for char in shape]
    return tuple("".join(choice) for choice in product(*choices))
