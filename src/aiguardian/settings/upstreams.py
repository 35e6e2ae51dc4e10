"""Settings of whoever answers behind the proxy, and of the cache of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from aiguardian.settings.variable import Secret, Variable


@dataclass(frozen=True, slots=True)
class Upstream:
    """Who answers behind the proxy. Without an address, the built-in `aiguardian/echo` does."""

    file: Annotated[
        Path | None,
        Variable(
            "AIGUARDIAN_UPSTREAMS",
            "A YAML file of several upstreams, instead of UPSTREAM_*. Read again when it changes.",
            "/etc/aiguardian/upstreams.yaml",
        ),
    ] = None
    base_url: Annotated[
        str | None,
        Variable(
            "UPSTREAM_BASE_URL", "Its address, with or without /v1.", "https://api.openai.com"
        ),
    ] = None
    api_key: Annotated[
        Secret | None,
        Variable("UPSTREAM_API_KEY", "Its key; without one the caller's own is passed on.", "sk-…"),
    ] = None
    kind: Annotated[
        Literal["openai", "anthropic", "azure", "bedrock", "ollama"],
        Variable("UPSTREAM_KIND", "Whose API it speaks.", "openai"),
    ] = "openai"
    api_version: Annotated[
        str, Variable("UPSTREAM_API_VERSION", "For azure: the version of its API.", "2024-10-21")
    ] = "2024-10-21"
    asks_usage: Annotated[
        bool,
        Variable("UPSTREAM_STREAM_USAGE", "Ask streams for their count of tokens.", "true"),
    ] = True
    timeout_s: Annotated[
        float,
        Variable("UPSTREAM_TIMEOUT_S", "Until an answer begins.", "120", ge=0.1, le=3600),
    ] = 120.0
    connect_s: Annotated[
        float, Variable("UPSTREAM_CONNECT_S", "Until it is connected.", "10", ge=0.1, le=300)
    ] = 10.0
    silence_s: Annotated[
        float,
        Variable("UPSTREAM_SILENCE_S", "Between two pieces of an answer.", "60", ge=0.1, le=3600),
    ] = 60.0
    retries: Annotated[
        int,
        Variable("UPSTREAM_RETRIES", "Further tries before an answer begins.", "2", ge=0, le=10),
    ] = 2
    canary_interval_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_CANARY_INTERVAL_S",
            "Between two rounds of the canaries in the file of upstreams.",
            "300",
            ge=1,
            le=86_400,
        ),
    ] = 300.0


@dataclass(frozen=True, slots=True)
class Cache:
    """Answers of upstreams that are given again."""

    mode: Annotated[
        Literal["off", "exact", "semantic"],
        Variable(
            "AIGUARDIAN_CACHE",
            "exact: given to the same request of the same key; semantic: to one that means the "
            "same, too.",
            "exact",
        ),
    ] = "off"
    ttl_s: Annotated[
        float,
        Variable("AIGUARDIAN_CACHE_TTL_S", "How long an answer is kept.", "600", ge=1, le=604_800),
    ] = 600.0
    size_bytes: Annotated[
        int,
        Variable("AIGUARDIAN_CACHE_BYTES", "All kept answers in memory.", "67108864", ge=65_536),
    ] = 64 * 1024 * 1024
    likeness: Annotated[
        float,
        Variable(
            "AIGUARDIAN_CACHE_LIKENESS",
            "The least cosine between two questions that mean the same.",
            "0.92",
            ge=0.5,
            le=1,
        ),
    ] = 0.92
