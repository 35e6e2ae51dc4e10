"""A vendor's stream with nothing in it that was not judged: what the three kinds share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiguardian.errors import InvalidField
from aiguardian.proxy.carriers.collect import Collector
from aiguardian.proxy.carriers.speakers import ASSISTANT
from aiguardian.proxy.stream.hold import Hold, Holding, Label
from aiguardian.proxy.stream.objects import Ledger, Read
from aiguardian.proxy.stream.sse import KEEP_ALIVE, Event, MalformedStream, SseReader
from aiguardian.proxy.stream.steps import Blocked, End, Flow, Release, Steps

Shape = Callable[[str], bytes]
"""Text as the vendor's event."""


class GuardedStream(ABC):
    """Takes the upstream's bytes, asks for verdicts, gives the client's bytes.

    `feed` and `finish` raise `MalformedStream`; then send what `failed` returns. After an `End`
    nothing more may be fed.
    """

    def __init__(self, holding: Holding, *, repeats: bool = False) -> None:
        self.holding = holding
        self.ledger = Ledger(holding, by_text=repeats)
        self.is_complete = False
        """Whether the upstream's last event came: a stream that ends without it was cut."""
        self.usage: dict[str, Any] | None = None
        """The vendor's latest count of tokens, as it was sent."""
        self.model = ""
        """The model that says to answer."""
        self.hides_usage = False
        """Whether the count was asked for by us: then the client does not see it."""
        self.opening = b""
        """The event that a client has to see first, whatever comes of the rest."""
        self._reader = SseReader()
        self._kept: list[bytes] = []

    def feed(self, chunk: bytes) -> Steps:
        """What follows from more bytes of the upstream."""
        if self.holding.mode == "hold":
            yield from self._keeping(self._steps(chunk))
        else:
            yield from self._steps(chunk)

    def _keeping(self, steps: Steps) -> Steps:
        """The same steps; what they release is kept until the stream is complete."""
        verdict = None
        while True:
            try:
                step = steps.send(verdict)
            except StopIteration:
                break
            verdict = None
            if isinstance(step, Release) and step.data != KEEP_ALIVE:
                self._kept.append(step.data)
            else:
                verdict = yield step
        if self.is_complete and self._kept:
            yield Release(b"".join(self._kept))
            self._kept = []

    def _steps(self, chunk: bytes) -> Steps:
        try:
            for event in self._reader.feed(chunk):
                if event.data is None:
                    yield Release(KEEP_ALIVE)
                else:
                    yield from self._event(event)
        except Blocked as stop:
            opening = self.opening if self.holding.mode == "hold" else b""
            yield End(stop.reason, opening + self.blocked(stop.reason))
        except InvalidField as error:
            raise MalformedStream(f"{error.field}: {error.message}") from error

    def finish(self) -> Steps:
        """What follows from the end of the upstream's bytes. What is still held back stays so,
        unless `is_complete`."""
        if self.is_complete:
            return
        with suppress(MalformedStream):  # half an event: the stream was cut, and it shows
            yield from self.feed(b"\n\n")  # a last event without the blank line after it

    @abstractmethod
    def blocked(self, reason: str) -> bytes:
        """The last events of a stream that was blocked, as the vendor's clients understand."""

    @abstractmethod
    def failed(self, code: str, message: str) -> bytes:
        """The last event of a stream that died: an error, never a clean end."""

    @abstractmethod
    def _event(self, event: Event) -> Flow[None]:
        """What follows from an event."""

    def _hold(self, path: str, context: str = "") -> Hold:
        return Hold(Label(path), self.holding, context)

    def _more(self, hold: Hold, text: str, shape: Shape) -> Flow[None]:
        """Feed a hold, and release what may go in the vendor's shape."""
        try:
            gone = yield from hold.feed(text)
        except Blocked as stop:
            if stop.released:
                yield Release(shape(stop.released))
            raise
        if gone:
            yield Release(shape(gone))
        yield from hold.watch()

    def _last(self, hold: Hold, shape: Shape) -> Flow[None]:
        """Release what is left in a hold."""
        gone = yield from hold.finish()
        if gone:
            yield Release(shape(gone))
        yield from hold.watch()

    def _beside(self, value: dict[str, Any], field: str, path: str) -> Flow[dict[str, Any]]:
        """What stands beside a field of an event, judged."""
        rest = {key: each for key, each in value.items() if key != field}
        mended: dict[str, Any] = yield from self._mended(rest, path)
        return mended

    def _mended(self, value: Any, path: str, read: Read | None = None) -> Flow[Any]:
        """The value with all its strings judged, by default as one text of the model's."""

        def read_all(found: Collector) -> None:
            found.all_of(value, ASSISTANT, path=())

        return (yield from self.ledger.mended(value, path, read or read_all))
