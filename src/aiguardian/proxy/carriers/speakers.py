"""Who speaks in a conversation, by the vendors' names for roles."""

from __future__ import annotations

from aiguardian.proxy.carriers.collect import Speaker

SYSTEM = Speaker("system", "input", trusted=True)
USER = Speaker("user", "input")
ASSISTANT = Speaker("assistant", "output")
TOOL = Speaker("tool", "tool")
SCHEMA = Speaker("schema", "tool")
DOCUMENT = Speaker("document", "tool")

SPEAKERS = {
    "system": SYSTEM,
    "developer": Speaker("developer", "input", trusted=True),
    "user": USER,
    "assistant": ASSISTANT,
    "model": ASSISTANT,
    "tool": TOOL,
    "function": TOOL,
}


def speaker_of(role: object) -> Speaker:
    """Who has this role; an unknown role has a tool's standing: its instructions are not meant."""
    if isinstance(role, str):
        return SPEAKERS.get(role) or Speaker(role[:64], "tool")
    return Speaker("unknown", "tool")
