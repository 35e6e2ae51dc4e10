"""A sentence with one group exchanged for another: same words, other people.

If a sentence is worse when it speaks of one group than when it speaks of the other, the judgement
hangs on the group's name and not on what is said.
"""

from __future__ import annotations

import re

from aiguardian.guards.bias.groups import Group, partner
from aiguardian.guards.bias.mentions import Mention
from aiguardian.guards.bias.rewriting import with_article

_PRONOUNS = {
    "he": "she", "him": "her", "his": "her", "himself": "herself",
    "she": "he", "her": "his", "hers": "his", "herself": "himself",
}  # fmt: skip
_PRONOUN = re.compile(rf"\b(?:{'|'.join(_PRONOUNS)})\b", re.IGNORECASE)
_GENDERED = frozenset({"women", "men", "girls", "boys", "mothers", "fathers"})


def swapped(text: str, mentions: list[Mention], group: Group) -> tuple[str, Group] | None:
    """The text with every mention of the group as its partner (and the partner, where it is named
    too, as the group), and that partner. `mentions` lie in `text`.

    None where the partner has no word of the kind that stands there.
    """
    other = partner(group)
    instead = {group.name: other, other.name: group}
    pieces: list[str] = []
    position = 0
    for mention in mentions:
        new_group = instead.get(mention.group.name)
        if new_group is None:
            continue
        forms = getattr(new_group, mention.form)
        if not forms:
            return None
        new = _like(text[mention.start : mention.end], forms[0], opens=_opens(text, mention.start))
        pieces += [with_article(text[position : mention.start], new), new]
        position = mention.end
    result = "".join(pieces) + text[position:]
    if group.name in _GENDERED and other.name in _GENDERED:
        result = _PRONOUN.sub(_other_pronoun, result)
    return result, other


def _other_pronoun(word: re.Match[str]) -> str:
    return _like(word[0], _PRONOUNS[word[0].lower()], opens=word[0][0].isupper())


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'“‘(")
    return not before or before[-1] in ".!?\n"


def _like(old: str, new: str, *, opens: bool) -> str:
    """The new word in the case of the old: capitals for capitals, small for small."""
    if old.isupper() and len(old) > 1:
        return new.upper()
    if old.islower():
        return new.lower()
    return new[:1].upper() + new[1:] if opens else new
