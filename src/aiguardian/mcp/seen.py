"""What a tool's definition was when it was first seen, and whether it may be offered now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from aiguardian.storage.tools import Sighting, ToolRecord

OnChange = Literal["flag", "block"]
NOT_COMPARED = frozenset({"_meta", "icons"})
"""Parts of a definition that no model reads."""


def definition_digest(tool: Mapping[str, Any]) -> bytes:
    """SHA-256 of a definition, whatever the order of its keys."""
    told = {key: value for key, value in tool.items() if key not in NOT_COMPARED}
    text = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def sightings(tools: Mapping[str, Mapping[str, Any]], poisoned: frozenset[str]) -> list[Sighting]:
    """What is to be noted of the tools of a list; `poisoned` are those that a policy stops."""
    return [
        Sighting(name, definition_digest(tool), is_harmless=name not in poisoned)
        for name, tool in tools.items()
    ]


def objection(record: ToolRecord, on_change: OnChange) -> str:
    """Why a tool may be neither offered nor called; empty when it may."""
    if not record.is_harmless:
        return "its definition is stopped by the policy"
    if record.is_changed and on_change == "block":
        return "its definition is not the one that was first seen"
    return ""
