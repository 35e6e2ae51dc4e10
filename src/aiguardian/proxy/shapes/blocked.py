"""The answer that a client gets in the place of a blocked one, in its vendor's shape."""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.carriers.read import Kind


def blocked_answer(
    kind: Kind,
    request: dict[str, Any],
    reason: str,
    *,
    answer_id: str,
    created: int,
    text: str = "",
) -> dict[str, Any]:
    """A refusal, as each vendor's clients read it. `created` is in Unix seconds; `text` is what
    was judged and may go, if anything.

    `embeddings` have no refusal: answer with an error.
    """
    model = request.get("model") if isinstance(request.get("model"), str) else ""
    if kind == "messages":
        return _messages(model, reason, answer_id, text)
    if kind == "responses":
        return {
            "id": answer_id,
            "object": "response",
            "created_at": created,
            "model": model,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "metadata": {},
            "usage": None,
        } | refused_response(reason, answer_id, text)
    if kind == "embeddings":
        raise ValueError("An embedding can't be refused: answer with an error body.")
    return {
        "id": answer_id,
        "object": "chat.completion" if kind == "chat" else "text_completion",
        "created": created,
        "model": model,
        "choices": [_choice(kind, reason, text)],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }


def refused_response(reason: str, answer_id: str, text: str = "") -> dict[str, Any]:
    """The fields of a response that say that it was refused."""
    parts: list[dict[str, Any]] = [{"type": "refusal", "refusal": reason}]
    if text:
        parts.insert(0, {"type": "output_text", "text": text, "annotations": []})
    message = {
        "id": f"msg_{answer_id.removeprefix('resp_')}",
        "type": "message",
        "role": "assistant",
        "status": "incomplete",
        "content": parts,
    }
    return {
        "status": "incomplete",
        "incomplete_details": {"reason": "content_filter"},
        "error": None,
        "output": [message],
    }


def refusal_details(reason: str) -> dict[str, Any]:
    """What Anthropic's clients read beside the stop reason `refusal`."""
    return {"type": "refusal", "category": None, "explanation": reason}


def _choice(kind: Kind, reason: str, text: str) -> dict[str, Any]:
    choice = {"index": 0, "logprobs": None, "finish_reason": "content_filter"}
    if kind == "completions":
        return choice | {"text": text}
    return choice | {"message": {"role": "assistant", "content": text or None, "refusal": reason}}


def _messages(model: Any, reason: str, answer_id: str, text: str) -> dict[str, Any]:
    return {
        "id": answer_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": "refusal",
        "stop_sequence": None,
        "stop_details": refusal_details(reason),
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
