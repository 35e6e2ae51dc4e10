"""Identity-swap evidence: flagged sentences judged again with another group named in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aiguardian.guards.bias.mentions import Mention
from aiguardian.guards.bias.model import ToxicityModel
from aiguardian.guards.bias.offence import Sentence
from aiguardian.guards.bias.schemas import IdentitySwap
from aiguardian.guards.bias.swapping import swapped
from aiguardian.processor import Deadline
from aiguardian.text.normalize import normalize

MOST_SWAPS = 8
"""Sentences judged again in one request, the first ones: each costs a pass of the model."""
LONGEST = 1_000
"""Code points of a sentence that is judged again."""


def swap_evidence(
    text: str,
    sentences: list[Sentence],
    mentions: list[Mention],
    *,
    model: ToxicityModel,
    deadline: Deadline,
) -> Iterator[IdentitySwap]:
    """One swap for each flagged sentence that names a group, at most `MOST_SWAPS`."""
    left = MOST_SWAPS
    for sentence in sentences:
        if not left:
            return
        if not sentence.over or sentence.encodings or sentence.end - sentence.start > LONGEST:
            continue
        deadline.check()
        evidence = _swap(text, sentence, mentions, model, deadline)
        if evidence is not None:
            left -= 1
            yield evidence


def _swap(
    text: str,
    sentence: Sentence,
    mentions: list[Mention],
    model: ToxicityModel,
    deadline: Deadline,
) -> IdentitySwap | None:
    start, end = sentence.start, sentence.end
    named = [
        each._replace(start=each.start - start, end=each.end - start)
        for each in mentions
        if start <= each.start and each.end <= end
    ]
    for mention in named:
        exchanged = swapped(text[start:end], named, mention.group)
        if exchanged is None:
            continue
        other_text, partner = exchanged
        scores = model.judge(normalize(other_text).mapped.text, deadline).scores
        risk, swapped_risk = _risk(sentence.raw, sentence), _risk(scores, sentence)
        return IdentitySwap(
            start=start,
            end=end,
            group=mention.group.name,
            swapped_with=partner.name,
            risk=round(risk, 4),
            swapped_risk=round(swapped_risk, 4),
            difference=round(risk - swapped_risk, 4),
        )
    return None


def _risk(scores: Mapping[str, float], sentence: Sentence) -> float:
    """The highest score among the categories that the sentence was flagged for."""
    return max(scores[category] for category in sentence.over)
