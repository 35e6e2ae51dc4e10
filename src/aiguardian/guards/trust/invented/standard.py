"""What the standard library of Python and Node's core modules have, from `standard_names.json.gz`.

The file is written by training/stdlib_names.py from the interpreters themselves (Python 3.11 to
3.13, Node 20), with names of other platforms. It is read when the first code block is judged:
0.1 s, 20 MB.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import msgspec

NAMES = Path(__file__).parent / "standard_names.json.gz"

_ENCODER = "skipkeys ensure_ascii check_circular allow_nan cls indent separators default sort_keys"
_DECODER = "cls object_hook parse_float parse_int parse_constant object_pairs_hook strict"
FORWARDED = {
    **dict.fromkeys(
        ("subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output"),
        ("subprocess.Popen", "input capture_output timeout check"),
    ),
    "json.dumps": ("", f"obj {_ENCODER}"),
    "json.dump": ("", f"obj fp {_ENCODER}"),
    "json.loads": ("", f"s {_DECODER}"),
    "json.load": ("", f"fp {_DECODER}"),
    "logging.basicConfig": (
        "",
        "filename filemode format datefmt style level stream handlers force encoding errors",
    ),
}
"""Functions that take `**kwargs` and hand them on: the class that takes them, and further names."""


class _Class(msgspec.Struct):
    call: str
    members: tuple[str, dict[str, str]]
    open: bool


class _Node(msgspec.Struct):
    modules: dict[str, list[str]]
    globals: dict[str, list[str]]
    node: str


class _File(msgspec.Struct):
    pythons: list[str]
    modules: dict[str, tuple[str, dict[str, str]] | None]
    classes: dict[str, _Class]
    gone: dict[str, str]
    node: _Node


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes."""

    most: int | None
    """Arguments by place; None for any number."""
    names: frozenset[str]
    """Arguments by name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A class: its members with what they are, and whether it may have others."""

    call: str
    members: dict[str, str]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Standard:
    """The names. A name's kind is `@module`, `=class`, `f…` (a function) or empty (anything)."""

    modules: dict[str, dict[str, str] | None]
    """None: the module exists, its names are not known."""
    classes: dict[str, Kind]
    gone: dict[str, str]
    """Dotted names that existed, with the last Python that had them."""
    node: dict[str, frozenset[str]]
    node_globals: dict[str, frozenset[str]]
    tops: frozenset[str]
    """Modules without a dot in their name."""

    def kind(self, module: str, name: str) -> str | None:
        """What a module has under a name; None when it has nothing."""
        names = self.modules.get(module)
        if names is None or name.startswith("_"):
            return ""
        if name in names:
            return names[name]
        return f"@{module}.{name}" if f"{module}.{name}" in self.modules else None

    def signature(self, kind: str, path: str) -> Signature | None:
        """What a function or class takes when called, None where that is not known."""
        if path in FORWARDED:
            target, more = FORWARDED[path]
            base = _signature(self.classes[target].call) if target else None
            return Signature(None, frozenset(more.split()) | (base.names if base else frozenset()))
        if kind.startswith("="):
            known = self.classes.get(kind[1:])
            return _signature(known.call) if known else None
        return _signature(kind)


def _signature(kind: str) -> Signature | None:
    if not kind.startswith("f"):
        return None
    most, _, names = kind[1:].partition(":")
    return Signature(None if most == "*" else int(most), frozenset(names.split()))


@cache
def standard() -> Standard:
    """The names of the standard libraries, read once."""
    file = msgspec.json.decode(gzip.decompress(NAMES.read_bytes()), type=_File)
    classes = {
        name: Kind(one.call, _joined(one.members), one.open) for name, one in file.classes.items()
    }
    return Standard(
        modules={name: _joined(names) if names else None for name, names in file.modules.items()},
        classes=classes,
        gone=file.gone,
        node={name: frozenset(names) for name, names in file.node.modules.items()},
        node_globals={name: frozenset(names) for name, names in file.node.globals.items()},
        tops=frozenset(name for name in file.modules if "." not in name),
    )


def meant(name: str, known: Iterable[str]) -> str:
    """` Did you mean …?` with the known name that is most like a name, or empty."""
    close = get_close_matches(name, known, n=1, cutoff=0.75)
    return f" Did you mean {close[0]}?" if close else ""


def _joined(names: tuple[str, dict[str, str]]) -> dict[str, str]:
    return dict.fromkeys(names[0].split(), "") | names[1]
