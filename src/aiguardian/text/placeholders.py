"""Placeholders in a text, such as `[EMAIL_ADDRESS_1]`, and their values put back.

A placeholder is a type that a model understands and a number; its name is what the brackets hold.
"""

from __future__ import annotations

import re

# As written, or as models write them again: other case, escaped for Markdown, a space or hyphen
# for the underscore, a full stop drawn into the brackets. Nearest: a reference such as [Figure 1].
_BRACKETED = re.compile(
    r"\\?\[\s{0,2}(?P<name>[A-Za-z][A-Za-z0-9]{0,40}(?:(?:\\?_|[ -])[A-Za-z0-9]{1,40}){0,8})"
    r"\s{0,2}(?P<mark>[.,;:!?]?)\\?\]"
)
# Without brackets only with the underscore before the number. Nearest: a variable, `item_1`.
_BARE = re.compile(
    r"(?<![A-Za-z0-9_\\])[A-Za-z][A-Za-z0-9]{0,40}(?:\\?_[A-Za-z0-9]{1,40}){0,8}(?![A-Za-z0-9_])"
)


def names_in(text: str) -> set[str]:
    """Every name in a text that `restored` could take for a placeholder. Linear."""
    bracketed = {_name(match["name"]) for match in _BRACKETED.finditer(text)}
    return bracketed | {_name(match[0]) for match in _BARE.finditer(text)}


def restored(text: str, values: dict[str, str]) -> tuple[str, int]:
    """The text with the values put back for their placeholders, and how many were. Linear."""
    count = 0

    def value_of(name: str, written: str, mark: str = "") -> str:
        nonlocal count
        value = values.get(_name(name))
        if value is None:
            return written
        count += 1
        return value + mark

    parts: list[str] = []
    position = 0
    for match in _BRACKETED.finditer(text):
        # What a bracket held is put back as it is: it may look like a placeholder itself.
        parts.append(
            _BARE.sub(lambda bare: value_of(bare[0], bare[0]), text[position : match.start()])
        )
        inside = value_of(match["name"], match[0], match["mark"])
        parts.append(inside)
        position = match.end()
    parts.append(_BARE.sub(lambda bare: value_of(bare[0], bare[0]), text[position:]))
    return "".join(parts), count


def _name(written: str) -> str:
    return re.sub(r"\\?_|[ -]", "_", written).upper()
