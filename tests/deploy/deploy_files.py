"""The files of a deployment, where they stand and how they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]


def read_yaml(*parts: str) -> Any:
    """A YAML file of the repository as plain dicts and lists, aliases and merges resolved."""
    return YAML(typ="safe").load(ROOT.joinpath(*parts).read_text(encoding="utf-8"))
