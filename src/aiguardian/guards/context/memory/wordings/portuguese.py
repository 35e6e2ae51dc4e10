# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""How people say things about themselves in Portuguese."""

from __future__ import annotations

from aiguardian.guards.context.memory.wordings.language import Language

PORTUGUESE = Language(
    speaks="eu|me|meu|minha|meus|minhas|moro|vivo|trabalho|tenho|sou|odeio|detesto|prefiro|amo|adoro|gosto|mudei|chamo|chamem?|virei|fui|fiz|acabei|completei|não|adiad[oa]|remarcad[oa]|antecipad[oa]|transferid[oa]",
    ends="e|mas|porque|pois|desde|com|onde|agora|atualmente|embora|que|há|na semana|no mês|no ano|ontem|numa?|em uma?",
    articles="o|a|os|as|um|uma|uns|umas|meu|minha",
    forms=(
        (
            "name",
            r"\b(?:me chamo|chamo-me|(?:o )?meu nome é|me chame de|chame-me|pode me chamar de) %VALUE",
        ),
        ("home-ended", r"\b(?:já )?não (?:moro|vivo|resido)(?: mais)? (?:em|no|na|nos|nas) %VALUE"),
        (
            "home",
            r"\b(?:moro|vivo|resido|estou morando)(?: \w{1,14}){0,4}? (?:em|no|na|nos|nas) %VALUE",
        ),
        (
            "home",
            r"\b(?:(?:eu )?me mudei|mudei-me|mudei|acabei de me mudar|acabei de mudar)(?: \w{4,14}){0,2}?(?: d[eoa] [\w ]{1,30}?)? (?:para o|para a|para|pra) %VALUE",
        ),
        ("home", r"\b(?:fui|vim) (?:morar|viver) (?:em|no|na|nos|nas) %VALUE"),
        (
            "employer-ended",
            r"\b(?:já não trabalho|não trabalho mais) (?:para|na|no|em) %VALUE",
        ),
        ("job", r"\btrabalho(?: \w{4,14}){0,2}? como %VALUE"),
        (
            "employer",
            r"\btrabalho(?: \w{4,14}){0,2}? (?:para a|para o|para|na|no|em) (?!\w+[aei]r\b)%VALUE",
        ),
        (
            "age",
            r"\b(?:tenho|fiz|completei|acabei de (?:fazer|completar))(?: já| agora)? %NUMBER(?: anos\b|(?=$|[.,!]))",
        ),
        (
            "diet",
            r"\b(?:sou|virei|me tornei|tornei-me)(?: \w{2,12}){0,2}? (?P<value>vegetarian[oa]|vegan[oa])\b",
        ),
        ("allergy", r"\b(?:sou|tenho) (?:muito )?al[ée]rgi(?:c[oa]|a) (?:aos|às|ao|à|a) %VALUE"),
        ("dislikes", r"\b(?:já )?não gosto(?: nada| mais| muito)? d(?:e|o|a|os|as) %VALUE"),
        ("dislikes", r"\b(?:já )?não (?:bebo|como|tomo)(?: mais)? %VALUE"),
        ("dislikes", r"\b(?:odeio|detesto|não suporto) %VALUE"),
        ("likes", r"\bgosto(?: muito| bastante| mais| também)? d(?:e|o|a|os|as) %VALUE"),
        ("likes", r"\b(?:amo|adoro|prefiro) %VALUE"),
        (
            "count",
            r"\btenho(?: agora)? (?P<count>uma?|dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez|[0-9]{1,4}) (?!anos\b)%VALUE",
        ),
        (
            "when",
            r"\b(?:o|a|meu|minha|noss[oa]) (?P<slot>(?:[\w-]{2,25} ){1,5}?)(?:foi (?:adiad[oa]|remarcad[oa]|mudad[oa]|antecipad[oa]|transferid[oa]) (?:para o|para a|para)|é (?:no dia|às)) (?P<value>[^,;:!?\n()]{1,40}?)(?=$|[,;!?\n]|\.(?:\s|$))",
        ),
        (
            "own",
            r"\b(?:meus?|minhas?) (?P<slot>(?:[\w-]{2,25} ){1,3}?)(?:é|são|se chamam?|chamam?-se)(?: agora)? (?!muito |no dia |às )%VALUE",
        ),
    ),
)
