"""The drop-in endpoints in the document: their bodies are the vendors', as these describe them."""

from __future__ import annotations

from typing import Any

from aiguardian.web.vendor_paths import DECISION, OBJECT

_ANSWERS = {
    "/v1/moderations": (
        "moderations",
        "OpenAI's moderations",
        (
            "Scores of BiasGuard under OpenAI's names. Categories that no guard here judges are "
            "false with a score of 0 and stand in `aiguardian.unjudged_categories`."
        ),
    ),
    "/v1alpha1/comments:analyze": (
        "analyzeComment",
        "Perspective's comments:analyze",
        (
            "Scores of BiasGuard under Perspective's names. Attributes that no guard here judges "
            "get no score and stand in `aiguardian.unjudgedAttributes`. `?key=` may hold the key."
        ),
    ),
    "/analyze/prompt": (
        "analyzePrompt",
        "LLM Guard's analysis of a prompt",
        "`is_valid`, a score a scanner, and the prompt without what the policy takes out.",
    ),
    "/analyze/output": (
        "analyzeOutput",
        "LLM Guard's analysis of an output",
        "`is_valid`, a score a scanner, and the output without what the policy takes out.",
    ),
    "/scan/prompt": (
        "scanPrompt",
        "LLM Guard's scan of a prompt",
        "As its analysis, without the sanitized prompt.",
    ),
    "/scan/output": (
        "scanOutput",
        "LLM Guard's scan of an output",
        "As its analysis, without the sanitized output.",
    ),
    "/beta/litellm_basic_guardrail_api": (
        "litellmGuardrail",
        "LiteLLM's generic guardrail",
        (
            "`action` is BLOCKED, NONE or GUARDRAIL_INTERVENED. What became placeholders in a "
            "request comes back in the response with the same `litellm_call_id`."
        ),
    ),
}
"""Operation, summary and description, by path."""


def dropin_paths() -> dict[str, Any]:
    """Every drop-in path by address."""
    return {
        **{path: {"post": _operation(*told)} for path, told in _ANSWERS.items()},
        "/v1alpha1/comments:suggestscore": {"post": _suggest()},
        "/$discovery/rest": {"get": _discovery()},
    }


def _operation(name: str, vendor: str, about: str) -> dict[str, Any]:
    schema = {"type": "object", "description": "As the vendor documents."}
    return {
        "operationId": name,
        "tags": ["Drop-in"],
        "summary": vendor,
        "description": about,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": {"description": "The vendor's answer.", "headers": DECISION, "content": OBJECT},
            **_errors(),
        },
    }


def _suggest() -> dict[str, Any]:
    return {
        "operationId": "suggestCommentScore",
        "tags": ["Drop-in"],
        "summary": "Perspective's comments:suggestscore",
        "description": "Always 501: nothing here learns from what callers suggest.",
        "responses": _errors(),
    }


def _discovery() -> dict[str, Any]:
    return {
        "operationId": "discovery",
        "tags": ["Drop-in"],
        "summary": "Perspective's API as Google's clients look it up",
        "responses": {"200": {"description": "A discovery document.", "content": OBJECT}}
        | _errors(),
    }


def _errors() -> dict[str, Any]:
    shape = "The vendor's error shape, where it has one"
    return {
        "4XX": {"description": f"{shape}: the request is wrong.", "content": OBJECT},
        "5XX": {"description": f"{shape}: there is no verdict.", "content": OBJECT},
    }
