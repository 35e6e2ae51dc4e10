"""Compiles what an image holds, so that no start compiles: its root may not be written to.

    python bytecode.py --alone /rootfs/usr/lib/python3.12 --strip /rootfs /opt/aiguardian/lib
    python bytecode.py --beside /opt/aiguardian/app

Compiled files are not checked against their sources at each import (PEP 552): neither changes here.
`--alone` then removes the sources, which nobody edits in an image and which take 60 MB: lines of a
stack trace keep their numbers and lose their text. The program's own sources stay.
"""

from __future__ import annotations

import argparse
import compileall
import py_compile
from pathlib import Path


def compile_alone(folder: Path, strip: str) -> None:
    """Leave compiled files where the sources were. Raises `ValueError` if one does not compile."""
    _compile(folder, strip, legacy=True)
    for source in folder.rglob("*.py"):
        if source.with_suffix(".pyc").exists():
            source.unlink()


def compile_beside(folder: Path) -> None:
    """Add `__pycache__` folders. Raises `ValueError` if a source does not compile."""
    _compile(folder, "", legacy=False)


def _compile(folder: Path, strip: str, *, legacy: bool) -> None:
    done = compileall.compile_dir(
        folder,
        maxlevels=50,
        quiet=1,
        legacy=legacy,
        stripdir=strip or None,  # a path that is not below it stays as it is
        prependdir="/" if strip else None,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise ValueError(f"a source below {folder} does not compile")


def main() -> None:
    """Read the arguments and compile."""
    parser = argparse.ArgumentParser(description="Compile what an image holds.")
    parser.add_argument("--alone", type=Path, nargs="*", default=[])
    parser.add_argument("--beside", type=Path, nargs="*", default=[])
    parser.add_argument("--strip", default="", help="the folder that becomes the image's root")
    given = parser.parse_args()
    for folder in given.alone:
        compile_alone(folder, given.strip)
    for folder in given.beside:
        compile_beside(folder)


if __name__ == "__main__":
    main()
