"""The JSON in an answer: where it stands, what it says, and where each value in it stands."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from aiguardian.text.fences import fences

MOST_STARTS = 32
"""Brackets in prose tried as the start of a document: more is prose about brackets."""
LONGEST_INTEGER = 300
"""Digits; a longer number is cut to the largest float, as JavaScript readers do."""
LARGEST = 1.797e308


@dataclass(frozen=True, slots=True)
class Document:
    """JSON found in an answer: its span and its value."""

    start: int
    end: int
    value: Any


@dataclass(frozen=True, slots=True)
class Broken:
    """What should have been JSON: from where, and where reading it failed."""

    start: int
    at: int
    problem: str


class TooDeep(ValueError):
    """Nesting that the reader refuses."""


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _integer(digits: str) -> int | float:
    if len(digits) > LONGEST_INTEGER:
        return -LARGEST if digits[0] == "-" else LARGEST
    return int(digits)


def _float(digits: str) -> float:
    return min(LARGEST, max(-LARGEST, float(digits)))


DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_integer, parse_float=_float)


def find_document(text: str) -> Document | Broken | None:
    """The JSON of an answer, None when nothing in it looks like any.

    In this order: the whole text; a code block, one marked `json` first; the first brackets in
    prose that hold a document. Raises `TooDeep`.
    """
    start = len(text) - len(text.lstrip())
    whole = _read(text, start)
    if isinstance(whole, Document) and not text[whole.end :].strip():
        return whole
    blocks = [
        block
        for block in fences(text)
        if block.info in ("json", "jsonc", "json5")
        or (not block.info and text[block.body_start : block.body_end].lstrip()[:1] in ("{", "["))
    ]
    for block in sorted(blocks, key=lambda each: not each.info)[:MOST_STARTS]:
        return _in_block(text, block.body_start, block.body_end)
    return _in_prose(text)


def _in_block(text: str, start: int, end: int) -> Document | Broken:
    body = text[:end]
    start += len(body[start:]) - len(body[start:].lstrip())
    read = _read(body, start)
    if isinstance(read, Document) and body[read.end :].strip():
        return Broken(start, read.end, "there is more after the end of the document")
    return read


def _in_prose(text: str) -> Document | Broken | None:
    first: Broken | None = None
    position = 0
    for _ in range(MOST_STARTS):
        bracket = re.compile(r"[\[{]").search(text, position)
        if bracket is None:
            break
        read = _read(text, bracket.start())
        if isinstance(read, Document):
            return read
        first = first or read
        position = bracket.end()
    return first


def _read(text: str, start: int) -> Document | Broken:
    try:
        value, end = DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return Broken(start, error.pos, error.msg[0].lower() + error.msg[1:])
    except RecursionError as error:
        raise TooDeep("nested too deeply to be read") from error
    except ValueError as error:
        return Broken(start, start, str(error))
    return Document(start, end, value)


def depth_and_size(value: Any) -> tuple[int, int]:
    """Levels of nesting (0 for a scalar) and the number of values in it."""
    depth, size = 0, 0
    level = [value]
    while level:
        size += len(level)
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below.extend(each.values())
            elif isinstance(each, list):
                below.extend(each)
        depth += bool(below)
        level = below
    return depth, size


WHITE = re.compile(r"[ \t\r\n]*")


def span_at(text: str, document: Document, path: list[str | int]) -> tuple[int, int]:
    """Where the value at `path` stands in `text`; `document` was read from there."""
    start = document.start
    for step in path:
        start = _member(text, start, step) if isinstance(step, str) else _element(text, start, step)
    return start, DECODER.raw_decode(text, start)[1]


def _member(text: str, start: int, name: str) -> int:
    """Where the last member called `name` stands: of duplicates the last one counts."""
    position = _skip(text, start + 1)
    found = start
    while text[position] != "}":
        key, position = DECODER.raw_decode(text, position)
        position = _skip(text, _skip(text, position) + 1)
        if key == name:
            found = position
        position = _next(text, position)
    return found


def _element(text: str, start: int, index: int) -> int:
    position = _skip(text, start + 1)
    for _ in range(index):
        position = _next(text, position)
    return position


def _next(text: str, value_start: int) -> int:
    position = _skip(text, DECODER.raw_decode(text, value_start)[1])
    return _skip(text, position + 1) if text[position] == "," else position


def _skip(text: str, position: int) -> int:
    white = WHITE.match(text, position)
    return white.end() if white else position
