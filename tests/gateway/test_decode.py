"""Strict JSON and typed values: what is refused, how it is told, and that no value is quoted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct
from processors import CANARY

from aiguardian.errors import GatewayError, InvalidField, InvalidJson
from aiguardian.gateway.decode import convert, read_json, read_object
from aiguardian.gateway.envelope import ProcessRequest
from aiguardian.gateway.screen import ScreenRequest
from aiguardian.guards.security.schemas import SecurityPayload

BAD_JSON = {
    "nothing": (b"", "empty"),
    "white space": (b" \r\n\t", "empty"),
    "a word": (b"nope", "not JSON"),
    "an open object": (b'{"a": 1', "not JSON"),
    "single quotes": (b"{'a': 1}", "not JSON"),
    "a leading zero": (b'{"a": 01}', "not JSON"),
    "a trailing comma": (b'{"a": 1,}', "not JSON"),
    "a second value": (b'{"a": 1} {}', "not JSON"),
    "a raw control character": (b'{"a": "x\x00"}', "not JSON"),
    "NaN": (b'{"a": NaN}', "not JSON"),
    "Infinity": (b'{"a": Infinity}', "not JSON"),
    "minus Infinity": (b'{"a": -Infinity}', "not JSON"),
    "a duplicate key": (b'{"a": 1, "a": 2}', "same key twice"),
    "a duplicate key, escaped": (b'{"a": 1, "\\u0061": 2}', "same key twice"),
    "a duplicate key inside": (b'{"x": [{"a": 1, "a": 1}]}', "same key twice"),
    "arrays nested 10,000 deep": (b"[" * 10_000 + b"]" * 10_000, "deeper than 200"),
    "objects nested 10,000 deep": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "deeper than 200"),
    "an open nest": (b"[" * 100_000, "deeper than 200"),
    "a high surrogate alone": (b'{"a": "\\ud800"}', "not JSON"),
    "a low surrogate alone": (b'{"a": "\\udc00"}', "not JSON"),
    "surrogates the wrong way round": (b'{"a": "\\udc00\\ud800"}', "not JSON"),
    "a surrogate in UTF-8": (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "not UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_bad_json_is_refused_with_its_reason(name: str) -> None:
    body, reason = BAD_JSON[name]
    with pytest.raises(InvalidJson, match=reason):
        read_json(body)


GOOD_JSON = {
    "NUL, escaped": (rb'{"a": "\u0000"}', {"a": "\0"}),
    "a pair of surrogates": (rb'{"a": "\ud83d\ude00"}', {"a": "😀"}),
    "every plane": ('{"a": "aé中😀\U0010ffff"}'.encode(), {"a": "aé中😀\U0010ffff"}),
    "nested 199 deep": (b'{"a":' + b"[" * 198 + b"]" * 198 + b"}", None),
    "the same key side by side": (b'[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
    "white space around": (b' \n{"a": 1}\r\n ', {"a": 1}),
    "a long number": (
        b'{"a": 123456789012345678901234567890}',
        {"a": 123456789012345678901234567890},
    ),
}


@pytest.mark.parametrize("name", GOOD_JSON)
def test_legal_json_is_read(name: str) -> None:
    body, value = GOOD_JSON[name]
    assert read_json(body) == (json.loads(body) if value is None else value)


def test_the_place_of_a_fault_is_told() -> None:
    with pytest.raises(InvalidJson, match=r"\(line 3, column \d+\)"):
        read_json(b'{\n"a": 1,\n"b": nope}')


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[]", "array"),
        (b"null", "null"),
        (b'"x"', "string"),
        (b"3.5", "number"),
        (b"true", "boolean"),
    ],
)
def test_json_of_another_type_is_named(body: bytes, kind: str) -> None:
    with pytest.raises(InvalidField, match=f"JSON {kind}; a JSON object"):
        read_object(body)


BAD_FIELDS: dict[str, tuple[type[Struct], dict[str, Any], str | None, str]] = {
    "missing": (ProcessRequest, {}, "service_type", "one of biasguard, contextguard"),
    "an unknown guard": (ProcessRequest, {"service_type": CANARY}, "service_type", "tokenguard"),
    "a guard that is a number": (
        ProcessRequest,
        {"service_type": 7},
        "service_type",
        "one of biasguard",
    ),
    "timeout 0": (ProcessRequest, {"timeout": 0}, "timeout", "a number from 0.01 to 300"),
    "timeout 1e9": (ProcessRequest, {"timeout": 1e9}, "timeout", "a number from 0.01 to 300"),
    "timeout of 400 digits": (
        ProcessRequest,
        {"timeout": 10**400},
        "timeout",
        "a number from 0.01 to 300",
    ),
    "timeout NaN": (
        ProcessRequest,
        {"timeout": float("nan")},
        "timeout",
        "a number from 0.01 to 300",
    ),
    "timeout as text": (ProcessRequest, {"timeout": CANARY}, "timeout", "to 300, not a string"),
    "timeout null": (ProcessRequest, {"timeout": None}, "timeout", "not null"),
    "priority 0": (ProcessRequest, {"priority": 0}, "priority", "a whole number from 1 to 10"),
    "priority 11": (ProcessRequest, {"priority": 11}, "priority", "a whole number from 1 to 10"),
    "priority true": (ProcessRequest, {"priority": True}, "priority", "not a boolean"),
    "priority 1.5": (
        ProcessRequest,
        {"priority": 1.5},
        "priority",
        "a whole number from 1 to 10, not a number with a decimal point",
    ),
    "priority of 400 digits": (
        ProcessRequest,
        {"priority": 10**400},
        "priority",
        "a whole number from 1 to 10",
    ),
    "a user of 257": (
        ProcessRequest,
        {"user_id": "u" * 257},
        "user_id",
        "text of at most 256 characters",
    ),
    "a user that is a list": (ProcessRequest, {"user_id": [CANARY]}, "user_id", "not an array"),
    "a session of 257": (
        ProcessRequest,
        {"session_id": "é" * 257},
        "session_id",
        "text of at most 256 characters",
    ),
    "an unknown client": (ProcessRequest, {"client_type": CANARY}, "client_type", "web"),
    "fallback as text": (
        ProcessRequest,
        {"fallback_enabled": CANARY},
        "fallback_enabled",
        "true or false, not",
    ),
    "payload as text": (ProcessRequest, {"payload": CANARY}, "payload", "an object, not a string"),
    "an unknown field": (
        ProcessRequest,
        {"prority": 1},
        "prority",
        "here. Did you mean priority? Allowed: user_id, session_id",
    ),
    "an unknown field like no other": (
        ProcessRequest,
        {"colour": 1},
        "colour",
        "here. Allowed: user_id, session_id",
    ),
    "text that has not the form": (
        SecurityPayload,
        {"text": "", "language": CANARY},
        "language",
        "text of the form ^[A-Za-z]{2,3}",
    ),
    "a field with a strange name": (ProcessRequest, {f"{CANARY} £": 1}, None, "Allowed: user_id"),
    "a field with a long name": (ProcessRequest, {CANARY * 10: 1}, None, "Allowed: user_id"),
    "no guards": (ScreenRequest, {"guards": []}, "guards", "an array of at least 1 entries"),
    "one unknown guard": (
        ScreenRequest,
        {"guards": ["tokenguard", CANARY]},
        "guards.1",
        "biasguard",
    ),
    "no messages": (ScreenRequest, {"messages": []}, "messages", "an array of at least 1 entries"),
    "a message of text": (
        ScreenRequest,
        {"messages": [CANARY]},
        "messages.0",
        "an object, not a string",
    ),
    "a message without role": (
        ScreenRequest,
        {"messages": [{}]},
        "messages.0.role",
        "missing; it must be text",
    ),
    "a deep fault": (
        ScreenRequest,
        {"messages": [{"role": "user"}, {"role": "user", "content": [CANARY]}]},
        "messages.1.content.0",
        "an object, not a string",
    ),
    "options by an unknown guard": (
        ScreenRequest,
        {"options": {CANARY: {}}},
        "options",
        "biasguard",
    ),
    "options that are text": (
        ScreenRequest,
        {"options": {"biasguard": CANARY}},
        "options",
        "object",
    ),
}


@pytest.mark.parametrize("name", BAD_FIELDS)
def test_a_wrong_field_is_named_with_what_is_allowed_and_without_its_value(name: str) -> None:
    kind, fields, field, allowed = BAD_FIELDS[name]
    whole = (
        {"service_type": "tokenguard", **fields} if kind is ProcessRequest and fields else fields
    )
    with pytest.raises(InvalidField) as caught:
        convert(whole, kind)
    assert caught.value.field == field
    assert allowed in caught.value.message
    assert field is None or field in caught.value.message
    assert CANARY not in caught.value.message
    assert len(caught.value.message) < 400


def test_the_limits_themselves_are_allowed() -> None:
    read = convert(
        {
            "service_type": "biasguard",
            "timeout": 300,
            "priority": 10,
            "user_id": "😀" * 256,
            "session_id": "",
            "client_type": "chrome",
        },
        ProcessRequest,
    )
    assert (read.timeout, read.priority, len(read.user_id or "")) == (300.0, 10, 256)
    assert convert({"service_type": "biasguard", "timeout": 0.01}, ProcessRequest).timeout == 0.01


class Inner(Struct, frozen=True, forbid_unknown_fields=True):
    size: Annotated[int, Meta(ge=0, le=9)]
    colour: Literal["red", "green"] = "red"


class Outer(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=8)] = ""
    inner: Inner | None = None
    many: list[Inner] = []
    free: dict[str, Any] = {}
    named: dict[str, int] = {}
    by_colour: dict[Literal["red", "green"], Inner] = {}
    ratio: Annotated[float, Meta(ge=0, le=1)] = 0.0


SECRETS = st.text(max_size=6).map(lambda text: f"{CANARY}{text}")
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | SECRETS
KEYS = st.sampled_from(Outer.__struct_fields__ + Inner.__struct_fields__) | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS | SECRETS.map("{} £".format), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("fields", "field", "allowed"),
    [
        ({"inner": {"colour": CANARY}}, "inner.colour", "green, red"),
        ({"inner": {"size": 10}}, "inner.size", "from 0 to 9"),
        ({"inner": {}}, "inner.size", "missing; it must be a whole number"),
        ({"inner": {"size": 1, "sise": 1}}, "inner.sise", "Allowed: size, colour"),
        ({"many": [{"size": 1}, {"size": 1, "colour": CANARY}]}, "many.1.colour", "green, red"),
        ({"by_colour": {"red": {"colour": CANARY}}}, "by_colour.colour", "green, red"),
        ({"by_colour": {CANARY: {"size": 1}}}, "by_colour", "green, red"),
        (
            {"named": {CANARY: CANARY}},
            "named",
            "A value in named must be a whole number, not a string",
        ),
        ({"inner": {"colour": f" - at `$.{CANARY}`"}}, "inner.colour", "green, red"),
        ({f"x` - at `$.{CANARY} y": 1}, "x", "Allowed: name, inner"),
    ],
)
def test_a_fault_inside_is_named_by_its_path(
    fields: dict[str, Any], field: str | None, allowed: str
) -> None:
    with pytest.raises(InvalidField) as caught:
        convert(fields, Outer)
    assert caught.value.field == field
    assert allowed in caught.value.message
    assert CANARY not in caught.value.message


def fault_of(call: Callable[[], Any]) -> GatewayError | None:
    """What it raises; any other exception than ours is a failure of the test."""
    try:
        call()
    except GatewayError as error:
        return error
    return None


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_object_converts_or_is_an_invalid_field_that_quotes_nothing(value: Any) -> None:
    error = fault_of(lambda: convert(value, Outer))
    assert error is None or isinstance(error, InvalidField)
    if error:
        assert CANARY not in error.message
        assert CANARY not in (error.field or "")
        assert error.message.endswith(".")


@given(
    st.binary(max_size=64) | st.text(max_size=64).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_as_the_standard_library_reads_them_or_refused(body: bytes) -> None:
    if error := fault_of(lambda: read_json(body)):
        assert isinstance(error, InvalidJson)
        return
    assert read_json(body) == json.loads(body)


@given(VALUES)
def test_what_one_writes_the_other_reads(value: Any) -> None:
    body = json.dumps(value).encode()
    if fault_of(lambda: read_json(body)):
        assert b"Infinity" in body
    else:
        assert read_json(body) == value


@given(
    st.dictionaries(KEYS, VALUES, max_size=3),
    st.integers(0, 200),
    st.binary(min_size=1, max_size=3),
)
def test_a_body_with_a_flaw_never_leaks_its_text(value: Any, at: int, flaw: bytes) -> None:
    whole = json.dumps(value).encode()
    body = whole[: at % (len(whole) + 1)] + flaw + whole[at % (len(whole) + 1) :]
    error = fault_of(lambda: convert(read_object(body), Outer))
    assert error is None or CANARY not in error.message


def test_an_error_has_no_cause_that_a_log_could_print() -> None:
    """The decoder's own exception quotes the key: it is not chained."""
    with pytest.raises(InvalidJson) as caught:
        read_json(b'{"%s": 1, "%s": 2}' % (CANARY.encode(), CANARY.encode()))
    assert caught.value.__cause__ is None
    with pytest.raises(InvalidField) as wrong:
        convert({CANARY: msgspec.UNSET}, ProcessRequest)
    assert wrong.value.__cause__ is None
