"""The proxy's paths in the document: their bodies are the vendors', as these describe them."""

from __future__ import annotations

from typing import Any

_VENDORS = {
    "/v1/chat/completions": ("chatCompletions", "OpenAI's chat completions", "messages"),
    "/v1/responses": ("responses", "OpenAI's responses", "input"),
    "/v1/messages": ("messages", "Anthropic's messages", "messages"),
    "/v1/completions": ("completions", "OpenAI's completions", "prompt"),
    "/v1/embeddings": ("embeddings", "OpenAI's embeddings", "input"),
}
"""Operation, name and the field that holds the text, by path."""
DECISION = {
    "X-AIGuardian-Decision": {
        "description": "`keep`, `flag`, `rewrite`, `block` or `unjudged`; on a stream, for the "
        "request alone.",
        "schema": {"type": "string", "enum": ["keep", "flag", "rewrite", "block", "unjudged"]},
    },
    "X-AIGuardian-Policy": {
        "description": "The policy that decided.",
        "schema": {"type": "string"},
    },
    "X-AIGuardian-Cost-USD": {
        "description": "What the answer cost by the provider's count, else by ours. Not on "
        "streams, and not where the price is unknown.",
        "schema": {"type": "string"},
    },
    "X-AIGuardian-Cache": {
        "description": "`miss`, `hit`, or `hit; likeness=0.98` for a question that means the same; "
        "absent where no cache was asked.",
        "schema": {"type": "string"},
    },
}
OBJECT = {"application/json": {"schema": {"type": "object"}}}
_STREAM = {"text/event-stream": {"schema": {"type": "string"}}}


def vendor_paths() -> dict[str, Any]:
    """Every path of the proxy by address."""
    return {path: {"post": _operation(*told)} for path, told in _VENDORS.items()} | {
        "/v1/models": {
            "get": {
                "operationId": "models",
                "tags": ["Proxy"],
                "summary": "The upstream's models",
                "responses": _responses("The vendor's list.", OBJECT),
            }
        }
    }


def _operation(name: str, vendor: str, field: str) -> dict[str, Any]:
    # No more than that: what the vendor requires of its fields is the vendor's to say.
    schema = {"type": "object", "description": f"As the vendor documents: `model`, `{field}`, …"}
    streams = {} if name == "embeddings" else _STREAM
    return {
        "operationId": name,
        "tags": ["Proxy"],
        "summary": f"{vendor}, guarded",
        "description": "Judged on the way in and out under the policy AIGUARDIAN_POLICY, and "
        "answered by the upstream. Takes and gives what the vendor documents; fields that are not "
        "known here pass. Blocked input is a 400 with `error.code` `blocked_by_policy`.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": _responses("The vendor's answer, or its refusal.", OBJECT | streams),
    }


def _responses(about: str, content: dict[str, Any]) -> dict[str, Any]:
    error = "The vendor's error shape. `error.code` is ours, or the vendor's own"
    return {
        "200": {"description": about, "headers": DECISION, "content": content},
        "4XX": {"description": f"{error}: the request is wrong or blocked.", "content": OBJECT},
        "5XX": {"description": f"{error}: no verdict, or no answer.", "content": OBJECT},
    }
