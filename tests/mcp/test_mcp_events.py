"""Server-sent events, byte for byte."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.mcp.events import Event, EventReader, MalformedStream

STREAM = (
    b'\xef\xbb\xbfid: 1\r\nevent: message\r\ndata: {"a":\r\ndata: 1}\r\n\r\n'
    b": keep-alive\n\n\n\ndata:no space\rid:2\r\rdata: caf\xc3\xa9\n\nid: 3\n\ndata: unfinished\n"
)
EVENTS = [
    ('{"a":\n1}', (b"\xef\xbb\xbfid: 1", b"event: message", b'data: {"a":', b"data: 1}")),
    ("", (b": keep-alive",)),
    ("no space", (b"data:no space", b"id:2")),
    ("café", (b"data: caf\xc3\xa9",)),
    ("", (b"id: 3",)),
]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_the_same_events_come_of_any_chunking(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    reader = EventReader()
    found = [event for start, end in pairwise(places) for event in reader.feed(STREAM[start:end])]
    assert [(event.data, event.lines) for event in found] == EVENTS


def test_an_event_with_other_data_keeps_its_place_in_the_stream() -> None:
    event = Event((b"id: 7", b"event: message", b"retry: 5", b"data: a", b": note", b"data: b"))
    assert event.carrying(b"{}") == b"id: 7\nevent: message\nretry: 5\ndata: {}\n\n"


@pytest.mark.parametrize("chunk", [b"data: " + b"x" * 2_000, b"data: x\n" * 300])
def test_an_event_without_an_end_is_not_kept_forever(chunk: bytes) -> None:
    reader = EventReader(most_bytes=1_000)
    with pytest.raises(MalformedStream):
        list(reader.feed(chunk))


def test_many_small_events_are_no_large_one() -> None:
    reader = EventReader(most_bytes=1_000)
    assert sum(len(list(reader.feed(b"data: abcdefgh\n\n" * 50))) for _ in range(20)) == 1_000
