"""Bodies that nobody should send, and what the document says to each of them."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
from hypothesis import strategies as st
from started_gateway import Reply

from aiguardian.settings.groups import GUARD_NAMES

PROCESS = "/api/v1/guards/process"
SCREEN = "/api/v1/guards/screen"
BATCH = "/api/v1/guards/batch"


@dataclass(frozen=True)
class Thrown:
    """One request to an endpoint that judges."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


BOMB = gzip.compress(b'{"service_type":"tokenguard","text":"' + b"a" * 20_000_000 + b'"}')

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\t ",
    "duplicate key": b'{"service_type":"tokenguard","service_type":"healthguard","text":"a"}',
    "duplicate key, nested": b'{"service_type":"tokenguard","payload":{"text":"a","text":"b"}}',
    "NaN": b'{"service_type":"tokenguard","text":"a","timeout":NaN}',
    "Infinity": b'{"service_type":"tokenguard","text":"a","timeout":-Infinity}',
    "deep array": b"[" * 10_000 + b"]" * 10_000,
    "deep array, open": b"[" * 10_000,
    "deep object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep option": b'{"service_type":"healthguard","text":"a","expect":{"json_schema":'
    + b'{"not":' * 150
    + b"true"
    + b"}" * 152,
    "lone surrogate": rb'{"service_type":"tokenguard","text":"\ud800"}',
    "lone surrogate as a key": rb'{"service_type":"tokenguard","\udc00":1}',
    "lone surrogate, raw": b'{"service_type":"tokenguard","text":"\xed\xa0\x80"}',
    "NUL": b'{"service_type":"tokenguard","text":"a\x00b"}',
    "NUL, escaped": rb'{"service_type":"tokenguard","text":"a\u0000b"}',
    "NUL as a key": rb'{"service_type":"tokenguard","\u0000":1}',
    "huge integer": b'{"service_type":"tokenguard","text":"a","priority":' + b"9" * 5_000 + b"}",
    "huge exponent": b'{"service_type":"tokenguard","text":"a","timeout":1e400}',
    "64 bits and one": b'{"service_type":"tokenguard","text":"a",'
    b'"target_tokens":18446744073709551616}',
    "byte order mark": b'\xef\xbb\xbf{"service_type":"tokenguard","text":"a"}',
    "UTF-16": '{"service_type":"tokenguard","text":"a"}'.encode("utf-16"),
    "Latin-1": '{"service_type":"tokenguard","text":"é"}'.encode("latin-1"),
    "unknown guard": b'{"service_type":"nobody","text":"a"}',
    "unknown field": b'{"service_type":"tokenguard","payload":{"text":"a","x":1}}',
    "both texts": b'{"service_type":"tokenguard","text":"a","content":"b"}',
    "array": b"[]",
    "string": b'"a"',
    "null": b"null",
    "two values": b"{}{}",
    "cut short": b'{"service_type":"tokenguard","text":"a',
    "past 1 MiB": b'{"service_type":"healthguard","text":"' + b"a" * 1_048_577 + b'"}',
    "hostile schema": b'{"service_type":"healthguard","text":"{}","expect":'
    b'{"json_schema":{"$ref":"file:///etc/passwd"}}}',
    "endless schema": b'{"service_type":"healthguard","text":"{}","expect":'
    b'{"json_schema":{"$ref":"#"}}}',
}
"""Each by name; whatever they are answered with is in the document."""

CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-8",
    "application/json; charset=utf-16",
    "application/x-ndjson",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "APPLICATION/JSON",
    "",
    ";;;=",
)
ENCODINGS = ("gzip", "br", "identity", "GZIP, identity", "")

_NAMES = st.sampled_from(
    [
        "service_type", "payload", "text", "content", "messages", "user_id", "session_id",
        "priority", "timeout", "fallback_enabled", "client_type", "model", "optimize", "query",
        "target_ratio", "target_tokens", "expected_output_tokens", "budget_usd", "check", "target",
        "expect", "language", "json_schema", "guards", "policy", "direction", "options", "role",
        "content_type", "scan_level", "min_length", "max_length", *GUARD_NAMES,
    ]
)  # fmt: skip
_WORDS = st.sampled_from(
    [
        *GUARD_NAMES, "api", "web", "none", "lossless", "lossy", "gpt-4o", "gpt-4", "claude-3-opus",
        "response", "system", "service", "en", "code", "document", "comprehensive", "output",
        "tool", "default", "user", "assistant", "", "a" * 300,
    ]
)  # fmt: skip
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-1, 12)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.floats(0, 1)
    | _WORDS
    | st.text(max_size=60)
    | st.text(st.characters(codec=None), max_size=20)  # lone surrogates too
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_NAMES | st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
_FIELDS = st.dictionaries(_NAMES, _VALUES, max_size=5)


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


_TEXTS = (
    st.text(max_size=300)
    | st.text(alphabet="ab. ,\n\t{}[]\"'`#*<>/\\\u200b\u202e\U0001f600\u0301é中", max_size=400)
    | st.lists(
        st.sampled_from(["{", "[", "```json", "word ", "a.b@c.d ", "\n\n\n", '"k": 1, '])
    ).map("".join)
)
_PARTS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": _TEXTS}), max_size=2)
_MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool"])},
        optional={
            "content": st.none()
            | _TEXTS
            | st.lists(
                st.fixed_dictionaries({"type": st.just("text"), "text": _TEXTS}), max_size=2
            ),
            "name": _WORDS,
            "tool_calls": st.lists(st.dictionaries(_NAMES, _VALUES, max_size=2), max_size=1),
        },
    ),
    max_size=3,
)
_COMMON: dict[str, Any] = {
    "content_type": st.sampled_from(["text", "code", "document"]),
    "scan_level": st.sampled_from(["standard", "comprehensive"]),
}
_TERMS: dict[str, Any] = {
    "user_id": _WORDS,
    "priority": st.integers(1, 10),
    "timeout": st.floats(0.01, 300),
    "fallback_enabled": st.booleans(),
}
_MODELS = st.sampled_from(["gpt-4o", "gpt-4", "claude-3-opus", "o3", "no-such", "x/y/z", "\u0000"])
_TOKEN = st.fixed_dictionaries(
    {},
    optional={
        **_COMMON,
        "model": _MODELS | _TEXTS,
        "optimize": st.sampled_from(["none", "lossless"]),
        "expected_output_tokens": st.integers(0, 10**8),
        "reasoning_tokens": st.integers(0, 10**8),
        "cached_tokens": st.integers(0, 10**8),
        "budget_usd": st.floats(0),
    },
) | st.fixed_dictionaries(
    {"optimize": st.just("lossy")},
    optional={"model": _MODELS, "target_ratio": st.floats(0, 1), "query": _TEXTS},
)
_SCHEMAS = st.booleans() | st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array", "string", "integer", "nonsense"]),
            "pattern": _TEXTS,
            "minimum": st.integers() | st.floats(allow_nan=False, allow_infinity=False),
            "enum": st.lists(_SCALARS, max_size=2),
            "$ref": st.sampled_from(["#", "#/properties/a", "#/nowhere", "http://a.example/"]),
            "format": _TEXTS,
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.text(max_size=3), inner, max_size=2),
            "items": inner,
            "not": inner,
            "anyOf": st.lists(inner, max_size=2),
        },
    ),
    max_leaves=4,
)
_HEALTH = st.fixed_dictionaries(
    {},
    optional={
        **_COMMON,
        "check": st.just("response"),
        "expect": st.fixed_dictionaries(
            {},
            optional={
                "language": st.sampled_from(["en", "de", "zh", "xx", ""]),
                "json_schema": _SCHEMAS,
                "min_length": st.integers(0, 500),
                "max_length": st.integers(0, 500),
            },
        ),
    },
)
_SCREEN = st.fixed_dictionaries(
    {},
    optional={
        **_COMMON,
        **_TERMS,
        "direction": st.sampled_from(["input", "output", "tool"]),
        "guards": st.lists(st.sampled_from(["tokenguard", "healthguard"]), min_size=1, max_size=3),
        "options": st.fixed_dictionaries(
            {}, optional={"tokenguard": _TOKEN, "healthguard": _HEALTH}
        ),
    },
)


@st.composite
def _call(draw: st.DrawFn) -> dict[str, Any]:
    """An envelope that is right, or would be but for a field that cannot be."""
    guard, kind = draw(st.sampled_from([("tokenguard", _TOKEN), ("healthguard", _HEALTH)]))
    fields: dict[str, Any] = dict(draw(kind))
    if guard == "tokenguard" and draw(st.booleans()):
        fields["messages"] = draw(_MESSAGES)
    else:
        fields[draw(st.sampled_from(["text", "content"]))] = draw(_TEXTS)
    terms = draw(st.fixed_dictionaries({}, optional=_TERMS))
    if draw(st.booleans()):
        return {"service_type": guard, "payload": fields} | terms
    return {"service_type": guard} | fields | terms


@st.composite
def _screenful(draw: st.DrawFn) -> dict[str, Any]:
    """The same for screen."""
    if draw(st.booleans()):
        return {"text": draw(_TEXTS)} | draw(_SCREEN)
    return {"messages": draw(_MESSAGES)} | draw(_SCREEN)


@st.composite
def _spoiled(draw: st.DrawFn) -> bytes:
    """A request that was right, with a field too many or of another type."""
    value = draw(_call() | _screenful())
    place = value.get("payload", value) if draw(st.booleans()) else value
    place[draw(_NAMES | st.text(max_size=12))] = draw(_VALUES)
    return _encoded(value)


@st.composite
def _harmed(draw: st.DrawFn) -> bytes:
    """An envelope with a few bytes changed, cut off or doubled."""
    body = bytearray(_encoded(draw(_call())))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(body) - 1)))
        body[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(body)


_WRONG = (
    st.binary(max_size=2_000)
    | _VALUES.map(_encoded)
    | _FIELDS.map(_encoded)
    | _spoiled()
    | _spoiled()
    | _harmed()
    | st.sampled_from(sorted(HOSTILE)).map(HOSTILE.__getitem__)
)
_RIGHT = {PROCESS: _call(), SCREEN: _screenful(), BATCH: _call()}


@st.composite
def _body(draw: st.DrawFn, path: str) -> bytes:
    """Every second is right, or nearly: those reach a guard."""
    return _encoded(draw(_RIGHT[path])) if draw(st.booleans()) else draw(_WRONG)


@st.composite
def thrown(draw: st.DrawFn) -> Thrown:
    """Any request to an endpoint that judges."""
    path = draw(st.sampled_from(sorted(_RIGHT)))
    body = draw(_body(path))
    if path == BATCH:
        body = b"\n".join([body, *draw(st.lists(_body(path), max_size=3))])
    headers = {"Content-Type": "application/json"}
    odd = draw(st.sampled_from(["type", "encoding", "bomb", *[""] * 27]))
    if odd == "type":
        headers["Content-Type"] = draw(st.sampled_from(CONTENT_TYPES))
    elif odd == "encoding":
        headers["Content-Encoding"] = draw(st.sampled_from(ENCODINGS))
    elif odd == "bomb":
        headers["Content-Encoding"], body = "gzip", BOMB
    return Thrown(path, body, headers)


class Described:
    """What the served document says an answer must be."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def faults(self, asked: Thrown, reply: Reply) -> list[str]:
        """In what the answer is not as described; empty when it is."""
        described = self._document["paths"][asked.path]["post"]["responses"]
        answer = described.get(str(reply.status))
        if answer is None:
            return [f"status {reply.status} is not in the document"]
        if "$ref" in answer:
            name = answer["$ref"].removeprefix("#/components/responses/")
            answer = self._document["components"]["responses"][name]
        ((kind, content),) = answer["content"].items()
        if reply.headers["content-type"] != kind:
            return [f"content type {reply.headers['content-type']}, not {kind}"]
        if asked.path == BATCH and reply.status == 200:
            return self._line_faults(asked.body, reply.body)
        return self._value_faults(content["schema"]["$ref"], reply.body)

    def _line_faults(self, asked: bytes, told: bytes) -> list[str]:
        sent = sum(1 for line in asked.split(b"\n") if line.strip())
        lines = told.splitlines()
        faults = [] if len(lines) == sent else [f"{len(lines)} answers to {sent} lines"]
        for line in lines:
            faults += self._value_faults("#/components/schemas/BatchLine", line)
        return faults

    def _value_faults(self, reference: str, body: bytes) -> list[str]:
        validator = self._validators.get(reference)
        if validator is None:
            schema = {"$ref": reference, "components": self._document["components"]}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            self._validators[reference] = validator
        value = json.loads(body)
        return [f"{error.message[:400]}" for error in validator.iter_errors(value)]


def codes(reply: Reply) -> list[str]:
    """`ok` or the error's code, of each answer in the reply."""
    kind = reply.headers.get("content-type")
    lines = reply.body.splitlines() if kind == "application/x-ndjson" else [reply.body]
    answers = [json.loads(line) for line in lines]
    return [answer["error"]["code"] if answer["error"] else "ok" for answer in answers]
