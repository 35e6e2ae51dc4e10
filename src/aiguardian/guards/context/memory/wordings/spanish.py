# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""How people say things about themselves in Spanish."""

from __future__ import annotations

from aiguardian.guards.context.memory.wordings.language import Language

SPANISH = Language(
    speaks="yo|me|mi|mis|vivo|resido|trabajo|tengo|soy|odio|detesto|prefiero|amo|adoro|llám[ae](?:n)?me|acabo|hemos|no|pasó|movió|cambió|aplazó",
    ends="y|e|pero|porque|desde|con|donde|ahora|actualmente|aunque|que|últimamente|hace|la semana|el mes|el año|ayer|en una?",
    articles="el|la|los|las|un|una|unos|unas|lo|mi|mis|mucho|muchísimo",
    forms=(
        ("name", r"\b(?:me llamo|mi nombre es|llám[ae](?:n)?me) %VALUE"),
        ("home-ended", r"\b(?:ya )?no (?:vivo|resido)(?: más)? en %VALUE"),
        ("home", r"\b(?:vivo|resido|estoy viviendo)(?: \w{2,14}){0,4}? en %VALUE"),
        ("home", r"\b(?:he|hemos) ido a vivir a %VALUE"),
        (
            "home",
            r"\bme (?:mudé|trasladé|fui a vivir|he (?:mudado|trasladado|ido a vivir)|acabo de mudar|mudo|estoy mudando)(?: \w{4,14}){0,2}?(?: de(?:sde)? [\w ]{1,30}?)? a %VALUE",
        ),
        ("home", r"\bacabo de mudarme(?: de(?:sde)? [\w ]{1,30}?)? a %VALUE"),
        ("employer-ended", r"\bya no trabajo (?:para|en) %VALUE"),
        ("job", r"\btrabajo(?: \w{4,14}){0,2}? (?:como|de) %VALUE"),
        ("employer", r"\btrabajo(?: \w{4,14}){0,2}? (?:para|en) (?!\w+[aei]r\b)%VALUE"),
        (
            "age",
            r"\b(?:tengo|cumplí|he cumplido|acabo de cumplir)(?: ya)? %NUMBER(?: años\b|(?=$|[.,!]))",
        ),
        (
            "diet",
            r"\b(?:soy|me (?:he vuelto|volví|hice))(?: \w{2,12}){0,2}? (?P<value>vegetarian[oa]|vegan[oa])\b",
        ),
        ("allergy", r"\bsoy(?: muy)? alérgic[oa] (?:a la |a los |a las |al |a )%VALUE"),
        ("dislikes", r"\b(?:ya )?no me (?:gustan?|encantan?)(?: nada| más)? %VALUE"),
        ("dislikes", r"\b(?:ya )?no (?:tomo|bebo|como) %VALUE"),
        ("dislikes", r"\b(?:odio|detesto|no soporto) %VALUE"),
        ("likes", r"\bme (?:gustan?|encantan?)(?: mucho| muchísimo| más)? %VALUE"),
        ("likes", r"\b(?:prefiero|amo|adoro) %VALUE"),
        (
            "count",
            r"\btengo(?: ahora)? (?P<count>una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|[0-9]{1,4}) (?!años\b)%VALUE",
        ),
        (
            "when",
            r"\b(?:el|la|mi|nuestr[oa]) (?P<slot>(?:[\w-]{2,25} ){1,5}?)(?:se (?:ha )?(?:movió|movido|pasó|pasado|cambió|cambiado|aplazó|aplazado)|es|será) (?:al|a las|para el|el(?= \d)) (?P<value>[^,;:!?\n()]{1,40}?)(?=$|[,;!?\n]|\.(?:\s|$))",
        ),
        (
            "own",
            r"\bmis? (?P<slot>(?:[\w-]{2,25} ){1,3}?)(?:es|son|se llaman?)(?: ahora)? (?!muy |el \d|a las )%VALUE",
        ),
    ),
)
