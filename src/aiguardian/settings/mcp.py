"""Settings of the MCP servers behind the guard."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from aiguardian.settings.variable import Variable


@dataclass(frozen=True, slots=True)
class Mcp:
    """Servers of the Model Context Protocol. Without a file there are none."""

    servers: Annotated[
        Path | None,
        Variable(
            "AIGUARDIAN_MCP_SERVERS",
            "A YAML file of the MCP servers that are passed on at /mcp/NAME.",
            "/etc/aiguardian/mcp.yaml",
        ),
    ] = None
    on_change: Annotated[
        Literal["flag", "block"],
        Variable(
            "AIGUARDIAN_MCP_CHANGED",
            "A tool whose definition is not the one first seen: record it, or withhold the tool.",
            "block",
        ),
    ] = "flag"
