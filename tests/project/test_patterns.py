"""No pattern leans on what `re` does wrong in the first releases of Python 3.11.

There a possessive quantifier over more than one character class, and an atomic group, may match
too much, never end, or report groups wrongly (gh-100061, gh-101955 and gh-106052 of CPython, mended
after 3.11.2, which Debian 12 has).
"""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/aiguardian"
PARSER: Any = importlib.import_module("re._parser")  # typeshed leaves it out
ONE_CHARACTER = frozenset({"LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY"})

RECORDER = """
import importlib, json, pkgutil, sys
import re._parser
import aiguardian

package, parse, found = aiguardian.__path__[0], re._parser.parse, []

def record(pattern, flags=0, *rest):
    frame = sys._getframe(1)
    while "/re/" in frame.f_code.co_filename:
        frame = frame.f_back
    if frame.f_code.co_filename.startswith(package):
        place = f"{frame.f_code.co_filename[len(package) + 1:]}:{frame.f_lineno}"
        text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
        found.append((place, text, int(flags)))
    return parse(pattern, flags, *rest)

re._parser.parse = record
for module in pkgutil.walk_packages(aiguardian.__path__, "aiguardian."):
    if not module.name.endswith("__main__") and ".migrations" not in module.name:
        importlib.import_module(module.name)
from aiguardian.guards.security.secrets.formats.table import FORMATS
for row in FORMATS:
    row.pattern  # compiled when it is first needed
print(json.dumps(found))
"""
"""Imports the package afresh and prints each pattern that it compiles: place, text, flags."""


def broken_parts(tree: Any) -> Iterator[str]:
    """Names of the constructs in a parsed pattern that 3.11.2 gets wrong."""
    for code, value in tree:
        name = str(code)
        if name == "ATOMIC_GROUP":
            yield "an atomic group"
        if name == "POSSESSIVE_REPEAT":
            body = value[2]
            if len(body) != 1 or str(body[0][0]) not in ONE_CHARACTER:
                yield "a possessive quantifier over more than one character class"
        for part in _parts(value):
            yield from broken_parts(part)


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, PARSER.SubPattern):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _parts(each)


def _broken(text: str, flags: int = 0) -> list[str]:
    return list(broken_parts(PARSER.parse(text, flags)))


def _patterns_in_calls(path: Path) -> Iterator[tuple[str, str]]:
    """Place and text of each literal first argument of a function of `re`; a value set into it
    counts as one letter."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
            continue
        text = _literal(node.args[0])
        if text is not None and node.func.attr != "escape":
            yield f"{path.relative_to(PACKAGE)}:{node.lineno}", text


def _literal(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "x" for part in node.values)
    return None


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:ab?c)++",
        "x(?:ab|cd)*+y",
        "(a)?+",
        "(?:[ab]c){1,3}+",
        "(?>a|ab)c",
        "(?:x(?=(?:y[^z]++)*+))",
        "(a)?(?(1)(?:b[cd])*+|e)",
    ],
)
def test_the_broken_constructs_are_seen(pattern: str) -> None:
    assert _broken(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "[ab]++c",
        "(?:a)*+b",
        r"(?:x[^\n]++y)*",
        "(?=(?P<all>(?:ab?c)*))(?P=all)",
        r"\d{1,3}+",
        "é?+",
        "",
    ],
)
def test_a_possessive_quantifier_over_one_class_is_no_find(pattern: str) -> None:
    assert not _broken(pattern)


def test_no_pattern_that_the_package_compiles_is_broken_on_the_first_releases() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", RECORDER], capture_output=True, text=True, timeout=120, check=True
    )
    found = json.loads(ran.stdout)
    assert len(found) > 1_000  # the recorder works
    assert not [
        (place, _broken(text, flags)) for place, text, flags in found if _broken(text, flags)
    ]


def test_no_pattern_inside_a_function_is_broken_on_the_first_releases() -> None:
    found = [each for path in sorted(PACKAGE.rglob("*.py")) for each in _patterns_in_calls(path)]
    assert len(found) > 500  # the walk works
    assert not [(place, _broken(text)) for place, text in found if _broken(text)]
