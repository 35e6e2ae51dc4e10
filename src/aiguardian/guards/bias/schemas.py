"""What BiasGuard accepts and answers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from aiguardian.guards.bias.groups import Axis
from aiguardian.processor import Payload, Probability, Report

Dimension = Literal[
    "toxicity",
    "hate",
    "identity_attack",
    "threat",
    "insult",
    "sexual",
    "stereotype",
    "exclusionary_language",
    "loaded_language",
    "gender_coded",
]
LEXICAL: tuple[Dimension, ...] = ("exclusionary_language", "loaded_language", "gender_coded")
"""Dimensions that lists of English words decide; the model decides the others."""


class BiasPayload(Payload, frozen=True, kw_only=True):
    """A text, what to look for in it, and whether to write it anew."""

    text: Annotated[
        str,
        Meta(
            description="The text to judge.",
            examples=["The chairman asked for more manpower."],
        ),
    ]
    dimensions: Annotated[
        Annotated[list[Dimension], Meta(min_length=1, max_length=10)] | None,
        Meta(
            description="Look for these only. Without it for all, `gender_coded` in job "
            "advertisements only. Listed words count in full where their dimension is named here.",
            examples=[["exclusionary_language"]],
        ),
    ] = None
    rewrite: Annotated[
        bool,
        Meta(
            description="Answer with the suggestions put in where grammar allows; quotations, "
            "code and addresses stay. Only for `content_type` text and document."
        ),
    ] = False


class IdentitySwap(Struct, frozen=True, kw_only=True):
    """A flagged sentence judged again with another group in the place of the one it names."""

    start: int
    end: int
    group: Annotated[str, Meta(description="The group that the sentence names.")]
    swapped_with: Annotated[str, Meta(description="The group that took its place.")]
    risk: Probability
    swapped_risk: Probability
    difference: Annotated[
        float,
        Meta(
            description="risk - swapped_risk: near 0, the words are what is judged; large, the "
            "group's name is."
        ),
    ]


class BiasReport(Report, kw_only=True):
    """A report with a score for each dimension, whom the text speaks of, and the swaps."""

    toxicity_score: Probability = 0.0
    bias_score: Annotated[
        Probability,
        Meta(
            description="The highest of hate, identity_attack, stereotype and the listed language."
        ),
    ] = 0.0
    categories: Annotated[
        dict[str, float],
        Meta(description="Score of each dimension that was looked for and could be judged."),
    ] = msgspec.field(default_factory=dict)
    targets: Annotated[
        list[Axis], Meta(description="Kinds of groups that the text speaks of, well or ill.")
    ] = msgspec.field(default_factory=list)
    identity_swap: Annotated[
        list[IdentitySwap], Meta(description="For each flagged sentence that names a group.")
    ] = msgspec.field(default_factory=list)
    language: Annotated[
        str, Meta(description="ISO 639-1 code of most of the text, `und` when it cannot be told.")
    ] = "und"
