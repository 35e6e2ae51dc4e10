from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.proxy.carriers.carrier import rewritten
from aiguardian.proxy.carriers.edits import Edit
from aiguardian.proxy.carriers.places import path_name
from aiguardian.proxy.carriers.read import answer_carriers, request_carriers


def user(*parts: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(parts)}]}


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def texts_of(body: dict[str, Any]) -> list[str]:
    return [part["text"] for part in body["messages"][0]["content"]]


def test_an_address_split_over_two_parts_is_taken_out_of_both() -> None:
    body = user(text("write to jane@"), text("example.com today"))
    carriers = request_carriers("chat", body)
    assert [each.text for each in carriers.texts] == ["write to jane@example.com today"]
    new = rewritten(carriers, body, {0: [Edit(9, 25, "[EMAIL]")]})
    assert texts_of(new) == ["write to [EMAIL]", " today"]


def test_nothing_changed_is_the_same_object() -> None:
    body = user(text("hello"))
    assert rewritten(request_carriers("chat", body), body, {}) is body
    assert rewritten(request_carriers("chat", body), body, {0: "hello"}) is body


def test_what_did_not_change_is_the_same_object_and_the_body_stays() -> None:
    body = user(text("one"), {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}})
    body["tools"] = [{"type": "function", "function": {"name": "look"}}]
    before = copy.deepcopy(body)
    new = rewritten(request_carriers("chat", body), body, {0: "two"})
    assert body == before
    assert texts_of({"messages": [{"content": new["messages"][0]["content"][:1]}]}) == ["two"]
    assert new["messages"][0]["content"][1] is body["messages"][0]["content"][1]
    assert new["tools"] is body["tools"]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5), st.text(max_size=40))
def test_parts_joined_again_are_exactly_the_new_text(parts: list[str], new: str) -> None:
    body = user(*map(text, parts))
    carriers = request_carriers("chat", body)
    if carriers.texts:
        changed = rewritten(carriers, body, {0: new})
        assert "".join(texts_of(changed)) == new
    else:
        assert not "".join(parts)


def call(arguments: str) -> dict[str, Any]:
    function = {"name": "send", "arguments": arguments}
    message = {"role": "assistant", "tool_calls": [{"id": "call_1", "function": function}]}
    return {"choices": [{"index": 0, "message": message}]}


def arguments_after(arguments: str, old: str, new: str) -> Any:
    body = call(arguments)
    carriers = answer_carriers("chat", body)
    (carrier,) = carriers.texts
    changed = rewritten(carriers, body, {0: carrier.text.replace(old, new)})
    return changed["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]


def test_strings_in_tool_arguments_are_rewritten_in_place() -> None:
    sent = json.dumps({"to": ["a@b.c", {"cc": "a@b.c"}], "n": 1, "é": None})
    assert json.loads(arguments_after(sent, "a@b.c", "[X]")) == {
        "to": ["[X]", {"cc": "[X]"}],
        "n": 1,
        "é": None,
    }


def test_a_key_in_tool_arguments_that_is_a_text_is_rewritten() -> None:
    sent = json.dumps({"mail a@b.c": "hello"})
    assert json.loads(arguments_after(sent, "a@b.c", "[X]")) == {"mail [X]": "hello"}


def test_arguments_that_are_no_json_are_rewritten_as_text() -> None:
    assert arguments_after('{"to": "a@b.c', "a@b.c", "[X]") == '{"to": "[X]'


def test_arguments_that_are_one_string_are_rewritten() -> None:
    assert arguments_after('"a@b.c"', "a@b.c", "[X]") == '"[X]"'


def test_an_edit_over_two_strings_goes_to_the_first() -> None:
    body = call(json.dumps({"a": "one two", "b": "three four"}))
    carriers = answer_carriers("chat", body)
    start = carriers.texts[0].text.index("two")
    changed = rewritten(carriers, body, {0: [Edit(start, start + len("two\nthree"), "[X]")]})
    arguments = changed["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"a": "one [X]", "b": " four"}


def test_placeholders_are_restored_everywhere_but_in_what_an_edit_put_in() -> None:
    body = call(json.dumps({"a": "[P_1] and secret", "b": "[P_1]"}))
    carriers = answer_carriers("chat", body)
    start = carriers.texts[0].text.index("secret")
    edits = [Edit(start, start + 6, "[P_1]")]
    changed = rewritten(carriers, body, {0: edits}, lambda sent: sent.replace("[P_1]", "Ann"))
    arguments = changed["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"a": "Ann and [P_1]", "b": "Ann"}


@pytest.mark.parametrize(
    ("path", "name"),
    [((), ""), (("a",), "a"), (("a", 0, "b", 12), "a[0].b[12]"), (("x" * 99,), "x" * 64)],
)
def test_a_path_has_a_name(path: tuple[str | int, ...], name: str) -> None:
    assert path_name(path) == name
