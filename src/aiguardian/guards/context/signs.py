# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""Manners of somebody who gets an assistant by steps to where one message would not.

None of these is an attack by itself: people set up games, ask for more detail and insist. They count
together, and with what is asked for (`escalation`). English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiguardian.guards.context.memories import Turn

READ = 1_500
"""Code points of a turn that are looked at, from its beginning."""

SIGNS = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "sets up a role": r"\b(?:pretend|role.?play|play a game|imagine (?:that )?you|you are (?:now|my|a|an|old)"
        r"|act as|in character|character named|you play|be my|two (?:voices|speakers|personas))\b",
        "takes rules away": r"\b(?:no (?:rules|limits|laws|warnings|apologies|restrictions|filters?)|without (?:any )?"
        r"(?:rules|limits|warnings|holding back|restrictions|disclaimers)|(?:never|don't) (?:refuse|break|add|warn)"
        r"|whoever refuses|leave (?:that one|the warnings?) out|rule gone|skip the|hold(?:ing)? back|uncensored)\b",
        "agrees on a code": r"\b(?:code ?word|when(?:ever)? I (?:say|write|type)|each time I|from now on|let [\"'“]?\w{1,30}[\"'”]? "
        r"(?:stand for|mean|be)|stands? for|our (?:word|secret)|I mean something)\b",
        "hands over pieces": r"\b(?:part|piece|fragment|chunk|segment|string|variable|syllable)s?\b|\b(?:remember|keep|store|collect|save)"
        r" (?:this|that|the|these|what|some|it)\b|\bdon't answer yet\b|\bjust say ok\b|^\s*\w{1,12} ?(?:=|:|is) ?[\"'“]",
        "has pieces joined": r"\b(?:combine|concatenate|join|merge|assemble|put (?:\w+,? ){0,6}together|as one message|piece(?: them)? together"
        r"|add (?:them|the parts) up|fragments together|string them)\b",
        "has it carried out": r"\b(?:carry (?:it|them|that) out|act on|do (?:it|that|what)|follow (?:it|them|the)|obey|execute (?:it|them)"
        r"|answer the whole|reply to (?:it|them|the)|respond to the|treat the)\b",
        "asks for more detail": r"\b(?:more (?:concrete|detail|details|detailed|specific|exact|precise|practical)|step by step|every step"
        r"|exact(?:ly)?|be specific|in full|complete(?:ly)?|from (?:beginning|start) to end|numbered steps|amounts?"
        r"|the (?:rest|missing|full|whole) (?:step|procedure|part|thing|of it)|too vague|go on|expand|elaborate|sharper)\b",
        "asks about its rules": r"\b(?:your|its|their) (?:rules|instructions|prompt|makers|limits|guidelines|policy)|system prompt"
        r"|not allowed to|make[s]? you refuse|were you told|above my first|first word of it|next (?:ten )?words"
        r"|tools can you|have functions|you (?:decide|call)|set you off\b",
        "insists": r"\b(?:you (?:already|just|said|promised|agreed|mentioned)|by your own|as you (?:said|agreed)|be consistent"
        r"|that's not what I|misunderstood|once more|try again|what if I|just (?:in theory|the outline|one hint)"
        r"|hypothetical(?:ly)?|in theory|theoretically|please,? just|again, (?:please|but)|finish it)\b",
        "presses": r"\b(?:your fault|no time|if you (?:cared|really|don't)|only you|people will|disappoint|the test fails"
        r"|can't finish|passed|urgent|I'm cleared|permit|licensed|professionals|authori[sz]ed|from the team)\b",
        "wants it hidden": r"\b(?:without (?:\w+ ){0,3}(?:noticing|caught|trace[s]?|being seen|found|knowing)|nobody (?:may|can|sees|checks|notices)"
        r"|unseen|unnoticed|untrace\w+|in secret|secretly|not be traced|no(?:body| one) (?:find|know)\w*|undetect\w+|avoid (?:being|detection))\b",
        "speaks through a story": r"\b(?:story|novel|chapter|script|scene|diary|hero|villain|poem|fiction\w*|character|grandm\w+|movie|dialogue)\b",
        "wants it turned into steps": r"\b(?:steps?|manual|checklist|recipe|instructions for|procedure|blueprint|guide to|how (?:to|would one|does one|do I))\b",
        "goes back": r"\b(?:back into|original wording|translate (?:it|all|that)|the last (?:part|paragraph|point)|continue|and then\?|next (?:page|one|part))\b",
    }.items()
}
"""Bounded alternatives, so linear."""

_REFUSAL = re.compile(
    r"\b(?:I(?:'m| am)? (?:can(?:'t|not)|won't|will not|unable to|not able to|must decline|have to decline|sorry, but)"
    r"|can(?:'t|not) (?:help|assist|provide|share|do)|something I can(?:'t|not)|against (?:my|our) (?:rules|policy|guidelines)"
    r"|not (?:comfortable|something I)|declin(?:e|ing)|not (?:able|allowed) to|I don't (?:do|share|give))\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:general terms|without (?:the )?(?:details|particulars)|rather not|stay with|only (?:the|speak)"
    r"|can't go into|in principle|high level|broadly|for safety|be careful|not recommended|illegal|dangerous)\b",
    re.IGNORECASE,
)
_ACKNOWLEDGED = re.compile(
    r"^\W*(?:ok(?:ay)?|noted|got it|understood|saved|sure|alright|go on|ready|i have that|stored|done|yes)\b",
    re.IGNORECASE,
)


def signs_in(text: str) -> list[float]:
    """For each of `SIGNS` in order, 1.0 where the turn shows it."""
    read = text[:READ]
    return [float(pattern.search(read) is not None) for pattern in SIGNS.values()]


def refuses(turn: Turn) -> bool:
    """Whether an assistant's turn declines."""
    return _REFUSAL.search(turn.text[:400]) is not None


def hedges(turn: Turn) -> bool:
    """Whether an assistant's turn answers with reserve."""
    return _HEDGE.search(turn.text[:400]) is not None


def acknowledges(turn: Turn) -> bool:
    """Whether an assistant's turn only takes note, as of a piece of something."""
    return len(turn.text) < 120 and _ACKNOWLEDGED.match(turn.text) is not None


_LABELLED = re.compile(
    r"^\s*(?:and\s+|now\s+)?(?:(?:part|piece|fragment|chunk|segment|line|message|string|word|number)\s*)?(?:the\s+)?"
    r"[\w#]{0,8}\s{0,3}(?::|=|\bis\b|\bsays\b)\s*(\S.{0,1200})$",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"[\"“«']([^\"”»'\n]{1,400})[\"”»']")


def pieces(turns: Sequence[Turn]) -> list[str]:
    """What a user handed over bit by bit: quoted, after a label, or as a turn that was only taken
    note of. `turns` in order, the newest last; the newest tells what to do with them."""
    found: list[str] = []
    for index, turn in enumerate(turns):
        if turn.role in OTHERS:
            continue
        quoted = _QUOTED.findall(turn.text[:READ])
        labelled = _LABELLED.match(turn.text[:READ])
        answer = turns[index + 1] if index + 1 < len(turns) else None
        if quoted:
            found += quoted
        elif labelled:
            found.append(labelled[1].strip())
        elif answer is not None and answer.role in OTHERS and acknowledges(answer):
            found.append(turn.text[:READ])
    return found


OTHERS = frozenset({"assistant", "system", "developer", "tool", "function", "model", "bot", "ai"})
"""Roles whose turns are not what a user asks for."""
