"""A model of a few words in the place of the shipped one: quick, and its answers are known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aiguardian.guards.bias.offence import MODEL_DIMENSIONS
from aiguardian.processor import Deadline
from aiguardian.text.sentences import sentence_spans

WEIGHTS: dict[str, dict[str, float]] = {
    "vermin": {"toxicity": 0.85, "hate": 0.8, "identity_attack": 0.8},
    "idiot": {"toxicity": 0.7, "insult": 0.75},
    "stab": {"toxicity": 0.95, "threat": 0.95},
    "kill you": {"toxicity": 0.95, "threat": 0.95},
    "bookish": {"toxicity": 0.3, "stereotype": 0.9},
    "muslims": {"toxicity": 0.1, "hate": 0.1, "identity_attack": 0.1},
}
THRESHOLD = 0.6


@dataclass(frozen=True)
class StandInJudgement:
    scores: dict[str, float]
    sentences: list[tuple[int, int, dict[str, float]]]
    unjudged: list[tuple[int, int]] = field(default_factory=list)


class StandIn:
    """Adds up the weights of the words it knows."""

    LANGUAGES = frozenset({"en"})

    def judge(self, text: str, deadline: Deadline | None = None) -> StandInJudgement:
        sentences = []
        highest = dict.fromkeys(MODEL_DIMENSIONS, 0.0)
        for start, end in sentence_spans(text):
            scores = self._score(text[start:end])
            highest = {name: max(highest[name], scores[name]) for name in highest}
            if self.over_threshold(scores):
                sentences.append((start, end, scores))
        return StandInJudgement(highest, sentences)

    def over_threshold(self, scores: Mapping[str, float]) -> Collection[str]:
        return [name for name, score in scores.items() if score >= THRESHOLD]

    def _score(self, sentence: str) -> dict[str, float]:
        scores = dict.fromkeys(MODEL_DIMENSIONS, 0.0)
        for word, weights in WEIGHTS.items():
            if word in sentence.lower():
                for name, weight in weights.items():
                    scores[name] = min(0.99, scores[name] + weight)
        return scores
