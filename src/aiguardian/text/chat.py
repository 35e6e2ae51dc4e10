"""Chat messages in the OpenAI format, and the text in them as a model will read it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct


class Message(Struct, frozen=True, kw_only=True):
    """One turn. Fields beyond these are the vendors' own and are left alone."""

    role: Annotated[str, Meta(min_length=1, max_length=64)]
    content: str | list[dict[str, Any]] | None = None
    name: Annotated[str, Meta(max_length=256)] | None = None
    tool_calls: list[dict[str, Any]] | None = None
    tool_call_id: str | None = None


def message_text(message: Message) -> str:
    """The text of a turn: its text parts joined without a separator, as models read them."""
    if isinstance(message.content, str):
        return message.content
    return "".join(
        part["text"] for part in message.content or () if isinstance(part.get("text"), str)
    )


def conversation_text(messages: list[Message]) -> str:
    """All turns' texts, one blank line between two; offsets of findings point into this."""
    return "\n\n".join(message_text(message) for message in messages)
