"""What each vendor's streams have beside plain text, and what hostile ones have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiguardian.proxy.stream.hold import Holding
from aiguardian.proxy.stream.open import guarded_stream
from aiguardian.proxy.stream.sse import MalformedStream
from tests.proxy.stream.conversations import (
    ATTACK,
    MAIL,
    Driven,
    chat_stream,
    drive,
    event,
    events_of,
    judge,
    read_chat,
)

DONE = b"data: [DONE]\n\n"


def run(kind: Any, *parts: bytes, mode: Any = "window") -> Driven:
    return drive(guarded_stream(kind, Holding(mode=mode)), parts)


def chunk(choice: dict[str, Any], **more: Any) -> bytes:
    return event({"id": "c", "model": "m", "choices": [{"index": 0} | choice]} | more)


def named(name: str, **fields: Any) -> bytes:
    return event({"type": name} | fields, name)


def payloads(driven: Driven) -> list[dict[str, Any]]:
    return [json.loads(data) for _, data in events_of(driven.data) if data != "[DONE]"]


def test_choices_of_a_chat_are_held_apart() -> None:
    driven = run("chat", chat_stream(["to ja", "ne.doe@", "example.com"], choices=3))
    assert [read_chat(driven.data, index).text for index in range(3)] == ["to [MASKED]"] * 3


@pytest.mark.parametrize("field", ["content", "refusal", "reasoning_content", "reasoning", "new"])
def test_every_text_of_a_delta_is_judged(field: str) -> None:
    parts = [chunk({"delta": {field: piece}}) for piece in (f"a {MAIL}", " b")]
    driven = run("chat", *parts, chunk({"delta": {}, "finish_reason": "stop"}), DONE)
    shown = "".join(
        each["choices"][0]["delta"].get(field, "") for each in payloads(driven) if each["choices"]
    )
    assert shown == "a [MASKED] b"


def test_an_attack_in_reasoning_blocks() -> None:
    assert run("chat", chunk({"delta": {"reasoning": ATTACK}}), DONE).ended == "an attack"


def test_parallel_tool_calls_are_put_together_by_their_index() -> None:
    def part(number: int, **function: str) -> bytes:
        return chunk({"delta": {"tool_calls": [{"index": number, "function": function}]}})

    driven = run(
        "chat",
        part(0, name="one", arguments='{"a": "'),
        part(1, name="two", arguments='{"b": "x'),
        part(0, arguments=MAIL),
        part(1, arguments='y"}'),
        part(0, arguments='"}'),
        chunk({"delta": {}, "finish_reason": "tool_calls"}),
        DONE,
    )
    deltas = [each["choices"][0]["delta"] for each in payloads(driven)]
    calls = [call for delta in deltas for call in delta.get("tool_calls", [])]
    assert [(call["index"], call["function"]["name"]) for call in calls] == [(0, "one"), (1, "two")]
    assert [json.loads(call["function"]["arguments"]) for call in calls] == [
        {"a": "[MASKED]"},
        {"b": "xy"},
    ]


def test_the_old_function_call_is_judged_too() -> None:
    parts = [
        chunk({"delta": {"function_call": {"name": "send", "arguments": '{"to":'}}}),
        chunk({"delta": {"function_call": {"arguments": f'"{MAIL}"' + "}"}}}),
    ]
    driven = run("chat", *parts, chunk({"delta": {}, "finish_reason": "function_call"}), DONE)
    call = payloads(driven)[0]["choices"][0]["delta"]["function_call"]
    assert (call["name"], json.loads(call["arguments"])) == ("send", {"to": "[MASKED]"})


def test_a_custom_tool_is_judged_too() -> None:
    call = {"index": 0, "id": "call_1", "type": "custom", "custom": {"name": "run", "input": MAIL}}
    driven = run("chat", chunk({"delta": {"tool_calls": [call]}}), DONE)
    assert payloads(driven)[0]["choices"][0]["delta"]["tool_calls"] == [
        call | {"custom": {"name": "run", "input": "[MASKED]"}}
    ]


def test_log_probabilities_are_withheld_where_text_is_held() -> None:
    echo = {"content": [{"token": MAIL, "bytes": [106], "logprob": -1, "top_logprobs": []}]}
    part = chunk({"delta": {"content": MAIL}, "logprobs": echo})
    driven = run("chat", part, DONE)
    assert MAIL.encode() not in driven.data
    assert b"bytes" not in driven.data
    seen = run("chat", part, DONE, mode="observe")
    assert MAIL.encode() in seen.data


def test_text_that_comes_with_its_finish_comes_before_it() -> None:
    driven = run("chat", chunk({"delta": {"content": "Hi."}, "finish_reason": "stop"}), DONE)
    first, second = (each["choices"][0] for each in payloads(driven))
    assert (first["delta"]["content"], first["finish_reason"]) == ("Hi.", None)
    assert second["finish_reason"] == "stop"


def test_a_choice_without_a_finish_is_released_at_the_end() -> None:
    assert read_chat(run("chat", chunk({"delta": {"content": "Hi."}}), DONE).data).text == "Hi."


@pytest.mark.parametrize("mode", ["hold", "window", "observe"])
def test_a_chat_whose_choices_finished_is_complete_without_its_last_event(mode: Any) -> None:
    stream = guarded_stream("chat", Holding(mode=mode))
    driven = drive(stream, [chunk({"delta": {"content": "Hi."}, "finish_reason": "stop"})])
    assert stream.is_complete
    assert driven.data.endswith(DONE)
    assert read_chat(driven.data).text == "Hi."


def test_audio_passes_unjudged_and_its_transcript_is_judged() -> None:
    stream = guarded_stream("chat", Holding())
    audio = {"id": "a", "data": "QUJD" * 400, "transcript": f"mail {MAIL}"}
    driven = drive(stream, [chunk({"delta": {"audio": audio}}), DONE])
    assert payloads(driven)[0]["choices"][0]["delta"]["audio"] == audio | {
        "transcript": "mail [MASKED]"
    }
    assert stream.ledger.unjudged


def test_padding_is_left_out_and_comments_keep_the_line_alive() -> None:
    driven = run("chat", b": wait\n\n", chunk({"delta": {"role": "assistant"}}, obfuscation="xyz"))
    assert driven.data.startswith(b":\n\n")
    assert b"xyz" not in driven.data


def test_a_completion_is_held_like_a_chat() -> None:
    parts = [
        event({"id": "c", "choices": [{"index": 0, "text": piece, "finish_reason": None}]})
        for piece in ("to jane.doe@exam", "ple.com.")
    ]
    last = event({"id": "c", "choices": [{"index": 0, "text": "", "finish_reason": "stop"}]})
    driven = run("completions", *parts, last, DONE)
    shown = [each["choices"][0] for each in payloads(driven)]
    assert "".join(each["text"] for each in shown) == "to [MASKED]."
    assert shown[-1]["finish_reason"] == "stop"
    blocked = run("completions", parts[0].replace(b"to jane", ATTACK.encode()), last, DONE)
    assert payloads(blocked)[-1]["choices"][0]["finish_reason"] == "content_filter"


def blocks(*events: bytes) -> Driven:
    message = {"id": "m", "type": "message", "role": "assistant", "content": [], "model": "m"}
    start = named("message_start", message=message | {"usage": {"input_tokens": 2}})
    stop = named("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 5})
    return run("messages", start, *events, stop, named("message_stop"))


def block(index: int, start: dict[str, Any], *deltas: dict[str, Any]) -> bytes:
    parts = [named("content_block_start", index=index, content_block=start)]
    parts += [named("content_block_delta", index=index, delta=delta) for delta in deltas]
    return b"".join([*parts, named("content_block_stop", index=index)])


def test_thoughts_are_judged_and_signed_after_they_went() -> None:
    thoughts = {"type": "thinking_delta", "thinking": f"ask {MAIL}"}
    signed = {"type": "signature_delta", "signature": "EqQB" * 300}
    driven = blocks(block(0, {"type": "thinking", "thinking": ""}, thoughts, signed))
    deltas = [each["delta"] for each in payloads(driven) if each["type"] == "content_block_delta"]
    assert deltas == [thoughts | {"thinking": "ask [MASKED]"}, signed]


def test_an_address_over_two_blocks_does_not_get_out_whole() -> None:
    def said(text: str) -> dict[str, str]:
        return {"type": "text_delta", "text": text}

    bare = {"type": "text", "text": ""}
    driven = blocks(block(0, bare, said("to jane.doe@")), block(1, bare, said("example.com!")))
    deltas = [each["delta"] for each in payloads(driven) if each["type"] == "content_block_delta"]
    assert "".join(delta["text"] for delta in deltas) == "to jane.doe@[MASKED]!"


def test_a_block_may_start_with_text() -> None:
    driven = blocks(block(0, {"type": "text", "text": f"to {MAIL}"}))
    assert MAIL.encode() not in driven.data
    assert b"to [MASKED]" in driven.data


@pytest.mark.parametrize(
    "value",
    [
        {"type": "citations_delta", "citation": {"type": "x", "cited_text": MAIL, "title": "t"}},
        {"type": "new_delta", "new": MAIL},
    ],
)
def test_notes_and_new_kinds_of_deltas_are_judged(value: dict[str, Any]) -> None:
    driven = blocks(block(0, {"type": "text", "text": ""}, value))
    assert MAIL.encode() not in driven.data
    assert b"[MASKED]" in driven.data


def test_what_a_search_found_is_judged_as_a_tools_result() -> None:
    found = {"type": "web_search_result", "title": MAIL, "url": "https://x.test", "page_age": None}
    result = {"type": "web_search_tool_result", "tool_use_id": "t", "content": [found]}
    driven = blocks(block(0, result))
    assert [each.direction for each in driven.asked] == ["tool"]
    assert MAIL.encode() not in driven.data


def test_a_tool_call_without_input_is_passed() -> None:
    call = {"type": "tool_use", "id": "t", "name": "now", "input": {}}
    driven = blocks(block(0, call))
    shown = payloads(driven)
    assert shown[1]["content_block"] == call
    assert shown[2]["delta"] == {"type": "input_json_delta", "partial_json": "{}"}


def test_an_id_in_tool_input_is_a_text_like_any_other() -> None:
    call = {"type": "tool_use", "id": "t", "name": "now", "input": {}}
    written = {
        "type": "input_json_delta",
        "partial_json": '{"id": "%s"}' % ("sk-" + "a1B2c3D4" * 4),
    }
    driven = blocks(block(0, call, written))
    assert b"a1B2c3D4" not in driven.data


def test_an_error_event_passes_and_ends_the_stream() -> None:
    stream = guarded_stream("messages", Holding())
    error = {"type": "overloaded_error", "message": f"ask {MAIL}"}
    driven = drive(stream, [named("error", error=error)])
    assert stream.is_complete
    assert payloads(driven)[0]["error"]["message"] == "ask [MASKED]"


@pytest.mark.parametrize("mode", ["hold", "window", "observe"])
def test_an_error_of_a_chats_upstream_passes_and_ends_the_stream(mode: Any) -> None:
    stream = guarded_stream("chat", Holding(mode=mode))
    error = event({"error": {"message": "It is too hot.", "code": "busy"}})
    driven = drive(stream, [chunk({"delta": {"content": "tail that nobody"}}), error])
    assert stream.is_complete
    assert payloads(driven)[-1]["error"]["code"] == "busy"
    assert mode == "observe" or b"nobody" not in driven.data


def test_a_refusal_counts_the_tokens_that_were_reported() -> None:
    said = {"type": "text_delta", "text": ATTACK}
    driven = blocks(block(0, {"type": "text", "text": ""}, said))
    shown = payloads(driven)
    assert [each["type"] for each in shown[-3:]] == [
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert shown[-2]["delta"]["stop_details"]["explanation"] == "an attack"


def response_events(**done: Any) -> list[bytes]:
    at = {"item_id": "i", "output_index": 0, "content_index": 0}
    kind = "response.reasoning_summary_text"
    item = {"type": "reasoning", "id": "i", "summary": [{"type": "summary_text", "text": MAIL}]}
    return [
        named("response.created", response={"id": "r", "instructions": "Be kind to everyone."}),
        named(f"{kind}.delta", **at, delta=MAIL),
        named(f"{kind}.done", **at, text=MAIL),
        named("response.output_item.done", output_index=0, item=item),
        named("response.completed", response={"id": "r", "output": [item]} | done),
    ]


def test_reasoning_of_a_response_is_judged_once_and_masked_in_every_repetition() -> None:
    stream = guarded_stream("responses", Holding(), sent={"instructions": "Be kind to everyone."})
    driven = drive(stream, response_events())
    assert MAIL.encode() not in driven.data
    assert driven.data.count(b"[MASKED]") == 4
    assert [each.text for each in driven.asked] == [MAIL]


def test_an_echo_that_was_not_sent_is_judged() -> None:
    stream = guarded_stream("responses", Holding(), sent={})
    driven = drive(stream, response_events(instructions=ATTACK))
    assert driven.ended == "an attack"


def test_a_done_text_that_is_not_the_deltas_is_judged_by_itself() -> None:
    parts = response_events()
    parts[2] = parts[2].replace(MAIL.encode(), b"or " + ATTACK.encode())
    assert run("responses", *parts).ended == "an attack"


def test_a_custom_tool_call_of_a_response_waits_for_its_item() -> None:
    at = {"item_id": "i", "output_index": 0}
    kind = "response.custom_tool_call_input"
    item = {"type": "custom_tool_call", "id": "i", "call_id": "c", "name": "run", "input": MAIL}
    parts = [named(f"{kind}.delta", **at, delta=piece) for piece in (MAIL[:4], MAIL[4:])]
    driven = run(
        "responses",
        *parts,
        named(f"{kind}.done", **at, input=MAIL),
        named("response.output_item.done", output_index=0, item=item),
    )
    assert MAIL.encode() not in driven.data
    kinds = [each["type"] for each in payloads(driven)]
    assert kinds == [f"{kind}.delta", f"{kind}.done", "response.output_item.done"]


def test_an_annotation_and_an_unknown_event_are_judged() -> None:
    note = named("response.output_text.annotation.added", annotation={"title": MAIL, "type": "u"})
    driven = run("responses", note, named("response.news", words={"deep": [MAIL]}))
    assert MAIL.encode() not in driven.data
    assert driven.data.count(b"[MASKED]") == 2


def test_a_text_of_a_new_kind_is_held_and_repeated_as_it_went() -> None:
    at = {"item_id": "i", "output_index": 0}
    kind = "response.new_patch"
    parts = [named(f"{kind}.delta", **at, delta=piece) for piece in (MAIL[:4], MAIL[4:])]
    driven = run("responses", *parts, named(f"{kind}.done", **at, patch=MAIL))
    assert [(each["type"], each.get("delta", each.get("patch"))) for each in payloads(driven)] == [
        (f"{kind}.delta", "[MASKED]"),
        (f"{kind}.done", "[MASKED]"),
    ]


def test_a_call_of_a_new_kind_is_put_together_and_judged() -> None:
    call = {"type": "moon_use", "id": "t", "name": "fly", "input": {}}
    parts = [
        {"type": "input_json_delta", "partial_json": piece} for piece in ('{"to": "', MAIL, '"}')
    ]
    driven = blocks(block(0, call, *parts))
    assert MAIL.encode() not in driven.data
    assert b"[MASKED]" in driven.data


def test_an_event_with_a_name_of_several_lines_loses_it() -> None:
    driven = run("responses", event({"type": "a\ndata: b"}))
    assert driven.data.startswith(b"data: {")


def test_an_image_in_pieces_passes_unjudged() -> None:
    stream = guarded_stream("responses", Holding())
    image = named("response.image_generation_call.partial_image", partial_image_b64="QUJD" * 9)
    driven = drive(stream, [image])
    assert b"QUJD" in driven.data
    assert stream.ledger.unjudged


@pytest.mark.parametrize("kind", ["chat", "completions", "messages", "responses"])
@pytest.mark.parametrize(
    "value",
    [
        {"choices": 5},
        {"choices": ["x"]},
        {"choices": [{"delta": "x"}]},
        {"choices": [{"text": 5, "delta": {"tool_calls": {}}}]},
        {"choices": [{"delta": {"tool_calls": ["x"]}}]},
        {"type": "message_start", "message": 5},
        {"type": "content_block_start", "index": "x", "content_block": {}},
        {"type": "content_block_start", "index": 0, "content_block": []},
        {"type": "content_block_delta", "index": 0, "delta": "x"},
        {"type": "content_block_delta", "index": 9, "delta": {"type": "input_json_delta"}},
        {"type": "content_block_stop"},
        {"type": "response.output_item.done", "item": "x"},
        {"type": "response.completed", "response": None},
        {"type": "response.completed", "response": {"output": {}}},
        {"type": {"a": []}, "delta": 5},
        {"type": "response.output_text.delta", "delta": {"x": [MAIL]}},
        {"deep": json.loads("[" * 300 + "]" * 300)},
    ],
)
def test_a_wrong_type_is_malformed_or_passes_without_its_secret(kind: Any, value: Any) -> None:
    try:
        driven = run(kind, event(value))
    except MalformedStream:
        return
    assert MAIL.encode() not in driven.data


def test_a_malformed_stream_names_the_place() -> None:
    with pytest.raises(MalformedStream, match=r"choices\[0\].delta: Must be an object"):
        run("chat", event({"choices": [{"delta": "x"}]}))


def test_embeddings_have_no_stream() -> None:
    with pytest.raises(ValueError, match="don't stream"):
        guarded_stream("embeddings", Holding())


def test_questions_name_their_place_and_speaker() -> None:
    driven = run("chat", chat_stream(["Hello."], ["{}"]))
    assert [(each.path, each.direction, each.role) for each in driven.asked] == [
        ("choices[0].content", "output", "assistant"),
        ("choices[0].tool_calls[0]", "output", "assistant"),
    ]
    assert judge(driven.asked[0]).action == "keep"
