"""Check `negation`: the claim denies what the evidence says, or says what it denies."""

from __future__ import annotations

from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.marks import DENIES, IMPLIED_CUES
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.words import Words

IMPLIED_SHARE = 0.6
"""Of the score of a plain denial; by the scientific claims of benchmarks/trust_grounding.py."""
WIDE_SCOPE = 12
"""Words after a denial of the evidence that it may reach in loose speech."""
_NOT = frozenset(("not", "nicht", "pas", "no", "non", "nao", "niet"))
_NO_DENIAL_TEXT = (
    "only just merely simply necessarily until least nur bloss seulement solo solamente soltanto "
    "apenas somente alleen slechts"
)
_NO_DENIAL = frozenset(_NO_DENIAL_TEXT.split())
"""After "not" these deny nothing of what follows."""
SCOPE = 6
"""Words after a denial that it may reach, fewer where a stop or "but" stands between."""
_ENDS_SCOPE = frozenset(("but", "although", "though", "however", "while", "and", "or", "because"))
MOST_DENIED = 3
"""Content words in it."""
DENIED = 0.5
"""Score of a denial that the evidence does not have, with nothing the same around it."""
ENOUGH_AGREEMENT = 0.5
ENOUGH_SHARED = 0.4
"""Share of the claim's words in the evidence: less, and it is another statement."""


def is_negated(said: Words, number: int) -> bool:
    """Whether an odd number of denials reaches the word."""
    count = 0
    for at in range(number - 1, max(-1, number - 1 - SCOPE), -1):
        word = said.listed[at]
        if at < number - 1 and word.folded in _ENDS_SCOPE:
            break
        if said.gap(at) > 1:  # a comma or stop between
            break
        count += bool(word.marks & DENIES) and not _is_idle(said, at)
    return count % 2 == 1


def _negated(said: Words) -> set[int]:
    """The places of all words that `is_negated` finds denied: only those behind a denial are
    looked at."""
    near = {
        at
        for cue, word in enumerate(said.listed)
        if word.marks & DENIES
        for at in range(cue + 1, min(len(said), cue + 1 + SCOPE))
    }
    return {at for at in near if is_negated(said, at)}


def check_negation(reading: Reading) -> list[Check]:
    """What became of each denial of the claim, and the word that only the evidence denies."""
    found = [
        check
        for number, _ in reading.marked(DENIES)
        if not _is_idle(reading.said, number)
        for check in _denied(reading, number)
    ]
    return found or _denied_there(reading)


def _is_idle(said: Words, number: int) -> bool:
    following = said[number + 1].folded if number + 1 < len(said) else ""
    return said[number].folded in _NOT and following in _NO_DENIAL


def _denied(reading: Reading, cue: int) -> list[Check]:
    """Whether the evidence denies what the claim denies at `cue`."""
    scope = _scope(reading.said, cue)
    if not scope:
        return []
    known = [(at, place) for at in scope for place in reading.places.get(reading.said[at].stem, ())]
    span = (cue, scope[-1])
    share = IMPLIED_SHARE if reading.said[cue].stem in IMPLIED_CUES else 1.0
    written = reading.said_text(*span)
    if any(_is_denied_near(reading, place) for _, place in known):
        message = f'Text and source both deny it: "{written}".'
        return [reading.check("negation", "supported", 0.8, message, said=span)]
    if not known:
        message = f'No source denies what the text does: "{written}".'
        return [reading.check("negation", "silent", 0.6 * share, message, said=span)]
    agreement, place = max((reading.agreement(at, place), -place) for at, place in known)
    message = (
        f'The text denies what the source does not: "{written}" against '
        f'"{reading.read[-place].text}".'
    )
    score = share * (DENIED + (1.0 - DENIED) * agreement)
    found = (-place, -place)
    return [reading.check("negation", "contradicted", score, message, said=span, read=found)]


def _is_denied_near(reading: Reading, place: int) -> bool:
    """Whether a denial stands before the place, in the same piece of evidence."""
    if not reading.read_marks & DENIES:
        return False
    begin = reading.first_length if place >= reading.first_length else 0
    before = reading.read.listed[max(begin, place - WIDE_SCOPE) : place]
    return any(word.marks & DENIES for word in before)


def _scope(said: Words, cue: int) -> list[int]:
    """The content words that a denial reaches."""
    found: list[int] = []
    for at in range(cue + 1, min(len(said), cue + 1 + SCOPE)):
        if said.gap(at - 1) > 1 or (at > cue + 1 and said[at].folded in _ENDS_SCOPE):
            break
        if said[at].is_content:
            found.append(at)
    return found[:MOST_DENIED]


def _denied_there(reading: Reading) -> list[Check]:
    """At most one check: the word whose denial in the evidence the claim leaves out."""
    if reading.shared < ENOUGH_SHARED or not reading.read_marks & DENIES:
        return []
    best: tuple[float, int, int] | None = None
    denied = _negated(reading.read)
    for number, word in enumerate(reading.said.listed if denied else ()):
        places = reading.places.get(word.stem, ()) if word.is_content else ()
        if not places or not denied.issuperset(places):
            continue
        agreement, place = max((reading.agreement(number, place), -place) for place in places)
        if agreement >= ENOUGH_AGREEMENT and (best is None or agreement > best[0]):
            best = (agreement, number, -place)
    if best is None:
        return []
    agreement, number, place = best
    message = f'The source denies "{reading.said[number].text}", the text does not.'
    return [
        reading.check(
            "negation.dropped",
            "contradicted",
            agreement * reading.shared,
            message,
            said=(number, number),
            read=(place, place),
        )
    ]
