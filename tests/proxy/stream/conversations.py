"""Streams as the three vendors send them, and what a client makes of the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiguardian.proxy.stream.guarded import GuardedStream
from aiguardian.proxy.stream.steps import End, Judge, Release, Verdict

KEY = "sk-" + "a1B2c3D4" * 4
MAIL = "jane.doe@example.com"
ATTACK = "the plan is to poison the well"
SECRETS = re.compile(r"sk-[A-Za-z0-9]{32}|[\w.]+@[\w.]+\.\w{2,}")


def judge(question: Judge) -> Verdict:
    """A judge that sees only what it is given: blocks the attack, masks keys and addresses."""
    if ATTACK in question.text:
        return Verdict("block", reason="an attack")
    masked = SECRETS.sub("[MASKED]", question.text)
    if masked == question.text:
        return Verdict("keep")
    return Verdict("rewrite", masked)


def expected(text: str) -> str:
    """The whole text as the judge would leave it."""
    return SECRETS.sub("[MASKED]", text)


@dataclass
class Driven:
    """What came of a stream."""

    data: bytes = b""
    ended: str | None = None
    asked: list[Judge] = field(default_factory=list)


def drive(stream: GuardedStream, chunks: Iterable[bytes], answer: Any = judge) -> Driven:
    """Feed the chunks and the end, answer all questions."""
    driven = Driven()
    for chunk in chunks:
        _steps(stream.feed(chunk), driven, answer)
        if driven.ended is not None:
            return driven
    _steps(stream.finish(), driven, answer)
    return driven


def _steps(steps: Generator[Any, Any, None], driven: Driven, answer: Any) -> None:
    verdict = None
    while True:
        try:
            step = steps.send(verdict)
        except StopIteration:
            return
        verdict = None
        if isinstance(step, Judge):
            driven.asked.append(step)
            verdict = answer(step)
        elif isinstance(step, Release):
            driven.data += step.data
        elif isinstance(step, End):
            driven.data += step.data
            driven.ended = step.reason


def event(value: dict[str, Any], name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def chat_stream(deltas: list[str], arguments: list[str] = [], *, choices: int = 1) -> bytes:  # noqa: B006 - not changed
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}

    def chunk(delta: dict[str, Any], index: int, finish: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return event(head | {"choices": [choice]})

    parts = [chunk({"role": "assistant", "content": ""}, index) for index in range(choices)]
    parts += [chunk({"content": delta}, index) for delta in deltas for index in range(choices)]
    if arguments:
        call = {"id": "call_1", "type": "function", "function": {"name": "send", "arguments": ""}}
        parts.append(chunk({"tool_calls": [{"index": 0} | call]}, 0))
    parts += [
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}, 0)
        for piece in arguments
    ]
    finish = "tool_calls" if arguments else "stop"
    parts += [chunk({}, index, finish) for index in range(choices)]
    parts.append(event(head | {"choices": [], "usage": {"prompt_tokens": 3, "total_tokens": 9}}))
    return b"".join([*parts, b"data: [DONE]\n\n"])


def messages_stream(deltas: list[str], arguments: list[str] = []) -> bytes:  # noqa: B006 - not changed
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    usage = {"input_tokens": 3, "output_tokens": 1}
    parts = [_named("message_start", message=message | {"usage": usage, "stop_reason": None})]
    parts.append(_block_start(0, {"type": "text", "text": ""}))
    parts.append(_named("ping"))
    parts += [_block_delta(0, {"type": "text_delta", "text": delta}) for delta in deltas]
    parts.append(_named("content_block_stop", index=0))
    if arguments:
        call = {"type": "tool_use", "id": "toolu_1", "name": "send", "input": {}}
        parts.append(_block_start(1, call))
        parts += [
            _block_delta(1, {"type": "input_json_delta", "partial_json": piece})
            for piece in arguments
        ]
        parts.append(_named("content_block_stop", index=1))
    stop = {"stop_reason": "tool_use" if arguments else "end_turn", "stop_sequence": None}
    parts.append(_named("message_delta", delta=stop, usage={"output_tokens": 7}))
    return b"".join([*parts, _named("message_stop")])


def responses_stream(deltas: list[str], arguments: list[str] = []) -> bytes:  # noqa: B006 - not changed
    text = "".join(deltas)
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    response = {"id": "resp_1", "object": "response", "status": "in_progress", "model": "m"}
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    items: list[dict[str, Any]] = [message | {"content": [part]}]
    opening = message | {"status": "in_progress", "content": []}
    parts = [_named("response.created", response=response | {"output": []})]
    parts.append(_named("response.output_item.added", output_index=0, item=opening))
    parts.append(_named("response.content_part.added", **at, part=part | {"text": ""}))
    parts += [_named("response.output_text.delta", **at, delta=delta) for delta in deltas]
    parts.append(_named("response.output_text.done", **at, text=text))
    parts.append(_named("response.content_part.done", **at, part=part))
    parts.append(_named("response.output_item.done", output_index=0, item=items[0]))
    if arguments:
        parts += _function_call(arguments, items)
    done = response | {"status": "completed", "output": items, "usage": {"total_tokens": 9}}
    return b"".join([*parts, _named("response.completed", response=done)])


def _function_call(arguments: list[str], items: list[dict[str, Any]]) -> list[bytes]:
    call = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "send"}
    items.append(call | {"status": "completed", "arguments": "".join(arguments)})
    at = {"item_id": "fc_1", "output_index": 1}
    kind = "response.function_call_arguments"
    return [
        _named("response.output_item.added", output_index=1, item=call | {"arguments": ""}),
        *(_named(f"{kind}.delta", **at, delta=piece) for piece in arguments),
        _named(f"{kind}.done", **at, arguments="".join(arguments)),
        _named("response.output_item.done", output_index=1, item=items[-1]),
    ]


def _named(name: str, **fields: Any) -> bytes:
    return event({"type": name} | fields, name)


def _block_start(index: int, block: dict[str, Any]) -> bytes:
    return _named("content_block_start", index=index, content_block=block)


def _block_delta(index: int, delta: dict[str, Any]) -> bytes:
    return _named("content_block_delta", index=index, delta=delta)


@dataclass
class Read:
    """The answer as a client of the vendor reads it."""

    text: str = ""
    arguments: str = ""
    finish: str = ""
    kinds: list[str] = field(default_factory=list)
    final: dict[str, Any] = field(default_factory=dict)


def events_of(data: bytes) -> list[tuple[str, str]]:
    found = []
    for block in data.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "data" in lines:
            found.append((lines.get("event", ""), lines["data"]))
    return found


def read_chat(data: bytes, index: int = 0) -> Read:
    read = Read()
    for _, payload in events_of(data):
        if payload == "[DONE]":
            read.kinds.append("[DONE]")
            continue
        for choice in json.loads(payload).get("choices", []):
            if choice["index"] != index:
                continue
            read.text += choice["delta"].get("content") or ""
            for call in choice["delta"].get("tool_calls", []):
                read.arguments += call["function"].get("arguments") or ""
            read.finish = choice["finish_reason"] or read.finish
    return read


def read_messages(data: bytes) -> Read:
    read = Read()
    for name, payload in events_of(data):
        value = json.loads(payload)
        assert name == value["type"]
        read.kinds.append(name)
        if name == "content_block_delta":
            read.text += value["delta"].get("text", "")
            read.arguments += value["delta"].get("partial_json", "")
        if name == "message_delta":
            read.finish = value["delta"]["stop_reason"]
            read.final = value
    return read


def read_responses(data: bytes) -> Read:
    read = Read()
    for number, (name, payload) in enumerate(events_of(data)):
        value = json.loads(payload)
        assert name == value["type"]
        assert value["sequence_number"] == number
        read.kinds.append(name)
        if name == "response.output_text.delta":
            read.text += value["delta"]
        if name == "response.function_call_arguments.delta":
            read.arguments += value["delta"]
        if name in {"response.completed", "response.incomplete"}:
            read.final = value["response"]
            read.finish = value["response"]["status"]
    return read
