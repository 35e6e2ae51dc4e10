"""Statements about people and things that a memory keeps apart: found by rules, in English here,
in six more languages by the forms of `fact_forms`.

Each has a slot (what it tells: whose home, whose favourite colour) and a value. A later value of
the same slot takes the place of the one before, whatever its language. What no rule knows is still
found as a turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from aiguardian.guards.context.memory.fact_forms import Form, Forms, languages_of
from aiguardian.guards.context.memory.words import words
from aiguardian.storage.turns import NewFact
from aiguardian.text.sentences import sentence_spans
from aiguardian.text.stems import stem

MOST_FACTS = 32
"""Of one turn."""
_LOOKED_AT = 16_384
_LONGEST_SENTENCE = 400

_VALUE = r"(?P<value>[^,.;:!?\n]{1,60}?)"
_END = (
    r"(?=$|[,;:!?\n]|\.(?:\s|$)| (?:and|but|because|since|so|though|although|which|who|when|while|"
    r"where|if|for now|at the moment|these days|right now|now|anymore|any more|as well|too|last|"
    r"this|next|yesterday|today|recently|in (?:19|20)[0-9]{2})\b)"
)
_ME = r"\bI(?: am|['’]m| have|['’]ve)?(?: now| currently| just| recently| actually| also| really)?"

_POINTERS = frozenset(("", "it", "that", "thi", "this", "them", "you", "to", "so", "one"))
"""Values that say nothing by themselves."""

Told = tuple[str, str, bool]
"""A slot, a value, and whether it ends what was."""
Make = Callable[[re.Match[str], str], Told]


def _of_speaker(attribute: str, *, ends: bool = False) -> Make:
    return lambda match, who: (f"{who}|{attribute}", match["value"], ends)


def _liking(value: str) -> Make:
    return lambda match, who: (f"{who}|likes|{_plain(match['value'])}", value, False)


def _own_attribute(match: re.Match[str], who: str) -> tuple[str, str, bool]:
    return f"{who}|{_plain(match['slot'])}", match["value"], False


def _count(match: re.Match[str], who: str) -> tuple[str, str, bool]:
    return f"{who}|has|{_plain(match['value'])}", match["count"], False


def _place_of(match: re.Match[str], _: str) -> tuple[str, str, bool]:
    return f"{match['who'].casefold()}|home", match["value"], False


def _time_of(match: re.Match[str], _: str) -> tuple[str, str, bool]:
    return f"time|{_plain(match['slot'])}", match["value"], False


def _rule(pattern: str, make: Make) -> tuple[re.Pattern[str], Make]:
    return re.compile(pattern.replace("%VALUE", _VALUE + _END), re.IGNORECASE), make


_RULES = (
    _rule(r"\b(?:my name is|my name's|(?:please )?call me) %VALUE", _of_speaker("name")),
    _rule(rf"{_ME} (?:live|living|reside|based) in %VALUE", _of_speaker("home")),
    _rule(rf"{_ME} mov(?:ed|ing)(?: from [\w ]{{1,40}}?)? to %VALUE", _of_speaker("home")),
    _rule(r"\bI (?:no longer|don['’]t|do not) live in %VALUE", _of_speaker("home", ends=True)),
    _rule(rf"{_ME} work(?:ing)? as (?:an? |the )?%VALUE", _of_speaker("job")),
    _rule(rf"{_ME} work(?:ing)? (?:for|at) %VALUE", _of_speaker("employer")),
    _rule(
        r"\bI (?:no longer|don['’]t|do not) work (?:for|at) %VALUE",
        _of_speaker("employer", ends=True),
    ),
    _rule(
        r"\bI(?: am|['’]m| turned|['’]ve turned) (?P<value>[1-9][0-9]{0,2})"
        r"(?: years old|(?=$|[.,!]))",
        _of_speaker("age"),
    ),
    _rule(
        r"\bI(?: am|['’]m) (?P<value>vegetarian|vegan|a vegetarian|a vegan)\b", _of_speaker("diet")
    ),
    _rule(
        r"\bI(?: am|['’]m) allergic to %VALUE",
        lambda match, who: (f"{who}|allergy|{_plain(match['value'])}", "yes", False),
    ),
    _rule(
        r"\bI (?:do(?:n['’]t| not) like|no longer like|hate|dislike|can['’]t stand|detest) %VALUE",
        _liking("no"),
    ),
    _rule(
        r"\bI (?:really |also |still |now )?(?:love|like|enjoy|adore|prefer) %VALUE",
        _liking("yes"),
    ),
    _rule(
        r"\bI(?: have|['’]ve got) (?P<count>a|an|one|two|three|four|five|six|seven|eight|nine|ten|"
        r"[0-9]{1,4}) %VALUE",
        _count,
    ),
    _rule(
        r"\b(?:the|our|my) (?P<slot>(?:[\w'’-]{2,20} ){1,3})(?:is|was|has been|got) (?:now )?"
        r"(?:(?:moved|rescheduled|postponed|changed|brought forward) (?:to|until) |on |at )%VALUE",
        _time_of,
    ),
    _rule(
        r"\bmy (?P<slot>(?:[\w'’-]{2,20} ){1,4})(?:is|are|was) (?:now )?(?!on |at |moved )%VALUE",
        _own_attribute,
    ),
    _rule(
        r"\b(?!(?:she|he|it|they|we|who|that|this|everyone|nobody|somebody)\b)"
        r"(?P<who>(?-i:[A-Z])[\w'’-]{1,30}) (?:now )?(?:lives|moved) (?:in|to) %VALUE",
        _place_of,
    ),
)


def find_facts(role: str, text: str) -> list[NewFact]:
    """The facts of a turn with their half-open spans, in their order. Questions state nothing."""
    facts: list[NewFact] = []
    start = text[:_LOOKED_AT]
    for first, last in sentence_spans(start):
        if start[last - 1] == "?" or last - first > _LONGEST_SENTENCE:
            continue
        facts += _of_sentence(start[first:last], first, role.casefold())
    return sorted(facts, key=lambda fact: fact.start)[:MOST_FACTS]


def _of_languages(sentence: str, taken: set[int], who: str) -> Iterator[tuple[re.Match[str], Told]]:
    """What the forms of other languages read in a sentence, where no rule has read it before."""
    for language in languages_of(sentence):
        for form in language.forms:
            for match in form.pattern.finditer(sentence):
                if taken.isdisjoint(range(*match.span())):
                    yield match, _told(form, language, match, who)


def _told(form: Form, language: Forms, match: re.Match[str], who: str) -> Told:
    value = _bare(match["value"], language)
    match form.relation:
        case "likes" | "dislikes":
            return f"{who}|likes|{value}", "yes" if form.relation == "likes" else "no", False
        case "allergy":
            return f"{who}|allergy|{value}", "yes", False
        case "count":
            return f"{who}|has|{value}", match["count"], False
        case "own":
            return f"{who}|{_bare(match['slot'], language)}", value, False
        case "when":
            return f"time|{_bare(match['slot'], language)}", value, False
        case "diet":
            return f"{who}|diet", "vegetarian" if "tari" in value else "vegan", False
        case relation:
            attribute = relation.removesuffix("-ended")
            return f"{who}|{attribute}", value, relation != attribute


def _bare(value: str, language: Forms) -> str:
    """A value of another language without its case, accents and the articles before it."""
    beginning = language.articles.match(value.strip())
    return " ".join(words(value.strip()[beginning.end() if beginning else 0 :]))


def _of_sentence(sentence: str, offset: int, who: str) -> list[NewFact]:
    found: list[NewFact] = []
    taken: set[int] = set()
    for pattern, make in _RULES:
        for match in pattern.finditer(sentence):
            if taken & set(range(*match.span())):
                continue  # a rule above has read it
            slot, value, ends = make(match, who)
            if {_plain(value), _plain(match["value"])} & _POINTERS:
                continue
            taken |= set(range(*match.span()))
            found.append(
                NewFact(slot, _plain(value), offset + match.start(), offset + match.end(), ends)
            )
    for match, (slot, value, ends) in _of_languages(sentence, taken, who):
        if value not in _POINTERS:
            taken |= set(range(*match.span()))
            found.append(NewFact(slot, value, offset + match.start(), offset + match.end(), ends))
    return found


def _plain(value: str) -> str:
    """A value without its case, endings and articles: "The Red Cars" and "red car" are one."""
    return " ".join(stem(word) for word in words(value) if word not in {"a", "an", "the", "my"})
