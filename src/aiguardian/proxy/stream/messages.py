"""Streams of Anthropic's messages."""

from __future__ import annotations

import json
from typing import Any

from aiguardian.proxy.carriers.collect import Collector, object_at
from aiguardian.proxy.carriers.leaves import parsed
from aiguardian.proxy.carriers.messages import CALLS, read_block
from aiguardian.proxy.carriers.parts import read_content
from aiguardian.proxy.carriers.speakers import ASSISTANT
from aiguardian.proxy.shapes.blocked import refusal_details
from aiguardian.proxy.shapes.errors import error_body
from aiguardian.proxy.stream.guarded import GuardedStream, Shape
from aiguardian.proxy.stream.hold import Hold, Holding
from aiguardian.proxy.stream.sse import Event, MalformedStream, event_bytes, event_object
from aiguardian.proxy.stream.steps import Flow, Release

_DELTAS = {"text_delta": "text", "thinking_delta": "thinking"}
"""The field of a delta that holds text, by its type."""


class MessagesStream(GuardedStream):
    """A message of blocks: text and thinking in deltas, tool calls in pieces of JSON."""

    def __init__(self, holding: Holding) -> None:
        super().__init__(holding)
        self._holds: dict[int, dict[str, Hold]] = {}
        self._calls: dict[int, dict[str, Any]] = {}
        self._json: dict[int, str] = {}
        self._open: dict[int, None] = {}  # blocks whose start went out and whose stop did not
        self._context = ""  # the end of the last text block

    def blocked(self, reason: str) -> bytes:
        """The open blocks' stops, and a message that ends as a refusal."""
        delta: dict[str, Any] = {"stop_reason": "refusal", "stop_sequence": None}
        delta |= {"stop_details": refusal_details(reason)}
        spent = (self.usage or {}).get("output_tokens", 0)
        last = {"type": "message_delta", "delta": delta, "usage": {"output_tokens": spent}}
        sent = {} if self.holding.mode == "hold" else self._open
        stops = [_named({"type": "content_block_stop", "index": index}) for index in sent]
        return b"".join([*stops, _named(last), _named({"type": "message_stop"})])

    def failed(self, code: str, message: str) -> bytes:
        """An error event."""
        return event_bytes(error_body("messages", 502, code, message), "error")

    def _event(self, event: Event) -> Flow[None]:
        value = event_object(event)
        kind = str(value.get("type", event.name))
        if kind == "content_block_start":
            yield from self._start(value)
        elif kind == "content_block_delta":
            yield from self._delta(value)
        elif kind == "content_block_stop":
            yield from self._stop(_index(value))
        else:
            yield from self._other(kind, value)

    def _other(self, kind: str, value: dict[str, Any]) -> Flow[None]:
        if kind == "message_start":
            message = object_at(value.get("message"), ("message",))
            self._count(message.get("usage"))
            if isinstance(message.get("model"), str):
                self.model = message["model"]
        elif kind in {"message_delta", "message_stop"}:
            for index in [*self._holds, *self._calls]:
                yield from self._stop(index)
            self._count(value.get("usage"))
        mended = yield from self._mended(value, kind)
        if kind == "message_start":
            self.opening = _named(mended)
        if kind in {"message_stop", "error"}:
            self.is_complete = True
        yield Release(_named(mended))

    def _start(self, value: dict[str, Any]) -> Flow[None]:
        """A block begins: a tool call waits, the beginning of a text goes through the hold."""
        index = _index(value)
        block = object_at(value.get("content_block"), ("content_block",))
        if str(block.get("type")) in CALLS or "input" in block:
            self._calls[index] = block
            self._json[index] = ""
            return
        self._holds[index] = {}
        fields = [field for field in _DELTAS.values() if isinstance(block.get(field), str)]
        texts = {field: block[field] for field in fields if block[field]}
        bare = block | dict.fromkeys(texts, "")

        def read(found: Collector) -> None:
            read_content(found, [bare], (), ASSISTANT, own=read_block)

        path = f"content[{index}]"
        shown = yield from self._mended([bare], path, read)
        outer = yield from self._beside(value, "content_block", path)
        self._open[index] = None
        yield Release(_named({"type": "content_block_start"} | outer | {"content_block": shown[0]}))
        for field, text in texts.items():
            yield from self._text(index, field, text)

    def _delta(self, value: dict[str, Any]) -> Flow[None]:
        index = _index(value)
        delta = object_at(value.get("delta"), ("delta",))
        kind = delta.get("type")
        if kind == "input_json_delta":
            if index not in self._json:
                raise MalformedStream("A piece of JSON for a block that is no tool call.")
            self._json[index] += str(delta.get("partial_json") or "")
            return
        field = _DELTAS.get(str(kind))
        if field is not None:
            text = delta.get(field)
            if isinstance(text, str):
                yield from self._text(index, field, text)
            delta = {key: each for key, each in delta.items() if key != field}
            if delta.keys() <= {"type"}:
                return
        if kind == "signature_delta":  # signs the thoughts before it
            yield from self._flush(index)
        path = f"content[{index}]"
        mended = yield from self._mended(delta, path)
        outer = yield from self._beside(value, "delta", path)
        yield Release(_named(outer | {"delta": mended}))

    def _stop(self, index: int) -> Flow[None]:
        """A block is complete: release what is held of it, then its end."""
        yield from self._flush(index)
        self._holds.pop(index, None)
        if index in self._calls:
            yield from self._call(index)
        self._open.pop(index, None)
        yield Release(_named({"type": "content_block_stop", "index": index}))

    def _flush(self, index: int) -> Flow[None]:
        holds = self._holds.get(index, {})
        for field in list(holds):
            hold = holds.pop(field)
            yield from self._last(hold, self._shape(index, field))
            if field == "text":
                self._context = hold.context

    def _call(self, index: int) -> Flow[None]:
        """A tool call is complete: judge its strings, then send it in one piece."""
        block, written = self._calls.pop(index), self._json.pop(index)
        path = f"content[{index}]"
        whole = block | {"input": _input(written, block.get("input"))}
        mended = yield from self._mended(whole, path)
        start = {"type": "content_block_start", "index": index}
        yield Release(_named(start | {"content_block": mended | {"input": {}}}))
        said = mended["input"]
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        delta = {"type": "input_json_delta", "partial_json": text}
        yield Release(_named({"type": "content_block_delta", "index": index, "delta": delta}))

    def _text(self, index: int, field: str, text: str) -> Flow[None]:
        holds = self._holds.setdefault(index, {})
        if field not in holds:
            context = self._context if field == "text" else ""
            holds[field] = self._hold(f"content[{index}].{field}", context)
        yield from self._more(holds[field], text, self._shape(index, field))

    def _shape(self, index: int, field: str) -> Shape:
        def shaped(text: str) -> bytes:
            delta = {"type": f"{field}_delta", field: text}
            return _named({"type": "content_block_delta", "index": index, "delta": delta})

        return shaped

    def _count(self, usage: Any) -> None:
        """Later counts are cumulative and replace the earlier ones."""
        if isinstance(usage, dict):
            counted = {key: each for key, each in usage.items() if each is not None}
            self.usage = (self.usage or {}) | counted


def _named(value: dict[str, Any]) -> bytes:
    return event_bytes(value, str(value.get("type", "")))


def _index(value: dict[str, Any]) -> int:
    index = value.get("index")
    if not isinstance(index, int):
        raise MalformedStream("An event of a block without its index.")
    return index


def _input(written: str, given: Any) -> Any:
    """The input of a tool call; what is no plain JSON stays a string, judged as it is."""
    if not written:
        return given if given is not None else {}
    try:
        return parsed(written)
    except ValueError:
        return written
