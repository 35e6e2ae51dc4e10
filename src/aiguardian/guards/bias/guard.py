"""BiasGuard: toxic, hateful, exclusionary and loaded language, and whom it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, get_args

from msgspec import UNSET

from aiguardian.errors import PayloadTooLarge
from aiguardian.guards.bias.hits import Hit
from aiguardian.guards.bias.mentions import Mention, axes_of, find_mentions
from aiguardian.guards.bias.model import Corroborated, ToxicityModel, shipped_model
from aiguardian.guards.bias.offence import MODEL_DIMENSIONS, Offence, find_offence
from aiguardian.guards.bias.passages import Passages, passages
from aiguardian.guards.bias.phrases import words
from aiguardian.guards.bias.reading import Reading, read_languages
from aiguardian.guards.bias.rewriting import rewritten
from aiguardian.guards.bias.schemas import LEXICAL, BiasPayload, BiasReport, Dimension
from aiguardian.guards.bias.self_tests import IN_ANOTHER_LANGUAGE, SELF_TESTS
from aiguardian.guards.bias.swaps import swap_evidence
from aiguardian.guards.bias.verdict import (
    bias_score,
    decision_of,
    findings_of,
    judged_verdict,
)
from aiguardian.guards.bias.wording import find_wording
from aiguardian.processor import (
    MAX_TEXT_BYTES,
    Caller,
    Deadline,
    Processor,
    SelfTest,
    Unjudged,
)
from aiguardian.text.language import is_loaded

ENGLISH_OR_UNKNOWN = frozenset({"en", "und"})
"""Languages of texts in which listed words are looked for. Elsewhere the lexical dimensions have
no score, which is not a score of 0."""


class BiasGuard(Processor[BiasPayload]):
    """Judges how a text speaks of people: a model for meaning, lists for single words."""

    name: ClassVar[str] = "biasguard"
    version: ClassVar[str] = "1.0"
    capabilities: ClassVar[tuple[str, ...]] = get_args(Dimension)
    categories: ClassVar[tuple[str, ...]] = get_args(Dimension)
    rewritable: ClassVar[tuple[str, ...]] = LEXICAL
    payload = BiasPayload
    report = BiasReport

    def __init__(self, model: ToxicityModel | None = None) -> None:
        self._model = model or shipped_model()

    def process(self, payload: BiasPayload, caller: Caller) -> BiasReport:
        """The report on the dimensions asked for. A text in a language that the model does not
        read is `unjudged` for the model's dimensions."""
        text, deadline = payload.text, caller.deadline
        if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
            raise PayloadTooLarge(f"text is longer than {MAX_TEXT_BYTES} bytes.", field="text")
        asked = frozenset(payload.dimensions or get_args(Dimension))
        parts = passages(text)
        cut = words(parts.prose)
        deadline.check()
        reading = read_languages(parts.prose, frozenset(self._model.LANGUAGES), deadline)
        mentions = find_mentions(parts.prose, cut)
        hits: list[Hit] = []
        lexical: dict[str, float] = {}
        if reading.language in ENGLISH_OR_UNKNOWN:
            hits, lexical = find_wording(parts, cut, payload.dimensions, deadline)
        # Last: it takes whatever time there is for a long text, and names what it leaves out.
        offence = self._offence(parts, mentions, reading, payload, asked, deadline)
        return self._report(payload, offence, hits, lexical, mentions, reading, deadline)

    def self_tests(self) -> Sequence[SelfTest]:
        """Known answers with the verdict each must get."""
        return SELF_TESTS + (IN_ANOTHER_LANGUAGE if is_loaded() else ())

    def _offence(
        self,
        parts: Passages,
        mentions: list[Mention],
        reading: Reading,
        payload: BiasPayload,
        asked: frozenset[str],
        deadline: Deadline,
    ) -> Offence:
        if not asked & set(MODEL_DIMENSIONS):
            return Offence({})
        return find_offence(
            parts,
            mentions,
            model=self._model if payload.dimensions else Corroborated(self._model),
            unread=reading.unread,
            scan_level=payload.scan_level,
            deadline=deadline,
        )

    def _report(
        self,
        payload: BiasPayload,
        offence: Offence,
        hits: list[Hit],
        lexical: dict[str, float],
        mentions: list[Mention],
        reading: Reading,
        deadline: Deadline,
    ) -> BiasReport:
        text, length = payload.text, len(payload.text)
        asked = frozenset(payload.dimensions or get_args(Dimension))
        verdict = judged_verdict(
            offence, lexical, asked=asked, named=payload.dimensions is not None
        )
        findings = findings_of(offence, hits, asked=asked, length=length)
        unjudged = _unjudged(offence, reading) if asked & set(MODEL_DIMENSIONS) else []
        is_text = payload.content_type != "code"
        output = rewritten(text, hits) if payload.rewrite and is_text else text
        categories = {
            name: round(score, 4)
            for name, score in (*offence.scores.items(), *lexical.items())
            if name in asked
        }
        decision = decision_of(
            verdict,
            offence,
            findings,
            unjudged,
            is_rewritten=output != text,
            length=length,
        )
        return BiasReport(
            text_length=length,
            risk=round(verdict.risk, 4),
            flagged=verdict.flagged,
            alarms=sorted(verdict.over),
            confidence_score=decision.confidence,
            decision=decision,
            findings=findings,
            output=output if decision.action == "rewrite" else UNSET,
            unjudged=unjudged or UNSET,
            toxicity_score=round(offence.scores.get("toxicity", 0.0), 4),
            bias_score=bias_score(categories),
            categories=categories,
            targets=axes_of(mentions),
            identity_swap=list(
                swap_evidence(
                    text, offence.sentences, mentions, model=self._model, deadline=deadline
                )
            ),
            language=reading.language,
        )


def _unjudged(offence: Offence, reading: Reading) -> list[Unjudged]:
    unread = [
        Unjudged(start=start, end=end, reason=f'No model here reads the language "{language}".')
        for start, end, language in reading.unread
    ]
    late = [
        Unjudged(start=start, end=end, reason="The time was up before the model had read it.")
        for start, end in offence.unjudged
    ]
    return sorted(unread + late, key=lambda part: part.start)
