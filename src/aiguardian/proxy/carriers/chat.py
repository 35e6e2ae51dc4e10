"""Carriers of OpenAI's chat completions: request, answer, and what a stream's deltas hold."""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.carriers.collect import Collector, Speaker, objects_at
from aiguardian.proxy.carriers.echo import read_echo
from aiguardian.proxy.carriers.leaves import Leaf, is_identifier
from aiguardian.proxy.carriers.parts import read_content, read_notes
from aiguardian.proxy.carriers.places import Path
from aiguardian.proxy.carriers.speakers import (
    ASSISTANT,
    SCHEMA,
    SPEAKERS,
    SYSTEM,
    TOOL,
    USER,
    speaker_of,
)

REASONING = ("reasoning_content", "reasoning", "thinking")
"""Where vendors put the thoughts of a model in a message."""

_OFTEN_EMPTY = frozenset(
    {"refusal", "annotations", "tool_calls", "function_call", "audio", *REASONING}
)
"""Fields that vendors send with null or an empty list."""

ABOUT_USER = ("metadata", "user", "safety_identifier", "prompt_cache_key", "stop", "stop_sequences")

_ABOUT_USER = frozenset(ABOUT_USER)
_READ_OF_REQUEST = _ABOUT_USER | {"messages", "tools", "functions", "response_format"}


def read_chat_request(body: dict[str, Any], found: Collector) -> None:
    """Every text of a request."""
    names: list[Leaf] = []
    for path, message in objects_at(body.get("messages"), ("messages",)):
        if isinstance(message.get("name"), str):
            names.append(Leaf((*path, "name"), message["name"]))
        read_message(message, found, path, speaker_of(message.get("role")))
    if names:
        found.join(names, USER, path=("messages",))
    for field in ("tools", "functions"):
        if field in body:
            read_tools(body[field], found, (field,))
    if "response_format" in body:
        found.all_of(body["response_format"], SCHEMA, path=("response_format",))
    prediction = body.get("prediction")
    if isinstance(prediction, dict):
        read_content(found, prediction.get("content"), ("prediction", "content"), ASSISTANT)
    read_about_user(body, found)
    if isinstance(prediction, dict):
        found.rest_of(prediction, ("content",), path=("prediction",))
        found.rest_of(body, _READ_OF_REQUEST | {"prediction"}, path=())
    else:
        found.rest_of(body, _READ_OF_REQUEST, path=())


def read_chat_answer(body: dict[str, Any], found: Collector) -> None:
    """Every text of an answer."""
    for path, choice in objects_at(body.get("choices"), ("choices",)):
        message = choice.get("message")
        if isinstance(message, dict):
            read_message(message, found, (*path, "message"), ASSISTANT)
            if choice.get("logprobs"):
                shown = message.get("content"), message.get("refusal")
                read_echo(choice["logprobs"], found, (*path, "logprobs"), shown)
            found.rest_of(choice, ("message", "logprobs"), path=path)
        else:
            found.rest_of(choice, (), path=path)
    found.rest_of(body, ("choices",), path=())


def read_message(message: dict[str, Any], found: Collector, path: Path, speaker: Speaker) -> None:
    """The texts of a message, its participant's name apart."""
    content = message.get("content")
    if isinstance(content, str) and _says_no_more(message):
        found.string(content, speaker, path=(*path, "content"), is_run=True)
        return
    read_content(found, message.get("content"), (*path, "content"), speaker)
    for field in ("refusal", *REASONING):
        if message.get(field):
            found.all_of(message[field], speaker, path=(*path, field))
    for place, call in objects_at(message.get("tool_calls"), (*path, "tool_calls")):
        read_call(call, found, place)
    read_notes(found, message, path, speaker)
    read = {"content", "refusal", *REASONING, "tool_calls", "annotations", "citations"}
    if isinstance(message.get("function_call"), dict):
        read_call(message["function_call"], found, (*path, "function_call"))
        read.add("function_call")
    if isinstance(message.get("audio"), dict):
        _read_audio(message["audio"], found, (*path, "audio"), speaker)
        read.add("audio")
    if isinstance(message.get("name"), str):  # read with all participants' names
        read.add("name")
    found.rest_of(message, read, path=path)


def _says_no_more(message: dict[str, Any]) -> bool:
    """Whether the message has a content, a role, and nothing else to read: most have."""
    for key, value in message.items():
        if key == "role":
            if not (isinstance(value, str) and (value in SPEAKERS or is_identifier(value))):
                return False
        elif key != "content" and (value or key not in _OFTEN_EMPTY):
            return False
    return True


def read_call(call: dict[str, Any], found: Collector, path: Path) -> None:
    """One carrier of a tool call: its name and every string of its arguments."""
    found.all_of(call, ASSISTANT, path=path)


def read_tools(tools: Any, found: Collector, path: Path) -> None:
    """One carrier of each tool definition: names, descriptions, the strings of its schema."""
    for place, tool in objects_at(tools, path):
        found.all_of(_without_credentials(tool, found, place), TOOL, path=place)


def read_about_user(body: dict[str, Any], found: Collector) -> None:
    """One carrier of what a request says of its user beside the conversation."""
    if _ABOUT_USER.isdisjoint(body):
        return
    said = {field: body[field] for field in ABOUT_USER if body.get(field)}
    if said:
        found.all_of(said, USER, path=())


def read_system(value: Any, found: Collector, path: Path) -> None:
    """A system prompt: a string or parts."""
    read_content(found, value, path, SYSTEM)


def _read_audio(audio: dict[str, Any], found: Collector, path: Path, speaker: Speaker) -> None:
    found.unjudged((*path, "data"), "audio is not read")
    found.all_of({key: audio[key] for key in audio if key != "data"}, speaker, path=path)


def _without_credentials(tool: dict[str, Any], found: Collector, path: Path) -> dict[str, Any]:
    """The tool without what only the upstream's own tools read: no model sees it."""
    hidden = {"headers", "authorization", "authorization_token"} & tool.keys()
    for field in sorted(hidden):
        found.unjudged((*path, field), "a credential for a tool of the upstream")
    return {key: value for key, value in tool.items() if key not in hidden}
