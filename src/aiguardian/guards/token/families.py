"""Which vocabulary a model reads with, found from its name.

OpenAI's vocabularies are known, so its counts are exact. The other makers' are not inside any
dependency: their counts are estimated from the vocabulary they descend from or resemble, by
the weights that `benchmarks/token_estimates.py` fitted where a maker's tokenizer was at hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
    cjk: float = 0.0
    other_scripts: float = 0.0
    error_p90: float = 0.0
    """Nine in ten estimates lie within this share of the truth."""
    is_measured: bool = False
    """Against the maker's own tokenizer; else the error is what its guidance leaves open."""


O200K = Family("openai-o200k", "o200k_base", is_exact=True)
CL100K = Family("openai-cl100k", "cl100k_base", is_exact=True)

UNKNOWN = Family("unknown", "o200k_base", tokens=1.1, error_p90=0.35)

# Per family: a pattern on the bare, lower-case name. First match wins.
_FAMILIES: tuple[tuple[str, Family], ...] = (
    (r"(?:chat)?gpt-4o|gpt-4\.[15]|gpt-5|gpt-oss|o[134](?:-|$)|codex-mini", O200K),
    (r"gpt-(?:audio|realtime)|computer-use-preview", O200K),
    (r"gpt-4(?:-|$)|gpt-3\.?5|text-embedding-(?:ada-002|3)|(?:davinci|babbage)-002", CL100K),
)

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
