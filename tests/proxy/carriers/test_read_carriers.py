from __future__ import annotations

import json
import random
from typing import Any

import pytest

from aiguardian.errors import InvalidField
from aiguardian.proxy.carriers.carrier import Carriers, rewritten
from aiguardian.proxy.carriers.places import path_name
from aiguardian.proxy.carriers.read import answer_carriers, request_carriers
from tests.proxy.carriers.bodies import (
    ANSWERS,
    CHAT_REQUEST,
    MESSAGES_REQUEST,
    REQUESTS,
    RESPONSES_REQUEST,
    Path,
    at,
    places,
    put,
)

CANARY = "a canary sings"
WRONG: list[Any] = [
    None,
    0,
    -1.5,
    True,
    "",
    "x",
    [],
    {},
    ["x"],
    {"a": [CANARY]},
    [[CANARY]],
    CANARY,
]
READS: list[tuple[Any, Any, dict[str, Any]]] = [
    *(((kind, request_carriers, body)) for kind, body in REQUESTS.items()),
    *(((kind, answer_carriers, body)) for kind, body in ANSWERS.items()),
]
IDS = [f"{kind}-{read.__name__}" for kind, read, _ in READS]


def is_told(carriers: Carriers, path: Path) -> bool:
    """Whether the text at a place is in a carrier, or its place is listed as not judged."""
    name = path_name(path)
    return any(CANARY in each.text for each in carriers.texts) or any(
        name.startswith(place) for place, _ in carriers.unjudged
    )


@pytest.mark.parametrize(("kind", "read", "body"), READS, ids=IDS)
def test_a_text_at_any_place_of_a_body_is_judged_or_listed_as_not(
    kind: Any, read: Any, body: dict[str, Any]
) -> None:
    missed = []
    for path in places(body):
        if "logprobs" in path:  # dropped from answers that are changed
            continue
        for value in (CANARY, [CANARY], {"new": CANARY}, [{"text": CANARY}]):
            try:
                carriers = read(kind, put(body, path, value))
            except InvalidField:
                continue
            if not is_told(carriers, path):
                missed.append((path_name(path), value))
    assert missed == []


@pytest.mark.parametrize(("kind", "read", "body"), READS, ids=IDS)
def test_a_new_field_beside_any_other_is_judged(kind: Any, read: Any, body: dict[str, Any]) -> None:
    missed = []
    for path in [(), *places(body)]:
        if "logprobs" in path or not isinstance(at(body, path), dict):
            continue
        carriers = read(kind, put(body, path, at(body, path) | {"brand_new": CANARY}))
        if not is_told(carriers, (*path, "brand_new")):
            missed.append(path_name(path))
    assert missed == []


@pytest.mark.parametrize(("kind", "read", "body"), READS, ids=IDS)
def test_a_wrong_value_anywhere_is_an_error_that_names_it_or_is_read(
    kind: Any, read: Any, body: dict[str, Any]
) -> None:
    messages = set()
    for path in places(body):
        for value in WRONG:
            try:
                carriers = read(kind, put(body, path, value))
            except InvalidField as error:
                messages.add((bool(error.field), CANARY in error.message))
            else:
                assert rewritten(carriers, body, {}) is body
    assert messages <= {(True, False)}


@pytest.mark.parametrize(("kind", "read", "body"), READS, ids=IDS)
def test_every_text_can_be_rewritten_in_its_place(
    kind: Any, read: Any, body: dict[str, Any]
) -> None:
    if "choices" in body:
        body = put(body, ("choices", 0, "logprobs"), None)
    before = json.dumps(body)
    carriers = read(kind, body)
    new = rewritten(carriers, body, dict.fromkeys(range(len(carriers.texts)), ""))
    assert json.dumps(body) == before
    assert [each.text for each in read(kind, new).texts] == []
    for place, carrier in enumerate(carriers.texts):
        changed = rewritten(carriers, body, {place: carrier.text + " more"})
        again = read(kind, changed).texts
        assert [each.text for each in again] == [
            each.text + " more" * (number == place) for number, each in enumerate(carriers.texts)
        ]


def told(carriers: Carriers) -> list[tuple[str, str, str, str]]:
    return [(each.path, each.text, each.direction, each.role) for each in carriers.texts]


def test_the_texts_of_a_chat_request() -> None:
    carriers = request_carriers("chat", CHAT_REQUEST)
    assert told(carriers) == [
        ("messages[0].content", "You answer in verse.", "input", "system"),
        ("messages[1].content", "Be brief.", "input", "developer"),
        ("messages[2].content", "What is on this picture?", "input", "user"),
        ("messages[2].content[4]", "a.pdf", "input", "user"),
        ("messages[3].tool_calls[0]", "weather\nBern", "output", "assistant"),
        ("messages[4].content", "Sunny.", "tool", "tool"),
        ("messages[5].content", "It is sunny.", "output", "assistant"),
        ("messages[5].reasoning_content", "easy", "output", "assistant"),
        ("messages[6].content", "3", "tool", "tool"),
        ("messages", "alice\nold", "input", "user"),
        ("tools[0]", "weather\nTells it.\nwhere\nBern\nBasel\ncity", "tool", "tool"),
        ("tools[1]", "run\nRuns it.", "tool", "tool"),
        ("response_format", "verse\nA verse.\nwhere\nBern\nBasel\ncity", "tool", "schema"),
        ("prediction.content", "It will be", "output", "assistant"),
        ("", "blue\nu-17\nEND", "input", "user"),
        ("", "Bern", "tool", "tool"),
    ]
    assert [each.trusted for each in carriers.texts[:3]] == [True, True, False]
    assert [each.known for each in carriers.texts[-2:]] == [True, False]
    assert [path for path, _ in carriers.unjudged] == [
        "messages[2].content[1]",
        "messages[2].content[3]",
        "messages[2].content[4]",
    ]


def test_the_texts_of_an_anthropic_request() -> None:
    carriers = request_carriers("messages", MESSAGES_REQUEST)
    assert told(carriers) == [
        ("system", "Be kind.", "input", "system"),
        ("messages[0].content", "Read this.", "input", "user"),
        ("messages[0].content[1]", "Report\nOf last year.", "tool", "document"),
        ("messages[0].content[1].source.data", "All is well.", "tool", "document"),
        ("messages[0].content[5]", "Wells\nhttps://x.test", "tool", "tool"),
        ("messages[0].content[5].content", "A well is deep.", "tool", "tool"),
        ("messages[1].content[0].thinking", "Let me see.", "output", "assistant"),
        ("messages[1].content[2]", "look\nx", "output", "assistant"),
        ("messages[2].content[0].content", "Nothing.", "tool", "tool"),
        ("messages[2].content[1].content", "Something.", "tool", "tool"),
        ("tools[0]", "look\nLooks.\nwhere\nBern\nBasel\ncity", "tool", "tool"),
        ("", "u-17\nEND", "input", "user"),
    ]
    assert carriers.texts[0].trusted
    assert [path for path, _ in carriers.unjudged] == [
        "messages[0].content[2]",
        "messages[0].content[3].source",
        "messages[1].content[1]",
    ]


def test_the_texts_of_a_responses_request() -> None:
    carriers = request_carriers("responses", RESPONSES_REQUEST)
    assert told(carriers) == [
        ("instructions", "Be brief.", "input", "system"),
        ("input[0].content", "Look at it.", "input", "user"),
        ("input[0].content[3]", "a.pdf", "input", "user"),
        ("input[1].content", "I do", "output", "assistant"),
        ("input[2]", "look\nit", "output", "assistant"),
        ("input[3].output", "Seen.", "tool", "tool"),
        ("input[4].summary[0].text", "Hm.", "output", "assistant"),
        ("input[5]", "m\nfine\ns", "tool", "tool"),
        ("tools[0]", "look\nLooks.\nwhere\nBern\nBasel\ncity", "tool", "tool"),
        ("tools[1]", "s\nhttps://x.test", "tool", "tool"),
        ("text", "n\nwhere\nBern\nBasel\ncity", "tool", "schema"),
        ("prompt", "x", "input", "user"),
        ("", "blue", "input", "user"),
    ]
    assert [path for path, _ in carriers.unjudged] == [
        "input[0].content[1]",
        "input[0].content[3]",
        "input[6]",
        "tools[1].headers",
        "previous_response_id",
    ]


@pytest.mark.parametrize("kind", ["completions", "embeddings"])
@pytest.mark.parametrize("given", [[1, 2, 3], [[1, 2], [3]]])
def test_token_numbers_are_listed_as_not_judged(kind: Any, given: Any) -> None:
    field = "prompt" if kind == "completions" else "input"
    carriers = request_carriers(kind, {"model": "m", field: given})
    assert carriers.texts == ()
    assert carriers.unjudged == ((field, "token numbers are not read"),)


def test_what_other_upstreams_add_is_no_text_while_it_looks_like_none() -> None:
    safe = {"hate": {"filtered": False, "severity": "safe"}}
    choice = {"index": 0, "message": {"content": "Hi."}, "content_filter_results": safe}
    body = {"choices": [choice], "provider": "Azure", "x_groq": {"id": "req_1"}}
    assert [each.text for each in answer_carriers("chat", body).texts] == ["Hi."]
    told_off = put(body, ("choices", 0, "content_filter_results", "hate", "severity"), CANARY)
    assert len(answer_carriers("chat", told_off).texts) == 2


def test_tokens_that_are_not_the_text_are_judged() -> None:
    body = put(ANSWERS["chat"], ("choices", 0, "logprobs", "content", 0, "token"), CANARY)
    assert any(each.text == CANARY for each in answer_carriers("chat", body).texts)


def test_base64_of_unknown_content_is_listed_as_not_judged() -> None:
    body = CHAT_REQUEST | {"attachment": {"blob": "QUJD" * 400}}
    assert ("attachment.blob", "Base64 of unknown content") in (
        request_carriers("chat", body).unjudged
    )


def test_base64_that_somebody_wrote_is_judged() -> None:
    text = "QUJD" * 400
    body: dict[str, Any] = {"messages": [{"role": "user", "content": text}], "user": text}
    assert [each.text for each in request_carriers("chat", body).texts] == [text]
    arguments = json.dumps({"file": text})
    answer = {"choices": [{"message": {"function_call": {"arguments": arguments}}}]}
    assert [each.text for each in answer_carriers("chat", answer).texts] == [text]


def test_arguments_with_a_key_twice_are_read_as_text_and_listed() -> None:
    body = {"choices": [{"message": {"function_call": {"arguments": '{"a": "1", "a": "2"}'}}}]}
    carriers = answer_carriers("chat", body)
    assert [each.text for each in carriers.texts] == ['{"a": "1", "a": "2"}']
    assert len(carriers.unjudged) == 1


@pytest.mark.parametrize("body", [None, [], "x", 5, {"messages": {}}, {"messages": [5]}])
def test_what_is_no_request_is_an_error(body: Any) -> None:
    with pytest.raises(InvalidField):
        request_carriers("chat", body)


def test_nesting_without_end_is_an_error_that_names_its_place() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    with pytest.raises(InvalidField, match="deeper") as error:
        request_carriers("chat", {"messages": [], "extra": {"deep": deep}})
    assert str(error.value.field).startswith("extra.deep[0]")


def test_results_within_results_without_end_are_an_error() -> None:
    content: Any = "x"
    for _ in range(400):
        content = [{"type": "tool_result", "content": content}]
    with pytest.raises(InvalidField, match="deeper"):
        request_carriers("messages", {"messages": [{"role": "user", "content": content}]})


def test_arguments_nested_without_end_are_text() -> None:
    body = {"choices": [{"message": {"function_call": {"arguments": "[" * 50_000}}}]}
    assert len(answer_carriers("chat", body).texts) == 1


def test_a_huge_request_is_read_to_its_end() -> None:
    rng = random.Random(1)
    messages = [
        {"role": "user", "content": [{"type": "text", "text": rng.choice("abc")}] * 20}
        for _ in range(2000)
    ]
    assert len(request_carriers("chat", {"messages": messages}).texts) == 2000
