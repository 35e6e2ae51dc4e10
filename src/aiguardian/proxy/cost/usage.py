"""A provider's count of tokens, in one shape for all of them.

Sources: the API references of OpenAI (chat completions, responses, embeddings), Anthropic
(messages), DeepSeek, xAI and Google (its OpenAI-compatible endpoint).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one exchange."""

    input: int = 0
    """All of them: cached, written to a cache and spoken ones included."""
    output: int = 0
    """All of them: reasoning and speech included."""
    cached: int = 0
    """Of the input: read from the provider's cache."""
    cache_written: int = 0
    """Of the input: written to the provider's cache."""
    cache_written_1h: int = 0
    """Of those: to be kept for an hour, at a higher price."""
    reasoning: int = 0
    input_audio: int = 0
    """Of the input, and not cached."""
    output_audio: int = 0


def read_usage(usage: Any) -> Usage | None:
    """The count in a body's `usage`; None when there is none that can be read."""
    if not isinstance(usage, dict):
        return None
    if "input_tokens" in usage and "input_tokens_details" not in usage and _is_anthropic(usage):
        return _of_messages(usage)
    if "input_tokens" in usage:
        return _of_responses(usage)
    if "prompt_tokens" in usage:
        return _of_chat(usage)
    return None


def _is_anthropic(usage: dict[str, Any]) -> bool:
    """OpenAI adds a total; Anthropic never does."""
    return "total_tokens" not in usage


def _of_messages(usage: dict[str, Any]) -> Usage:
    """Anthropic's input leaves out what its cache read and wrote."""
    read, written = (
        _count(usage, key) for key in ("cache_read_input_tokens", "cache_creation_input_tokens")
    )
    lasting = _count(usage.get("cache_creation"), "ephemeral_1h_input_tokens")
    return Usage(
        input=_count(usage, "input_tokens") + read + written,
        output=_count(usage, "output_tokens"),
        cached=read,
        cache_written=written,
        cache_written_1h=min(lasting, written),
        reasoning=_count(usage.get("output_tokens_details"), "thinking_tokens"),
    )


def _of_responses(usage: dict[str, Any]) -> Usage:
    sent, said = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    return Usage(
        input=_count(usage, "input_tokens"),
        output=_count(usage, "output_tokens"),
        cached=_count(sent, "cached_tokens"),
        reasoning=_count(said, "reasoning_tokens"),
        input_audio=_count(sent, "audio_tokens"),
        output_audio=_count(said, "audio_tokens"),
    )


def _of_chat(usage: dict[str, Any]) -> Usage:
    sent, said = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    prompt, answer = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    # xAI and Google count thoughts into the total alone; all bill them as output.
    output = max(answer, _count(usage, "total_tokens") - prompt)
    reasoning = _count(said, "reasoning_tokens")
    return Usage(
        input=prompt,
        output=output,
        cached=_count(sent, "cached_tokens") or _count(usage, "prompt_cache_hit_tokens"),
        cache_written=_count(sent, "cache_write_tokens"),
        cache_written_1h=_count(sent, "cache_write_1h_tokens"),
        reasoning=max(reasoning, output - answer),
        input_audio=_count(sent, "audio_tokens"),
        output_audio=_count(said, "audio_tokens"),
    )


def _count(counts: Any, name: str) -> int:
    """A count; 0 where there is none, or nonsense."""
    value = counts.get(name) if isinstance(counts, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
