"""Looks up the pinned packages in the public list of known vulnerabilities, by pip-audit.

What is found fails. Where no list can be reached, that is said, with how many packages were not
looked up and why, and is no failure; with `--must` it is one. Further arguments go to pip-audit.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
ANSWER_S = 5
"""For the list to answer about one package. Ours: a check on a train must not wait for minutes."""
ALL_S = 300
OK, FOUND, UNREACHABLE = 0, 1, 3


@dataclass(frozen=True)
class Looked:
    """What became of some packages."""

    known: int = 0
    """Those that the list knows."""
    found: list[str] = field(default_factory=list)
    """A line for each vulnerability."""
    missed: list[str] = field(default_factory=list)
    """Why one was not looked up, for each such package."""


def pinned(text: str) -> list[str]:
    """The requirements of a lock file, each with its hashes."""
    joined = text.replace("\\\n", " ")
    lines = (line.strip() for line in joined.splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def look_up(requirements: Sequence[str], arguments: Sequence[str]) -> Looked:
    """Ask the list about these."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--format", "json", "--disable-pip"]
        command += ["--require-hashes", "--progress-spinner", "off", "--timeout", str(ANSWER_S)]
        try:
            told = subprocess.run(  # noqa: S603 - our own arguments; aiguardian: allow
                [*command, "-r", str(file), *arguments],
                capture_output=True, text=True, timeout=ALL_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Looked(missed=[f"no answer in {ALL_S} s"] * len(requirements))
    try:
        return read_report(told.stdout)
    except (ValueError, KeyError, TypeError):
        reason = (told.stderr.strip().splitlines() or ["pip-audit told nothing"])[-1]
        return Looked(missed=[reason] * len(requirements))


def read_report(text: str) -> Looked:
    """What pip-audit's report in JSON says. Raises `ValueError`, `KeyError` and `TypeError` for
    what is none."""
    looked = Looked()
    known = 0
    for one in json.loads(text)["dependencies"]:
        if "skip_reason" in one:
            looked.missed.append(str(one["skip_reason"]))
            continue
        known += 1
        for fault in one["vulns"]:
            mended = ", ".join(fault.get("fix_versions", [])) or "no version yet"
            line = f"{one['name']} {one['version']}: {fault['id']}, mended in {mended}"
            looked.found.append(line)
    return Looked(known, looked.found, looked.missed)


def main(given: Sequence[str]) -> int:
    """The exit status: 0; 1 for a vulnerability; 3 where `--must` says that all be looked up."""
    must = "--must" in given
    arguments = [one for one in given if one != "--must"]
    requirements = pinned(LOCK.read_text("utf-8"))
    looked = look_up(requirements[:1], arguments)
    if looked.known:  # one answer shows that there is a list: ask for the rest
        looked = look_up(requirements, arguments)
    else:
        looked = Looked(missed=looked.missed[:1] * len(requirements))
    for line in looked.found:
        print(f"known vulnerability: {line}")  # noqa: T201 - a command prints
    if looked.missed:
        told = f"{len(looked.missed)} of {len(requirements)} packages not looked up"
        print(f"pip-audit SKIPPED: {told}: {looked.missed[0][:300]}")  # noqa: T201 - as above
    print(f"pip-audit: {looked.known} packages looked up, {len(looked.found)} found")  # noqa: T201 - as above
    if looked.found:
        return FOUND
    return UNREACHABLE if must and looked.missed else OK


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
