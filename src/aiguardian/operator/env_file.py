"""A .env file: read, and written with a value changed, all else as it was."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def read_env(path: Path) -> dict[str, str]:
    """The variables of the file; the last of a name counts. Empty when there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {
        name.strip().removeprefix("export "): value.strip()
        for name, value in pairs
        if not name.lstrip().startswith("#")
    }


def write_env(path: Path, values: Mapping[str, str]) -> None:
    """Set these values. The file is replaced at once, with mode 0600, and never seen wider."""
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    left = dict(values)
    lines = []
    for line in before:
        name = line.split("=", 1)[0].strip()
        if "=" in line and name in values:
            if name in left:
                lines.append(f"{name}={left.pop(name)}")
            continue
        lines.append(line)
    lines += [f"{name}={value}" for name, value in left.items()]
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    draft.replace(path)
