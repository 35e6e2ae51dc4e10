"""Carriers of OpenAI's responses: request, answer, and the items of a stream."""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.carriers.chat import (
    ABOUT_USER,
    read_about_user,
    read_system,
    read_tools,
)
from aiguardian.proxy.carriers.collect import Collector, Speaker, object_at, objects_at
from aiguardian.proxy.carriers.leaves import Leaf, leaves_of
from aiguardian.proxy.carriers.parts import read_content
from aiguardian.proxy.carriers.places import Path
from aiguardian.proxy.carriers.speakers import ASSISTANT, SCHEMA, TOOL, USER, speaker_of

RESULTS = frozenset(
    ["file_search_call", "mcp_list_tools", "mcp_call", "code_interpreter_call", "web_search_call"]
)
"""Items that hold what a tool of the vendor's answered, beside what the model asked it."""
ECHOED = [
    "instructions",
    "tools",
    "tool_choice",
    "text",
    "prompt",
    "metadata",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "reasoning",
    "truncation",
]
"""Fields in which an answer repeats its request."""
_BINARY_RESULTS = {"image_generation_call": ("result", "an image")}


def read_responses_request(body: dict[str, Any], found: Collector) -> None:
    """Every text of a request."""
    read_system(body.get("instructions"), found, ("instructions",))
    given = body.get("input")
    if isinstance(given, str):
        found.string(given, USER, path=("input",))
    else:
        for path, item in objects_at(given, ("input",)):
            read_item(item, found, path)
    read_tools(body.get("tools"), found, ("tools",))
    if "text" in body:
        found.all_of(body["text"], SCHEMA, path=("text",))
    if isinstance(body.get("prompt"), dict):
        found.all_of(body["prompt"], USER, path=("prompt",))
    for field in ("previous_response_id", "conversation"):
        if body.get(field):
            found.unjudged((field,), "earlier turns are kept by the upstream")
    read_about_user(body, found)
    read = {"instructions", "input", "tools", "text", "conversation", *ABOUT_USER}
    if isinstance(body.get("prompt"), dict):
        read.add("prompt")
    found.rest_of(body, read, path=())


def read_responses_answer(body: dict[str, Any], found: Collector, sent: dict[str, Any]) -> None:
    """Every text of an answer; what it repeats of the request `sent` was judged there."""
    for path, item in objects_at(body.get("output"), ("output",)):
        read_item(item, found, path)
    judged = {leaf.text for leaf in leaves_of(sent, ())}
    for field in ECHOED:
        if body.get(field):
            strays = [leaf for leaf in leaves_of(body[field], (field,)) if leaf.text not in judged]
            found.join(_unlike_settings(strays), found.stray, path=(field,), known=False)
    found.rest_of(body, ("output", *ECHOED), path=())


def read_item(item: dict[str, Any], found: Collector, path: Path) -> None:
    """The texts of an item of the input or output."""
    kind = item.get("type", "message" if "role" in item else None)
    kind = kind if isinstance(kind, str) else ""
    if kind == "message":
        speaker = speaker_of(item.get("role"))
        read_content(found, item.get("content"), (*path, "content"), speaker)
        found.rest_of(item, ("content",), path=path)
    elif kind == "reasoning":
        for field in ("summary", "content"):
            read_content(found, item.get(field), (*path, field), ASSISTANT)
        found.rest_of(item, ("summary", "content"), path=path)
    elif kind.endswith("_output"):
        _read_output(item, found, path)
    elif kind in _BINARY_RESULTS:
        field, what = _BINARY_RESULTS[kind]
        found.unjudged((*path, field), f"{what} is not read")
        found.all_of(_without(item, field), ASSISTANT, path=path)
    elif kind in RESULTS:
        found.all_of(item, TOOL, path=path)
    elif kind.endswith(("_call", "_request", "_response")):
        found.all_of(item, ASSISTANT, path=path)
    elif kind == "item_reference":
        found.unjudged(path, "an item kept by the upstream")
    else:
        found.all_of(item, found.stray, path=path, known=False)


def read_part(part: Any, found: Collector, path: Path, speaker: Speaker) -> None:
    """The texts of one content part."""
    read_content(found, [object_at(part, path)], path, speaker)


def _read_output(item: dict[str, Any], found: Collector, path: Path) -> None:
    """What a tool answered: text, parts, or a screenshot."""
    output = item.get("output")
    where = (*path, "output")
    if isinstance(output, dict):
        if output.get("type") == "computer_screenshot":
            found.unjudged(where, "an image is not read")
        else:
            found.all_of(output, TOOL, path=where)
    else:
        read_content(found, output, where, TOOL)
    found.rest_of(item, ("output",), path=path)


def _without(item: dict[str, Any], field: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != field}


def _unlike_settings(leaves: list[Leaf]) -> list[Leaf]:
    """The vendor fills in defaults such as `auto`: words of up to 24 letters are no message."""
    return [leaf for leaf in leaves if len(leaf.text) > 24 or not leaf.text.isidentifier()]
