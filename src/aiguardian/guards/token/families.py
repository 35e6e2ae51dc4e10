"""Which vocabulary a model reads with, found from its name.

OpenAI's vocabularies are known, so its counts are exact. The other makers' are not inside any
dependency: their counts are estimated from the vocabulary they descend from or resemble, by
the weights that `benchmarks/token_estimates.py` fitted where a maker's tokenizer was at hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from aiguardian.text.bpe import ENCODINGS, Encoding


@dataclass(frozen=True, slots=True)
class Family:
    """How a family's count follows from a known vocabulary's: `tokens` weighs its count, the
    others weigh characters on which vocabularies differ most. All ones and zeros is exact."""

    name: str
    encoding: Encoding
    is_exact: bool = False
    tokens: float = 1.0
    digits: float = 0.0
    accented: float = 0.0
    cjk: float = 0.0
    other_scripts: float = 0.0
    error_p90: float = 0.0
    """Nine in ten estimates lie within this share of the truth."""
    is_measured: bool = False
    """Against the maker's own tokenizer; else the error is what its guidance leaves open."""


O200K = Family("openai-o200k", "o200k_base", is_exact=True)
CL100K = Family("openai-cl100k", "cl100k_base", is_exact=True)


def _measured(
    name: str,
    encoding: Encoding,
    weights: tuple[float, float, float, float, float],
    *,
    error_p90: float,
) -> Family:
    """`weights` in the order of the fields: tokens, digits, accented, cjk, other scripts."""
    tokens, digits, accented, cjk, other_scripts = weights
    return Family(
        name,
        encoding,
        tokens=tokens,
        digits=digits,
        accented=accented,
        cjk=cjk,
        other_scripts=other_scripts,
        error_p90=error_p90,
        is_measured=True,
    )


# Weights and errors of the measured ones: benchmarks/results/token_estimates.json, 2026-11-21.
CLAUDE_2 = _measured(
    "claude-2", "cl100k_base", (1.026, 0.003, 0.772, -0.074, 0.088), error_p90=0.114
)
QWEN = _measured("qwen", "cl100k_base", (0.955, 0.53, -0.564, -0.429, -0.207), error_p90=0.131)
LLAMA_3 = _measured(
    "llama-3", "o200k_base", (1.028, -0.046, -0.063, -0.002, 0.051), error_p90=0.094
)
LLAMA_4 = _measured(
    "llama-4", "o200k_base", (1.004, -0.008, -0.145, -0.131, -0.035), error_p90=0.077
)
MISTRAL_V3 = _measured(
    "mistral-v3", "cl100k_base", (1.156, 0.339, 0.248, -0.164, -0.147), error_p90=0.113
)
TEKKEN = _measured("tekken", "o200k_base", (1.057, 0.404, -0.112, 0.026, 0.01), error_p90=0.104)

# No tokenizer of these was at hand. The weight follows what the maker says of English
# (Anthropic: 3.5 characters a token; Google: 4; DeepSeek: 0.3 tokens a character) against 4.5 of
# o200k_base; the error is an assumption, twice that of the measured families.
CLAUDE = Family("claude", "o200k_base", tokens=1.25, error_p90=0.25)
GEMINI = Family("gemini", "o200k_base", tokens=1.1, error_p90=0.25)
DEEPSEEK = Family("deepseek", "o200k_base", tokens=1.15, error_p90=0.25)
LATER_OPENAI = Family("openai-later", "o200k_base", tokens=1.0, error_p90=0.15)
OLDER_OPENAI = Family("openai-older", "cl100k_base", tokens=1.05, error_p90=0.25)
LLAMA_2 = replace(MISTRAL_V3, name="llama-2", error_p90=0.25, is_measured=False)
UNKNOWN = Family("unknown", "o200k_base", tokens=1.1, error_p90=0.3)

# Per family: a pattern on the bare, lower-case name. First match wins.
_FAMILIES: tuple[tuple[str, Family], ...] = (
    (r"(?:chat)?gpt-4o|gpt-4[.-][15](?:-|$)|gpt-5|gpt-oss|o[134](?:-|$)|codex-mini", O200K),
    (r"gpt-(?:audio|realtime)", O200K),
    (r"gpt-4(?:-|$)|gpt-3\.?5|text-embedding-(?:ada-002|3)|(?:davinci|babbage)-002", CL100K),
    (r"gpt-\d|chatgpt", LATER_OPENAI),
    (r"(?:text-)?(?:davinci|curie|babbage|ada)|code-(?:davinci|cushman)", OLDER_OPENAI),
    (r"claude-(?:2|v2|instant)", CLAUDE_2),
    (r"claude", CLAUDE),
    (r"gemini|gemma|palm|text-bison|chat-bison", GEMINI),
    (r"(?:meta-)?llama-?4", LLAMA_4),
    (r"(?:meta-)?llama-?3", LLAMA_3),
    (r"(?:meta-)?llama|codellama|vicuna", LLAMA_2),
    (r"(?:open-)?(?:mixtral|mistral-(?:7b|tiny))|mistral-(?:large|small)-24|codestral-24",
     MISTRAL_V3),
    (r"(?:open-)?(?:mistral|ministral|pixtral|codestral|magistral|devstral|voxtral)", TEKKEN),
    (r"qwen|qwq|qvq", QWEN),
    (r"deepseek", DEEPSEEK),
)  # fmt: skip

NOT_MEASURED = "the estimate for this family was not measured against its own tokenizer"

_PREFIXES = re.compile(
    r"^(?:.*/)?(?:(?:us|us-gov|eu|apac|jp|au|global)\.)?(?:[a-z0-9]+\.(?=[a-z]))?"
)


@lru_cache(maxsize=4096)
def family_of(model: str) -> Family:
    """The family of a model by name; `UNKNOWN` when no pattern fits. An encoding's own name
    (`cl100k_base`) counts as a model."""
    name = model.strip().lower()
    if name in ENCODINGS:
        return O200K if name == "o200k_base" else CL100K
    name = _PREFIXES.sub("", name).removeprefix("ft:")
    for pattern, family in _FAMILIES:
        if re.match(pattern, name):
            return family
    return UNKNOWN
