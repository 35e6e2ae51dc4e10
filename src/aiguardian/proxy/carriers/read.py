"""The carriers of a request and of an answer, by endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from aiguardian.proxy.carriers.carrier import Carriers
from aiguardian.proxy.carriers.chat import read_chat_answer, read_chat_request
from aiguardian.proxy.carriers.collect import Collector, object_at
from aiguardian.proxy.carriers.completions import (
    read_completion_answer,
    read_embedding_answer,
    read_embedding_request,
    read_prompt_request,
)
from aiguardian.proxy.carriers.messages import read_messages_answer, read_messages_request
from aiguardian.proxy.carriers.responses import read_responses_answer, read_responses_request
from aiguardian.proxy.carriers.speakers import ASSISTANT, TOOL

Kind = Literal["chat", "responses", "completions", "embeddings", "messages"]
"""The endpoints: the last part of their paths, `chat` for `/v1/chat/completions`."""

_REQUESTS: dict[Kind, Callable[[dict[str, Any], Collector], None]] = {
    "chat": read_chat_request,
    "responses": read_responses_request,
    "completions": read_prompt_request,
    "embeddings": read_embedding_request,
    "messages": read_messages_request,
}
_ANSWERS: dict[Kind, Callable[[dict[str, Any], Collector], None]] = {
    "chat": read_chat_answer,
    "completions": read_completion_answer,
    "embeddings": read_embedding_answer,
    "messages": read_messages_answer,
}


def request_carriers(kind: Kind, body: Any) -> Carriers:
    """Every text of a request. Raises `InvalidField` with the path of a value of the wrong type."""
    found = Collector(TOOL)
    _REQUESTS[kind](object_at(body, ()), found)
    return found.carriers()


def answer_carriers(kind: Kind, body: Any, *, sent: dict[str, Any] | None = None) -> Carriers:
    """Every text of an answer to the request `sent`. Raises `InvalidField` as above: the
    upstream's answer is malformed then."""
    found = Collector(ASSISTANT, joins=False)
    answer = object_at(body, ())
    if kind == "responses":
        read_responses_answer(answer, found, sent or {})
    else:
        _ANSWERS[kind](answer, found)
    return found.carriers()
