"""A carrier: one text that a model or a reader gets, and the places in the body it came from."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from aiguardian.policy.rules import Direction
from aiguardian.proxy.carriers.edits import Edit, edits_between
from aiguardian.proxy.carriers.places import Path, placed

Restore = Callable[[str], str]
"""Puts values back for placeholders."""


class Source(Struct, frozen=True):
    """Where `carrier.text[start:end]` stands in the body."""

    path: Path
    start: int
    end: int
    inside: Path | None = None
    """The place within, when the string at `path` is JSON."""
    is_key: bool = False
    """The text is the name of the key that ends the path, not its value."""


class Carrier(Struct, frozen=True):
    """A text to judge."""

    path: str
    text: str
    direction: Direction
    role: str
    trusted: bool = False
    """Written by who runs the application: its instructions are meant."""
    known: bool = True
    """False: from a field or type that the vendor's published shapes did not have."""
    sources: tuple[Source, ...] = ()
    run: str = ""
    """Carriers of one run are read one after the other: each is judged with the end of the last."""


class Carriers(Struct, frozen=True):
    """All texts of a body, and the parts that hold none that can be judged."""

    texts: tuple[Carrier, ...]
    unjudged: tuple[tuple[str, str], ...]
    """Path and reason."""


def rewritten(
    carriers: Carriers,
    body: Any,
    changes: Mapping[int, str | Sequence[Edit]],
    restore: Restore | None = None,
) -> Any:
    """The body with changed texts back in their places; all else is the same objects.

    `changes` maps a carrier's position to its new text or its edits. Parts of one text joined
    again give exactly the new text; where a separator of ours stood between two strings, an edit
    across it goes to the first. `restore` is applied to every text except what an edit put in.
    """
    if restore is None and not any(each or isinstance(each, str) for each in changes.values()):
        return body
    values: dict[Path, Any] = {}
    keys: dict[Path, str] = {}
    within: dict[Path, list[tuple[Source, str]]] = {}
    for position, carrier in enumerate(carriers.texts):
        change = changes.get(position, ())
        edits = edits_between(carrier.text, change) if isinstance(change, str) else change
        if not edits and restore is None:
            continue
        for source, new in _shares(carrier, edits, restore):
            if source.inside is not None:
                within.setdefault(source.path, []).append((source, new))
            elif source.is_key:
                keys[source.path] = new
            else:
                values[source.path] = new
    for path, parts in within.items():
        values[path] = _json_with(_at(body, path), parts)
    return placed(body, values, keys)


def _shares(
    carrier: Carrier, edits: Sequence[Edit], restore: Restore | None
) -> list[tuple[Source, str]]:
    """The sources whose text changed, with their new text."""
    starts = [source.start for source in carrier.sources]
    begins: dict[int, set[int]] = {}
    for edit in edits:
        begins.setdefault(max(0, bisect_right(starts, edit.start) - 1), set()).add(edit.start)
    ends = [edit.end for edit in edits]
    changed = []
    for number, source in enumerate(carrier.sources):
        near = edits[bisect_left(ends, source.start) :]
        new = _share(carrier.text, source, near, restore, begins=begins.get(number, set()))
        if new != carrier.text[source.start : source.end]:
            changed.append((source, new))
    return changed


def _share(
    text: str, source: Source, edits: Sequence[Edit], restore: Restore | None, *, begins: set[int]
) -> str:
    """The new text of a source; of the edits that touch it, it gets what those at `begins` put."""
    parts: list[str] = []
    position = source.start
    for edit in edits:
        if edit.start > source.end:
            break
        kept = text[position : max(position, edit.start)]
        parts.append(restore(kept) if restore and kept else kept)
        if edit.start in begins:
            parts.append(edit.new)
        position = min(max(edit.end, position), source.end)
    kept = text[position : source.end]
    parts.append(restore(kept) if restore and kept else kept)
    return "".join(parts)


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def _json_with(written: str, parts: list[tuple[Source, str]]) -> str:
    values = {
        each.inside: new for each, new in parts if each.inside is not None and not each.is_key
    }
    keys = {each.inside: new for each, new in parts if each.inside is not None and each.is_key}
    return json.dumps(placed(json.loads(written), values, keys), ensure_ascii=False)
