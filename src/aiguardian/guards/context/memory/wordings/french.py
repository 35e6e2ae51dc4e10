# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""How people say things about themselves in French."""

from __future__ import annotations

from aiguardian.guards.context.memory.wordings.language import Language

FRENCH = Language(
    speaks="je|j|mon|ma|mes|moi|m|reportée?|déplacée?|repoussée?|avancée?",
    ends="et|mais|car|parce|depuis|avec|où|maintenant|désormais|actuellement|aujourd|en ce moment|ces jours|la semaine|le mois|l['’]an|l['’]année|hier|il y a|dans une?",
    articles="le|la|les|l['’]|un|une|des|du|de la|de l['’]|d['’]|mon|ma|mes",
    forms=(
        ("name", r"\b(?:je m['’]appelle|mon (?:pré)?nom est|appelle[sz]?-moi) %VALUE"),
        (
            "home-ended",
            r"\b(?:je n['’]habite|je ne vis|j['’]habite) (?:plus|pas) (?:à|en|aux?|dans) %VALUE",
        ),
        (
            "home",
            r"\b(?:j['’]habite|je vis|je réside)(?: \w{2,14}){0,4}? (?:à|en|aux?|dans) %VALUE",
        ),
        (
            "home",
            r"\b(?:j['’]ai|je viens d['’]|je viens de)(?: \w{4,12}){0,2}? ?(?:déménagé|emménagé|déménager|emménager)(?: de [\w' -]{1,30}?)? (?:à|en|aux?|pour) %VALUE",
        ),
        (
            "home",
            r"\bje (?:me suis installée?|suis (?:partie?|venue?|allée?) (?:vivre|habiter|m['’]installer)|déménage)(?: \w{4,12}){0,2}? (?:à|en|aux?) %VALUE",
        ),
        ("employer-ended", r"\bje ne travaille (?:plus|pas) (?:chez|pour) %VALUE"),
        ("job", r"\bje travaille(?: \w{4,12}){0,2}? (?:comme|en tant que?) %VALUE"),
        ("employer", r"\bje travaille(?: \w{4,12}){0,2}? (?:chez|pour) %VALUE"),
        (
            "age",
            r"\b(?:j['’]ai(?: maintenant| bientôt| déjà| eu)?|je viens d['’]avoir) ?%NUMBER ans\b",
        ),
        (
            "diet",
            r"\bje (?:suis|mange)(?: \w{2,12}){0,2}? (?P<value>végétari\w+|végan\w*|vegan\w*|végétal\w+)\b",
        ),
        (
            "allergy",
            r"\bje suis(?: \w{4,12}){0,2}? allergique (?:à la |à l['’]|aux |au |à )%VALUE",
        ),
        ("dislikes", r"\bje n['’]aime (?:vraiment |pas du tout |plus du tout |pas |plus )%VALUE"),
        (
            "dislikes",
            r"\bje ne (?:bois|mange|supporte) (?:plus|pas) (?:de |d['’]|du |les? |la )?%VALUE",
        ),
        ("dislikes", r"\bje (?:déteste|hais) %VALUE"),
        (
            "likes",
            r"\b(?:j['’](?:aime|adore)|je préfère)(?: beaucoup| bien| vraiment| aussi)? %VALUE",
        ),
        (
            "count",
            r"\bj['’]ai(?: maintenant)? (?P<count>une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|[0-9]{1,4}) (?!ans\b)%VALUE",
        ),
        (
            "when",
            r"\b(?:l['’]|le |la |notre |mon |ma )(?P<slot>(?:[\w’'-]{2,25} ){1,5}?)(?:est|a été)(?: maintenant)? (?:reportée?|déplacée?|avancée?|repoussée?|prévue?) (?:au|à|pour|le) (?P<value>[^,;:!?\n()]{1,40}?)(?=$|[,;!?\n]|\.(?:\s|$))",
        ),
        (
            "own",
            r"\b(?:mon|ma|mes) (?P<slot>(?:[\w’'-]{2,25} ){1,3}?)(?:est|sont|s['’]appelle|c['’]est)(?: maintenant| désormais)? (?!très |trop |en |à |reporté|déplacé|avancé|prévu)%VALUE",
        ),
    ),
)
