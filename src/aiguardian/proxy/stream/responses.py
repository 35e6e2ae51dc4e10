"""Streams of OpenAI's responses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiguardian.proxy.carriers.collect import Collector, object_at
from aiguardian.proxy.carriers.responses import read_item, read_part, read_responses_answer
from aiguardian.proxy.carriers.speakers import ASSISTANT
from aiguardian.proxy.shapes.blocked import refused_response
from aiguardian.proxy.stream.guarded import GuardedStream, Shape
from aiguardian.proxy.stream.hold import Hold, Holding, Whole
from aiguardian.proxy.stream.sse import Event, MalformedStream, event_bytes, event_object
from aiguardian.proxy.stream.steps import Flow, Release

_SHOWN = "response.output_text"
_PIECES = {
    "response.function_call_arguments": "arguments",
    "response.mcp_call_arguments": "arguments",
    "response.custom_tool_call_input": "input",
}
"""Tool calls: they wait for their finished item, whose field this is."""
_TEXTS = {
    "response.output_text": "text",
    "response.refusal": "refusal",
    "response.reasoning_text": "text",
    "response.reasoning_summary_text": "text",
    "response.code_interpreter_call_code": "code",
    "response.audio.transcript": "transcript",
}
"""Texts in deltas, and the field of the `done` event that has them whole."""
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_BINARY = frozenset({"response.audio.delta", "response.image_generation_call.partial_image"})

_Key = tuple[str | int | None, ...]


@dataclass(slots=True)
class _Track:
    """A text in deltas: what came, what went, and the event in whose shape more of it goes."""

    stem: str
    hold: Hold
    context: str
    shape: dict[str, Any]
    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)


class ResponsesStream(GuardedStream):
    """Events of a response: deltas first, then each text, part, item and the whole once more."""

    def __init__(self, holding: Holding, sent: dict[str, Any] | None = None) -> None:
        super().__init__(holding, repeats=True)
        self._sent = sent or {}
        """The request: what an answer repeats of it was judged."""
        self._tracks: dict[_Key, _Track] = {}
        self._waiting: dict[Any, list[dict[str, Any]]] = {}
        self._contexts: dict[Any, str] = {}  # the end of the last text of an item
        self._response: dict[str, Any] = {}
        self._shown: list[str] = []  # of the texts, what went
        self._number = 0

    def blocked(self, reason: str) -> bytes:
        """The response, incomplete for its content."""
        shown = "".join(self._shown)
        if self.holding.mode == "hold":  # but the opening, nothing went out
            shown, self._number = "", 1 if self.opening else 0
        refused = refused_response(reason, str(self._response.get("id", "")), shown)
        response = self._response | refused
        return self._bytes({"type": "response.incomplete", "response": response})

    def failed(self, code: str, message: str) -> bytes:
        """An error event. Its fields stand in `error` once more: OpenAI's client raises on that,
        and would take the flat event alone for one among others."""
        told = {"code": code, "message": message, "param": None}
        error = {"type": "server_error"} | told
        return self._bytes({"type": "error"} | told | {"error": error})

    def _event(self, event: Event) -> Flow[None]:
        if (event.data or "").strip() == "[DONE]":  # some upstreams add it
            return
        value = event_object(event)
        value.pop("obfuscation", None)
        kind = str(value.get("type", event.name))
        stem, _, last = kind.rpartition(".")
        if stem in _PIECES and last in {"delta", "done"}:
            self._waiting.setdefault(_place(value, "output_index"), []).append(value)
        elif kind in _BINARY:
            self.ledger.leave_out(kind, "audio or an image is not read")
            yield Release(self._bytes(value))
        elif last == "delta" and isinstance(value.get("delta"), str):
            yield from self._delta(stem, value)
        elif last == "done" and (stem in _TEXTS or _key(stem, value) in self._tracks):
            yield from self._done(stem, value)
        elif kind in {"response.output_item.added", "response.output_item.done"}:
            yield from self._item(value, is_done=last == "done")
        elif kind in _ENDS:
            yield from self._end(value)
        else:
            yield from self._other(kind, value)

    def _delta(self, stem: str, value: dict[str, Any]) -> Flow[None]:
        key = _key(stem, value)
        if key not in self._tracks:
            path = f"output[{key[1]}].{stem.removeprefix('response.')}"
            context = self._contexts.get(key[1], "") if stem == _SHOWN else ""
            shape = yield from self._beside(_bare(value), "delta", path)
            self._tracks[key] = _Track(stem, self._hold(path, context), context, shape)
        track = self._tracks[key]
        track.came.append(value["delta"])
        yield from self._more(track.hold, value["delta"], self._shape(track))

    def _done(self, stem: str, value: dict[str, Any]) -> Flow[None]:
        """A text is complete: what is left of it goes, then the text as it went."""
        track = self._tracks.pop(_key(stem, value), None)
        name = _TEXTS.get(stem) or _field_of(value, "".join(track.came) if track else "")
        if track is not None:
            yield from self._flush(track)
        if track is not None and value.get(name) == "".join(track.came):
            rest = {each: what for each, what in value.items() if each != name}
            mended = yield from self._mended(_bare(rest), stem)
            mended[name] = "".join(track.went)
        else:
            mended = yield from self._mended(_bare(value), stem)
        yield Release(self._bytes(mended))

    def _flush(self, track: _Track) -> Flow[None]:
        yield from self._last(track.hold, self._shape(track))
        end = track.hold.context
        whole = Whole("".join(track.went), tuple(track.hold.edits), context=end)
        self.ledger.note("".join(track.came), "output", whole, track.context)
        if track.stem == _SHOWN:
            self._contexts[track.shape.get("output_index")] = end

    def _item(self, value: dict[str, Any], *, is_done: bool) -> Flow[None]:
        item = object_at(value.get("item"), ("item",))
        place = _place(value, "output_index")
        if is_done:
            for key in [key for key in self._tracks if key[1] == place]:
                yield from self._flush(self._tracks.pop(key))
        path = f"output[{place}]"
        mended = yield from self._mended(item, path, lambda found: read_item(item, found, ()))
        if is_done:
            yield from self._call(self._waiting.pop(place, []), mended)
        outer = yield from self._beside(value, "item", path)
        yield Release(self._bytes(outer | {"item": mended}))

    def _call(self, events: list[dict[str, Any]], item: dict[str, Any]) -> Flow[None]:
        """The events of a finished tool call: its arguments in one delta, then the rest."""
        deltas = [event for event in events if str(event["type"]).endswith(".delta")]
        others = [event for event in events if not str(event["type"]).endswith(".delta")]
        for event in (*deltas[:1], *others):
            stem, _, last = str(event["type"]).rpartition(".")
            name = _PIECES[stem]
            shown = {"delta" if last == "delta" else name: item.get(name, "")}
            rest = {key: each for key, each in event.items() if key not in {"delta", name}}
            mended = yield from self._mended(rest, stem)
            yield Release(self._bytes(mended | shown))

    def _end(self, value: dict[str, Any]) -> Flow[None]:
        for key in list(self._tracks):
            yield from self._flush(self._tracks.pop(key))
        mended = yield from self._with_response(value)
        self.is_complete = True
        yield Release(self._bytes(mended))

    def _other(self, kind: str, value: dict[str, Any]) -> Flow[None]:
        if isinstance(value.get("response"), dict):
            mended = yield from self._with_response(value)
        elif isinstance(value.get("part"), dict):
            part = value["part"]

            def read(found: Collector) -> None:
                read_part(part, found, (), ASSISTANT)

            shown = yield from self._mended([part], kind, read)
            outer = yield from self._beside(value, "part", kind)
            mended = outer | {"part": shown[0]}
        else:
            mended = yield from self._mended(value, kind)
        if kind == "error":
            self.is_complete = True
        yield Release(self._bytes(mended))

    def _with_response(self, value: dict[str, Any]) -> Flow[dict[str, Any]]:
        response = object_at(value.get("response"), ("response",))
        if isinstance(response.get("usage"), dict):
            self.usage = response["usage"]
        if isinstance(response.get("model"), str):
            self.model = response["model"]

        def read(found: Collector) -> None:
            read_responses_answer(response, found, self._sent)

        mended = yield from self._mended(response, "response", read)
        if not self.opening:
            opening = {"type": "response.created", "response": mended, "sequence_number": 0}
            self.opening = event_bytes(opening, "response.created")
        self._response = {key: each for key, each in mended.items() if key != "output"}
        outer = yield from self._beside(value, "response", "response")
        return outer | {"response": mended}

    def _shape(self, track: _Track) -> Shape:
        def shaped(text: str) -> bytes:
            track.went.append(text)
            if track.stem == _SHOWN:
                self._shown.append(text)
            return self._bytes(track.shape | {"delta": text})

        return shaped

    def _bytes(self, value: dict[str, Any]) -> bytes:
        """The event, numbered as it goes out: several deltas may have become one."""
        numbered = value | {"sequence_number": self._number}
        self._number += 1
        return event_bytes(numbered, str(value.get("type", "")))


def _key(stem: str, value: dict[str, Any]) -> _Key:
    part = "content_index" if "content_index" in value else "summary_index"
    return stem, *(_place(value, field) for field in ("output_index", part, "item_id"))


def _field_of(value: dict[str, Any], text: str) -> str:
    """The field with this text, of an event of a new kind; empty when none has it."""
    return next((field for field, each in value.items() if each == text), "")


def _place(value: dict[str, Any], field: str) -> str | int | None:
    place = value.get(field)
    if isinstance(place, str | int | None):
        return place
    raise MalformedStream(f"{field}: Must be a number or a name.")


def _bare(value: dict[str, Any]) -> dict[str, Any]:
    """Log-probabilities repeat the text token by token: withheld."""
    return value | {"logprobs": []} if value.get("logprobs") else value
