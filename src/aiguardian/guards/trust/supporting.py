"""How well one source supports one claim: what a citation is judged by."""

from __future__ import annotations

from aiguardian.guards.trust.evidence import SourceIndex, index_sources
from aiguardian.guards.trust.examine import Level, examine_claim, read_evidence
from aiguardian.guards.trust.judgement import Claim, Source
from aiguardian.guards.trust.model import Combiner, Entailment
from aiguardian.processor import Deadline


class Supporting:
    """The support of claims by single sources; each source is indexed once."""

    def __init__(
        self,
        combiner: Combiner,
        *,
        level: Level,
        deadline: Deadline,
        entailment: Entailment | None = None,
    ) -> None:
        self._combiner = combiner
        self._level: Level = level
        self._deadline = deadline
        self._entailment = entailment if level != "basic" else None
        self._indexes: dict[int, SourceIndex] = {}

    def __call__(self, claim: str, source: Source) -> float:
        """The probability that the source supports the claim, 0.0 where it shares no word."""
        index = self._index(source)
        made = Claim(claim, 0, len(claim))
        found = examine_claim(made, index, (), level=self._level, deadline=self._deadline)
        if not found.evidence:
            return 0.0
        if self._entailment is not None:
            (found,) = read_evidence([found], 1, self._deadline, self._entailment)
        return self._combiner.support(found.features)

    def _index(self, source: Source) -> SourceIndex:
        if source.index not in self._indexes:
            self._indexes[source.index] = index_sources([source], self._deadline)
        return self._indexes[source.index]
