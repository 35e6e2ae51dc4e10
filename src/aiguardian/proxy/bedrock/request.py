"""A chat request as Converse takes it. What Converse cannot do is refused, not left out.

Source: Amazon Bedrock's API reference, Converse; OpenAI's API reference, chat completions.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any

from aiguardian.errors import GatewayError, InvalidField
from aiguardian.gateway.decode import read_object

_TERMS = {
    "max_tokens": "maxTokens",
    "max_completion_tokens": "maxTokens",
    "temperature": "temperature",
    "top_p": "topP",
}
_WITHOUT_EFFECT = frozenset(
    {
        "metadata", "parallel_tool_calls", "prompt_cache_key", "safety_identifier", "seed",
        "service_tier", "store", "stream", "stream_options", "user",
    }
)  # fmt: skip
"""Fields that ask for no other answer: Converse does without them."""
_READ = frozenset(
    {"messages", "model", "reasoning_effort", "response_format", "stop", "tool_choice", "tools"}
)
_IMAGES = frozenset({"png", "jpeg", "gif", "webp"})


def converse_request(request: dict[str, Any]) -> dict[str, Any]:
    """The arguments of Converse, without the model's id. Raises `InvalidField`."""
    for field, value in request.items():
        is_default = value is None or (field == "n" and value == 1)
        if field not in _READ | _WITHOUT_EFFECT | _TERMS.keys() and not is_default:
            raise InvalidField("Bedrock's Converse API has no such setting.", field=field)
    system, messages = _messages(request.get("messages"))
    asked: dict[str, Any] = {"messages": messages}
    if system:
        asked["system"] = system
    terms = {_TERMS[key]: request[key] for key in _TERMS if request.get(key) is not None}
    stop = request.get("stop")
    if stop:
        terms["stopSequences"] = [stop] if isinstance(stop, str) else stop
    if terms:
        asked["inferenceConfig"] = terms
    return asked | _tools(request) | _output(request)


def _messages(given: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """System texts, and messages whose roles alternate, as Converse demands."""
    if not isinstance(given, list) or not given:
        raise InvalidField("Must be a list of messages, one at least.", field="messages")
    system: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for place, message in enumerate(given):
        path = f"messages[{place}]"
        if not isinstance(message, dict):
            raise InvalidField("Must be an object.", field=path)
        role = message.get("role")
        if role in ("system", "developer"):
            system += _parts(message.get("content"), path)
            continue
        if role not in ("user", "assistant", "tool"):
            raise InvalidField("Must be system, developer, user, assistant or tool.", field=path)
        spoken = "assistant" if role == "assistant" else "user"
        content = _of_message(message, path)
        if messages and messages[-1]["role"] == spoken:
            messages[-1]["content"] += content
        else:
            messages.append({"role": spoken, "content": content})
    return system, messages


def _of_message(message: dict[str, Any], path: str) -> list[dict[str, Any]]:
    if message["role"] == "tool":
        shown = _parts(message.get("content"), path)
        result = {"toolUseId": message.get("tool_call_id") or "", "content": shown}
        return [{"toolResult": result}]
    content = _parts(message.get("content"), path) if message.get("content") else []
    calls = message.get("tool_calls") or []
    return content + [_call(call, f"{path}.tool_calls[{at}]") for at, call in enumerate(calls)]


def _call(call: Any, path: str) -> dict[str, Any]:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        raise InvalidField("Only calls of functions can be passed on.", field=path)
    try:
        arguments = read_object((function.get("arguments") or "{}").encode())
    except GatewayError as error:
        raise InvalidField("arguments must be a JSON object.", field=path) from error
    use = {"toolUseId": call.get("id") or "", "name": function.get("name"), "input": arguments}
    return {"toolUse": use}


def _parts(content: Any, path: str) -> list[dict[str, Any]]:
    """Text and images of a message's content; empty texts, which Converse refuses, are left
    out."""
    if isinstance(content, str):
        return [{"text": content}] if content else []
    if not isinstance(content, list):
        raise InvalidField("content must be a text or a list of parts.", field=path)
    return [*_converted(content, path)]


def _converted(content: list[Any], path: str) -> Iterable[dict[str, Any]]:
    for at, part in enumerate(content):
        place = f"{path}.content[{at}]"
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text":
            if part.get("text"):
                yield {"text": part["text"]}
        elif kind == "refusal":
            yield {"text": part.get("refusal") or ""}
        elif kind == "image_url":
            yield {"image": _image(part.get("image_url"), place)}
        else:
            raise InvalidField("Parts must be of type text or image_url here.", field=place)


def _image(given: Any, path: str) -> dict[str, Any]:
    """An image from a `data:` address: Converse fetches none from elsewhere."""
    url = given.get("url") if isinstance(given, dict) else None
    head, comma, data = (url if isinstance(url, str) else "").partition(",")
    kind = head.removeprefix("data:image/").removesuffix(";base64").replace("jpg", "jpeg")
    if not comma or kind not in _IMAGES:
        raise InvalidField(
            "Bedrock takes images as data:image/png;base64,… (png, jpeg, gif, webp).", field=path
        )
    try:
        read = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise InvalidField("The image is not Base64.", field=path) from error
    return {"format": kind, "source": {"bytes": read}}


def _tools(request: dict[str, Any]) -> dict[str, Any]:
    """The tools and which of them to use. Without a choice where none is to be used: Converse
    has no such word, and needs the tools once they were used."""
    tools, choice = request.get("tools") or [], request.get("tool_choice")
    was_used = any(
        isinstance(message, dict) and (message.get("tool_calls") or message.get("role") == "tool")
        for message in request["messages"]
    )
    if not tools or (choice == "none" and not was_used):
        return {}
    config: dict[str, Any] = {"tools": [_tool(tool, at) for at, tool in enumerate(tools)]}
    chosen = _choice(choice)
    if chosen is not None:
        config["toolChoice"] = chosen
    return {"toolConfig": config}


def _tool(tool: Any, at: int) -> dict[str, Any]:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict):
        raise InvalidField("Only functions can be passed on.", field=f"tools[{at}]")
    spec = {
        "name": function.get("name"),
        "inputSchema": {"json": function.get("parameters") or {"type": "object"}},
    }
    if function.get("description"):
        spec["description"] = function["description"]
    return {"toolSpec": spec}


def _choice(choice: Any) -> dict[str, Any] | None:
    if choice in (None, "none"):
        return None
    if choice in ("auto", "required"):
        return {"auto": {}} if choice == "auto" else {"any": {}}
    function = choice.get("function") if isinstance(choice, dict) else None
    if isinstance(function, dict) and isinstance(function.get("name"), str):
        return {"tool": {"name": function["name"]}}
    raise InvalidField("Must be auto, none, required or a function.", field="tool_choice")


def _output(request: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if request.get("reasoning_effort") is not None:
        config["effort"] = request["reasoning_effort"]
    form = request.get("response_format")
    kind = form.get("type") if isinstance(form, dict) else None
    if isinstance(form, dict) and kind == "json_schema" and isinstance(form.get(kind), dict):
        config["textFormat"] = _schema(form[kind])
    elif form is not None and kind != "text":
        raise InvalidField("Must be text or json_schema with Bedrock.", field="response_format")
    return {"outputConfig": config} if config else {}


def _schema(given: dict[str, Any]) -> dict[str, Any]:
    shown = {"schema": json.dumps(given.get("schema") or {}, ensure_ascii=False)}
    shown |= {key: given[key] for key in ("name", "description") if given.get(key)}
    return {"type": "json_schema", "structure": {"jsonSchema": shown}}
