"""Packages that a text tells its reader to install: `pip install x`, `npm install y`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

from aiguardian.guards.trust.invented.packages import RegistryName, package_checks
from aiguardian.guards.trust.judgement import Check

_COMMAND = re.compile(
    r"(?:(?P<pypi>\bpip3? install|\buv (?:pip install|add)|\bpoetry add|\bpipenv install)"
    r"|(?P<npm>\bnpm (?:install|i)\b|\byarn add|\bpnpm (?:add|install)))(?P<rest>[^\n`;&|#]{0,500})"
)
_PACKAGE = re.compile(
    r"(?<=[\s'\"])(@[\w.-]{1,60}/[\w.-]{1,100}|[A-Za-z][\w.-]{0,100})"
    r"(?=[\s'\"\[=<>~!@]|$)"
)
_VALUE_OPTIONS = re.compile(
    r"\s(?:-r|-c|-i|--requirement|--index-url|--extra-index-url|--prefix|-t|--target|-e|--editable)"
    r"[ =]{1,2}\S{1,200}"
)
PROSE = frozenset(["in", "to", "and", "or", "for", "the", "first", "with", "on", "if", "then"])
"""Where a command in a sentence has gone over into prose: `pip install x in your shell`."""
MOST = 100
FILES = (".txt", ".whl", ".gz", ".zip", ".git", ".toml")


def installed_packages(text: str, packages: Collection[str] | None) -> Iterator[Check]:
    """Unknown or misspelt packages in the first `MOST` install commands of a text. Linear."""
    for command in islice(_COMMAND.finditer(text), MOST):
        registry: RegistryName = "pypi" if command["pypi"] else "npm"
        rest = _VALUE_OPTIONS.sub(lambda match: " " * len(match[0]), command["rest"])
        for match in _PACKAGE.finditer(rest):
            if match[1].endswith(FILES) or match[1] in PROSE:
                break
            start = command.start("rest") + match.start(1)
            end = command.start("rest") + match.end(1)
            yield from package_checks(match[1], registry, packages, start, end)
