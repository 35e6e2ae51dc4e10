"""The envelope: two forms in, one shape out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processors import CANARY, Guard, TextPayload

from aiguardian.errors import InvalidField, NotAvailable, PayloadTooLarge
from aiguardian.gateway.envelope import encode, failure, read_payload, read_request
from aiguardian.processor import MAX_TEXT_BYTES, Payload


def body(**fields: Any) -> bytes:
    return json.dumps({"service_type": "tokenguard", **fields}).encode()


FIELDS = st.dictionaries(
    st.sampled_from(["text", "content", "model", "query", "x"]), st.text(max_size=9), max_size=4
)


@given(FIELDS, st.integers(1, 10))
def test_both_forms_of_a_request_mean_the_same(fields: dict[str, str], priority: int) -> None:
    flat = read_request(body(priority=priority, **fields))
    nested = read_request(body(priority=priority, payload=fields))
    assert flat == nested
    assert flat.payload == fields


def test_terms_do_not_enter_the_payload() -> None:
    read = read_request(body(text="x", user_id="u", timeout=5, client_type="web"))
    assert read.payload == {"text": "x"}
    assert (read.user_id, read.timeout, read.client_type) == ("u", 5.0, "web")


def test_the_forms_cannot_be_mixed() -> None:
    with pytest.raises(InvalidField) as caught:
        read_request(body(payload={"text": "x"}, text=CANARY))
    assert caught.value.field == "text"
    assert CANARY not in caught.value.message


def test_defaults_are_those_of_the_contract() -> None:
    read = read_request(body())
    assert (read.user_id, read.session_id, read.priority, read.timeout) == (None, None, 1, 30.0)
    assert (read.fallback_enabled, read.client_type, read.payload) == (True, "api", {})


def test_content_is_an_alias_of_text() -> None:
    assert read_payload({"content": "abc"}, TextPayload) == TextPayload(text="abc")


def test_text_and_content_together_are_refused() -> None:
    with pytest.raises(InvalidField) as caught:
        read_payload({"content": CANARY, "text": CANARY}, TextPayload)
    assert caught.value.field == "content"
    assert CANARY not in caught.value.message


def test_content_is_unknown_to_a_guard_without_text() -> None:
    with pytest.raises(InvalidField, match="no field 'content'"):
        read_payload({"content": "abc"}, Payload)


def test_an_unknown_field_is_answered_with_the_list_of_those_allowed() -> None:
    with pytest.raises(InvalidField) as caught:
        read_payload({"text": "x", "txet": CANARY}, TextPayload)
    assert "Allowed: content_type, scan_level, text." in caught.value.message
    assert caught.value.field == "txet"


@pytest.mark.parametrize("letter", ["a", "é", "中", "😀"])
def test_a_mebibyte_of_text_passes_and_one_byte_more_does_not(letter: str) -> None:
    size = len(letter.encode())
    whole = letter * (MAX_TEXT_BYTES // size)
    room = MAX_TEXT_BYTES - len(whole.encode())
    assert read_payload({"text": whole + "a" * room}, TextPayload).text.startswith(letter)
    for field in ("text", "content"):
        with pytest.raises(PayloadTooLarge) as caught:
            read_payload({field: whole + "a" * (room + 1)}, TextPayload)
        assert caught.value.field == "text"
        assert caught.value.status == 413


@pytest.mark.parametrize("text", ["", "\0", "\ufeff", "\U0010ffff", "e\u0301", "\u202e", "\r\n"])
def test_any_unicode_is_legal_text(text: str) -> None:
    read = read_request(json.dumps({"service_type": "tokenguard", "text": text}).encode())
    assert read_payload(read.payload, TextPayload).text == text


def test_every_guard_accepts_content_type_and_scan_level() -> None:
    read = read_payload({"content_type": "code", "scan_level": "comprehensive"}, Guard.payload)
    assert (read.content_type, read.scan_level) == ("code", "comprehensive")
    with pytest.raises(InvalidField, match="code, document, text"):
        read_payload({"content_type": CANARY}, Guard.payload)


def test_a_failure_has_the_whole_shape_and_only_what_is_known() -> None:
    error = NotAvailable("Not here.", field="service_type", retry_after_s=3)
    told = json.loads(
        encode(failure(error, request_id="r", service_type="tokenguard", seconds=0.5))
    )
    assert told == {
        "request_id": "r",
        "service_type": "tokenguard",
        "success": False,
        "data": None,
        "error": {
            "code": "not_available",
            "message": "Not here.",
            "field": "service_type",
            "retry_after": 3,
        },
        "processing_time": 0.5,
        "service_used": None,
        "degraded": False,
    }


def test_a_failure_leaves_out_what_there_is_not() -> None:
    error = NotAvailable("Not here.")
    told = json.loads(encode(failure(error, request_id="r", service_type=None, seconds=0.0)))
    assert told["service_type"] is None
    assert told["error"] == {"code": "not_available", "message": "Not here."}
