"""What TrustGuard accepts and answers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.guards.trust.judgement import Verdict
from aiguardian.processor import Payload, Probability, Report

ValidationType = Literal["general", "grounding", "citation", "consistency", "code"]
ValidationLevel = Literal["basic", "standard", "strict"]

MOST_SOURCES = 10_000
MOST_SAMPLES = 50
LONGEST_QUESTION = 20_000


class SourceText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that the answer may rest on."""

    text: Annotated[str, Meta(description="What the source says.")]
    id: Annotated[
        str,
        Meta(
            max_length=256,
            description="How the answer's claims name it; its place from 1 without it.",
        ),
    ] = ""


class TrustPayload(Payload, frozen=True, kw_only=True):
    """An answer, what it may rest on, and how to check it."""

    text: Annotated[
        str,
        Meta(
            description="The answer to check.",
            examples=["Acme was founded in Oslo in 1987 and employs 1.2 million people."],
        ),
    ]
    validation_type: Annotated[
        ValidationType,
        Meta(
            description="`general` looks for contradictions inside the text, and with `sources` "
            "also does what `grounding` does; `citation` checks what is cited, `consistency` "
            "compares with `samples`, `code` looks for invented names."
        ),
    ] = "general"
    validation_level: Annotated[
        ValidationLevel,
        Meta(
            description="`basic` makes exact checks only, `standard` also reads with a model, "
            "`strict` reads everything and alarms earlier."
        ),
    ] = "standard"
    sources: Annotated[
        list[SourceText],
        Meta(max_length=MOST_SOURCES, description="What the answer may rest on."),
    ] = msgspec.field(default_factory=list)
    question: Annotated[
        str, Meta(max_length=LONGEST_QUESTION, description="What the text answers.")
    ] = ""
    samples: Annotated[
        list[str],
        Meta(max_length=MOST_SAMPLES, description="Other answers to the same question."),
    ] = msgspec.field(default_factory=list)
    packages: Annotated[
        Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=MOST_SOURCES)] | None,
        Meta(description="For `code`: the packages that exist; without it, those that are known."),
    ] = None

    @property
    def level(self) -> ValidationLevel:
        """The level asked for; a comprehensive scan is at least strict."""
        is_deep = self.scan_level == "comprehensive" and self.validation_level == "standard"
        return "strict" if is_deep else self.validation_level


class EvidenceSpan(Struct, frozen=True, kw_only=True):
    """A passage of the source named beside it, half-open code-point offsets into its text."""

    start: int
    end: int


class ClaimReport(Struct, frozen=True, kw_only=True):
    """One claim of the text and what became of it."""

    text: str
    start: int
    end: int
    verdict: Verdict
    support: Annotated[
        Probability,
        Meta(description="Calibrated probability that the sources support it; 0 where none was."),
    ]
    reason: Annotated[str, Meta(description="One sentence, with both sides where they differ.")]
    source_id: Annotated[str | UnsetType, Meta(description="Where the evidence stands.")] = UNSET
    evidence: Annotated[
        EvidenceSpan | UnsetType,
        Meta(description="What speaks for the claim, or most nearly: 1 to 5 sentences."),
    ] = UNSET
    judged_by: Annotated[
        str | UnsetType,
        Meta(description="The outside judge whose word decided; absent: the guard itself."),
    ] = UNSET


class JudgeUse(Struct, frozen=True, kw_only=True):
    """What the outside judge took for its answers to one request."""

    model: str
    answers: int
    input_tokens: int
    output_tokens: int
    counted: Annotated[
        Literal["reported", "estimated"],
        Meta(description="Whether the endpoint counted the tokens, or the gateway."),
    ]


class TrustReport(Report, kw_only=True):
    """A report with the claims of the text and the evidence for each."""

    trust_score: Annotated[Probability, Meta(description="1 - risk.")] = 1.0
    judge: Annotated[
        JudgeUse | UnsetType, Meta(description="Present where the outside judge answered.")
    ] = UNSET
    claims: list[ClaimReport] = msgspec.field(default_factory=list)
    language: Annotated[
        str,
        Meta(description="ISO 639-1 code of the text, `und` when not told or not asked for."),
    ] = "und"
