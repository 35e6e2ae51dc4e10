"""Writes what an image is made of: CycloneDX 1.5, from the lock file and Debian's own records.

    python bill_of_materials.py --lock requirements.lock --packages LIB --root /rootfs \\
        --version 0.1.0 > sbom.json

A Python package is listed when it is installed and not trimmed away, with the hashes that the lock
gives; a Debian package when a file of it was copied (root_tree.py keeps its record). Nothing in it
depends on the clock or on chance: the same inputs give the same document.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Component:
    """One part: a Python package or a Debian package."""

    kind: str
    name: str
    version: str
    hashes: tuple[str, ...] = ()

    def as_cyclonedx(self) -> dict[str, Any]:
        """Its entry. The hashes are of the archives that the lock allows for it."""
        purl = f"pkg:{self.kind}/{self.name}@{self.version}"
        entry: dict[str, Any] = {
            "type": "library",
            "bom-ref": purl,
            "name": self.name,
            "version": self.version,
            "purl": purl,
        }
        if self.hashes:
            entry["hashes"] = [{"alg": "SHA-256", "content": one} for one in self.hashes]
        return entry


def locked(lock: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """The hashes of each name and version in a lock file."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        if match := _REQUIREMENT.match(block):
            found[normal(match[1]), match[2]] = tuple(sorted(_HASH.findall(block)))
    return found


def installed(packages: Path) -> Iterator[tuple[str, str]]:
    """Name and version of each package that is there, from its record."""
    for folder in sorted(packages.glob("*.dist-info")):
        name, _, version = folder.name.removesuffix(".dist-info").rpartition("-")
        if any(path.parent != folder for path in _files_of(folder, packages)):
            yield normal(name), version


def _files_of(record: Path, packages: Path) -> Iterator[Path]:
    """The files of a package that are still there."""
    for line in (record / "RECORD").read_text(encoding="utf-8").splitlines():
        path = packages / line.split(",", 1)[0]
        if path.exists():
            yield path


def normal(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def python_components(lock: str, packages: Path) -> list[Component]:
    """Raises `ValueError` for a package that is installed but not locked."""
    hashes = locked(lock)
    strangers = [one for one in installed(packages) if one not in hashes]
    if strangers:
        raise ValueError(f"installed, but not in the lock: {strangers}")
    return [Component("pypi", *one, hashes[one]) for one in installed(packages)]


def debian_components(root: Path) -> Iterator[Component]:
    """The Debian packages whose files stand below `root`, from the records beside them."""
    for record in sorted((root / "var/lib/dpkg/status.d").glob("*")):
        if version := re.search(r"^Version: (.+)$", record.read_text(), re.MULTILINE):
            yield Component("deb/debian", record.name, version[1])


def document(components: list[Component], version: str) -> dict[str, Any]:
    """The whole bill, sorted."""
    ordered = sorted(components, key=lambda one: (one.kind, one.name, one.version))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"pkg:generic/aiguardian@{version}",
                "name": "aiguardian",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [one.as_cyclonedx() for one in ordered],
    }


def main() -> None:
    """Read the arguments and print the bill."""
    parser = argparse.ArgumentParser(description="Print what an image is made of.")
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--version", required=True)
    given = parser.parse_args()
    components = python_components(given.lock.read_text(encoding="utf-8"), given.packages)
    components += debian_components(given.root)
    json.dump(document(components, given.version), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
