"""Content: a string, or a list of parts, some of them text, of a message of any vendor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiguardian.errors import InvalidField
from aiguardian.proxy.carriers.collect import Collector, Speaker, object_at, objects_at, string_at
from aiguardian.proxy.carriers.echo import read_echo
from aiguardian.proxy.carriers.leaves import MOST_DEPTH, Leaf
from aiguardian.proxy.carriers.places import Path, path_name

TEXT_IN = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "summary_text": "text",
    "reasoning_text": "text",
    "refusal": "refusal",
    "thinking": "thinking",
}
"""The field that holds the text of a part, by its type."""

APART = frozenset({"refusal", "thinking", "summary_text", "reasoning_text"})
"""Parts that readers don't see as one run with the message's text."""

BINARY = {
    "image_url": "an image",
    "input_image": "an image",
    "image": "an image",
    "input_audio": "audio",
    "audio": "audio",
    "video_url": "a video",
    "file": "a file",
    "input_file": "a file",
    "container_upload": "a file",
    "computer_screenshot": "an image",
    "redacted_thinking": "reasoning encrypted by the vendor",
}
_BINARY_FIELDS = frozenset(
    [
        "image_url",
        "file_data",
        "file_id",
        "file_url",
        "data",
        "input_audio",
        "source",
        "type",
        "detail",
    ]
)
_READ = frozenset({"annotations", "citations", "logprobs"})

ReadPart = Callable[[Collector, dict[str, Any], Path], bool]
"""Reads a part of a vendor's own type; False when it is none of its types."""


def read_content(
    found: Collector, value: Any, path: Path, speaker: Speaker, *, own: ReadPart | None = None
) -> None:
    """Carriers of a message's content: its text parts are one, joined as models read them."""
    if value is None:
        return
    if len(path) > MOST_DEPTH:  # results within results
        raise InvalidField(f"Nested deeper than {MOST_DEPTH} levels.", field=path_name(path[:8]))
    if isinstance(value, str):
        found.string(value, speaker, path=path, is_run=True)
        return
    if not isinstance(value, list):
        raise InvalidField("Must be a string or a list of parts.", field=path_name(path))
    leaves: list[Leaf] = []
    others: list[tuple[Path, dict[str, Any]]] = []
    for number, part in enumerate(value):
        place = (*path, number)
        if isinstance(part, str):  # some vendors take bare strings among the parts
            leaves.append(Leaf(place, part))
            continue
        each = object_at(part, place)
        kind = each.get("type", "text" if "text" in each else None)
        if isinstance(kind, str) and kind in TEXT_IN and kind not in APART:
            where = (*place, TEXT_IN[kind])
            leaves.append(Leaf(where, string_at(each.get(TEXT_IN[kind]), where)))
        others.append((place, each))
    if found.joins:
        found.join(leaves, speaker, path=path, between="")
    else:
        for leaf in leaves:
            found.join([leaf], speaker, path=leaf.path, run=path_name(path) or "parts")
    for place, each in others:
        _read_part(found, each, place, speaker, own)


def _read_part(
    found: Collector, part: dict[str, Any], path: Path, speaker: Speaker, own: ReadPart | None
) -> None:
    kind = part.get("type", "text" if "text" in part else None)
    if not isinstance(kind, str):
        found.all_of(part, found.stray, path=path, known=False)
    elif own is not None and own(found, part, path):
        return
    elif kind in TEXT_IN:
        field = TEXT_IN[kind]
        if kind in APART:
            found.string(part.get(field), speaker, path=(*path, field))
        read_notes(found, part, path, speaker)
        read_echo(part.get("logprobs"), found, (*path, "logprobs"), (part.get(field),))
        found.rest_of(part, _READ | {field}, path=path)
    elif kind in BINARY:
        found.unjudged(path, f"{BINARY[kind]} is not read")
        _read_names(found, part, path, speaker)
    else:
        found.all_of(part, found.stray, path=path, known=False)


def read_notes(found: Collector, part: dict[str, Any], path: Path, speaker: Speaker) -> None:
    """One carrier each for the sources that a text names: titles, addresses, quoted words."""
    for field in ("annotations", "citations"):
        if isinstance(part.get(field), list):
            for place, note in objects_at(part[field], (*path, field)):
                found.all_of(note, speaker, path=place)
        elif isinstance(part.get(field), dict | str):
            found.all_of(part[field], speaker, path=(*path, field))


def _read_names(found: Collector, part: dict[str, Any], path: Path, speaker: Speaker) -> None:
    """The words beside binary data: a file's name, a title, a transcript."""
    words = {key: value for key, value in part.items() if key not in _BINARY_FIELDS}
    for key, value in part.items():
        if isinstance(value, dict) and key in {"file", "audio"}:
            words[key] = {k: v for k, v in value.items() if k not in _BINARY_FIELDS}
    found.all_of(words, speaker, path=path)
