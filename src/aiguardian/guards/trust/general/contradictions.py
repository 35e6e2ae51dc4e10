"""Sentences of one text that say different things of the same: other numbers, or its denial.

Two sentences are compared only when nearly all their words are the same: what differs must be a
number, a year of an event, or a "not". Everything looser is guessing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aiguardian.guards.trust.judgement import Check, Claim
from aiguardian.guards.trust.marks import DENIES
from aiguardian.guards.trust.quantities.finding import find_quantities
from aiguardian.guards.trust.quantities.quantity import Quantity, agrees, comparable
from aiguardian.guards.trust.words import Word, Words, words
from aiguardian.processor import Deadline

ALIKE = 0.75
"""Of the content words of two sentences, how many must be common to both (Jaccard)."""
FEWEST = 3
"""Content words: shorter sentences are alike by chance."""
MOST_DENIED_MORE = 1
"""Content words that only one of a sentence and its denial may have."""
MOST_CLAIMS = 400
MOST_SHARING = 12
"""Sentences with a word: a word in more singles nothing out."""
_SPOKEN = re.compile(r"\b(?:I|you|your|my|me)\b|[=]|^[^.:\n]{1,40}:")
"""Speech, equations and what stands after a label: speakers and labels differ."""
_CHANGE_TEXT = (
    "then later now previously formerly originally initially before after again instead another "
    "other first second third next finally but whereas while however until since when if or "
    "unless example suppose assum scenario option case step today yesterday morning evening"
)
_CHANGE = frozenset(_CHANGE_TEXT.split())
"""Where one of these stands, time or case may differ."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence cut down to what it says."""

    claim: Claim
    stems: frozenset[str]
    figures: tuple[Quantity, ...]
    dates: tuple[Quantity, ...]
    is_denied: bool


def contradictions(claims: Sequence[Claim], deadline: Deadline) -> Iterator[Check]:
    """A check on the later of two sentences that cannot both hold."""
    said = []
    for claim in _comparable(claims):
        deadline.check()
        listed = words(claim.text)
        if sum(word.is_content and word.text.isalpha() for word in listed) >= FEWEST:
            said.append(_said(claim, listed))
    for first, second in _pairs(said):
        deadline.check()
        check = _compared(said[first], said[second])
        if check is not None:
            yield check


def _comparable(claims: Sequence[Claim]) -> list[Claim]:
    """Sentences: rows and items of a list say different things in the same words."""
    chosen = [claim for claim in claims if claim.kind == "sentence" and claim.is_checkable]
    return [claim for claim in chosen if not _SPOKEN.search(claim.text)][:MOST_CLAIMS]


def _said(claim: Claim, listed: Words) -> _Said:
    quantities = [one for one in find_quantities(claim.text) if one.dimension != "ordinal"]
    return _Said(
        claim,
        frozenset(
            word.stem
            for word, start in zip(listed, listed.starts, strict=True)
            if _counts(word, start, quantities)
        ),
        tuple(one for one in quantities if not one.is_date),
        tuple(one for one in quantities if one.is_date),
        sum(map(_denies, listed)) % 2 == 1,
    )


def _counts(word: Word, start: int, quantities: Sequence[Quantity]) -> bool:
    inside = any(one.start <= start < one.end for one in quantities)
    return word.is_content and not inside and not _denies(word) and len(word.text) > 1


def _denies(word: Word) -> bool:
    return bool(word.marks & DENIES) and not word.folded.startswith("note")


def _pairs(said: Sequence[_Said]) -> list[tuple[int, int]]:
    """Pairs of sentences that share enough words, found by the words that few sentences have."""
    places: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(said):
        for stem in one.stems:
            places[stem].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in places.values():
        if len(numbers) <= MOST_SHARING:
            shared.update((a, b) for at, a in enumerate(numbers) for b in numbers[at + 1 :])
    return sorted(
        (first, second)
        for (first, second) in shared
        if _are_alike(said[first].stems, said[second].stems)
    )


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    common = len(one & other)
    return common >= FEWEST and common >= ALIKE * len(one | other)


def _compared(first: _Said, second: _Said) -> Check | None:
    differing = first.stems ^ second.stems
    is_part = first.stems <= second.stems or second.stems <= first.stems
    if not is_part or differing & _CHANGE or _has_other_name(first, second):
        return None
    quoted = _short(first.claim.text)
    if first.is_denied != second.is_denied:
        if len(differing) <= MOST_DENIED_MORE:
            return _check(second, 0.6, f"Before, the text says the opposite: {quoted!r}.")
        return None
    dates, figures = (first.dates, second.dates), (first.figures, second.figures)
    if _is_one_each(dates) and figures == ((), ()) and not differing:
        if _differ(first.dates[0], second.dates[0]):
            return _check(second, 0.6, f"Before, the text gives another date: {quoted!r}.")
    elif (
        _is_one_each(figures)
        and _are_of_one_time(first, second)
        and _differ(first.figures[0], second.figures[0])
    ):
        return _check(second, 0.65, f"Before, the text gives another number: {quoted!r}.")
    return None


def _is_one_each(pair: tuple[Sequence[Quantity], Sequence[Quantity]]) -> bool:
    return len(pair[0]) == len(pair[1]) == 1


def _are_of_one_time(first: _Said, second: _Said) -> bool:
    if len(first.dates) != len(second.dates):
        return False
    pairs = zip(first.dates, second.dates, strict=True)
    return not any(_differ(one, other) for one, other in pairs)


def _differ(one: Quantity, other: Quantity) -> bool:
    if one.dimension == "clock" or not comparable(one, other):
        return False
    return not (agrees(one, other) or agrees(other, one))


def _has_other_name(first: _Said, second: _Said) -> bool:
    """Whether a word that only one sentence has is written with a capital: another thing's name."""
    differing = first.stems ^ second.stems
    listed = words(first.claim.text).listed[1:] + words(second.claim.text).listed[1:]
    return any(word.stem in differing and word.is_capital for word in listed)


def _check(said: _Said, score: float, message: str) -> Check:
    return Check(
        "general.contradiction", "contradicted", score, message, said.claim.start, said.claim.end
    )


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 160 else plain[:157] + "..."
