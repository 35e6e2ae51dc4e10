"""Settings of the outside judge that TrustGuard may ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from aiguardian.settings.variable import Secret, Variable


@dataclass(frozen=True, slots=True)
class Judge:
    """A model behind an OpenAI-compatible endpoint. Without an address nobody is asked, and no
    text leaves the house for it."""

    url: Annotated[
        str | None,
        Variable(
            "TRUST_JUDGE_URL",
            "Who judges claims that TrustGuard doubts, at validation_level strict; with or without "
            "/v1. It is sent these claims and their evidence.",
            "http://vllm:8000",
        ),
    ] = None
    model: Annotated[
        str | None,
        Variable("TRUST_JUDGE_MODEL", "The model that judges there.", "qwen3-32b"),
    ] = None
    api_key: Annotated[
        Secret | None, Variable("TRUST_JUDGE_API_KEY", "The key for it, if it wants one.", "sk-…")
    ] = None
    timeout_s: Annotated[
        float,
        Variable(
            "TRUST_JUDGE_TIMEOUT_S",
            "For all its answers to one request; never past the request's own deadline.",
            "10",
            ge=0.1,
            le=300,
        ),
    ] = 10.0


def judge_faults(given: Judge) -> list[str]:
    """What no type expresses, one sentence a fault."""
    if given.url and not given.model:
        told = "TRUST_JUDGE_MODEL: TRUST_JUDGE_URL is set, but no model to ask there. "
        return [told + "For example: TRUST_JUDGE_MODEL=qwen3-32b"]
    if given.model and not given.url:
        told = "TRUST_JUDGE_URL: TRUST_JUDGE_MODEL is set, but not where it answers. "
        return [told + "For example: TRUST_JUDGE_URL=http://vllm:8000"]
    return []
