"""What Converse answers, in the shape of a chat completion."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}
"""Anything else is told as `stop`, but for what says that the output is malformed."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every answer and every chunk of it repeats."""

    answer_id: str
    model: str
    created: int
    """Unix seconds."""

    def completion(self, **fields: Any) -> dict[str, Any]:
        """A whole completion."""
        return self._as("chat.completion", fields)

    def chunk(self, **fields: Any) -> dict[str, Any]:
        """A chunk of a stream."""
        return self._as("chat.completion.chunk", fields)

    def _as(self, shape: str, fields: dict[str, Any]) -> dict[str, Any]:
        head = {"id": self.answer_id, "object": shape, "created": self.created}
        return head | {"model": self.model} | fields


def chat_answer(answer: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    """The completion. Raises `KeyError` and `TypeError` for what is no answer of Converse."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[dict[str, Any]] = []
    for block in answer["output"]["message"]["content"]:
        if "text" in block:
            texts.append(block["text"])
        elif "toolUse" in block:
            calls.append(tool_call(block["toolUse"]))
        elif "reasoningContent" in block:
            thoughts.append(block["reasoningContent"].get("reasoningText", {}).get("text", ""))
    message: dict[str, Any] = {"role": "assistant", "content": "".join(texts) or None}
    message["refusal"] = None
    if any(thoughts):
        message["reasoning_content"] = "".join(thoughts)
    if calls:
        message["tool_calls"] = calls
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": finish_reason(answer["stopReason"]),
    }
    return envelope.completion(choices=[choice], usage=chat_usage(answer["usage"]))


def tool_call(use: dict[str, Any]) -> dict[str, Any]:
    """A call of a function."""
    arguments = json.dumps(use["input"], ensure_ascii=False)
    function = {"name": use["name"], "arguments": arguments}
    return {"id": use["toolUseId"], "type": "function", "function": function}


def finish_reason(stop: str) -> str:
    """Why the answer ended. Malformed output is told as cut: whoever parses it had better not."""
    return FINISH.get(stop, "length" if stop.startswith("malformed") else "stop")


def chat_usage(usage: dict[str, Any]) -> dict[str, Any]:
    """The count of tokens. Converse counts what its cache read and wrote beside the input; in
    chat completions the input has them all."""
    read, written = (
        usage.get(key) or 0 for key in ("cacheReadInputTokens", "cacheWriteInputTokens")
    )
    sent = usage["inputTokens"] + read + written
    lasting = sum(
        each.get("inputTokens", 0)
        for each in usage.get("cacheDetails") or ()
        if each.get("ttl") == "1h"
    )
    details = {"cached_tokens": read}
    if written:
        details |= {"cache_write_tokens": written, "cache_write_1h_tokens": lasting}
    return {
        "prompt_tokens": sent,
        "completion_tokens": usage["outputTokens"],
        "total_tokens": sent + usage["outputTokens"],
        "prompt_tokens_details": details,
    }
