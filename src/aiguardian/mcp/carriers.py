"""Every place in a message of the protocol where text stands, and who it is from."""

from __future__ import annotations

from typing import Any

from aiguardian.mcp.messages import Message, asks
from aiguardian.proxy.carriers.carrier import Carriers
from aiguardian.proxy.carriers.collect import Collector, Speaker
from aiguardian.proxy.carriers.places import Path

CALLER = Speaker("client", "input")
MODEL = Speaker("assistant", "output")
SERVER = Speaker("tool", "tool")
ASKING = Speaker("server", "input")
PROMPTS = frozenset({"prompts/get", "prompts/list"})

BINARY = {"image": "an image", "audio": "audio"}
"""Content whose `data` is Base64, by its type."""
DEEPEST = 64
"""Levels in which binary content is looked for; the JSON reader allows 200, and what lies deeper
is read as text."""


def client_carriers(message: Message) -> Carriers:
    """What a client sends: arguments, a prompt's too, addresses of resources, a person's answer.
    The answer to a request for sampling is a model's."""
    found = Collector(CALLER)
    result = message.get("result")
    is_sampled = isinstance(result, dict) and "model" in result and "role" in result
    _read(message, MODEL if is_sampled else CALLER, found)
    return found.carriers()


def server_carriers(message: Message, *, method: str = "") -> Carriers:
    """What a server sends. `method` is that of the request which the message answers, if known.

    Results, contents, descriptions, instructions, errors and logs are data from elsewhere, each
    tool one carrier. What is meant to instruct, or to be read by a person, is judged as a person's
    words are: prompts, and what the server asks of the client (sampling, elicitation). There an
    instruction is no sign of an attack.
    """
    found = Collector(SERVER)
    if method in PROMPTS:
        _read_prompt(message, found)
        return found.carriers()
    if asks(message):
        _read(message, ASKING, found)
        return found.carriers()
    tools = tools_of(message)
    for number, tool in enumerate(tools):
        found.all_of(tool, SERVER, path=("result", "tools", number))
    if tools:
        result = {key: each for key, each in message["result"].items() if key != "tools"}
        message = {**message, "result": result}
    _read(message, SERVER, found)
    return found.carriers()


def tools_of(message: Message) -> list[Any]:
    """The definitions in a list of tools; empty when the message is none."""
    result = message.get("result")
    tools = result.get("tools") if isinstance(result, dict) else None
    return tools if isinstance(tools, list) else []


def _read_prompt(message: Message, found: Collector) -> None:
    """Prompts as their user's words, but for resources in it, which are data as ever."""
    result = message.get("result")
    said = result.get("messages") if isinstance(result, dict) else None
    messages = said if isinstance(said, list) else []
    data: dict[int, Any] = {}
    for number, one in enumerate(messages):
        content = one.get("content") if isinstance(one, dict) else None
        if isinstance(content, dict) and content.get("type") != "text":
            data[number] = content
    place: Path = ("result", "messages")
    for number, content in data.items():
        path = (*place, number, "content")
        found.all_of(_without_binary(content, path, found), SERVER, path=path)
    if data:
        left = [
            {key: each for key, each in one.items() if key != "content"} if at in data else one
            for at, one in enumerate(messages)
        ]
        message = {**message, "result": {**message["result"], "messages": left}}
    _read(message, CALLER, found)


def _read(message: Message, speaker: Speaker, found: Collector) -> None:
    """One carrier of every string but the protocol's own, binary content left out and named."""
    parts = {key: each for key, each in message.items() if key not in {"jsonrpc", "id", "method"}}
    parts = {key: _without_binary(each, (key,), found) for key, each in parts.items()}
    method = message.get("method")
    if isinstance(method, str) and len(method) > 64:  # no method of any version is so long
        parts["method"] = method
    found.all_of(parts, speaker, path=())


def _without_binary(value: Any, path: Path, found: Collector) -> Any:
    """The value without what is Base64 by the protocol's shapes."""
    if len(path) > DEEPEST:
        return value
    if isinstance(value, list):
        return [_without_binary(each, (*path, at), found) for at, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    hidden = {}
    kind = value.get("type")
    if isinstance(kind, str) and kind in BINARY and isinstance(value.get("data"), str):
        hidden["data"] = BINARY[kind]
    if isinstance(value.get("blob"), str) and "uri" in value:
        hidden["blob"] = "a file"
    for key, what in hidden.items():
        found.unjudged((*path, key), f"{what} is not judged")
    return {
        key: _without_binary(each, (*path, key), found)
        for key, each in value.items()
        if key not in hidden
    }
