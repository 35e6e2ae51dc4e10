"""A claim laid beside its evidence: what the exact checks look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiguardian.guards.trust.evidence import SourceIndex
from aiguardian.guards.trust.judgement import Check, Claim, Evidence, Outcome
from aiguardian.guards.trust.words import Word, words

MOST_PIECES = 2
"""Pieces of evidence that the checks read: a summary's sentence comes from several places."""
REACH = 4
"""Content words on each side of a word of the claim that tell what it is said of."""
NEAR = 8
"""Words on each side of a place in the evidence where these are looked for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim and the pieces of evidence that share most with it, cut into words."""

    claim: Claim
    evidence: Sequence[Evidence]
    """Best first, at least one."""
    index: SourceIndex
    said: list[Word]
    """The claim's words, offsets in the judged text."""
    read: list[Word]
    """The words of all pieces in a row, offsets in the source of each."""
    origins: list[int]
    """For each word of `read` the piece that it stands in."""
    stems: frozenset[str]
    """Of the claim's words."""
    places: dict[str, list[int]] = field(default_factory=dict)
    """Where in `read` each stem stands."""
    _near: dict[int, frozenset[str]] = field(default_factory=dict)
    _around: dict[int, tuple[list[tuple[str, float]], float]] = field(default_factory=dict)

    def agreement(self, said: int, read: int) -> float:
        """In [0, 1]: how much of what stands around a word of the claim also stands around a
        place in the evidence. 0.0 where the claim has nothing around the word."""
        around, total = self._weighed(said)
        if not around:
            return 0.0
        near = self._near.get(read)
        if near is None:
            beside = self.read[max(0, read - NEAR) : read + NEAR + 1]
            near = self._near[read] = frozenset([word.stem for word in beside])
        return sum([weight for stem, weight in around if stem in near]) / total

    def _weighed(self, said: int) -> tuple[list[tuple[str, float]], float]:
        """What stands around a word of the claim, with its rarity, and the sum of these."""
        known = self._around.get(said)
        if known is None:
            weights = [(stem, self.index.rarities[stem]) for stem in self.around(said)]
            known = self._around[said] = (weights, sum([weight for _, weight in weights]))
        return known

    def around(self, said: int) -> list[str]:
        """The stems of the nearest content words on both sides of a word of the claim."""
        before = [w.stem for w in self.said[max(0, said - 3 * REACH) : said] if w.is_content]
        after = [w.stem for w in self.said[said + 1 : said + 3 * REACH] if w.is_content]
        return before[-REACH:] + after[:REACH]

    def said_text(self, first: int, last: int) -> str:
        """The words `first` to `last` of the claim as written, both included."""
        start = self.said[first].start - self.claim.start
        return self.claim.text[start : self.said[last].end - self.claim.start]

    def span(self, first: int, last: int) -> Evidence:
        """The words `first` to `last` of the evidence, both included and of one piece."""
        piece = self.evidence[self.origins[first]]
        start, end = self.read[first].start, self.read[last].end
        text = piece.text[start - piece.start : end - piece.start]
        return Evidence(piece.source, start, end, text)

    @property
    def is_table(self) -> bool:
        """Whether the best piece is rows of a table, not sentences."""
        return self.evidence[0].text.count("|") > 1

    @property
    def first_length(self) -> int:
        """How many words of `read` stand in the best piece."""
        return self.origins.count(0)

    @property
    def shared(self) -> float:
        """Share of the claim's words that the best piece has."""
        return self.evidence[0].score

    def check(
        self,
        name: str,
        outcome: Outcome,
        score: float,
        message: str,
        *,
        said: tuple[int, int],
        read: tuple[int, int] | None = None,
    ) -> Check:
        """A check about the words `said` of the claim and `read` of the evidence, both ends
        included."""
        return Check(
            name=name,
            outcome=outcome,
            score=min(1.0, max(0.0, score)),
            message=message,
            start=self.said[said[0]].start,
            end=self.said[said[1]].end,
            evidence=None if read is None else self.span(*read),
        )


def read_claim(claim: Claim, evidence: Sequence[Evidence], index: SourceIndex) -> Reading:
    """The claim laid beside the best of its evidence, of which there is at least one piece."""
    evidence = evidence[:MOST_PIECES]
    read: list[Word] = []
    origins: list[int] = []
    for number, piece in enumerate(evidence):
        found = index.words_of(piece)
        read += found
        origins += [number] * len(found)
    places: dict[str, list[int]] = {}
    for number, word in enumerate(read):
        stem = word.stem
        if stem in places:
            places[stem].append(number)
        else:
            places[stem] = [number]
    said = words(claim.text, claim.start)
    stems = frozenset([word.stem for word in said])
    return Reading(claim, evidence, index, said, read, origins, stems, places)
