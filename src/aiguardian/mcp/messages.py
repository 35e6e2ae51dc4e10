"""JSON-RPC 2.0 messages of the Model Context Protocol, as far as a guard must understand them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from aiguardian.errors import InvalidField
from aiguardian.gateway.decode import read_json

Message = dict[str, Any]

BLOCKED = -32080
"""The error of a message that a policy stops; the protocol leaves -32000 to -32099 to servers."""
NO_VERDICT = -32081
"""The error where there is no verdict, or no server."""
INVALID_REQUEST = -32600
MOST_MESSAGES = 64
"""In one batch, which the protocol had in its version of March 2025 only."""


def read_messages(body: bytes | str) -> tuple[list[Message], bool]:
    """The messages, and whether they stand in a batch. Raises `InvalidJson`, `InvalidField`."""
    value = read_json(body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))
    is_batch = isinstance(value, list)
    messages = value if is_batch else [value]
    if not 0 < len(messages) <= MOST_MESSAGES:
        raise InvalidField(f"A batch has 1 to {MOST_MESSAGES} messages.")
    for one in messages:
        if not isinstance(one, dict):
            raise InvalidField("A message of JSON-RPC is an object.")
    return messages, is_batch


def encoded(messages: list[Message], *, is_batch: bool) -> bytes:
    """The messages as they are sent."""
    return msgspec.json.encode(messages if is_batch else messages[0])


def asks(message: Message) -> bool:
    """Whether it is a request, which is owed an answer."""
    return isinstance(message.get("method"), str) and message.get("id") is not None


def owed_answers(messages: Iterable[Message]) -> dict[str | int, str]:
    """The methods of the requests among the messages, by their ids. Raises `InvalidField`."""
    owed: dict[str | int, str] = {}
    for message in messages:
        if asks(message):
            if not isinstance(message["id"], str | int):
                raise InvalidField("The id of a request is a string or a whole number.", field="id")
            owed[message["id"]] = message["method"]
    return owed


def answers(message: Message) -> bool:
    """Whether it is an answer, good or bad."""
    return "method" not in message and ("result" in message or "error" in message)


def called_tools(messages: Iterable[Message]) -> set[str]:
    """The names of the tools that requests call."""
    called = set()
    for message in messages:
        params = message.get("params")
        if message.get("method") == "tools/call" and isinstance(params, dict):
            called.add(str(params.get("name", "")))
    return called


def failure(message_id: Any, code: int, told: str, reason: str) -> Message:
    """An error answer. `reason` is a code of ours."""
    error = {"code": code, "message": told, "data": {"code": reason}}
    return {"jsonrpc": "2.0", "id": message_id, "error": error}
