"""A provider's count of tokens, in one shape for all of them.

Sources: the API references of OpenAI (chat completions, responses, embeddings), Anthropic
(messages), DeepSeek, xAI and Google (its OpenAI-compatible endpoint).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct


class Usage(Struct, frozen=True, kw_only=True):
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
    sent, said, read, written = _counts(
        usage,
        "input_tokens",
        "output_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
    )
    [lasting] = _counts(usage.get("cache_creation"), "ephemeral_1h_input_tokens")
    [thought] = _counts(usage.get("output_tokens_details"), "thinking_tokens")
    return Usage(
        input=sent + read + written,
        output=said,
        cached=read,
        cache_written=written,
        cache_written_1h=min(lasting, written),
        reasoning=thought,
    )


def _of_responses(usage: dict[str, Any]) -> Usage:
    sent, said = _counts(usage, "input_tokens", "output_tokens")
    cached, heard = _counts(usage.get("input_tokens_details"), "cached_tokens", "audio_tokens")
    thought, spoken = _counts(
        usage.get("output_tokens_details"), "reasoning_tokens", "audio_tokens"
    )
    return Usage(
        input=sent,
        output=said,
        cached=cached,
        reasoning=thought,
        input_audio=heard,
        output_audio=spoken,
    )


def _of_chat(usage: dict[str, Any]) -> Usage:
    prompt, answer, total, hit = _counts(
        usage, "prompt_tokens", "completion_tokens", "total_tokens", "prompt_cache_hit_tokens"
    )
    cached, written, written_1h, heard = _counts(
        usage.get("prompt_tokens_details"),
        "cached_tokens",
        "cache_write_tokens",
        "cache_write_1h_tokens",
        "audio_tokens",
    )
    thought, spoken = _counts(
        usage.get("completion_tokens_details"), "reasoning_tokens", "audio_tokens"
    )
    # xAI and Google count thoughts into the total alone; all bill them as output.
    output = max(answer, total - prompt)
    return Usage(
        input=prompt,
        output=output,
        cached=cached or hit,
        cache_written=written,
        cache_written_1h=written_1h,
        reasoning=max(thought, output - answer),
        input_audio=heard,
        output_audio=spoken,
    )


def _counts(counts: Any, *names: str) -> Sequence[int]:
    """Counts by name; 0 where there is none, or nonsense."""
    if not isinstance(counts, dict):
        return (0,) * len(names)
    # by its very type: true and false are no counts, though they are numbers
    return [each if type(each) is int and each > 0 else 0 for each in map(counts.get, names)]
