"""The text files below some paths, in pieces that a guard takes, with their lines kept count of."""

from __future__ import annotations

import subprocess
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

PIECE_CHARACTERS = 200_000
"""A guard takes 1 MiB of UTF-8; four bytes a character, and some room."""
LARGEST_FILE = 32 * 1024 * 1024
"""Bytes; what is larger is data, not text that somebody wrote."""
LONGEST_LINE = 20_000
"""Characters; longer lines are a program's work (minified scripts, data), not a person's."""
PRAGMA = "aiguardian: allow"
LEFT_OUT = frozenset({".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__"})
CODE = frozenset(
    {".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".go", ".c", ".h"}
    | {".php", ".sh", ".bash", ".sql"}
)
"""Endings of files whose language SecurityGuard reads as code."""


class Generated(Exception):
    """A file whose lines no person wrote."""

    def __str__(self) -> str:
        return "made by a program: very large, or of very long lines"


class Piece:
    """Some lines of a file."""

    def __init__(self, path: Path, text: str, first_line: int) -> None:
        self.path = str(path)
        self.text = text
        self.first_line = first_line
        self.is_code = path.suffix.lower() in CODE

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        while (end := self.text.find("\n", starts[-1])) >= 0:
            starts.append(end + 1)
        return starts

    def line_of(self, offset: int) -> int:
        """The number of the line that holds a position, as editors count."""
        return self.first_line + bisect_right(self._starts, offset) - 1

    def column_of(self, offset: int) -> int:
        """The column of a position, from 1."""
        return offset - self._starts[bisect_right(self._starts, offset) - 1] + 1

    def is_allowed(self, offset: int) -> bool:
        """Whether the line says that what stands on it is meant."""
        start = self._starts[bisect_right(self._starts, offset) - 1]
        end = self.text.find("\n", start)
        return PRAGMA in self.text[start : end if end >= 0 else len(self.text)]


def pieces_of(path: Path) -> Iterator[Piece]:
    """The file in pieces that end at line ends where they can; none of a binary file.

    Raises `OSError`; `UnicodeDecodeError` for what is no UTF-8; `Generated`.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise Generated
    data = path.read_bytes()
    if b"\0" in data[:8192]:
        return
    text, start, line = data.decode("utf-8-sig"), 0, 1
    if max(map(len, text.split("\n"))) > LONGEST_LINE:
        raise Generated
    while start < len(text):
        end = min(len(text), start + PIECE_CHARACTERS)
        if end < len(text):
            end = text.rfind("\n", start, end) + 1 or end
        yield Piece(path, text[start:end], line)
        line += text.count("\n", start, end)
        start = end


def under(paths: Iterable[Path], exclude: Sequence[str] = ()) -> Iterator[Path]:
    """The files below the paths, without what git ignores or `exclude` matches.

    Raises `OSError` for a path that is not there.
    """
    for path in paths:
        path.stat()
        files = [path] if path.is_file() else _files_in(path)
        for file in files:
            if not any(fnmatch(file.as_posix(), glob) for glob in exclude):
                yield file


def _files_in(folder: Path) -> Iterator[Path]:
    listed = _git_files(folder)
    if listed is not None:
        yield from listed
        return
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink() and not LEFT_OUT & set(file.parts):
            yield file


def _git_files(folder: Path) -> list[Path] | None:
    """What git tracks or would track; None where there is no git, or no repository."""
    command = ["git", "-C", str(folder), "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        told = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our words
    except (OSError, subprocess.CalledProcessError):
        return None
    names = [name.decode("utf-8", "surrogateescape") for name in told.stdout.split(b"\0") if name]
    return [path for name in sorted(names) if (path := folder / name).is_file()]
