"""Writes the README of each module and environment from its own files.

    python terraform/readme.py

What a README says about inputs and outputs is what `variables.tf` and `outputs.tf` say; the first
words are the comment at the head of `main.tf`. A test writes them again and compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent

_BLOCK = re.compile(r'^(variable|output) "([^"]+)" \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)
_RESOURCE = re.compile(r'^(?:resource|ephemeral) "(\w+)" "\w+"', re.MULTILINE)
_CALL = re.compile(r'^  source\s+= "(?:\.\./)+(?:modules/)?([\w-]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A variable or an output."""

    kind: str
    name: str
    body: str

    def value(self, attribute: str) -> str | None:
        """An attribute as it is written, lines joined; None when it is not there."""
        start = re.search(rf"^  {attribute}\s+= (.*)$", self.body, re.MULTILINE)
        if start is None:
            return None
        first = start[1]
        if first.count("{") + first.count("(") == first.count("}") + first.count(")"):
            return first
        end = re.search(r"^  [})].*$", self.body[start.end() :], re.MULTILINE)
        lines = self.body[start.start(1) : start.end() + end.end()] if end else first
        return re.sub(r"\s+", " ", lines)


def directories() -> list[Path]:
    """Every directory that has a README: modules, environments, and what comes before them."""
    roots = [ROOT / "bootstrap", ROOT / "account"]
    return [*roots, *sorted(ROOT.glob("environments/*")), *sorted(ROOT.glob("modules/*"))]


def readme(directory: Path) -> str:
    """Return the README of a module or an environment."""
    blocks = [block for path in sorted(directory.glob("*.tf")) for block in _blocks(path)]
    sections = [
        f"# {directory.name}",
        _about(directory),
        _uses(directory),
        _inputs([block for block in blocks if block.kind == "variable"]),
        _outputs([block for block in blocks if block.kind == "output"]),
        "<!-- Written by terraform/readme.py; change the .tf files and run it again. -->",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _blocks(path: Path) -> list[Block]:
    return [Block(*found) for found in _BLOCK.findall(path.read_text("utf-8"))]


def _about(directory: Path) -> str:
    """The comment at the head of main.tf, with the sections of NOTES.md where there is one."""
    lines = []
    for line in (directory / "main.tf").read_text("utf-8").splitlines():
        if not line.startswith("# "):
            break
        lines.append(line.removeprefix("# "))
    notes = directory / "NOTES.md"
    return "\n".join(lines) + ("\n\n" + notes.read_text("utf-8").strip() if notes.exists() else "")


def _uses(directory: Path) -> str:
    text = "\n".join(path.read_text("utf-8") for path in sorted(directory.glob("*.tf")))
    calls = sorted(set(_CALL.findall(text)))
    kinds = sorted(set(_RESOURCE.findall(text)))
    back = "../../modules" if directory.parent.name == "environments" else "../modules"
    back = ".." if directory.parent.name == "modules" else back
    lines = ["Modules: " + ", ".join(f"[{name}]({back}/{name}/README.md)" for name in calls) + "."]
    made = ["Makes: " + ", ".join(f"`{kind}`" for kind in kinds) + "."]
    return "\n\n".join((lines if calls else []) + (made if kinds else []))


def _inputs(blocks: list[Block]) -> str:
    if not blocks:
        return ""
    rows = [
        f"| `{block.name}` | `{block.value('type')}` | {_default(block)} | {_text(block)} |"
        for block in blocks
    ]
    return "\n".join(
        ["## Inputs", "", "| name | type | default | meaning |", "|---|---|---|---|", *rows]
    )


def _outputs(blocks: list[Block]) -> str:
    if not blocks:
        return ""
    rows = [f"| `{block.name}` | {_text(block)} |" for block in blocks]
    return "\n".join(["## Outputs", "", "| name | meaning |", "|---|---|", *rows])


def _default(block: Block) -> str:
    value = block.value("default")
    return "required" if value is None else f"`{value}`"


def _text(block: Block) -> str:
    return (block.value("description") or "").strip('"').replace('\\"', '"').replace("|", "\\|")


if __name__ == "__main__":
    for each in directories():
        (each / "README.md").write_text(readme(each), "utf-8")
