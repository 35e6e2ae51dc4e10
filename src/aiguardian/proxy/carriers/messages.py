"""Carriers of Anthropic's messages: request, answer, and the blocks of a stream."""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.carriers.chat import (
    ABOUT_USER,
    read_about_user,
    read_system,
    read_tools,
)
from aiguardian.proxy.carriers.collect import Collector, objects_at
from aiguardian.proxy.carriers.parts import read_content
from aiguardian.proxy.carriers.places import Path
from aiguardian.proxy.carriers.speakers import ASSISTANT, DOCUMENT, TOOL, speaker_of

CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})


def read_messages_request(body: dict[str, Any], found: Collector) -> None:
    """Every text of a request."""
    read_system(body.get("system"), found, ("system",))
    for path, message in objects_at(body.get("messages"), ("messages",)):
        speaker = speaker_of(message.get("role"))
        read_content(found, message.get("content"), (*path, "content"), speaker, own=read_block)
        found.rest_of(message, ("content",), path=path)
    read_tools(body.get("tools"), found, ("tools",))
    read_tools(body.get("mcp_servers"), found, ("mcp_servers",))
    read_about_user(body, found)
    read = ("system", "messages", "tools", "mcp_servers", *ABOUT_USER)
    found.rest_of(body, read, path=())


def read_messages_answer(body: dict[str, Any], found: Collector) -> None:
    """Every text of an answer."""
    read_content(found, body.get("content"), ("content",), ASSISTANT, own=read_block)
    found.rest_of(body, ("content",), path=())


def read_block(found: Collector, block: dict[str, Any], path: Path) -> bool:
    """Read a block of a type that Anthropic alone has; False when it is none."""
    kind = str(block.get("type"))
    if kind in CALLS:
        found.all_of(block, ASSISTANT, path=path)
    elif kind == "document":
        _read_document(block, found, path)
    elif kind == "search_result":
        found.all_of({"title": block.get("title"), "source": block.get("source")}, TOOL, path=path)
        read_content(found, block.get("content"), (*path, "content"), TOOL, own=read_block)
        found.rest_of(block, ("title", "source", "content"), path=path)
    elif kind == "tool_result":
        read_content(found, block.get("content"), (*path, "content"), TOOL, own=read_block)
        found.rest_of(block, ("content",), path=path)
    elif kind.endswith("_tool_result"):  # of the vendor's own tools: search, code, MCP
        found.all_of(block, TOOL, path=path)
    else:
        return False
    return True


def _read_document(block: dict[str, Any], found: Collector, path: Path) -> None:
    """A document: text to judge as a tool's result is, or a file that is not read."""
    about = {key: block[key] for key in ("title", "context") if key in block}
    found.all_of(about, DOCUMENT, path=path)
    source = block.get("source")
    where = (*path, "source")
    if not isinstance(source, dict):
        found.unjudged(where, "a document without a source")
    elif source.get("type") == "text":
        found.string(source.get("data"), DOCUMENT, path=(*where, "data"))
        found.rest_of(source, ("data",), path=where)
    elif source.get("type") == "content":
        read_content(found, source.get("content"), (*where, "content"), DOCUMENT)
        found.rest_of(source, ("content",), path=where)
    else:
        found.unjudged(where, "a file is not read")
    found.rest_of(block, ("title", "context", "source"), path=path)
