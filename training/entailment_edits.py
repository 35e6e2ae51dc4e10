"""One thing changed in a claim, so that what supported it no longer does.

An `Edit` is applied to a claim (then its source no longer says so) or to the source (then it says
so again). Each pair of claims is used with either source, so that neither claim nor source alone
tells the label.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from training.entailment_words import (
    CLOSED,
    KEEPERS,
    MONTHS,
    NUMBER_WORDS,
    OPPOSITES,
    WEEKDAYS,
)

Neighbours = Callable[[str], Sequence[str]]
"""Words that stand where a word stands, the nearest first."""

_NUMBER = re.compile(r"(?<![\w.,])\d{1,9}(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)")
_NAME = re.compile(r"(?<![.!?:\n] )(?<!^)\b[A-Z][\w'’-]+(?: (?:of |the |de )?[A-Z][\w'’-]+){0,3}")
_WORD = re.compile(r"[A-Za-z][a-z]{3,}")
_AUXILIARY = re.compile(
    r"\b(is|was|are|were|has been|have been|has|had|can|could|will|would|did|does|do|should)\b"
    r"(?! not\b|n't)"
)
_NOT = re.compile(r"\b(is|was|are|were|has|have|had|can|could|will|would|should) not\b")
_TAIL = re.compile(
    r"(?:,? )((?:in|at|for|with|by|during|after|because of|from|due to|near|on|since|until)"
    r" [\w'’$%,-]+(?: [\w'’$%-]+){0,5})[.!]?$"
)


def _spaced(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(one.replace("_", " "), other.replace("_", " ")) for one, other in pairs]


def _both_ways(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for one, other in _spaced(pairs):
        table.setdefault(one, []).append(other)
        table.setdefault(other, []).append(one)
    return table


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")


_TURNED = {kind: _both_ways(pairs) for kind, pairs in OPPOSITES.items()}
_SAID = {kind: _any_of(table) for kind, table in _TURNED.items()}
_KEPT = dict(_spaced(KEEPERS))
_KEEPS = _any_of(_KEPT)

CONTRADICTS = frozenset(
    {"number", "month", "name", "role", "negation", "antonym", "quantifier", "time"}
)
"""Kinds whose edit makes the source deny the claim. The others only leave it without support."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Words and what stands for them afterwards; each occurrence is changed, all at once."""

    kind: str
    words: tuple[tuple[str, str], ...]
    tail: str = ""
    """Added at the end, before the full stop."""

    def __call__(self, text: str) -> str:
        """The text after the edit."""
        if self.words:
            table = dict(self.words)
            pattern = "|".join(re.escape(old) for old in sorted(table, key=len, reverse=True))
            text = re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda at: table[at.group()], text)
        if self.tail:
            stop = text[-1] if text[-1:] in ".!?" else ""
            text = f"{text.removesuffix(stop).rstrip()} {self.tail}{stop}"
        return text


def edits(
    claim: str, sentence: str, pool: Sequence[str], neighbours: Neighbours, rng: random.Random
) -> list[Edit]:
    """One edit of each kind that changes claim and sentence; `pool` lends names and numbers."""
    makers = (
        _numbers(claim, pool, rng),
        _number_words(claim, rng),
        _calendar(claim, rng),
        _names(claim, pool, rng),
        _roles(claim, rng),
        _negations(claim, rng),
        *(_opposites(claim, kind, rng) for kind in OPPOSITES),
        _words(claim, neighbours, rng),
        _words_of_others(claim, pool, rng),
        _tails(pool, rng),
    )
    made = []
    for maker in makers:
        for edit in maker:
            if edit(claim) != claim and edit(sentence) != sentence:
                made.append(edit)
                break
    return made


def _shuffled(found: Sequence[str], rng: random.Random) -> list[str]:
    order = sorted(set(found))
    rng.shuffle(order)
    return order


def _numbers(claim: str, pool: Sequence[str], rng: random.Random) -> Iterator[Edit]:
    others = [other for text in pool[:8] for other in _NUMBER.findall(text)]
    for old in _shuffled(_NUMBER.findall(claim), rng):
        alike = [other for other in others if len(other) == len(old) and other != old]
        new = rng.choice(alike) if alike and rng.random() < 0.4 else _other_number(old, rng)
        if new != old:
            yield Edit("number", ((old, new),))


def _other_number(old: str, rng: random.Random) -> str:
    plain = old.replace(",", "")
    if re.fullmatch(r"(1[5-9]|20)\d\d", plain):
        return str(int(plain) + rng.choice((-1, 1)) * rng.choice((1, 1, 2, 3, 5, 7, 10, 20, 100)))
    if "." in plain:
        decimals = len(plain.split(".")[1])
        return f"{float(plain) * rng.choice((0.1, 0.5, 0.8, 0.9, 1.1, 1.25, 2, 10)):.{decimals}f}"
    value = int(plain)
    if rng.random() < 0.25:
        new = value * 10 if rng.random() < 0.5 or value < 10 else value // 10
    elif value < 20:
        new = max(0, value + rng.choice((-3, -2, -1, 1, 2, 3, 4)))
    else:
        new = round(value * rng.choice((0.5, 0.7, 0.9, 1.1, 1.2, 1.5, 2)))
    return f"{new:,}" if "," in old else str(new)


def _number_words(claim: str, rng: random.Random) -> Iterator[Edit]:
    words = [word for word in re.findall(r"[a-z]+", claim) if word in NUMBER_WORDS]
    for old in _shuffled(words, rng):
        at = NUMBER_WORDS.index(old)
        new = NUMBER_WORDS[max(0, min(len(NUMBER_WORDS) - 1, at + rng.choice((-2, -1, 1, 2))))]
        if new != old:
            yield Edit("number", ((old, new),))


def _calendar(claim: str, rng: random.Random) -> Iterator[Edit]:
    for names in (MONTHS, WEEKDAYS):
        for old in _shuffled([name for name in names if re.search(rf"\b{name}\b", claim)], rng):
            yield Edit("month", ((old, rng.choice([name for name in names if name != old])),))


def _names(claim: str, pool: Sequence[str], rng: random.Random) -> Iterator[Edit]:
    others = sorted({other for text in pool for other in _NAME.findall(text)})
    for old in _shuffled(_NAME.findall(claim), rng):
        alike = [
            other
            for other in others
            if other not in claim
            and old not in other
            and other not in old
            and other.count(" ") == old.count(" ")
        ]
        if alike and old not in (*MONTHS, *WEEKDAYS):
            yield Edit("name", ((old, rng.choice(alike)),))


def _roles(claim: str, rng: random.Random) -> Iterator[Edit]:
    names = _shuffled(_NAME.findall(claim), rng)
    if len(names) >= 2 and names[0] not in names[1] and names[1] not in names[0]:
        apart = claim[claim.find(names[0]) : claim.find(names[1])]
        if not re.fullmatch(r"\S+(?: \S+){0,3}(?:,| and| or) ", apart):  # a list has no order
            yield Edit("role", ((names[0], names[1]), (names[1], names[0])))


def _negations(claim: str, rng: random.Random) -> Iterator[Edit]:
    said = _NOT.search(claim)
    if said:
        yield Edit("negation", ((said.group(), said.group(1)),))
    found = [match.group(1) for match in _AUXILIARY.finditer(claim)]
    for old in found[:1] if found and rng.random() < 0.9 else []:
        denied = old.replace(" been", " not been") if " " in old else f"{old} not"
        yield Edit("negation", ((old, denied),))


def _opposites(claim: str, kind: str, rng: random.Random) -> Iterator[Edit]:
    for old in _shuffled(_SAID[kind].findall(claim), rng):
        yield Edit(kind, ((old, rng.choice(_TURNED[kind][old])),))


def _words(claim: str, neighbours: Neighbours, rng: random.Random) -> Iterator[Edit]:
    for old in _shuffled(_WORD.findall(claim), rng):
        if old.lower() in CLOSED or old[0].isupper():
            continue
        others = neighbours(old)
        if others:
            yield Edit("word", ((old, rng.choice(others)),))


def _words_of_others(claim: str, pool: Sequence[str], rng: random.Random) -> Iterator[Edit]:
    others = [word for text in pool for word in _WORD.findall(text) if word.lower() not in CLOSED]
    for old in _shuffled(_WORD.findall(claim), rng):
        if old.lower() in CLOSED or old[0].isupper():
            continue
        alike = [
            other
            for other in others
            if other[-3:] == old[-3:] and other[:4] != old[:4] and other.islower()
        ]
        if alike:
            yield Edit("word", ((old, rng.choice(alike)),))


def _tails(pool: Sequence[str], rng: random.Random) -> Iterator[Edit]:
    tails = [match.group(1) for text in pool for match in [_TAIL.search(text)] if match]
    if tails:
        yield Edit("addition", (), rng.choice(tails))


def shorten(sentence: str, rng: random.Random) -> str:
    """The sentence without some of what can be left out, so that it still follows."""
    short = re.sub(r" ?\([^()]{1,120}\)", "", sentence) if rng.random() < 0.7 else sentence
    if rng.random() < 0.5:
        short = re.sub(
            r", (?:which|who|where|when|including|such as)\b[^,.;]{3,120}(?=[,.;])", "", short
        )
    if rng.random() < 0.4:
        short = re.sub(
            r"^(?:In|On|At|During|After|By|However|Moreover|Also|Then|Finally)\b[^,.;]{0,60}, (\w)",
            lambda at: at.group(1).upper(),
            short,
        )
    if rng.random() < 0.4:
        parts = re.split(r"(?:,|;) (?:and|but|while|although|whereas) ", short, maxsplit=1)
        if len(parts) == 2 and len(parts[0].split()) >= 5:
            short = parts[0] + "."
    if rng.random() < 0.3:
        tail = _TAIL.search(short)
        if tail and not _NOT.search(short) and len(short[: tail.start()].split()) >= 5:
            short = short[: tail.start()] + "."
    return short if len(short.split()) >= 4 else sentence


def reword(claims: Sequence[str], rng: random.Random) -> list[str]:
    """The claims with up to three words that they share said another way, the same in each."""
    found = [set(_KEEPS.findall(claim)) for claim in claims]
    shared = sorted(set.intersection(*found))
    if shared:
        chosen = set(rng.sample(shared, min(3, len(shared))))
        claims = [
            _KEEPS.sub(lambda at: _KEPT[at.group()] if at.group() in chosen else at.group(), claim)
            for claim in claims
        ]
    draw = rng.random()
    return [_figures(claim, draw / 0.3) for claim in claims] if draw < 0.3 else list(claims)


def _figures(claim: str, draw: float) -> str:
    """Numbers written another way: 1,200 as 1200, three as 3, 5 as five."""
    if draw < 0.4:
        return re.sub(r"(?<=\d),(?=\d{3})", "", claim)
    if draw < 0.7:
        words = NUMBER_WORDS[:12]
        return re.sub(
            r"\b(?:" + "|".join(words[1:]) + r")\b",
            lambda at: str(words.index(at.group()) + 1),
            claim,
        )
    return re.sub(
        r"(?<![\d.,$€£-])\b([2-9])\b(?![\d.,%])",
        lambda at: NUMBER_WORDS[int(at.group()) - 1],
        claim,
    )
