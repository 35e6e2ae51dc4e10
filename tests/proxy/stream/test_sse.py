from __future__ import annotations

import json

import pytest

from aiguardian.proxy.stream.sse import (
    Event,
    MalformedStream,
    SseReader,
    event_bytes,
    event_object,
)

STREAM = (
    "\ufeffevent: first\r\ndata: {\"a\": \"grün 🙂\"}\r\n\r\n"
    ": still here\n\n"
    "data: one\rdata:two\r\r"
    "id: 7\nretry: 10\nnonsense\ndata\ndata:  spaced\n\n"
    "event: empty\n\n"
    "data: [DONE]\n\n"
)  # fmt: skip
EVENTS = [
    Event('{"a": "grün 🙂"}', "first"),
    Event(None),
    Event("one\ntwo"),
    Event("\n spaced"),
    Event("[DONE]"),
]


def read(chunks: list[bytes]) -> list[Event]:
    reader = SseReader()
    return [event for chunk in chunks for event in reader.feed(chunk)]


def test_a_stream_in_one_chunk_is_read_by_the_standard() -> None:
    assert read([STREAM.encode()]) == EVENTS


def test_every_cut_into_two_chunks_gives_the_same_events() -> None:
    data = STREAM.encode()
    for cut in range(len(data) + 1):
        assert read([data[:cut], data[cut:]]) == EVENTS


def test_single_bytes_give_the_same_events() -> None:
    assert read([bytes([byte]) for byte in STREAM.encode()]) == EVENTS


def test_an_event_without_its_blank_line_is_not_given() -> None:
    assert read([b"data: half"]) == []


def test_an_event_that_is_too_large_is_an_error_even_without_an_end_of_line() -> None:
    reader = SseReader(most_bytes=1000)
    with pytest.raises(MalformedStream, match="more than 1,000 bytes"):
        all(list(reader.feed(b"data: " + b"x" * 10)) == [] for _ in range(200))


def test_many_lines_without_an_end_of_the_event_are_an_error() -> None:
    reader = SseReader(most_bytes=1000)
    with pytest.raises(MalformedStream):
        all(list(reader.feed(b"data: xxxxxxxx\n")) == [] for _ in range(200))


def test_many_small_events_are_not_too_large() -> None:
    reader = SseReader(most_bytes=100)
    assert sum(len(list(reader.feed(b"data: x\n\n"))) for _ in range(500)) == 500


@pytest.mark.parametrize("data", ["{", "[1]", "12", "[" * 100_000, "", "null", '{"a": }'])
def test_an_event_that_is_no_json_object_is_malformed(data: str) -> None:
    with pytest.raises(MalformedStream):
        event_object(Event(data))


def test_half_a_surrogate_pair_is_read_and_written() -> None:
    value = event_object(Event('{"a": "\\ud83d"}'))
    assert value == {"a": "\ud83d"}
    assert json.loads(event_bytes(value).removeprefix(b"data: ")) == value


def test_an_event_is_written_with_its_name() -> None:
    assert event_bytes({"a": 1}, "ping") == b'event: ping\ndata: {"a":1}\n\n'
