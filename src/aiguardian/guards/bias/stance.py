"""Whether a sentence speaks against a group itself, or of somebody else who does.

Quoting, reporting, denouncing and speaking of oneself use the words of hate without its meaning.
Each is told by words in the author's own voice, outside of quotation marks: quotation marks alone
excuse nothing. What is excused keeps a trace of its score, and the reason is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiguardian.guards.bias.mentions import Mention, axes_of
from aiguardian.guards.bias.passages import Passages

_SAYING_TEXT = (
    "said|says|wrote|writes|called|calls|calling|shouted|yelled|screamed|tweeted|posted|claimed|"
    "claims|claiming|muttered|sprayed|whispered|texted|commented|argued|insisted|chanted|read|reads"
)
_REPORTED = re.compile(
    rf"(?<!\bi )(?<!\bwe )(?<!\bi just )(?<!\bi've )\b(?:{_SAYING_TEXT})\b", re.IGNORECASE
)
"""Somebody else says it: "he wrote", but not "I said"."""

_DENOUNCED = re.compile(
    r"\b(?:hate speech|hateful|slurs?|racis[tm]|sexis[tm]|homophobi[ac]|transphobi[ac]|bigot|"
    r"bigotry|prejudice|stereotype|propaganda|unacceptable|shame|disgust(?:ing|ed)?|reported|"
    r"deleted|banned|fined|arrested|sentenced|suspended|convicted|charged|"
    r"the (?:word|term|phrase|comment|slogan))\b",
    re.IGNORECASE,
)
"""Outside of quotation marks: what people say of words that they reject or write about."""

_COUNTERED = re.compile(
    r"\b(?:(?:saying|claiming|calling|pretending|it is|it's|to (?:say|claim|call))\b[^.!?]{0,120}\b"
    r"(?:is|are|that's)\s(?:just |simply |plain |nothing but )?"
    r"(?:hate speech|hateful|racist|sexist|homophobic|transphobic|bigotry|wrong|a lie|a myth|"
    r"a stereotype|unacceptable|cruel|hurtful|offensive|not (?:ok|okay|true|acceptable))|"
    r"(?:nobody|no one|no-one) (?:should|deserves to)|"
    r"(?:it is|it's|that's) (?:simply |just )?(?:not true|a lie|a myth|wrong) (?:that|to say)|"
    r"(?:stop|quit) (?:calling|blaming|insulting|treating)|"
    r"(?:whoever|anyone who|people who|if you) (?:says?|thinks?|calls?|believes?|writes?|claims?)\b"
    r"[^.!?]{0,120}\b(?:wrong|ashamed|not welcome|part of the problem|a bigot|bigots|racists?|"
    r"sexists?|should leave|can leave)|"
    r"i (?:reported|deleted|condemn|reject)\b)",
    re.IGNORECASE,
)
"""Whole frames only: texts labelled hateful use the single words ("racist", "propaganda") as often
as others do (bias_toxicity, 2026-11)."""

_ONESELF = re.compile(
    r"\b(?:(?:i am|i'm|im|as)\s(?:just |also |proudly )?an?|(?:i am|i'm|we are|we're))\s"
    r"(?:proud |fellow |young |old )?\Z",
    re.IGNORECASE,
)
"""What stands before the name of one's own group: "as a", "we are proud"."""
_AT_SOMEBODY = re.compile(
    r"\b(?:you|your|ur|them|their|those|these|get out|go back)\b", re.IGNORECASE
)

DENIAL = re.compile(
    r"\b(?:i'?m|i am|we are|we're) not (?:a |being )?(?:racist|sexist|homophobic|transphobic|"
    r"bigot(?:ed)?|prejudiced|antisemitic|xenophobic|ableist)\b|"
    r"\b(?:not|nothing) (?:to be|personal)[^.]{0,40}\bbut\b|\bnothing against\b",
    re.IGNORECASE,
)
"""Denials that usually come before hate excuse nothing: "I'm not racist, but"."""

FACTORS = {"quotation": 0.3, "counter_speech": 0.5, "self_reference": 0.6}
"""What is left of a score. By judgement; bias_language measures how often each applies to texts
labelled toxic and to others."""

REASONS = {
    "quotation": "it quotes and reports what somebody else said",
    "counter_speech": "it speaks against such words",
    "self_reference": "the author speaks of their own group",
}


@dataclass(frozen=True, slots=True)
class Stance:
    """How the author stands to what a sentence says."""

    name: str

    @property
    def factor(self) -> float:
        """What to multiply the scores by."""
        return FACTORS[self.name]

    @property
    def reason(self) -> str:
        """Why, as the end of a sentence."""
        return REASONS[self.name]


def stance(parts: Passages, start: int, end: int, *, named: Sequence[Mention]) -> Stance | None:
    """The stance of the sentence `[start, end)` that excuses it, or None. `named` are the groups
    named in it.

    Of a quotation the caller still has to see that the sentence is harmless without it.
    """
    own = own_words(parts, start, end)
    if DENIAL.search(own):
        return None
    is_quoting = any(start <= quote[0] < end for quote in parts.quotes)
    if is_quoting and (_REPORTED.search(own) or _DENOUNCED.search(own)):
        return Stance("quotation")
    if _COUNTERED.search(own):
        return Stance("counter_speech")
    if _AT_SOMEBODY.search(own) or _compares_groups(named):
        return None
    if any(_ONESELF.search(parts.prose, max(start, each.start - 40), each.start) for each in named):
        return Stance("self_reference")
    return None


def _compares_groups(named: Sequence[Mention]) -> bool:
    """Whether two groups of one axis are named: "as a man I say that women ..."."""
    return len({mention.group for mention in named}) > len(axes_of(named))


def own_words(parts: Passages, start: int, end: int) -> str:
    """The sentence with its quotations blanked out."""
    own = parts.prose[start:end]
    for first, last in parts.quotes:
        if first < end and last > start:
            first, last = max(first, start) - start, min(last, end) - start
            own = own[:first] + " " * (last - first) + own[last:]
    return own
