"""The guarded stream of each endpoint."""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.carriers.read import Kind
from aiguardian.proxy.stream.chat import ChatStream, CompletionStream
from aiguardian.proxy.stream.guarded import GuardedStream
from aiguardian.proxy.stream.hold import Holding
from aiguardian.proxy.stream.messages import MessagesStream
from aiguardian.proxy.stream.responses import ResponsesStream


def guarded_stream(
    kind: Kind, holding: Holding, *, sent: dict[str, Any] | None = None
) -> GuardedStream:
    """The stream of an answer to the request `sent`; embeddings have none."""
    if kind == "chat":
        return ChatStream(holding)
    if kind == "completions":
        return CompletionStream(holding)
    if kind == "messages":
        return MessagesStream(holding)
    if kind == "responses":
        return ResponsesStream(holding, sent)
    raise ValueError("Embeddings don't stream.")
