# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""How people say things about themselves in Italian."""

from __future__ import annotations

from aiguardian.guards.context.memory.wordings.language import Language

ITALIAN = Language(
    speaks="io|mi|mio|mia|miei|mie|abito|vivo|lavoro|ho|sono|odio|detesto|preferisco|amo|adoro|chiamami|chiamatemi|faccio|non|spostat[oa]|rinviat[oa]|anticipat[oa]",
    ends="e|ed|ma|perché|da quando|da|con|dove|adesso|ora|attualmente|anche se|che|la settimana|il mese|l['’]anno|ieri|in una?",
    articles="il|lo|la|i|gli|le|l['’]|un|uno|una|un['’]|mio|mia|molto|tanto",
    forms=(
        ("name", r"\b(?:mi chiamo|il mio nome è|chiamami|chiamatemi) %VALUE"),
        ("home-ended", r"\bnon (?:abito|vivo|risiedo) più (?:a|ad|in) %VALUE"),
        ("home", r"\b(?:abito|vivo|risiedo)(?: \w{2,14}){0,4}? (?:a|ad|in) %VALUE"),
        (
            "home",
            r"\bmi (?:sono|sto)(?: \w{3,14}){0,2}? (?:trasferit[oa]|trasferendo|spostat[oa])(?: \w{3,14}){0,2}?(?: da [\w ]{1,30}?)? (?:a|ad|in) %VALUE",
        ),
        ("home", r"\bsono (?:andat|venut)[oa] a (?:vivere|abitare) (?:a|ad|in) %VALUE"),
        ("employer-ended", r"\bnon lavoro più (?:per|presso|da|in) %VALUE"),
        ("job", r"\blavoro(?: \w{3,14}){0,2}? come %VALUE"),
        ("job", r"\bfaccio (?:il|la|l['’]) ?%VALUE"),
        ("employer", r"\blavoro(?: \w{3,14}){0,2}? (?:per|presso|da|in) %VALUE"),
        ("age", r"\bho(?: appena compiuto| compiuto| ormai| già)? %NUMBER(?: anni\b|(?=$|[.,!]))"),
        ("diet", r"\bsono (?:\w{2,12} ){0,2}?(?P<value>vegetarian[oa]|vegan[oa])\b"),
        (
            "allergy",
            r"\bsono(?: molto)? allergic[oa] (?:alla |allo |agli |alle |ai |al |all['’]|a )%VALUE",
        ),
        (
            "dislikes",
            r"\bnon (?:mi (?:piace|piacciono)|sopporto|amo)(?: più| per niente| affatto)? %VALUE",
        ),
        ("dislikes", r"\bnon (?:bevo|mangio)(?: più)? %VALUE"),
        ("dislikes", r"\b(?:odio|detesto) %VALUE"),
        ("likes", r"\bmi (?:piace|piacciono)(?: molto| tanto| anche)? %VALUE"),
        ("likes", r"\b(?:amo|adoro|preferisco) %VALUE"),
        (
            "count",
            r"\bho(?: ora| adesso)? (?P<count>un[oa]?|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|[0-9]{1,4}) (?!anni\b)%VALUE",
        ),
        (
            "when",
            r"\b(?:il|la|l['’]|mio|mia|nostr[oa]) ?(?P<slot>(?:[\w-]{2,25} ){1,5}?)(?:è stat[oa] (?:spostat[oa]|rinviat[oa]|anticipat[oa]) (?:al|alle|a|il)|è (?:al|alle|il(?= \d))) (?P<value>[^,;:!?\n()]{1,40}?)(?=$|[,;!?\n]|\.(?:\s|$))",
        ),
        (
            "own",
            r"\b(?:mi[oa]|miei|mie) (?P<slot>(?:[\w-]{2,25} ){1,3}?)(?:è|sono|si chiama(?:no)?)(?: ora| adesso)? (?!molto |il \d|alle )%VALUE",
        ),
    ),
)
