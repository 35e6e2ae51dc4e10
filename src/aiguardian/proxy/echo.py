"""`aiguardian/echo`: answers when no upstream is configured, so that the whole path can be tried.

It is no model. It says so and quotes what a model would have been sent, after the policy: whoever
tries the proxy sees what became of secrets. Personal data comes back, as it would from a model.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from aiguardian.text.bpe import count_tokens

MODEL = "aiguardian/echo"
NOTICE = (
    "This is aiguardian/echo, not a model: set UPSTREAM_BASE_URL to reach one. "
    "What a model would have been asked, placeholders put back as in every answer: "
)
MOST_QUOTED = 2_000
"""Code points of the last message that are quoted."""
PIECE = 24
"""Code points in one event of a stream."""


def models() -> dict[str, Any]:
    """The list of models."""
    return {
        "object": "list",
        "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "aiguardian"}],
    }


def answer(kind: str, body: dict[str, Any], request_id: str) -> dict[str, Any]:
    """A whole answer in the vendor's shape. `kind` is chat, responses, completions or messages."""
    text, usage = _said(body), _usage(body)
    if kind == "messages":
        return _message(request_id, [{"type": "text", "text": text}], "end_turn", usage)
    if kind == "responses":
        return _response(request_id, text, usage, status="completed")
    choice = {"index": 0, "finish_reason": "stop", "logprobs": None}
    if kind == "chat":
        choice["message"] = {"role": "assistant", "content": text, "refusal": None}
    else:
        choice["text"] = text
    return _head(kind, request_id) | {"choices": [choice], "usage": _openai_usage(usage)}


def events(kind: str, body: dict[str, Any], request_id: str) -> Iterator[bytes]:
    """The same answer as the vendor's server-sent events."""
    text, usage = _said(body), _usage(body)
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    if kind == "messages":
        yield from _message_events(request_id, pieces, usage)
    elif kind == "responses":
        yield from _response_events(request_id, text, pieces, usage)
    else:
        yield from _choice_events(kind, request_id, pieces, usage, body)


def _choice_events(
    kind: str, request_id: str, pieces: list[str], usage: tuple[int, int], body: dict[str, Any]
) -> Iterator[bytes]:
    head = _head(kind, request_id, chunk=True)

    def event(piece: str | None, finish: str | None) -> bytes:
        choice: dict[str, Any] = {"index": 0, "finish_reason": finish, "logprobs": None}
        if kind == "chat":
            choice["delta"] = {} if piece is None else {"role": "assistant", "content": piece}
        else:
            choice["text"] = piece or ""
        return _event(head | {"choices": [choice]})

    for piece in pieces:
        yield event(piece, None)
    yield event(None, "stop")
    wanted = body.get("stream_options")
    if isinstance(wanted, dict) and wanted.get("include_usage"):
        yield _event(head | {"choices": [], "usage": _openai_usage(usage)})
    yield b"data: [DONE]\n\n"


def _message_events(request_id: str, pieces: list[str], usage: tuple[int, int]) -> Iterator[bytes]:
    begun = _message(request_id, [], None, (usage[0], 1))
    yield _event({"type": "message_start", "message": begun}, named=True)
    block = {"type": "text", "text": ""}
    yield _event({"type": "content_block_start", "index": 0, "content_block": block}, named=True)
    for piece in pieces:
        delta = {"type": "text_delta", "text": piece}
        yield _event({"type": "content_block_delta", "index": 0, "delta": delta}, named=True)
    yield _event({"type": "content_block_stop", "index": 0}, named=True)
    end = {"stop_reason": "end_turn", "stop_sequence": None}
    told = {"output_tokens": usage[1]}
    yield _event({"type": "message_delta", "delta": end, "usage": told}, named=True)
    yield _event({"type": "message_stop"}, named=True)


def _response_events(
    request_id: str, text: str, pieces: list[str], usage: tuple[int, int]
) -> Iterator[bytes]:
    number = 0

    def event(kind: str, **fields: Any) -> bytes:
        nonlocal number
        number += 1
        return _event({"type": kind, "sequence_number": number - 1, **fields}, named=True)

    whole = _response(request_id, text, usage, status="completed")
    begun = whole | {"status": "in_progress", "output": [], "usage": None}
    item = whole["output"][0]
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    part = item["content"][0]
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    empty_item = item | {"status": "in_progress", "content": []}
    yield event("response.output_item.added", output_index=0, item=empty_item)
    yield event("response.content_part.added", **place, part=part | {"text": ""})
    for piece in pieces:
        yield event("response.output_text.delta", **place, delta=piece, logprobs=[])
    yield event("response.output_text.done", **place, text=text, logprobs=[])
    yield event("response.content_part.done", **place, part=part)
    yield event("response.output_item.done", output_index=0, item=item)
    yield event("response.completed", response=whole)


def _said(body: dict[str, Any]) -> str:
    return NOTICE + json.dumps(_last_text(body)[:MOST_QUOTED], ensure_ascii=False)


def _last_text(body: dict[str, Any]) -> str:
    for field in ("messages", "input", "prompt"):
        value = body.get(field)
        if isinstance(value, list) and value:
            value = value[-1]
        if isinstance(value, dict):
            value = value.get("content")
        if isinstance(value, list):
            parts = (part.get("text") for part in value if isinstance(part, dict))
            value = "".join(part for part in parts if isinstance(part, str))
        if isinstance(value, str):
            return value
    return ""


def _usage(body: dict[str, Any]) -> tuple[int, int]:

    texts = (_last_text(body), _said(body))
    sent, said = (count_tokens(text, "o200k_base") for text in texts)
    return sent, said


def _openai_usage(usage: tuple[int, int]) -> dict[str, int]:
    sent, said = usage
    return {"prompt_tokens": sent, "completion_tokens": said, "total_tokens": sent + said}


def _head(kind: str, request_id: str, *, chunk: bool = False) -> dict[str, Any]:
    shape = "text_completion" if kind == "completions" else "chat.completion"
    return {
        "id": f"chatcmpl-{request_id}",
        "object": f"{shape}.chunk" if chunk and kind == "chat" else shape,
        "created": int(time.time()),
        "model": MODEL,
    }


def _message(
    request_id: str, content: list[Any], stop: str | None, usage: tuple[int, int]
) -> dict[str, Any]:
    return {
        "id": f"msg_{request_id}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": usage[0], "output_tokens": usage[1]},
    }


def _response(request_id: str, text: str, usage: tuple[int, int], *, status: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {
        "id": f"msg_{request_id}",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [part],
    }
    return {
        "id": f"resp_{request_id}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": MODEL,
        "output": [item],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": {
            "input_tokens": usage[0],
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": usage[1],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": sum(usage),
        },
    }


def _event(value: dict[str, Any], *, named: bool = False) -> bytes:
    head = f"event: {value['type']}\n" if named else ""
    return f"{head}data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()
