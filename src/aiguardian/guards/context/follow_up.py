# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""A turn as it reads without the others: what pronouns and ellipsis leave to the turns before.

Rules for English questions, measured on TREC CAsT 2019 (benchmarks/context_rewrite.py). The turns
are resolved one after the other, so that what "it" meant three turns ago is still known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiguardian.guards.context.phrases import Phrase, phrases

MOST_TURNS = 12
"""Before the newest: what "it" means was said not long ago."""
LONGEST = 300
"""Code points: a longer turn tells what it speaks of."""

_PRONOUN = re.compile(
    r"\b(?:its|their|his|(?<!worth )it|they|them|he|him|she|her)\b(?!['’](?:s|ll|re|d)\b)",
    re.IGNORECASE,
)
_OWNER = re.compile(
    r"(?:its|their|his|her(?= [a-z]))\b(?! (?:and|or|to|in|for|on)\b)", re.IGNORECASE
)
_NEW_CLAUSE = re.compile(
    r",|\b(?:but|if|when|because|so|and (?:why|how|what|when|where|who|is|does|did|do|are|can))\b",
    re.IGNORECASE,
)
_ANY_CLAUSE = re.compile(r",|\b(?:and|or|but|if|when|because|so)\b", re.IGNORECASE)
_SUPERLATIVE = re.compile(
    r"(?:^|\b)(?:what|who|which|where|when)(?:['’]s| is| was| are| were) the (?:\w{2,12}est|first|most \w+)\b(?=\s*(?:\?|$|ever\b|in the\b|on\b|found\b|caught\b|invented\b|built\b|made\b|known\b|to have\b))",
    re.IGNORECASE,
)
_EMPTY_IT = re.compile(
    r"\b(?:is|was|will|would|does|did|if)?\s*it\s+(?:is |was |be )?(?:possible|true|necessary|better|worth|take|mean|matter|rain|normal|ok|okay|bad for you|harder|easier)\b"
    r"(?!\s+to\s+learn)",
    re.IGNORECASE,
)
_BOTH = re.compile(r"\b(?:in common|differ\w*|compar\w+|similar|between|alike)\b", re.IGNORECASE)
_DIFFERENCE = re.compile(r"\bdifferences? (with|from|to)(?= \w)", re.IGNORECASE)
_OF_WHAT = re.compile(
    r"\b(the (?:\w+ )?(?:impact|effect|influence|relationship|relation|implication|significance|importance|benefit|risk|link)s?(?= (?:on|to|for|with)\b)"
    r"|(?:what|which) (?:other )?(?:type|kind|sort|variety|varieties|form|species|breed)s?(?= (?:is|are|was|were|do|does|should|can)\b))",
    re.IGNORECASE,
)
"""Nouns that want an "of" before what they stand with."""
_POINTED = re.compile(r"\b(?:this|that|these|those|such|the)\s+(\w[\w-]*)", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:this|that|these|those|you|me|i)\b", re.IGNORECASE)
_ONES = re.compile(
    r"\bones?\b(?=\s*(?:\?|$|,|\b(?:are|is|in|for|do|does|reduce|cause|work)\b))", re.IGNORECASE
)
_THERE = re.compile(
    r"(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?=\s*(?:\?|$|,|in\b))", re.IGNORECASE
)
_AND_WHY = re.compile(r"\s*(?:,?\s+and (?:why|how|when|where|what)\b[^?]*)?\s*([?.!]*)\s*$")
_SPEAKER = re.compile(
    r"\b(?:my name(?:['’]s| is)|call me|i am|i['’]m|this is)\s+(?=(?-i:[A-Z]))", re.IGNORECASE
)
"""Before the speaker's own name, which nobody refers to as "it" or "there"."""
_ONE_WORD = re.compile(r"\s*\w+\s*[?!.…]*\s*$")
""" "Why?" asks about the answer, of which nothing is known here."""
_BARE = re.compile(
    r"^(?:what|which|who|where|when|how|are there|is there|was there|were there|tell me|describe|does|do|did|can|why)\b",
    re.IGNORECASE,
)
_OF_TEXT = (
    "type types kind kinds example examples advantage advantages disadvantage disadvantages member members "
    "benefit benefits symptom symptoms cause causes part parts effect effects form forms theme themes "
    "history origin origins price cost author finding findings result results implications pros cons "
    "characteristics features significance importance application applications layers author"
)
_OF = frozenset(_OF_TEXT.split())


RECALLED = 0.8
"""What is left of a phrase's weight after a turn that doesn't mention it."""
MENTIONED = 0.7
"""What a reference adds to it (these three chosen on topics 31 to 73 of CAsT 2019)."""
FIRST = 1.0
"""What the phrases of the first turn have more: conversations come back to them."""
NEAR = 0.3
"""A phrase that fits better is taken though another weighs more, down to this share of it."""
MOST_PHRASES = 8


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase that was spoken of, and how much it is on everybody's mind."""

    phrase: Phrase
    weight: float


Focus = tuple[Spoken, ...]
"""The heaviest first."""


def resolve(turns: Sequence[str], newest: str) -> str:
    """`newest` as it reads by itself; unchanged when it does already."""
    focus: Focus = ()
    for turn in turns[-MOST_TURNS:]:
        _, used = _written_out(turn[:LONGEST], focus)
        focus = _refocused(turn[:LONGEST], focus, used)
    if not newest.strip() or len(newest) > LONGEST:
        return newest
    return _written_out(newest, focus)[0]


def _written_out(text: str, focus: Focus) -> tuple[str, Phrase | None]:
    """The text by itself, and the phrase that it took from the turns before."""
    if not focus:
        return text, None
    is_question = _BARE.match(text) is not None or text.rstrip().endswith("?")
    for way in (_with_pronoun, _with_pointer, _with_whole_names, _with_ellipsis):
        written, used = way(text, focus)
        if used is not None and (is_question or used.is_name):
            return written, used
    return text, None


def _refocused(text: str, focus: Focus, used: Phrase | None) -> Focus:
    """What the next turn may refer to."""
    weights = {one.phrase.text.lower(): one for one in focus}
    kept = {key: Spoken(one.phrase, one.weight * RECALLED) for key, one in weights.items()}
    own_names = {match.end() for match in _SPEAKER.finditer(text)}
    for phrase in phrases(text):
        if phrase.is_generic or phrase.start in own_names:
            continue
        key = phrase.text.lower()
        before = kept[key].weight if key in kept else 0.0
        first = FIRST if not focus else 0.0
        weight = _weight(phrase, has_reference=used is not None) + first
        kept[key] = Spoken(phrase, before + weight)
    if used is not None:
        key = used.text.lower()
        before = kept[key].weight if key in kept else 0.0
        kept[key] = Spoken(used, before + MENTIONED)
    return tuple(sorted(kept.values(), key=lambda one: -one.weight)[:MOST_PHRASES])


def _weight(phrase: Phrase, *, has_reference: bool) -> float:
    """How likely a phrase is what the next turn speaks of."""
    return (
        1.0
        + 1.3 * (phrase.before in _ASKED_FOR)
        + 0.8 * phrase.is_name
        + 0.2 * min(len(phrase.text.split()), 3)
        - 0.8 * (phrase.before in _ASIDE)
        - 1.2 * phrase.is_relational
        - 0.8 * has_reference
        - 0.01 * phrase.start
    )


_ASKED_FOR_TEXT = "about of is are was were does did do what's describe define"
_ASKED_FOR = frozenset(_ASKED_FOR_TEXT.split())
_ASIDE_TEXT = "in on at to with for from than"
_ASIDE = frozenset(_ASIDE_TEXT.split())
_PARTS_PLAYED_TEXT = "role importance impact influence meaning use"
_PARTS_PLAYED = frozenset(_PARTS_PLAYED_TEXT.split())
"""Of one thing in another: the role of brain chemicals (in depression)."""
_PEOPLE_TEXT = "he him his she her"
_PEOPLE = frozenset(_PEOPLE_TEXT.split())
_MANY_TEXT = "they them their"
_MANY = frozenset(_MANY_TEXT.split())


def _antecedent(pronoun: str, focus: Focus, text: str) -> Phrase:
    """What a pronoun stands for: the foremost phrase that fits it and isn't in its own text."""
    here = {one.text.lower() for one in phrases(text)}
    held = [one for one in focus if one.phrase.text.lower() not in here] or list(focus)
    near = [one.phrase for one in held if one.weight >= NEAR * held[0].weight]
    if pronoun in _PEOPLE:
        return next((one.phrase for one in held if one.phrase.is_name), near[0])
    things = [one for one in near if not one.is_relational and not one.is_person] or near
    return next((one for one in things[:2] if one.is_plural == (pronoun in _MANY)), things[0])


def _with_pronoun(text: str, focus: Focus) -> tuple[str, Phrase | None]:
    """The first pronoun written out, unless its own sentence tells what it stands for."""
    match = _PRONOUN.search(text)
    if match is None or _EMPTY_IT.search(text) is not None or _has_own(text, match.start()):
        return text, None
    pronoun = match[0].lower()
    used = _antecedent(pronoun, focus, text)
    is_owner = _OWNER.match(text, match.start()) is not None
    name = used.named(several=pronoun in _MANY)
    if pronoun in _MANY and len(focus) > 1 and _BOTH.search(text) is not None:
        name = f"{used.named()} and {_other(used, focus).named()}"
    if is_owner:
        name += "'" if name.endswith("s") else "'s"
    return _put(text, match, name), used


def _other(used: Phrase, focus: Focus) -> Phrase:
    return next(one.phrase for one in focus if one.phrase is not used)


def _has_own(text: str, start: int) -> bool:
    """Whether a clause before the pronoun names what it may stand for."""
    if text[:start].endswith(" and ") and any(one.end == start - 5 for one in phrases(text)):
        return True
    clause = (_NEW_CLAUSE if _BARE.match(text) else _ANY_CLAUSE).search(text[:start])
    return clause is not None and any(
        one.end <= clause.start() and not one.is_relational for one in phrases(text)
    )


def _with_pointer(text: str, focus: Focus) -> tuple[str, Phrase | None]:
    """ "ones", "there" and superlatives without a noun."""
    phrase = focus[0].phrase
    if (match := _ONES.search(text)) is not None:
        last = phrase.text.split()[-1]
        return _put(text, match, last if last.endswith("s") else f"{last}s"), phrase
    if (match := _THERE.search(text)) is not None:
        phrase = next((one.phrase for one in focus if one.phrase.is_name), phrase)
        return _put(text, match, f"in {phrase.named()}"), phrase
    if (match := _SUPERLATIVE.search(text)) is not None:
        phrase = next((one.phrase for one in focus if not one.phrase.is_name), phrase)
        last = phrase.text.split()[-1]
        return f"{text[: match.end()]} {last.removesuffix('s')}{text[match.end() :]}", phrase
    return text, None


def _with_whole_names(text: str, focus: Focus) -> tuple[str, Phrase | None]:
    """ "the experiment" as "the Stanford Experiment", when that was spoken of."""
    for match in _POINTED.finditer(text):
        word = match[1].lower()
        for one in focus:
            words = one.phrase.text.lower().split()
            is_short = one.phrase.text.lower() not in text.lower() and len(words) > 1
            if is_short and words[-1].rstrip("s") == word.rstrip("s") and len(word) > 2:
                return _put(text, match, f"the {one.phrase.text}"), one.phrase
    return text, None


def _put(text: str, match: re.Match[str], instead: str) -> str:
    if match.start() == 0:
        instead = instead[:1].upper() + instead[1:]
    return text[: match.start()] + instead + text[match.end() :]


def _with_ellipsis(text: str, focus: Focus) -> tuple[str, Phrase | None]:
    """The text with what it leaves out, when it cannot stand by itself."""
    found = phrases(text)
    phrase = focus[0].phrase
    if phrase.text.lower() not in text.lower():
        if (match := _DIFFERENCE.search(text)) is not None:
            return (
                f"{text[: match.start(1)]}between {phrase.named()} and{text[match.end(1) :]}",
                phrase,
            )
        if (match := _OF_WHAT.search(text)) is not None:
            return f"{text[: match.end(1)]} of {phrase.named()}{text[match.end(1) :]}", phrase
    if _BARE.match(text) is None or _ONE_WORD.match(text) or not _lacks(text, found, focus):
        return text, None
    used = focus[0].phrase
    words = {word for one in found for word in one.text.lower().split()}
    tail = f" {'of' if words & _OF and ' of ' not in text else 'in'} {used.named()}"
    end = _AND_WHY.search(text)
    at = end.start() if end else len(text)
    return text[:at] + tail + text[at:], used


def _lacks(text: str, found: Sequence[Phrase], focus: Focus) -> bool:
    known = {word for one in focus[:4] for word in one.phrase.text.lower().split()}
    words = {word for one in found for word in one.text.lower().split()}
    if words & known or any(one.is_name for one in found) or len(text.split()) > 10:
        return False
    if not found:
        return len(text.split()) <= 6 and _POINTS.search(text) is None
    if all(one.is_relational for one in found):
        return True
    return len(found) == 2 and found[0].head in _PARTS_PLAYED and " of " in text
