"""Small guards with one property each, for tests of what is around a guard."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any, ClassVar

from msgspec import UNSET, UnsetType

from aiguardian.errors import GatewayError, InvalidField
from aiguardian.processor import (
    Action,
    Caller,
    Decision,
    OnFailure,
    Payload,
    Processor,
    Report,
    SelfTest,
)
from aiguardian.text.chat import Message

CANARY = "kanarienvogel-7Qx9"
"""Planted where nothing may quote it; found in an answer, a log line or a metric, it leaked."""


class TextPayload(Payload, frozen=True, kw_only=True):
    text: str = ""


class TalkPayload(Payload, frozen=True, kw_only=True):
    text: str | None = None
    messages: list[Message] | None = None
    direction: str | None = None


def report(
    text: str,
    action: Action = "keep",
    *,
    confidence: float = 0.9,
    output: str | UnsetType = UNSET,
    reason: str = "a test's verdict",
) -> Report:
    return Report(
        text_length=len(text),
        risk=0.1,
        flagged=action != "keep",
        confidence_score=confidence,
        decision=Decision(action, confidence, reason),
        output=output,
    )


class Guard(Processor[Any]):
    """Keeps everything; remembers what it was given."""

    name: ClassVar[str] = "test"
    version: ClassVar[str] = "1.0"
    capabilities: ClassVar[tuple[str, ...]] = ("testing",)
    payload: type[Payload] = TextPayload
    report = Report

    def __init__(self, action: Action = "keep", *, confidence: float = 0.9) -> None:
        self.seen: list[Any] = []
        self.callers: list[Caller] = []
        self._action = action
        self._confidence = confidence

    def process(self, payload: Any, caller: Caller) -> Any:
        self.seen.append(payload)
        self.callers.append(caller)
        return report(payload.text or "", self._action, confidence=self._confidence)

    def self_tests(self) -> Sequence[SelfTest]:
        return ()


class EchoGuard(Guard):
    """Quick: answers on the event loop."""

    def is_quick(self, payload: Any) -> bool:
        return True


class TalkGuard(EchoGuard):
    """Takes messages and a direction."""

    payload = TalkPayload


class WorkerGuard(Guard):
    """Answers at once, on a worker thread."""

    thread = ""

    def process(self, payload: Any, caller: Caller) -> Any:
        self.thread = threading.current_thread().name
        return super().process(payload, caller)


class SlowGuard(Guard):
    """Holds its thread until told, or until its deadline says that nobody waits."""

    def __init__(self, *, heeds_deadline: bool = True) -> None:
        super().__init__()
        self.release = threading.Event()
        self.running = 0
        self.ended = 0
        self._heeds_deadline = heeds_deadline

    def process(self, payload: Any, caller: Caller) -> Any:
        self.running += 1
        try:
            until = time.monotonic() + 20
            while not self.release.wait(0.002) and time.monotonic() < until:
                if self._heeds_deadline:
                    caller.deadline.check()
            return super().process(payload, caller)
        finally:
            self.running -= 1
            self.ended += 1


class AwaitingGuard(Guard):
    """Waits on the event loop until told."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.release = asyncio.Event()
        self.is_asked = False
        self.was_cancelled = False
        self._error = error

    async def process(self, payload: Any, caller: Caller) -> Any:
        self.is_asked = True
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        if self._error:
            raise self._error
        return report(payload.text)


class RaisingGuard(Guard):
    """Raises with a message that quotes the text, as libraries like to."""

    def __init__(self, error: type[Exception] = ValueError, *, is_quick: bool = True) -> None:
        super().__init__()
        self._error = error
        self._is_quick = is_quick

    def process(self, payload: Any, caller: Caller) -> Any:
        raise self._error(f"cannot parse {payload.text!r} {CANARY}")

    def is_quick(self, payload: Any) -> bool:
        return self._is_quick


class ClosedGuard(RaisingGuard):
    """Raises, and declares that its failure closes."""

    on_failure: OnFailure = "closed"


class PickyGuard(EchoGuard):
    """Refuses every payload as the caller's mistake."""

    def __init__(self, error: GatewayError | None = None) -> None:
        super().__init__()
        self._error = error or InvalidField("text must be shorter here.", field="text")

    def process(self, payload: Any, caller: Caller) -> Any:
        raise self._error


class RewritingGuard(EchoGuard):
    """Replaces one word; keeps texts without it. `then` is what it does the second time."""

    def __init__(self, word: str, by: str, *, then: Action | Exception = "rewrite") -> None:
        super().__init__()
        self._word, self._by, self._then = word, by, then

    def process(self, payload: Any, caller: Caller) -> Any:
        self.seen.append(payload)
        if len(self.seen) > 1 and isinstance(self._then, Exception):
            raise self._then
        if self._word not in payload.text:
            return report(payload.text)
        action: Action = "rewrite"
        if len(self.seen) > 1 and not isinstance(self._then, Exception):
            action = self._then
        return report(payload.text, action, output=payload.text.replace(self._word, self._by))


class BlockingGuard(EchoGuard):
    def __init__(self, *, confidence: float = 0.7) -> None:
        super().__init__("block", confidence=confidence)


class TestedGuard(EchoGuard):
    """Has self-tests, and a switch that makes them fail."""

    __test__ = False

    def __init__(self, *tests: SelfTest) -> None:
        super().__init__()
        self.is_broken = False
        self.tests: tuple[SelfTest, ...] = tests or (
            SelfTest("keeps a greeting", {"text": "hello"}, "keep", {"text_length": 5}),
            SelfTest("keeps nothing", {"text": ""}, "keep"),
        )

    def process(self, payload: Any, caller: Caller) -> Any:
        return report(payload.text, "block" if self.is_broken else "keep")

    def self_tests(self) -> Sequence[SelfTest]:
        return self.tests
