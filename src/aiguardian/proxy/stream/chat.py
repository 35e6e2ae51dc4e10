"""Streams of OpenAI's chat completions and completions."""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.carriers.chat import REASONING
from aiguardian.proxy.carriers.collect import object_at, objects_at, string_at
from aiguardian.proxy.carriers.leaves import is_setting
from aiguardian.proxy.shapes.errors import error_body
from aiguardian.proxy.stream.guarded import GuardedStream, Shape
from aiguardian.proxy.stream.hold import Hold, Holding
from aiguardian.proxy.stream.sse import Event, event_bytes, event_object
from aiguardian.proxy.stream.steps import Flow, Release, Steps

_DONE = b"data: [DONE]\n\n"
_TEXTS = ("content", "text", "refusal", *REASONING)
_ENVELOPE = ("id", "object", "created", "model", "system_fingerprint", "service_tier")


class ChatStream(GuardedStream):
    """Chunks with choices; a choice's deltas are content, refusal, reasoning and tool calls."""

    def __init__(self, holding: Holding) -> None:
        super().__init__(holding)
        self._envelope: dict[str, Any] = {}
        self._about: list[Any] = []  # what the envelope was made of
        self._holds: dict[int, dict[str, Hold]] = {}
        self._calls: dict[int, dict[int, dict[str, Any]]] = {}
        self._seen: dict[int, None] = {}  # choices that began
        self._open: dict[int, None] = {}  # and did not finish

    def finish(self) -> Steps:
        """As for all streams; one whose choices all finished is complete without its `[DONE]`."""
        yield from super().finish()
        if not self.is_complete and self._seen and not self._open:
            yield from self.feed(_DONE)

    def blocked(self, reason: str) -> bytes:
        """A last chunk for each open choice: `content_filter`, with the reason as its refusal."""
        unfinished = self._seen if self.holding.mode == "hold" else self._open
        choices = [self._closing(index, reason) for index in unfinished or {0: None}]
        return event_bytes(self._envelope | {"choices": choices}) + _DONE

    def failed(self, code: str, message: str) -> bytes:
        """An error object, as OpenAI sends it in mid-stream."""
        return event_bytes(error_body("chat", 502, code, message))

    def _closing(self, index: int, reason: str) -> dict[str, Any]:
        return {"index": index, "delta": {"refusal": reason}, "finish_reason": "content_filter"}

    def _event(self, event: Event) -> Flow[None]:
        if (event.data or "").strip() == "[DONE]":
            for index in list(self._open):
                yield from self._finish(index)
            self.is_complete = True
            yield Release(_DONE)
            return
        chunk = event_object(event)
        about = [chunk.get(key) for key in _ENVELOPE]
        if about != self._about:  # hardly ever after the first chunk
            self._about = about
            self._envelope = {
                key: chunk[key] for key in _ENVELOPE if key in chunk and is_setting(chunk[key])
            }
        self._note(chunk)
        if self.hides_usage and chunk.pop("usage", None) and not chunk.get("choices"):
            return  # the chunk came for its count alone
        left = []
        for path, choice in objects_at(chunk.get("choices"), ("choices",)):
            rest = yield from self._choice(choice, f"choices[{path[-1]}]")
            if rest is not None:
                left.append(rest)
        outer = {k: v for k, v in chunk.items() if k not in {"choices", "obfuscation"}}
        if left or not chunk.get("choices"):
            outer = yield from self._mended(outer, "")
            if "choices" in chunk:
                outer["choices"] = left
            self.is_complete = self.is_complete or "error" in chunk
            yield Release(event_bytes(outer, event.name))

    def _note(self, chunk: dict[str, Any]) -> None:
        if isinstance(chunk.get("usage"), dict):
            self.usage = chunk["usage"]
        if isinstance(chunk.get("model"), str):
            self.model = chunk["model"]

    def _choice(self, choice: dict[str, Any], path: str) -> Flow[dict[str, Any] | None]:
        """What goes at once of a choice: None when nothing is left of it."""
        index = choice.get("index")
        index = index if isinstance(index, int) else 0
        self._seen[index] = self._open[index] = None
        delta = self._delta(choice, path)
        took = yield from self._texts_of(index, delta)
        return (yield from self._left(index, self._with(choice, delta), took=took))

    def _delta(self, choice: dict[str, Any], path: str) -> dict[str, Any]:
        return dict(object_at(choice.get("delta") or {}, (path, "delta")))

    def _with(self, choice: dict[str, Any], delta: dict[str, Any]) -> dict[str, Any]:
        return choice | {"delta": delta}

    def _texts_of(self, index: int, delta: dict[str, Any]) -> Flow[bool]:
        """Take the texts and tool calls out of a delta; whether there were any."""
        took = False
        for field in _TEXTS:
            if isinstance(delta.get(field), str) and delta[field]:
                took = True
                text = delta.pop(field)
                holds = self._holds.setdefault(index, {})
                if field not in holds:
                    holds[field] = self._hold(f"choices[{index}].{field}")
                yield from self._more(holds[field], text, self._shape(index, field))
        for place, call in objects_at(delta.pop("tool_calls", None), ("delta", "tool_calls")):
            took = True
            number = call.get("index")
            self._collect(index, number if isinstance(number, int) else int(place[-1]), call)
        if isinstance(delta.get("function_call"), dict):
            took = True
            self._collect(index, -1, {"function": delta.pop("function_call")})
        return took

    def _left(
        self, index: int, choice: dict[str, Any], *, took: bool
    ) -> Flow[dict[str, Any] | None]:
        """What goes of a choice without its texts; what was held goes before its finish."""
        finish = choice.get("finish_reason")
        if finish is not None:
            yield from self._finish(index)
        elif took and not choice.get("delta") and not self._shows_echo(choice):
            return None
        if choice.get("logprobs") is not None and not self._shows_echo(choice):
            choice["logprobs"] = None
        mended: dict[str, Any] = yield from self._mended(choice, f"choices[{index}]")
        return mended

    def _shows_echo(self, choice: dict[str, Any]) -> bool:
        """Log-probabilities go out only where nothing is held back."""
        return self.holding.mode == "observe" and choice.get("logprobs") is not None

    def _collect(self, index: int, number: int, part: dict[str, Any]) -> None:
        """Add a delta of a tool call to what there is of it."""
        calls = self._calls.setdefault(index, {})
        call = calls.setdefault(number, {})
        for key, value in part.items():
            if key in {"function", "custom"} and isinstance(value, dict):
                _extend(call.setdefault(key, {}), value)
            elif key != "index" and value is not None:
                call[key] = value

    def _finish(self, index: int) -> Flow[None]:
        """A choice is complete: release what is held of it."""
        for field, hold in self._holds.pop(index, {}).items():
            yield from self._last(hold, self._shape(index, field))
        calls = self._calls.pop(index, {})
        for number in sorted(calls):
            call = yield from self._mended(calls[number], f"choices[{index}].tool_calls[{number}]")
            delta = (
                {"function_call": call["function"]}
                if number == -1
                else {"tool_calls": [{"index": number} | call]}
            )
            yield Release(self._chunk(index, delta))
        self._open.pop(index, None)

    def _shape(self, index: int, field: str) -> Shape:
        return lambda text: self._chunk(index, {field: text})

    def _chunk(self, index: int, delta: dict[str, Any]) -> bytes:
        choice = self._with({"index": index, "finish_reason": None}, delta)
        return event_bytes(self._envelope | {"choices": [choice]})


class CompletionStream(ChatStream):
    """Chunks whose choices hold a text and nothing else."""

    def _delta(self, choice: dict[str, Any], path: str) -> dict[str, Any]:
        text = choice.pop("text", None)
        return {} if text is None else {"text": string_at(text, (path, "text"))}

    def _with(self, choice: dict[str, Any], delta: dict[str, Any]) -> dict[str, Any]:
        return choice | (delta or {"text": ""})

    def _closing(self, index: int, reason: str) -> dict[str, Any]:  # noqa: ARG002 - no place for it
        return {"index": index, "text": "", "logprobs": None, "finish_reason": "content_filter"}


def _extend(whole: dict[str, Any], part: dict[str, Any]) -> None:
    """Strings go on where they ended; other values replace."""
    for key, value in part.items():
        if isinstance(value, str) and isinstance(whole.get(key), str):
            whole[key] += value
        elif value is not None:
            whole[key] = value
