"""The turns of a request: those sent, or those stored for its session, and the newest one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiguardian.errors import InvalidField, PayloadTooLarge
from aiguardian.guards.context.memories import Memories, Scope, Turn
from aiguardian.guards.context.schemas import ContextPayload
from aiguardian.processor import MAX_TEXT_BYTES, Caller
from aiguardian.text.chat import Message, message_text

MOST_STORED = 500
"""Turns of a stored session that are looked at: more than any reading of them goes back."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns, the newest last; `left_out` older ones were not fetched."""

    turns: tuple[Turn, ...]
    left_out: int = 0

    @property
    def newest(self) -> Turn:
        """The turn to judge."""
        return self.turns[-1]


def sent_turns(payload: ContextPayload) -> list[Turn]:
    """The turns in the request, the newest last; raises `InvalidField` or `PayloadTooLarge`."""
    if payload.messages is not None:
        if payload.text is not None or payload.history is not None:
            raise InvalidField("Send messages, or text with history, not both.", field="messages")
        turns = _turns(payload.messages)
    else:
        turns = _turns(payload.history or ())
        if payload.text is not None:
            turns.append(Turn(payload.role, payload.text))
    for turn in turns:
        _refuse_too_long(turn.text)
    return turns


def conversation(payload: ContextPayload, caller: Caller, *, memories: Memories) -> Conversation:
    """What to analyze; the stored session stands in for a history that was not sent."""
    turns = sent_turns(payload)
    if payload.messages is None and payload.text is None:
        raise InvalidField("Send the newest turn as text, or messages.", field="text")
    if payload.messages is not None or payload.history is not None or not caller.session_id:
        return Conversation(tuple(turns))
    total, stored = memories.history(scope_of(caller), limit=MOST_STORED, deadline=caller.deadline)
    if stored and stored[-1] == turns[-1]:
        stored = stored[:-1]  # remembered before it was analyzed
        total -= 1
    return Conversation((*stored, *turns), left_out=total - len(stored))


def scope_of(caller: Caller, *, whole_user: bool = False) -> Scope:
    """Whose memory the caller may touch."""
    session = "" if whole_user else caller.session_id or ""
    return Scope(caller.tenant, caller.user_id or "", session)


def _turns(messages: Sequence[Message]) -> list[Turn]:
    return [Turn(message.role, message_text(message)) for message in messages]


def _refuse_too_long(text: str) -> None:
    is_long = len(text) > MAX_TEXT_BYTES // 4
    if is_long and len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise PayloadTooLarge(f"A turn is longer than {MAX_TEXT_BYTES} bytes.", field="text")
