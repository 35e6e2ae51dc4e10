"""The events of ConverseStream, as the chunks of a chat completion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from aiguardian.proxy.bedrock.answer import Envelope, chat_usage, finish_reason

DONE = b"data: [DONE]\n\n"


class ChatChunks:
    """Turns event after event into server-sent events."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._calls: dict[int, int] = {}
        """The number of a tool call by the index of its block."""

    def of(self, event: dict[str, Any]) -> Iterator[bytes]:
        """The chunks for an event. Raises `KeyError` and `TypeError` for one that is malformed."""
        ((kind, value),) = event.items()
        if kind == "messageStart":
            yield self._delta({"role": "assistant", "content": ""})
        elif kind == "contentBlockStart":
            yield from self._start(value)
        elif kind == "contentBlockDelta":
            yield from self._more(value["contentBlockIndex"], value["delta"])
        elif kind == "messageStop":
            yield self._delta({}, finish_reason(value["stopReason"]))
        elif kind == "metadata":
            usage = chat_usage(value["usage"])
            yield _sse(self._envelope.chunk(choices=[], usage=usage))
            yield DONE

    def _start(self, value: dict[str, Any]) -> Iterator[bytes]:
        use = value["start"].get("toolUse")
        if use is None:
            return
        number = self._calls.setdefault(value["contentBlockIndex"], len(self._calls))
        function = {"name": use["name"], "arguments": ""}
        call = {"index": number, "id": use["toolUseId"], "type": "function", "function": function}
        yield self._delta({"tool_calls": [call]})

    def _more(self, index: int, delta: dict[str, Any]) -> Iterator[bytes]:
        if "text" in delta:
            yield self._delta({"content": delta["text"]})
        elif "toolUse" in delta:
            call = {
                "index": self._calls[index],
                "function": {"arguments": delta["toolUse"]["input"]},
            }
            yield self._delta({"tool_calls": [call]})
        elif delta.get("reasoningContent", {}).get("text"):
            yield self._delta({"reasoning_content": delta["reasoningContent"]["text"]})

    def _delta(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _sse(self._envelope.chunk(choices=[choice]))


def _sse(value: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
