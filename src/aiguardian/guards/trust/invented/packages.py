"""Which packages of PyPI and npm are known, and which known one a name may be a slip of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from aiguardian.guards.trust.judgement import Check

RegistryName = Literal["pypi", "npm"]
NAMES = {"pypi": "PyPI", "npm": "npm"}

PACKAGES = Path(__file__).parent / "packages.txt"
SHORTEST = 5
"""Letters: shorter names are one letter from each other by chance."""
_DIGITS = "0123456789"
_LOCAL_TEXT = (
    "app apps api src lib libs core utils util helpers helper common config configs settings main "
    "models model schemas schema views urls routes router routers services service handlers db "
    "database tests test conftest data dataset train module modules package mypackage mymodule "
    "my_module my_package your_module your_package yourapp myapp project myproject base types "
    "constants exceptions errors client server example examples plugin plugins tools agents agent"
)
LOCAL = frozenset(_LOCAL_TEXT.split())
"""Names that modules of the reader's own project have: nobody's package."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Known names of one registry: of packages, and what they are imported as."""

    packages: dict[str, str]
    """By package, what it is imported as."""
    imports: frozenset[str]

    def knows(self, name: str) -> bool:
        """Whether a name is a known package or import."""
        return name in self.imports or normal(name) in self.packages

    def imports_of(self, names: Collection[str]) -> frozenset[str]:
        """What the given packages may be imported as, and their own names as PyPI compares them."""
        plain = {normal(name) for name in names}
        return frozenset(plain | {self.packages[name] for name in plain if name in self.packages})

    def near(self, name: str) -> str:
        """The known name that is one slip from a name, or differs by a separator; or empty."""
        plain = normal(name)
        if len(plain) < SHORTEST:
            return ""
        for variant in (plain.replace("-", ""), f"python-{plain}", f"py{plain}"):
            if variant in self.packages and variant != plain:
                return variant
        close = [one for one in self.packages if is_one_slip(plain, one)]
        return min(close, default="")


def normal(name: str) -> str:
    """A package's name as PyPI compares names (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")


def is_one_slip(one: str, other: str) -> bool:
    """Whether two names differ by one letter more, less or other, or by two swapped.

    Not by a digit, which tells releases apart (`psycopg2`), nor in the first letter.
    """
    if abs(len(one) - len(other)) > 1 or one[0] != other[0] or len(other) < SHORTEST:
        return False
    if one.strip(_DIGITS) == other.strip(_DIGITS):
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    if len(one) == len(other):
        swapped = rest[1::-1] + rest[2:]
        return rest[1:] == other_rest[1:] or swapped == other_rest
    return rest[1:] == other_rest or rest == other_rest[1:]


@cache
def registry(name: RegistryName) -> Registry:
    """The known names of a registry, read once."""
    packages: dict[str, str] = {}
    for line in PACKAGES.read_text(encoding="utf-8").splitlines():
        kind, _, listed = line.partition(":")
        for entry in listed.split() if kind == name else ():
            package, _, imported = entry.partition("=")
            imported = imported or (package.replace("-", "_") if name == "pypi" else package)
            packages[normal(package)] = imported
    return Registry(packages, frozenset(packages.values()))


def package_checks(
    name: str, of: RegistryName, given: Collection[str] | None, start: int, end: int
) -> Iterator[Check]:
    """What is wrong with a package that stands at a place: not given, a slip, or not known."""
    known = registry(of)
    if given is not None:
        if name not in known.imports_of(given) and normal(name) not in known.imports_of(given):
            message = f"The package {name} is not among the {len(given)} that are given."
            yield Check("code.package", "contradicted", 0.8, message, start, end)
    elif not known.knows(name):
        near = known.near(name)
        message = f"{name} is no {NAMES[of]} package that is known here."
        if near:
            yield Check(
                "code.package", "silent", 0.7, f"{message} Did you mean {near}?", start, end
            )
        else:
            yield Check("code.package", "silent", 0.3, message, start, end)
