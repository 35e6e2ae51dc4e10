"""Perspective's comments:analyze: its request, and its answer made of BiasGuard's scores.

Source: the API's discovery document, v1alpha1, and its reference on methods, limits and errors.
Offsets of spans count UTF-16 code units there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from aiguardian.dropin.bias import Scores, scores_of
from aiguardian.dropin.google_errors import Refused
from aiguardian.errors import DeadlineExceeded
from aiguardian.gateway.decode import convert
from aiguardian.gateway.screened import ScreenReport
from aiguardian.text.sentences import sentence_spans

JUDGED: dict[str, tuple[str, ...]] = {
    "TOXICITY": ("toxicity",),
    "SEVERE_TOXICITY": ("hate", "identity_attack", "threat"),
    "IDENTITY_ATTACK": ("identity_attack",),
    "INSULT": ("insult",),
    "THREAT": ("threat",),
    "SEXUALLY_EXPLICIT": ("sexual",),
}
"""The vendor's attributes, and those of our categories of which the highest score stands for
each. No category of ours is severe toxicity: the three gravest stand for it."""
EXPERIMENTAL = "_EXPERIMENTAL"
"""The earlier name of an attribute ends so."""
NOT_JUDGED = frozenset(
    [
        "PROFANITY",
        "FLIRTATION",
        "ATTACK_ON_AUTHOR",
        "ATTACK_ON_COMMENTER",
        "INCOHERENT",
        "INFLAMMATORY",
        "LIKELY_TO_REJECT",
        "OBSCENE",
        "SPAM",
        "UNSUBSTANTIAL",
        "AFFINITY",
        "ALIENATION",
        "COMPASSION",
        "CURIOSITY",
        "FEARMONGERING",
        "GENERALIZATION",
        "MORAL_OUTRAGE",
        "NUANCE",
        "PERSONAL_STORY",
        "POWER_APPEAL",
        "REASONING",
        "RESPECT",
        "SCAPEGOATING",
    ]
)
"""Attributes of the vendor's that no guard here looks for: they get no score, and are named."""
MOST_SENTENCES = 100
"""Sentences of a text that get a span of their own; each is judged by itself, some 5 ms."""


class Text(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comment."""

    text: str = ""
    type: str = "PLAIN_TEXT"


class AnalyzeRequest(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):  # fmt: skip
    """What a client sends."""

    comment: Text | None = None
    requested_attributes: dict[str, dict[str, Any]] = {}
    span_annotations: bool = False
    languages: list[str] = []
    do_not_store: bool = False
    client_token: str | None = None
    session_id: str | None = None
    community_id: str | None = None
    context: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The comment's text."""
        return self.comment.text if self.comment else ""


class Wanting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """An attribute's options, as they are sent."""

    score_type: str = "PROBABILITY"
    score_threshold: float = 0.0


def read_analyze(body: dict[str, Any]) -> AnalyzeRequest:
    """The request, checked. Raises `InvalidField`, `Refused`."""
    asked = convert(body, AnalyzeRequest)
    if asked.comment is not None and asked.comment.type not in {"PLAIN_TEXT", ""}:
        raise Refused("Only comments of the type PLAIN_TEXT are supported.", field="comment.type")
    if not asked.text.strip():
        raise Refused("comment.text must not be empty.", kind="COMMENT_EMPTY", field="comment.text")
    if not asked.requested_attributes:
        raise Refused(
            "requestedAttributes must name at least one attribute.",
            kind="NO_REQUESTED_ATTRIBUTES",
            field="requestedAttributes",
        )
    for name, options in asked.requested_attributes.items():
        if not _sources(name) and name.removesuffix(EXPERIMENTAL) not in NOT_JUDGED:
            raise Refused(
                f"There is no such attribute. Judged here: {', '.join(JUDGED)}.",
                field="requestedAttributes",
            )
        if convert(options, Wanting).score_type not in {"PROBABILITY", ""}:
            raise Refused(
                "The one score type there is is PROBABILITY.", field="requestedAttributes"
            )
    if not any(map(_sources, asked.requested_attributes)):
        raise Refused(
            f"No guard here judges these attributes. Judged: {', '.join(JUDGED)}.",
            field="requestedAttributes",
        )
    return asked


def spans_of(asked: AnalyzeRequest) -> list[tuple[int, int]]:
    """The sentences that get a score of their own, if the client wants them."""
    return sentence_spans(asked.text)[:MOST_SENTENCES] if asked.span_annotations else []


def answer(
    asked: AnalyzeRequest,
    report: ScreenReport,
    spans: Sequence[tuple[int, int]],
    of_spans: Sequence[ScreenReport],
) -> dict[str, Any]:
    """The vendor's answer. Raises `Refused` for a text in a language that is not read, and
    `NotAvailable` where there are no scores."""
    said = scores_of(report)
    _refuse_unread(asked, said)
    scored = [(span, scores_of(one)) for span, one in zip(spans, of_spans, strict=True)]
    places = scored or [((0, len(asked.text)), said)]
    scores = {
        name: _attribute(asked.text, _sources(name), said, places)
        for name, options in asked.requested_attributes.items()
        if _sources(name)
        and said.highest(*_sources(name)) >= convert(options, Wanting).score_threshold
    }
    told: dict[str, Any] = {"attributeScores": scores}
    told["languages"] = asked.languages or [said.language]
    told["detectedLanguages"] = [said.language]
    if asked.client_token is not None:
        told["clientToken"] = asked.client_token
    return told | {"aiguardian": _beside(asked, report, said)}


def _sources(attribute: str) -> tuple[str, ...]:
    return JUDGED.get(attribute.removesuffix(EXPERIMENTAL), ())


def _attribute(
    text: str,
    sources: tuple[str, ...],
    said: Scores,
    places: Sequence[tuple[tuple[int, int], Scores]],
) -> dict[str, Any]:
    return {
        "spanScores": [
            {
                "begin": _units(text[:start]),
                "end": _units(text[:end]),
                "score": _probability(of_span.highest(*sources)),
            }
            for (start, end), of_span in places
        ],
        "summaryScore": _probability(said.highest(*sources)),
    }


def _probability(score: float) -> Mapping[str, Any]:
    return {"value": score, "type": "PROBABILITY"}


def _units(text: str) -> int:
    """Its length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _refuse_unread(asked: AnalyzeRequest, said: Scores) -> None:
    """A text of which most was not judged gets no scores: they would speak of the rest."""
    if said.unread * 2 < len(asked.text.strip()):
        return
    if said.language in {"en", "und"}:
        raise DeadlineExceeded("The time was up before the text had been read.")
    attribute = next(name for name in asked.requested_attributes if _sources(name))
    raise Refused(
        f"Attribute {attribute} does not support request languages: {said.language}",
        kind="LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        field="comment.text",
        more={
            "languageNotSupportedByAttributeError": {
                "detectedLanguages": [said.language],
                "requestedLanguages": asked.languages,
                "attribute": attribute,
            }
        },
    )


def _beside(asked: AnalyzeRequest, report: ScreenReport, said: Scores) -> dict[str, Any]:
    """What the vendor's shape has no place for."""
    unjudged = list(said.reasons)
    if asked.context:
        unjudged.append("context: not judged")
    if asked.span_annotations and len(sentence_spans(asked.text)) > MOST_SENTENCES:
        unjudged.append(f"spans: only the first {MOST_SENTENCES} sentences have one")
    return {
        "decision": report.decision.action,
        "reason": report.decision.reason,
        "policy": report.policy,
        "unjudgedAttributes": [one for one in asked.requested_attributes if not _sources(one)],
        "unjudged": unjudged,
    }
