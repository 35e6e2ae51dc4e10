"""A claim laid beside its evidence: what the exact checks look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiguardian.guards.trust.evidence import SourceIndex
from aiguardian.guards.trust.judgement import Check, Claim, Evidence, Outcome
from aiguardian.guards.trust.words import Word, Words

MOST_PIECES = 2
"""Pieces of evidence that the checks read: a summary's sentence comes from several places."""
REACH = 4
"""Content words on each side of a word of the claim that tell what it is said of."""
NEAR = 8
"""Words on each side of a place in the evidence where these are looked for."""


class Reading:
    """A claim and the pieces of evidence that share most with it, cut into words."""

    def __init__(self, claim: Claim, evidence: Sequence[Evidence], index: SourceIndex) -> None:
        self.claim = claim
        self.evidence = evidence
        """Best first, at least one."""
        self.index = index
        self.said = index.said(claim.text)
        """The claim's words, with offsets in the claim."""
        self.stems = frozenset([word.stem for word in self.said.listed])
        """Of the claim's words."""
        self.said_marks = 0
        """The marks of the claim's words."""
        for word in self.said.listed:
            self.said_marks |= word.marks
        self._numbers: list[range] = []
        self._read: Words | None = None
        self.read_stems: list[str] = []
        """Of each word of `read`."""
        self.read_marks = 0
        """The marks of the words in `read`."""
        for piece in evidence:
            window = index.window(piece)
            numbers = index.words_of(window)
            self._numbers.append(numbers)
            self.read_stems += index.stems[numbers.start : numbers.stop]
            self.read_marks |= index.marks_of(window)
        self.first_length = len(self._numbers[0]) if self._numbers else 0
        """How many words of `read` stand in the best piece; the others stand in the second."""
        self.places = self._places()
        """Where in `read` the stems of the claim stand that stand there."""
        self._near: dict[int, frozenset[str]] = {}
        self._around: dict[int, tuple[list[tuple[str, float]], float]] = {}

    def _places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        stems = self.stems
        for place, stem in enumerate(self.read_stems):
            if stem in stems:
                if stem in found:
                    found[stem].append(place)
                else:
                    found[stem] = [place]
        return found

    @property
    def read(self) -> Words:
        """The words of all pieces in a row, with offsets in the source of each."""
        if self._read is None:
            self._read = Words([], [], [])
            for numbers in self._numbers:
                self._read.add(self.index.words.part(numbers.start, numbers.stop))
        return self._read

    def read_places(self, stems: frozenset[str]) -> list[int]:
        """Where in `read` any of these stems stand."""
        if self.index.places.keys().isdisjoint(stems):
            return []
        return [place for place, stem in enumerate(self.read_stems) if stem in stems]

    def marked(self, mark: int) -> Iterator[tuple[int, Word]]:
        """The words of the claim with a mark, and their places."""
        if not self.said_marks & mark:
            return iter(())
        return ((at, word) for at, word in enumerate(self.said.listed) if word.marks & mark)

    def agreement(self, said: int, read: int) -> float:
        """In [0, 1]: how much of what stands around a word of the claim also stands around a
        place in the evidence. 0.0 where the claim has nothing around the word."""
        around, total = self._weighed(said)
        if not around:
            return 0.0
        near = self._near.get(read)
        if near is None:
            beside = self.read_stems[max(0, read - NEAR) : read + NEAR + 1]
            near = self._near[read] = frozenset(beside)
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
        listed = self.said.listed
        before = [w.stem for w in listed[max(0, said - 3 * REACH) : said] if w.is_content]
        after = [w.stem for w in listed[said + 1 : said + 3 * REACH] if w.is_content]
        return before[-REACH:] + after[:REACH]

    def said_text(self, first: int, last: int) -> str:
        """The words `first` to `last` of the claim as written, both included."""
        return self.claim.text[self.said.starts[first] : self.said.ends[last]]

    def span(self, first: int, last: int) -> Evidence:
        """The words `first` to `last` of the evidence, both included and of one piece."""
        piece = self.evidence[first >= self.first_length]
        start, end = self.read.starts[first], self.read.ends[last]
        text = piece.text[start - piece.start : end - piece.start]
        return Evidence(piece.source, start, end, text)

    @property
    def is_table(self) -> bool:
        """Whether the best piece is rows of a table, not sentences."""
        return self.evidence[0].text.count("|") > 1

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
            start=self.claim.start + self.said.starts[said[0]],
            end=self.claim.start + self.said.ends[said[1]],
            evidence=None if read is None else self.span(*read),
        )


def read_claim(claim: Claim, evidence: Sequence[Evidence], index: SourceIndex) -> Reading:
    """The claim laid beside the best of its evidence, of which there is at least one piece."""
    return Reading(claim, evidence[:MOST_PIECES], index)
