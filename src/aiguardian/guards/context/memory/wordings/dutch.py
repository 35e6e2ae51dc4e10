# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""How people say things about themselves in Dutch."""

from __future__ import annotations

from aiguardian.guards.context.memory.wordings.language import Language

DUTCH = Language(
    speaks="ik|mijn|mij|me|m['’]n|verplaatst|verzet|uitgesteld",
    ends="en|maar|want|omdat|sinds|met|waar|hoewel|nu|momenteel|tegenwoordig|op dit moment|vorige?|in een",
    articles="de|het|een|mijn|'t",
    forms=(
        ("name", r"\b(?:ik heet|mijn naam is|noem (?:me|mij)(?: maar)?) %VALUE"),
        ("home-ended", r"\b(?:ik (?:woon|leef)|(?:woon|leef) ik) niet (?:meer |langer )?in %VALUE"),
        ("home", r"\b(?:ik (?:woon|leef)|(?:woon|leef) ik)(?: [\w]{2,14}){0,4}? in %VALUE"),
        (
            "home",
            r"\b(?:ik ben|ben ik)(?: [\w]{2,14}){0,5}? naar (?P<value>[^,.;:!?\n()]{1,48}?) verhuisd\b",
        ),
        (
            "home",
            r"\b(?:ik ben|ben ik)(?: [\w]{2,14}){0,4}? verhuisd(?: van [\w ]{1,30}?)? naar %VALUE",
        ),
        (
            "home",
            r"\b(?:ik ben|ben ik)(?: [\w]{2,14}){0,3}? in (?P<value>[^,.;:!?\n()]{1,48}?) gaan wonen\b",
        ),
        ("home", r"\b(?:ik verhuis|verhuis ik)(?: [\w]{2,14}){0,3}? naar %VALUE"),
        ("employer-ended", r"\b(?:ik werk|werk ik) niet meer (?:bij|voor) %VALUE"),
        ("job", r"\b(?:ik werk|werk ik)(?: [\w]{2,12}){0,2}? als %VALUE"),
        ("employer", r"\b(?:ik werk|werk ik)(?: [\w]{2,12}){0,2}? (?:bij|voor) %VALUE"),
        (
            "age",
            r"\b(?:ik ben|ben ik|ik word)(?: [\w]{2,12}){0,2}? %NUMBER(?: jaar(?: oud)?\b| geworden\b|(?=$|[.,!]))",
        ),
        (
            "diet",
            r"\b(?:ik ben|ben ik|ik eet)(?: [\w]{2,12}){0,2}? (?P<value>vegetari\w+|vegan\w*)\b",
        ),
        ("allergy", r"\bik ben(?: [\w]{2,12}){0,2}? allergisch voor %VALUE"),
        ("dislikes", r"\bik (?:hou|houd|hield) (?:helemaal )?niet (?:meer |zo )?van %VALUE"),
        ("dislikes", r"\bik (?:haat|lust geen|eet geen|drink geen|verafschuw) %VALUE"),
        (
            "dislikes",
            r"\bik vind (?P<value>[^,.;:!?\n()]{1,40}?) (?:niet lekker|niet leuk|vies|vreselijk)\b",
        ),
        ("likes", r"\bik (?:hou|houd)(?: erg| veel| heel veel| ook)? van %VALUE"),
        ("likes", r"\bik (?:eet|drink|speel|lees|lust)(?: heel| erg)? graag %VALUE"),
        (
            "likes",
            r"\bik vind (?P<value>[^,.;:!?\n()]{1,40}?) (?:heel |erg )?(?:lekker|leuk|geweldig)\b",
        ),
        (
            "count",
            r"\bik heb(?: nu)? (?P<count>een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|[0-9]{1,4}) (?!jaar\b)%VALUE",
        ),
        (
            "when",
            r"\b(?:de|het|onze|ons|mijn) (?P<slot>(?:[\w-]{2,25} ){1,2})(?:is|wordt)(?: nu)? (?:verplaatst |verzet |uitgesteld )?(?:naar|tot|op|om) (?P<value>[^,;:!?\n()]{1,40}?)(?: verplaatst| verzet| uitgesteld|(?=$|[,;!?\n]|\.(?:\s|$)))",
        ),
        (
            "own",
            r"\bmijn (?P<slot>(?:[\w-]{2,25} ){1,3})(?:heet|is|zijn|luidt)(?: nu)? (?!op |om |naar |heel |erg |verplaatst|verzet|uitgesteld)%VALUE",
        ),
    ),
)
