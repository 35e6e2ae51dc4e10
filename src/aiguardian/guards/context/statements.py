# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""Plain statements in a turn: who or what, which property, which value. English only.

Few forms, each exact: what is not understood is not claimed to contradict anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from aiguardian.text.sentences import sentence_spans

Kind = Literal["number", "fact", "preference", "negation"]
READ = 4_000
"""Code points of a turn that are looked at."""
LONGEST = 240
"""Code points of a sentence that is looked at."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`text[start:end]` says that `subject` has `value` for `attribute`, or not if `is_denied`."""

    subject: str
    attribute: str
    value: str
    kind: Kind
    start: int
    end: int
    is_denied: bool = False
    is_update: bool = False
    """Says itself that something has changed, or was so once."""


_COUNTED = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTED.split())}
_NUMBER = r"(?:[$€£]\s?)?\d[\d,.]*(?<![,.])|" + "|".join(_NUMBER_WORDS)
_TAIL = (
    r"(?=\s*(?:[.,;!?]|$|\band\b|\bbut\b|\bso\b|\bbecause\b|\bwith\b|\bwhich\b|\bwhere\b|\bnow\b))"
)
_VALUE = r"(?P<value>[\w$€£'’-]+(?: [\w$€£'’-]+){0,4}?)" + _TAIL
_THING = r"(?P<thing>[a-z][\w'’-]*(?: [\w'’-]+){0,2}?)"

_UPDATE = re.compile(
    r"\b(?:now|nowadays|anymore|any more|no longer|used to|moved|changed|switched|instead|turned|became|become|updated?|"
    r"recently|just (?:got|bought|sold|moved|started|quit|had)|since (?:then|last)|new|actually|correction|sorry|"
    r"was|were|had|before|formerly|ex-|last (?:year|month|week)|when I was|will|going to|next (?:year|month|week)|as a (?:kid|child))\b",
    re.IGNORECASE,
)
"""Also corrections and the past: neither contradicts what holds."""
_DOUBT = re.compile(
    r"\?|\b(?:if|maybe|perhaps|might|would|could|should|wish|imagine|suppose|pretend|let's say|or)\b",
    re.IGNORECASE,
)
_NOT = r"(?P<not> not|n['’]t| never)?"

_WRITTEN: tuple[tuple[Kind, str, str], ...] = (
    ("fact", "name", r"\bmy (?:full )?name(?:'s| is) " + _VALUE),
    (
        "fact",
        "home",
        r"\bI(?:'m| am)? (?:currently )?(?:live|living|based|reside) in " + _VALUE,
    ),
    (
        "fact",
        "home",
        r"\bI(?:'ve| have)?(?: just| recently| now)? moved(?: back)?(?: from [\w ]{1,30}?)? to "
        + _VALUE,
    ),
    ("fact", "birthplace", r"\bI(?: was|'m| am) (?:born in|originally from) " + _VALUE),
    (
        "fact",
        "work",
        r"\bI(?:'m| am)? (?:currently )?(?:work|working) (?:as|at|for|in) (?:an? |the )?" + _VALUE,
    ),
    (
        "fact",
        "job",
        r"\bI(?:'m| am) an? (?P<value>\w{2,20}(?:er|or|ist|ian)|nurse|cook|chef|student|pilot|vet|clerk)\b"
        + _TAIL,
    ),
    ("number", "age", rf"\bI(?:'m| am) (?P<value>{_NUMBER}) (?:years old\b|years of age\b)"),
    ("number", "age", rf"\bI(?:'ve| have)?(?: just| recently)? turned (?P<value>{_NUMBER})\b"),
    (
        "number",
        "is",
        rf"\b(?:the|my|our|your|its) {_THING} (?:was|were|has been|have been|is being) (?:raised|increased|lowered|reduced|cut|changed|moved|set|updated) (?:from [^,.;]{{1,20}}? )?to (?P<value>{_NUMBER})(?P<unit> ?[%a-z°]+)?",
    ),
    ("number", "have", rf"\bI(?:'ve| have)(?: got)? (?P<value>{_NUMBER}|no) " + _THING + _TAIL),
    (
        "number",
        "team",
        rf"\b(?:we(?:'ve| have)(?: got)?|there are) (?P<value>{_NUMBER}) " + _THING + _TAIL,
    ),
    (
        "fact",
        "when",
        r"\b(?:the|my|our|your) (?P<thing>[a-z][\w'’-]*(?: [\w'’-]+){0,2}?) (?:is|starts|begins|ends|opens|closes|leaves|arrives) (?:on|in|at) "
        + _VALUE,
    ),
    ("number", "have", r"\bI (?:do not|don['’]t) have (?P<value>any) " + _THING + _TAIL),
    (
        "number",
        "is",
        rf"\b(?:the|my|our|your|its) {_THING} (?:is|are|costs?|takes?|lasts?|weighs?|measures?|has|have|comes to|totals?|starts? at|opens? at|closes? at) (?:about |around |exactly |only )?(?P<value>{_NUMBER})(?P<unit> ?[%a-z°]+)?",
    ),
    (
        "fact",
        "is",
        r"\bmy (?P<thing>(?:favou?rite |first |last |best )?(?:\w+ )?\w+) (?:is|'s) (?!not\b|a\b|an\b|so\b|very\b|too\b|in\b|on\b|at\b)(?:called |named )?"
        + _VALUE,
    ),
    (
        "preference",
        "likes",
        r"\bI (?:\w+ly )?(?P<verb>love|like|enjoy|adore|prefer|hate|dislike|detest|can['’]?t stand|do not like|don['’]t like|do not eat|don['’]t eat|never eat|eat|drink|do not drink|don['’]t drink|never drink) (?:to |eating |drinking |watching |playing )?"
        + _VALUE,
    ),
    (
        "negation",
        "am",
        r"\bI(?:'m| am)"
        + _NOT
        + r" (?:an? |allergic to )?(?P<value>vegan|vegetarian|married|single|divorced|allergic|retired|pregnant|employed|unemployed|religious|diabetic|[a-z]+ ?intolerant)\b",
    ),
    (
        "negation",
        "is",
        r"\b(?:the|my|our|this|that) (?P<thing>[a-z][\w'’-]*(?: [\w'’-]+){0,2}?) (?:is|are|was|were|does|do|has|have|can|will)(?P<not> not|n['’]t)? (?P<value>[a-z]\w+(?: \w+){0,2}?)"
        + _TAIL,
    ),
)
_FORMS = tuple(
    (kind, attribute, re.compile(pattern, re.IGNORECASE)) for kind, attribute, pattern in _WRITTEN
)
"""Each repetition is bounded, so linear in the sentence."""

_POINTERS_TEXT = "it that this them those these him her one so there here"
_POINTERS = frozenset(_POINTERS_TEXT.split())
_LASTING = re.compile(
    r"favou?rite|name|birthday|address|e-?mail|number|city|hometown|country|budget|deadline|"
    r"size|colou?r|blood type|language|nationality|plan|account|diet|major|brand|model",
    re.IGNORECASE,
)
_DISLIKES = re.compile(r"hate|dislike|detest|stand|not|n['’]t|never", re.IGNORECASE)


def statements(text: str) -> Iterator[Statement]:
    """What a turn states, in its order of forms; doubts, conditions and questions are left out."""
    read = text[:READ]
    for start, end in sentence_spans(read):
        sentence = read[start : min(end, start + LONGEST)]
        if _DOUBT.search(read[start : min(end, start + LONGEST + 1)]):
            continue
        changes = _UPDATE.search(sentence) is not None
        for kind, attribute, form in _FORMS:
            for match in form.finditer(sentence):
                if match["value"].split()[0].lower() in _POINTERS:
                    continue  # what "it" is was said elsewhere
                if attribute == "is" and kind == "fact" and not _is_lasting(match):
                    continue
                yield _statement(kind, attribute, match, start, is_update=changes)


def _statement(
    kind: Kind, attribute: str, match: re.Match[str], offset: int, *, is_update: bool
) -> Statement:
    held = match.groupdict()
    thing = (held.get("thing") or "").lower()
    value = (held["value"] or "").strip().lower()
    is_denied = bool(held.get("not"))
    if kind == "preference":
        thing, value = _bare(value), "likes"
        is_denied = _DISLIKES.search(held["verb"]) is not None
    elif kind == "negation":
        thing, value = f"{thing} {_bare(value)}".strip(), "so"
    elif kind == "number":
        thing = f"{_bare(thing)} {(held.get('unit') or '').strip().lower()}".strip()
        value = quantity(value)
    return Statement(
        "I" if match[0][:1] in "Ii" or match[0][:2].lower() == "my" else "it",
        f"{attribute} {thing}".strip(),
        value,
        kind,
        offset + match.start(),
        offset + match.end(),
        is_denied,
        is_update,
    )


def _is_lasting(match: re.Match[str]) -> bool:
    """Whether a thing has one such value: a name, or a property like an address; not a mood."""
    return match["value"][:1].isupper() or _LASTING.search(match["thing"]) is not None


def _bare(value: str) -> str:
    """Without articles, and in the singular as far as an s goes."""
    words = [word for word in value.lower().split() if word not in ("a", "an", "the", "any", "all")]
    return " ".join(word.removesuffix("s") if len(word) > 3 else word for word in words)


def quantity(value: str) -> str:
    """A number as it is compared: "three" and "3", "1,200.00" and "$1200" are alike."""
    word = value.lower().lstrip("$€£ ")
    if word in ("no", "any"):
        return "0"
    plain = _NUMBER_WORDS.get(word, word).replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
