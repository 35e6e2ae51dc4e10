"""The texts inside a conversation: where each stands in the whole, and how to put other texts
in their places."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from aiguardian.text.chat import Message, message_text

INSTRUCTING = ("system", "developer")
BETWEEN = len("\n\n")
"""What `conversation_text` puts between two messages."""


@dataclass(frozen=True, slots=True)
class Part:
    """One text of one message; `start` is its offset in the conversation's text."""

    message: int
    start: int
    text: str

    def clipped(self, kept: list[tuple[int, int]]) -> str:
        """What of this part lies in the kept spans of the conversation's text."""
        end = self.start + len(self.text)
        pieces = [
            self.text[max(a - self.start, 0) : b - self.start]
            for a, b in kept
            if a < end and b > self.start
        ]
        return "".join(pieces).strip() if len(pieces) != 1 else pieces[0]


def parts_of(messages: list[Message]) -> list[Part]:
    """All texts in their order: a message's string, or each of its text parts."""
    parts = []
    at = 0
    for number, message in enumerate(messages):
        for text in _texts(message):
            parts.append(Part(number, at, text))
            at += len(text)
        at += BETWEEN
    return parts


def _texts(message: Message) -> list[str]:
    if isinstance(message.content, str):
        return [message.content]
    return [part["text"] for part in message.content or () if isinstance(part.get("text"), str)]


def rebuilt(messages: list[Message], texts: list[str]) -> list[Message]:
    """The conversation with these texts in the places of `parts_of`, all else as it was."""
    remaining = iter(texts)
    changed = []
    for message in messages:
        if isinstance(message.content, str):
            changed.append(replace(message, content=next(remaining)))
        elif message.content is None:
            changed.append(message)
        else:
            parts = [
                part | {"text": next(remaining)} if isinstance(part.get("text"), str) else part
                for part in message.content
            ]
            changed.append(replace(message, content=parts))
    return changed


def locked_spans(messages: list[Message]) -> list[tuple[int, int]]:
    """What is never shortened: instructions, tool calls, and the last user's turn."""
    asking = _last_user(messages)
    return [
        (part.start, part.start + len(part.text))
        for part in parts_of(messages)
        if part.text
        and (
            part.message == asking
            or messages[part.message].role in INSTRUCTING
            or messages[part.message].tool_calls
        )
    ]


def question_of(messages: list[Message]) -> str | None:
    """What the last user's turn says: the question that the rest is to answer."""
    asking = _last_user(messages)
    return message_text(messages[asking]) if asking >= 0 else None


def _last_user(messages: list[Message]) -> int:
    return max((n for n, message in enumerate(messages) if message.role == "user"), default=-1)
