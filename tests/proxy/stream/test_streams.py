"""The streaming law: what leaves is what was judged, under any chunking, for three vendors."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiguardian.proxy.stream.answer import guarded_answer
from aiguardian.proxy.stream.hold import Holding
from aiguardian.proxy.stream.open import guarded_stream
from aiguardian.proxy.stream.sse import MalformedStream
from tests.proxy.stream.conversations import (
    ATTACK,
    KEY,
    MAIL,
    Driven,
    Read,
    chat_stream,
    drive,
    expected,
    judge,
    messages_stream,
    pieces,
    read_chat,
    read_messages,
    read_responses,
    responses_stream,
)

Write = Callable[..., bytes]
APIS: dict[Any, tuple[Write, Callable[[bytes], Read]]] = {
    "chat": (chat_stream, read_chat),
    "messages": (messages_stream, read_messages),
    "responses": (responses_stream, read_responses),
}
FILLER = (
    "Rivers carry more than water. They carry silt, seeds and stories to the sea.\n"
    "Nobody had counted the bridges, and so the list begins here (it is not complete): "
)
ARGUMENTS = json.dumps({"to": MAIL, "body": f"the key is {KEY}", "copies": 2})


def text_with(*seeds: str) -> str:
    """Two screens of text with the seeds in different places."""
    parts = []
    for seed in seeds:
        parts += [FILLER * 2, seed, " and on. "]
    return "".join([*parts, FILLER * 2])


def run(kind: Any, data: bytes, cuts: list[int], holding: Holding | None = None) -> Driven:
    places = [0, *sorted(cuts), len(data)]
    chunks = [data[a:b] for a, b in pairwise(places)]
    return drive(guarded_stream(kind, holding or Holding()), chunks)


def whole_answer(kind: Any, text: str) -> Any:
    """The verdict on the same text when it comes at once."""
    if kind == "chat":
        body: Any = {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}
    elif kind == "messages":
        body = {"content": [{"type": "text", "text": text}], "role": "assistant"}
    else:
        part = {"type": "output_text", "text": text, "annotations": []}
        body = {"output": [{"type": "message", "role": "assistant", "content": [part]}]}
    steps = guarded_answer(kind, body, Holding())
    try:
        step = next(steps)
        while True:
            step = steps.send(judge(step))
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("kind", APIS)
def test_a_harmless_answer_arrives_whole_and_ends_as_it_was_sent(kind: Any) -> None:
    write, read = APIS[kind]
    text = text_with("🙂 naïve", "日本語の文。" * 60)
    driven = run(kind, write(pieces(text, 7)), [])
    answer = read(driven.data)
    assert answer.text == text
    assert driven.ended is None
    assert answer.finish in {"stop", "end_turn", "completed"}


@pytest.mark.parametrize("kind", APIS)
def test_secrets_are_masked_in_text_and_in_tool_calls(kind: Any) -> None:
    write, read = APIS[kind]
    text = text_with(KEY, MAIL)
    driven = run(kind, write(pieces(text, 5), pieces(ARGUMENTS, 4)), [])
    answer = read(driven.data)
    assert answer.text == expected(text)
    assert json.loads(answer.arguments) == json.loads(expected(ARGUMENTS))
    assert KEY.encode() not in driven.data
    assert MAIL.encode() not in driven.data


@pytest.mark.parametrize("kind", APIS)
def test_the_whole_answer_and_the_stream_release_the_same_text(kind: Any) -> None:
    write, read = APIS[kind]
    for seeds in [(), (KEY,), (MAIL, KEY), (ATTACK,), (MAIL, ATTACK)]:
        text = text_with(*seeds)
        whole = whole_answer(kind, text)
        driven = run(kind, write(pieces(text, 3)), [])
        assert driven.ended == whole.blocked
        if whole.blocked is not None:
            assert read(driven.data).text == whole.text
            assert ATTACK.encode() not in driven.data
        else:
            assert read(driven.data).text in json.dumps(whole.body, ensure_ascii=False).replace(
                "\\n", "\n"
            )


@pytest.mark.parametrize("kind", APIS)
def test_every_cut_of_the_text_into_two_deltas_releases_the_same(kind: Any) -> None:
    write, read = APIS[kind]
    text = FILLER[:60] + KEY + " " + MAIL + FILLER[:30] + "[PERSON_1]" + FILLER
    first = read(run(kind, write([text]), []).data).text
    assert first == expected(text)
    for cut in range(1, len(text)):
        driven = run(kind, write([text[:cut], text[cut:]]), [])
        assert read(driven.data).text == first
        assert b"a1B2c3D4" not in driven.data


@pytest.mark.parametrize("kind", APIS)
def test_cuts_of_the_bytes_into_two_chunks_releases_the_same_bytes(kind: Any) -> None:
    write, _ = APIS[kind]
    data = write(["Grüße 🙂 an ", MAIL[:6], MAIL[6:], ". "], [ARGUMENTS]).replace(b"\n", b"\r\n")
    first = run(kind, data, []).data
    assert MAIL.encode() not in first
    for cut in range(1, len(data), 11):  # each single one: test_sse.py
        assert run(kind, data, [cut]).data == first


def random_texts(count: int) -> Iterator[tuple[random.Random, str]]:
    words = [*FILLER.split(" "), KEY, MAIL, "[PERSON_1]", "\n\n", "```py\n", "<a href='x'>", "。"]
    for seed in range(count):
        rng = random.Random(seed)
        text = " ".join(rng.choices(words, k=rng.randint(0, 300)))
        if seed % 4 == 0:
            place = rng.randint(0, len(text))
            text = f"{text[:place]} {ATTACK} {text[place:]}"
        yield rng, text


@pytest.mark.parametrize("kind", APIS)
def test_random_chunkings_of_random_texts_leak_nothing(kind: Any) -> None:
    write, read = APIS[kind]
    for rng, text in random_texts(24):
        whole = whole_answer(kind, text)
        for _ in range(3):
            deltas = pieces(text, rng.choice([1, 3, 9, 40, 700, 100_000]))
            data = write(deltas)
            cuts = [rng.randrange(len(data)) for _ in range(rng.randint(0, 9))]
            driven = run(kind, data, cuts)
            assert driven.ended == whole.blocked
            assert KEY.encode() not in driven.data
            assert MAIL.encode() not in driven.data
            assert ATTACK.encode() not in driven.data
            shown = read(driven.data).text
            assert shown == (whole.text if whole.blocked else expected(text))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=700), st.lists(st.integers(1, 90), max_size=12), st.sampled_from([*APIS]))
def test_any_text_in_any_deltas_arrives_as_the_judge_leaves_it(
    text: str, sizes: list[int], kind: Any
) -> None:
    write, read = APIS[kind]
    text = text.replace("@", "")
    deltas, at = [], 0
    for size in sizes:
        deltas.append(text[at : at + size])
        at += size
    deltas.append(text[at:])
    driven = run(kind, write(deltas), [])
    assert read(driven.data).text == text


@pytest.mark.parametrize("kind", APIS)
def test_a_block_in_mid_stream_ends_as_a_refusal_and_shows_nothing_more(kind: Any) -> None:
    write, read = APIS[kind]
    text = FILLER * 6 + ATTACK + FILLER * 6
    driven = run(kind, write(pieces(text, 9)), [])
    answer = read(driven.data)
    assert driven.ended == "an attack"
    assert answer.text == (FILLER * 6)[: len(answer.text)]
    assert answer.text
    assert answer.finish in {"content_filter", "refusal", "incomplete"}
    if kind == "responses":
        parts = answer.final["output"][0]["content"]
        assert [part.get("text", part.get("refusal")) for part in parts] == [
            answer.text,
            "an attack",
        ]
    last = {"chat": "[DONE]", "messages": "message_stop", "responses": "response.incomplete"}
    assert answer.kinds[-1] == last[kind]


@pytest.mark.parametrize("kind", APIS)
def test_a_blocked_tool_call_is_not_shown_at_all(kind: Any) -> None:
    write, read = APIS[kind]
    arguments = json.dumps({"note": ATTACK})
    driven = run(kind, write(["Hello."], pieces(arguments, 3)), [])
    assert driven.ended == "an attack"
    assert read(driven.data).arguments == ""
    assert b"poison" not in driven.data


@pytest.mark.parametrize("kind", APIS)
def test_an_attack_hidden_by_escapes_in_arguments_is_seen(kind: Any) -> None:
    write, _ = APIS[kind]
    hidden = "".join(f"\\u{ord(letter):04x}" for letter in ATTACK)
    driven = run(kind, write(["Hello."], pieces('{"note": "' + hidden + '"}', 5)), [])
    assert driven.ended == "an attack"


@pytest.mark.parametrize("kind", APIS)
def test_hold_shows_nothing_of_an_answer_that_is_blocked_at_its_end(kind: Any) -> None:
    write, read = APIS[kind]
    holding = Holding(mode="hold")
    blocked = run(kind, write(pieces(FILLER * 9 + ATTACK, 50)), [], holding)
    assert blocked.ended == "an attack"
    assert read(blocked.data).text == ""
    assert read(blocked.data).finish in {"content_filter", "refusal", "incomplete"}
    assert b"Rivers" not in blocked.data
    fine = run(kind, write(pieces(FILLER * 9, 50)), [], holding)
    assert read(fine.data).text == FILLER * 9


@pytest.mark.parametrize("kind", APIS)
def test_observe_lets_all_go_and_asks_for_the_record(kind: Any) -> None:
    write, read = APIS[kind]
    text = text_with(KEY, ATTACK)
    driven = run(kind, write(pieces(text, 50), [ARGUMENTS]), [], Holding(mode="observe"))
    assert read(driven.data).text == text
    assert json.loads(read(driven.data).arguments) == json.loads(ARGUMENTS)
    assert driven.ended is None
    assert driven.asked
    assert not any(question.binds for question in driven.asked)


@pytest.mark.parametrize("mode", ["hold", "window", "observe"])
@pytest.mark.parametrize("kind", APIS)
def test_placeholders_come_back_restored_however_they_are_split(kind: Any, mode: Any) -> None:
    write, read = APIS[kind]
    text = "x" * 170 + " dear [PERSON_1], " + FILLER + "[PERSON_1] again. " + FILLER
    wanted = text.replace("[PERSON_1]", "Ann [PERSON_2] Lee")
    arguments = '{"to": "[PERSON_1]"}'

    def restore(sent: str) -> str:
        return sent.replace("[PERSON_1]", "Ann [PERSON_2] Lee")

    for size in (1, 2, 3, 7, 1000):
        holding = Holding(mode=mode, restore=restore)
        driven = run(kind, write(pieces(text, size), pieces(arguments, size)), [], holding)
        answer = read(driven.data)
        assert answer.text == wanted
        assert json.loads(answer.arguments) == {"to": "Ann [PERSON_2] Lee"}


@pytest.mark.parametrize("kind", APIS)
def test_what_a_rewrite_put_in_is_not_restored(kind: Any) -> None:
    write, read = APIS[kind]
    holding = Holding(restore=lambda sent: sent.replace("[MASKED]", MAIL))
    driven = run(kind, write([f"Write to {MAIL}."], [ARGUMENTS]), [], holding)
    assert read(driven.data).text == "Write to [MASKED]."
    assert MAIL.encode() not in driven.data


@pytest.mark.parametrize("kind", APIS)
def test_a_stream_that_is_cut_is_not_complete_and_keeps_what_was_not_judged(kind: Any) -> None:
    write, _ = APIS[kind]
    data = write([FILLER, "tail that nobody judged"])
    stream = guarded_stream(kind, Holding())
    driven = drive(stream, [data[: data.index(b"nobody judged")]])
    assert not stream.is_complete
    assert b"tail that" not in driven.data
    assert b"upstream_error" in stream.failed("upstream_error", "It broke off.")


WRONG: list[Any] = [None, 0, -1.5, True, "", "x", [], {}, ["x"], {"a": [MAIL]}, [[MAIL]], MAIL]


def with_a_wrong_value(value: Any, rng: random.Random) -> Any:
    """The value with one of its places, at any depth, holding something else."""
    if isinstance(value, dict | list) and value and rng.random() < 0.8:
        keys: list[Any] = [*value] if isinstance(value, dict) else [*range(len(value))]
        chosen = rng.choice(keys)
        copy: Any = value.copy()
        copy[chosen] = with_a_wrong_value(value[chosen], rng)
        return copy
    return rng.choice(WRONG)


@pytest.mark.parametrize("kind", APIS)
def test_a_stream_with_a_wrong_value_anywhere_is_malformed_or_leaks_nothing(kind: Any) -> None:
    write, _ = APIS[kind]
    good = [event for event in write(["Hi ", "you."], ['{"a": "b"}']).split(b"\n\n") if event]
    for seed in range(300):
        rng = random.Random(seed)
        events = [*good]
        place = rng.randrange(len(events) - 1)
        head, _, data = events[place].rpartition(b"data: ")
        wrong = with_a_wrong_value(json.loads(data), rng)
        events[place] = head + b"data: " + json.dumps(wrong).encode()
        try:
            driven = run(kind, b"\n\n".join(events) + b"\n\n", [])
        except MalformedStream:
            continue
        assert MAIL.encode() not in driven.data


@pytest.mark.parametrize("kind", APIS)
def test_usage_is_kept(kind: Any) -> None:
    write, _ = APIS[kind]
    stream = guarded_stream(kind, Holding())
    driven = drive(stream, [write(["Hello."])])
    assert stream.usage is not None
    assert stream.is_complete
    assert b"usage" in driven.data
