"""Dimensions of the model: what a text's sentences say, whom they name, and what excuses them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from aiguardian.guards.bias.mentions import Mention
from aiguardian.guards.bias.model import ToxicityModel
from aiguardian.guards.bias.passages import Passages
from aiguardian.guards.bias.stance import Stance, own_words, stance
from aiguardian.processor import Deadline
from aiguardian.text.normalize import Normalized, normalize
from aiguardian.text.offsets import Mapped
from aiguardian.text.views import decoded_views

MODEL_DIMENSIONS = (
    "toxicity",
    "hate",
    "identity_attack",
    "threat",
    "insult",
    "sexual",
    "stereotype",
)
SPECIFIC = ("threat", "sexual", "identity_attack", "hate", "insult", "stereotype", "toxicity")
"""Which category a finding is named for, where several reach their threshold."""

MOST_VIEWS = {"standard": 4, "comprehensive": 32}
"""Decoded readings of a text that are judged, by scan level; each costs a pass of the model."""
ENOUGH_LETTERS = 5
"""A decoded reading with fewer is not judged."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence at or over a threshold: half-open span in the text sent, scores after stance."""

    start: int
    end: int
    raw: Mapping[str, float]
    scores: Mapping[str, float]
    over: tuple[str, ...]
    """Categories at or over their threshold after stance, the most specific first."""
    stance: Stance | None
    encodings: tuple[str, ...] = ()
    """How it was disguised: "leet", "base64"; empty for plain text."""


@dataclass(slots=True)
class Offence:
    """Probabilities of a text by category, the sentences behind them, what was left out."""

    scores: dict[str, float]
    over: tuple[str, ...] = ()
    sentences: list[Sentence] = field(default_factory=list)
    unjudged: list[tuple[int, int]] = field(default_factory=list)


def find_offence(
    parts: Passages,
    mentions: list[Mention],
    *,
    model: ToxicityModel,
    unread: tuple[tuple[int, int, str], ...],
    scan_level: str,
    deadline: Deadline,
) -> Offence:
    """The model's view of everything but the `unread` spans, decoded readings included."""
    plain = normalize(_without(parts.text, unread))
    offence = _judged(plain.mapped, parts, mentions, model, deadline)
    for view_mapped, encodings in _views(plain, scan_level, deadline):
        deadline.check()
        read = _judged(view_mapped, parts, mentions, model, deadline, encodings)
        if not read.over:
            continue
        offence.sentences += read.sentences
        offence.over = tuple(dict.fromkeys((*offence.over, *read.over)))
        for category, score in read.scores.items():
            offence.scores[category] = max(offence.scores.get(category, 0.0), score)
    return offence


def _views(
    plain: Normalized, scan_level: str, deadline: Deadline
) -> Iterator[tuple[Mapped, tuple[str, ...]]]:
    deadline.check()
    views, _ = decoded_views(
        plain.mapped, plain.hidden, is_late=lambda: deadline.remaining_s() == 0.0
    )
    for view in views[: MOST_VIEWS[scan_level]]:
        if sum(map(str.isalpha, view.text)) >= ENOUGH_LETTERS:
            yield view.mapped, tuple(view.encodings)


def _judged(
    mapped: Mapped,
    parts: Passages,
    mentions: list[Mention],
    model: ToxicityModel,
    deadline: Deadline,
    encodings: tuple[str, ...] = (),
) -> Offence:
    judged = model.judge(mapped.text, deadline)
    sentences = []
    for start, end, scores in judged.sentences:
        span = mapped.original_span(start, end)
        sentences.append(_sentence(span, scores, parts, mentions, model, encodings))
    scores = _after_stance(dict(judged.scores), sentences, model)
    over = _ranked(model.over_threshold(scores))
    unjudged = [mapped.original_span(*span) for span in judged.unjudged]
    return Offence(scores, over, sentences, unjudged)


def _sentence(
    span: tuple[int, int],
    raw: Mapping[str, float],
    parts: Passages,
    mentions: list[Mention],
    model: ToxicityModel,
    encodings: tuple[str, ...],
) -> Sentence:
    start, end = span
    named = [each for each in mentions if start <= each.start < end]
    excuse = None if encodings else stance(parts, start, end, named=named)
    if excuse is not None and excuse.name == "quotation":
        own = model.judge(normalize(own_words(parts, start, end)).mapped.text).scores
        excuse = None if model.over_threshold(own) else excuse
    scores = raw
    if excuse is not None:
        scores = {category: score * excuse.factor for category, score in raw.items()}
    over = _ranked(model.over_threshold(scores))
    return Sentence(start, end, dict(raw), dict(scores), over, excuse, encodings)


def _after_stance(
    scores: dict[str, float], sentences: list[Sentence], model: ToxicityModel
) -> dict[str, float]:
    """The text's scores: where every sentence that raised them is excused, no higher than these.

    A window that reaches a threshold without any of its sentences keeps its score.
    """
    excused = [sentence for sentence in sentences if sentence.stance is not None]
    if not excused or len(excused) < len(sentences):
        return scores
    alarmed = model.over_threshold(scores)
    for category in alarmed:
        scores[category] = max(sentence.scores[category] for sentence in excused)
    return scores


def _ranked(categories: Collection[str]) -> tuple[str, ...]:
    return tuple(category for category in SPECIFIC if category in categories)


def _without(text: str, unread: tuple[tuple[int, int, str], ...]) -> str:
    """The text with unread spans blank: the same length, so that offsets stay true."""
    for start, end, _ in unread:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
