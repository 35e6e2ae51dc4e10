"""The cache of answers: what is the same, for whom, for how long, in how much room."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aiguardian.proxy.answers import Answer, Origin
from aiguardian.proxy.cache.keys import Owner, can_be_kept
from aiguardian.proxy.cache.question import asked_once, meaning
from aiguardian.proxy.cache.reuse import KeptAnswer, Lookup, RecordedAnswer, Reuse
from aiguardian.proxy.cache.shelf import ENTRY_BYTES, KeptAnswers

ORIGIN = Origin("one", model="gpt-4o")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Told(Answer):
    """An upstream's answer that comes in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.status, self.origin = 200, ORIGIN
        self.headers = {"content-type": "application/json"}
        self._pieces = pieces

    async def chunks(self) -> AsyncGenerator[bytes]:
        for piece in self._pieces:
            yield piece

    def close(self) -> None:
        return


COSINES = {"How do I reset my password?": 1.0, "How can I reset my password?": 0.95}


class Angles:
    """An encoder that knows how far apart some texts are."""

    def vector(self, text: str) -> Any:
        if text == "too long":
            return None
        cosine = COSINES.get(text, 0.5)
        return np.array([cosine, (1 - cosine**2) ** 0.5])


def reuse(clock: Clock | None = None, *, encoder: Any = None, size_bytes: int = 65_536) -> Reuse:
    return Reuse(
        ttl_s=60,
        size_bytes=size_bytes,
        clock=clock or Clock(),
        encoder=encoder,
        likeness=0.92,
    )


def lookup(text: str = "Hello", **fields: Any) -> Lookup:
    request = {"model": "m", "temperature": 0, "messages": [{"role": "user", "content": text}]}
    return Lookup(
        owner=Owner("t", "k"),
        endpoint="chat",
        request=request | fields,
        headers={},
        version=0,
        is_plain=True,
    )


async def put(cache: Reuse, asked: Lookup, body: bytes = b"answer") -> None:
    ticket = await cache.look(asked)
    assert ticket is not None
    cache.keep(ticket, Told(), body)


async def found(cache: Reuse, asked: Lookup) -> str:
    ticket = await cache.look(asked)
    return "none" if ticket is None else ticket.told


OTHERS = {
    "another tenant": replace(lookup(), owner=Owner("u", "k")),
    "another key": replace(lookup(), owner=Owner("t", "j")),
    "another account at the provider": replace(lookup(), owner=Owner("t", "k", "digest")),
    "another endpoint": replace(lookup(), endpoint="completions"),
    "another routing": replace(lookup(), version=1),
    "a header that the provider sees": replace(lookup(), headers={"openai-beta": "x"}),
    "another model": lookup(model="n"),
    "another setting": lookup(top_p=0.5),
    "a stream": lookup(stream=True),
    "another text": lookup("Hello!"),
    "a number of another kind": lookup(temperature=0.0),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
async def test_whatever_may_change_the_answer_makes_another_request(other: Lookup) -> None:
    cache = reuse()
    await put(cache, lookup())
    assert await found(cache, lookup()) == "hit"
    assert await found(cache, other) == "miss"


async def test_the_order_of_keys_and_headers_of_no_provider_make_none() -> None:
    cache = reuse()
    await put(cache, lookup())
    turned = dict(reversed(lookup().request.items()))
    assert await found(cache, replace(lookup(), request=turned, headers={"cookie": "x"})) == "hit"


async def test_an_answer_grows_old() -> None:
    clock = Clock()
    cache = reuse(clock)
    await put(cache, lookup())
    clock.now = 59.9
    assert await found(cache, lookup()) == "hit"
    clock.now = 60.0
    assert await found(cache, lookup()) == "miss"
    assert (len(cache.kept), cache.kept.size_bytes) == (0, 0)


@pytest.mark.parametrize(
    ("request_", "is_kept"),
    [
        ({"store": False}, True),
        ({}, False),
        ({"store": None}, False),
        ({"store": False, "previous_response_id": "r1"}, False),
        ({"store": False, "background": True}, False),
    ],
)
def test_a_response_that_leaves_something_behind_is_asked_anew(
    request_: dict[str, Any], *, is_kept: bool
) -> None:
    assert can_be_kept("responses", request_) is is_kept
    assert can_be_kept("chat", request_)


def test_room_is_bounded_and_the_least_lately_used_goes_first() -> None:
    dropped: list[bytes] = []
    room = 3 * (ENTRY_BYTES + 100)
    kept = KeptAnswers(ttl_s=60, size_bytes=room, clock=Clock(), on_drop=dropped.append)
    for key in (b"1", b"2", b"3"):
        kept.put(key, content_type="", body=b"x" * 100, origin=ORIGIN)
    assert kept.get(b"1") is not None
    kept.put(b"4", content_type="", body=b"x" * 100, origin=ORIGIN)
    assert dropped == [b"2"]
    assert kept.size_bytes <= room
    kept.put(b"4", content_type="", body=b"y" * 50, origin=ORIGIN)
    assert (len(kept), kept.size_bytes) == (3, room - 50)


async def test_a_copy_is_kept_only_of_an_answer_that_came_whole() -> None:
    cache = reuse()
    ticket = await cache.look(lookup())
    assert ticket is not None
    half = RecordedAnswer(Told(b"one ", b"two"), ticket, cache)
    chunks = half.chunks()
    await anext(chunks)
    half.keep()
    assert await found(cache, lookup()) == "miss"
    await chunks.aclose()
    whole = RecordedAnswer(Told(b"one ", b"two"), ticket, cache)
    assert await whole.body() == b"one two"
    whole.keep()
    again = await cache.look(lookup())
    assert again is not None
    assert again.kept is not None
    answer = KeptAnswer(again, again.kept)
    assert (await answer.body(), answer.found, answer.origin.is_kept) == (b"one two", "hit", True)


async def test_an_answer_that_is_too_large_is_not_copied() -> None:
    cache = reuse(size_bytes=65_536)
    ticket = await cache.look(lookup())
    assert ticket is not None
    large = RecordedAnswer(Told(b"x" * 3_000, b"y" * 3_000), ticket, cache)
    assert len(await large.body()) == 6_000
    large.keep()
    assert await found(cache, lookup()) == "miss"


ONE, TWO = "How do I reset my password?", "How can I reset my password?"


async def test_a_question_in_other_words_finds_the_answer_and_forgets_it_with_it() -> None:
    clock = Clock()
    cache = reuse(clock, encoder=Angles())
    await put(cache, lookup(ONE))
    assert await found(cache, lookup(TWO)) == "hit; likeness=0.950"
    assert await found(cache, lookup(ONE)) == "hit"
    clock.now = 61
    assert await found(cache, lookup(TWO)) == "miss"
    assert cache._alike == {}
    assert cache._buckets == {}


UNLIKE = {
    "not alike enough": lookup("How will I reset my password?"),
    "guards found something": replace(lookup(TWO), is_plain=False),
    "chance": lookup(TWO, temperature=1),
    "no word on chance": lookup(TWO, temperature=None),
    "tools": lookup(TWO, tools=[{"type": "function"}]),
    "several answers": lookup(TWO, n=2),
    "another key": replace(lookup(TWO), owner=Owner("t", "j")),
    "another system prompt": lookup(
        TWO, messages=[{"role": "system", "content": "x"}, {"role": "user", "content": TWO}]
    ),
    "an image": lookup(TWO, messages=[{"role": "user", "content": [{"type": "text"}]}]),
}


@pytest.mark.parametrize("other", UNLIKE.values(), ids=UNLIKE.keys())
async def test_no_other_answer_stands_in(other: Lookup) -> None:
    cache = reuse(encoder=Angles())
    await put(cache, lookup(ONE))
    assert await found(cache, other) == "miss"


async def test_a_question_that_is_too_long_to_read_is_asked() -> None:
    cache = reuse(encoder=Angles())
    await put(cache, lookup("too long"))
    assert await found(cache, lookup("too long")) == "hit", "the very same is"
    assert cache._alike == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I reset my password?", "How can I reset my password"),
        ("What is the capital of France?", "What's the capital of France?"),
        ("Explain how photosynthesis works", "Can you explain how photosynthesis works?"),
        ("Write a haiku about autumn", "Please write a haiku about autumn."),
    ],
)
def test_the_same_in_other_words_means_the_same(one: str, other: str) -> None:
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the capital of France?", "What is the capital of Spain?"),
        ("Convert 10 miles to kilometres", "Convert 12 miles to kilometres"),
        ("Convert euros to dollars", "Convert dollars to euros"),
        ("How do I get from Paris to Lyon?", "How do I get to Paris from Lyon?"),
        ("Should I sign?", "Should I not sign?"),
        ("What is my name?", "What is your name?"),
        ("When do I pay?", "Where do I pay?"),
        ("Is x > 5?", "Is x < 5?"),
        ("What costs 5 €?", "What costs 5 $?"),
        ("What does 'the' mean?", "What does 'a' mean?"),
        ("How do I lock it?", "How do I unlock it?"),
        ("Was ist das?", "Wo ist das?"),
        ("東京はどこですか", "大阪はどこですか"),
        ("Is it for adults?", "Is it for children?"),
    ],
)
def test_a_near_miss_means_something_else(one: str, other: str) -> None:
    assert meaning(one) != meaning(other)


def test_a_text_of_many_lines_or_signs_is_no_question() -> None:
    for text in ("", " ", "Sum up:\nOne.", "x" * 401):
        assert asked_once(lookup(text).request, any_temperature=False) is None
    assert asked_once(lookup("Why?\n").request, any_temperature=False) is not None
