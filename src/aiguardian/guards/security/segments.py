"""The parts of a request that are judged each by where they come from."""

from __future__ import annotations

from dataclasses import dataclass

from aiguardian.errors import InvalidField
from aiguardian.guards.security.schemas import Direction, SecurityPayload
from aiguardian.text.chat import message_text

DIRECTION_OF_ROLE: dict[str, Direction] = {
    "user": "input",
    "assistant": "output",
    "tool": "tool",
    "function": "tool",
}
TRUSTED_ROLES = frozenset({"system", "developer"})
"""Whoever runs the program wrote these: instructions there are no attack."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A text with its place in the whole, `whole[offset : offset + len(text)]`."""

    text: str
    offset: int
    direction: Direction
    is_trusted: bool = False


def segments(payload: SecurityPayload) -> tuple[str, list[Segment]]:
    """The whole text that offsets point into, and its parts in order.

    Raises `InvalidField` unless there is either a text or messages.
    """
    if payload.text is not None and payload.messages is not None:
        raise InvalidField("Send text or messages, not both.", field="messages")
    if payload.messages is None:
        if payload.text is None:
            raise InvalidField("Send the text to judge, or messages.", field="text")
        return payload.text, [Segment(payload.text, 0, payload.direction)]
    parts: list[Segment] = []
    offset = 0
    for message in payload.messages:
        text = message_text(message)
        direction = DIRECTION_OF_ROLE.get(message.role, payload.direction)
        parts.append(Segment(text, offset, direction, is_trusted=message.role in TRUSTED_ROLES))
        offset += len(text) + 2  # one blank line between two, as `conversation_text` joins them
    return "\n\n".join(part.text for part in parts), parts
