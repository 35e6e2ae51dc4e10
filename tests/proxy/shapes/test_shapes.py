from __future__ import annotations

from typing import Any

import pytest

from aiguardian.proxy.carriers.read import answer_carriers
from aiguardian.proxy.shapes.blocked import blocked_answer
from aiguardian.proxy.shapes.errors import error_body

REASON = "securityguard: injection (0.98, over 0.5)."


def blocked(kind: Any, text: str = "") -> dict[str, Any]:
    return blocked_answer(
        kind, {"model": "m"}, REASON, answer_id="resp_7", created=1_700_000_000, text=text
    )


def test_a_blocked_chat_is_a_refusal() -> None:
    body = blocked("chat")
    assert body["choices"] == [
        {
            "index": 0,
            "logprobs": None,
            "finish_reason": "content_filter",
            "message": {"role": "assistant", "content": None, "refusal": REASON},
        }
    ]
    assert (body["object"], body["model"]) == ("chat.completion", "m")


def test_a_blocked_completion_has_no_text() -> None:
    choice = blocked("completions")["choices"][0]
    assert (choice["text"], choice["finish_reason"]) == ("", "content_filter")


def test_a_blocked_message_is_a_refusal() -> None:
    body = blocked("messages")
    assert (body["type"], body["stop_reason"], body["content"]) == ("message", "refusal", [])
    assert body["stop_details"]["explanation"] == REASON


def test_a_blocked_response_is_incomplete() -> None:
    body = blocked("responses")
    assert body["status"] == "incomplete"
    assert body["incomplete_details"] == {"reason": "content_filter"}
    assert body["output"][0]["content"] == [{"type": "refusal", "refusal": REASON}]


@pytest.mark.parametrize("kind", ["chat", "completions", "messages", "responses"])
def test_what_may_go_of_a_blocked_answer_stands_where_its_text_stands(kind: Any) -> None:
    texts = [each.text for each in answer_carriers(kind, blocked(kind, "Until here.")).texts]
    assert "Until here." in texts


def test_an_embedding_has_no_refusal() -> None:
    with pytest.raises(ValueError, match="can't be refused"):
        blocked("embeddings")


def test_a_model_of_a_wrong_type_is_left_out() -> None:
    body = blocked_answer("chat", {"model": 5}, REASON, answer_id="x", created=1)
    assert body["model"] == ""


@pytest.mark.parametrize(
    ("status", "openai", "anthropic"),
    [
        (400, "invalid_request_error", "invalid_request_error"),
        (401, "authentication_error", "authentication_error"),
        (403, "permission_error", "permission_error"),
        (404, "not_found_error", "not_found_error"),
        (405, "invalid_request_error", "invalid_request_error"),
        (415, "invalid_request_error", "invalid_request_error"),
        (413, "invalid_request_error", "request_too_large"),
        (429, "rate_limit_error", "rate_limit_error"),
        (500, "server_error", "api_error"),
        (502, "server_error", "api_error"),
        (503, "server_error", "overloaded_error"),
        (504, "server_error", "timeout_error"),
    ],
)
def test_an_error_has_its_vendors_shape(status: int, openai: str, anthropic: str) -> None:
    assert error_body("chat", status, "blocked_by_policy", "No.", param="messages") == {
        "error": {
            "message": "No.",
            "type": openai,
            "param": "messages",
            "code": "blocked_by_policy",
        }
    }
    body = error_body("messages", status, "blocked_by_policy", "No.")
    assert body["type"] == "error"
    assert body["error"] == {"type": anthropic, "message": "No.", "code": "blocked_by_policy"}
    assert body["code"] == "blocked_by_policy"
