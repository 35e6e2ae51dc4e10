# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""How people say things about themselves in German, French, Spanish, Italian, Portuguese, Dutch.

A form is of a relation: what it tells. The relations are those of English (`facts.py`), so that
"Ich bin nach Lima gezogen" takes the place of "I live in Oslo".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_VALUE = r"(?P<value>[^,.;:!?\n()]{1,48}?)"
_NUMBER = r"(?P<value>[1-9][0-9]{0,2})"


@dataclass(frozen=True, slots=True)
class Language:
    """The forms of one language. `%VALUE` stands for what is said, up to a comma, a stop or a word
    of `ends`; `%NUMBER` for a number of up to three digits; `%SLOT` for a thing's name."""

    speaks: str
    """A word that a statement about oneself has: without one, nothing is looked for."""
    ends: str
    articles: str
    """Words that a value may begin with and that say nothing."""
    forms: tuple[tuple[str, str], ...]
    """Relation and pattern; the first that fits a place reads it."""


@dataclass(frozen=True, slots=True)
class Form:
    """A relation and its compiled pattern, with the groups `value`, `slot` or `count`."""

    relation: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Forms:
    """A language, compiled."""

    speaks: re.Pattern[str]
    words: re.Pattern[str]
    """Small words that tell the language."""
    articles: re.Pattern[str]
    forms: tuple[Form, ...]


GERMAN = Language(
    speaks="ich|mein(?:e|er|em|en)?|mir|mich|verschoben|verlegt",
    ends="und|aber|weil|denn|da|seit|mit|wo|obwohl|jetzt|nun|zurzeit|derzeit|momentan|gerade|am liebsten|letzte[snr]?|vor|in eine[rm]?|in der",
    articles="der|die|das|den|dem|ein|eine|einen|einem|einer|meine?n?",
    forms=(
        (
            "name",
            r"\b(?:ich hei(?:ß|ss)e|hei(?:ß|ss)e ich|mein name ist|nennen? sie mich|nenne? mich|nennt mich) (?:jetzt )?%VALUE",
        ),
        (
            "home-ended",
            r"\b(?:ich (?:wohne|lebe)|(?:wohne|lebe) ich) (?:jetzt )?nicht (?:mehr )?in %VALUE",
        ),
        (
            "home",
            r"\b(?:ich (?:wohne|lebe)|(?:wohne|lebe) ich)(?: [\w]{2,14}){0,4}? (?:in|im) %VALUE",
        ),
        (
            "home",
            r"\b(?:ich bin|bin ich|ich)(?: [\w]{2,14}){0,5}? (?:nach|in) (?P<value>[^,.;:!?\n()]{1,48}?) (?:um)?gezogen\b",
        ),
        ("home", r"\b(?:ich ziehe|ziehe ich)(?: [\w]{2,14}){0,3}? nach %VALUE"),
        (
            "employer-ended",
            r"\b(?:ich arbeite|arbeite ich) nicht mehr (?:bei der|beim|bei|für) %VALUE",
        ),
        ("job", r"\b(?:ich arbeite|arbeite ich)(?: [\w]{2,12}){0,2}? als %VALUE"),
        (
            "employer",
            r"\b(?:ich arbeite|arbeite ich)(?: [\w]{2,12}){0,2}? (?:bei der|beim|bei|für) %VALUE",
        ),
        (
            "age",
            r"\b(?:ich bin|bin ich|ich werde)(?: [\w]{2,12}){0,2}? %NUMBER(?: jahre(?: alt)?\b| geworden\b|(?=$|[.,!]))",
        ),
        (
            "diet",
            r"\b(?:ich bin|bin ich|ich lebe|ich esse|ich ernähre mich)(?: [\w]{2,12}){0,2}? (?P<value>vegetari\w+|vegan\w*)\b",
        ),
        ("allergy", r"\bich bin(?: [\w]{2,12}){0,2}? allergisch (?:gegen|auf) %VALUE"),
        ("allergy", r"\bich vertrage kein(?:e|en)? %VALUE"),
        (
            "dislikes",
            r"\bich (?:mag|esse|trinke|will|möchte) (?:überhaupt |gar |leider )?kein(?:e|en)? %VALUE(?: mehr)?",
        ),
        (
            "dislikes",
            r"\bich mag (?P<value>[^,.;:!?\n()]{1,40}?) (?:gar |überhaupt )?nicht(?: mehr)?\b",
        ),
        ("dislikes", r"(?:^|[,;] )(?P<value>[^,.;:!?\n()]{2,40}?) mag ich (?:\w+ ){0,2}nicht\b"),
        ("dislikes", r"\bich (?:hasse|verabscheue) %VALUE"),
        ("likes", r"\bich (?:esse|trinke|spiele|höre|lese|mag)(?: sehr| am)? gerne? %VALUE"),
        ("likes", r"\bich (?:esse|trinke|spiele|höre|lese) %VALUE (?:sehr )?gerne?\b"),
        ("likes", r"\bich (?:liebe|bevorzuge|mag)(?: sehr| jetzt| besonders)? %VALUE"),
        (
            "count",
            r"\bich habe(?: jetzt| nun)? (?P<count>ein|eine|einen|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|[0-9]{1,4}) (?!jahre)%VALUE",
        ),
        (
            "when",
            r"\b(?:der|die|das|unsere?|meine?) (?P<slot>(?:[\w-]{2,25} ){1,2})(?:ist|wurde|wird)(?: jetzt)? (?:auf|am|um) (?:den )?(?P<value>[^,;:!?\n()]{1,40}?)(?: verschoben| verlegt|(?=$|[,;!?\n]|\.(?:\s|$)))",
        ),
        (
            "own",
            r"\bmeine? (?P<slot>(?:[\w-]{2,25} ){1,3})(?:hei(?:ß|ss)t|ist|sind|lautet)(?: jetzt| nun)? (?!auf |am |um |sehr |so )%VALUE",
        ),
    ),
)

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

LANGUAGES = {
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
}


def languages_of(sentence: str) -> list[Forms]:
    """The languages that a sentence may state something in: those with most of its small words.
    Related languages share many, so several may be as likely."""
    spoken = [one for one in forms().values() if one.speaks.search(sentence)]
    shares = [len(one.words.findall(sentence)) for one in spoken]
    return [one for one, share in zip(spoken, shares, strict=True) if share == max(shares)]


@cache
def forms() -> dict[str, Forms]:
    """The forms of all languages, compiled when a memory first needs them: 40 ms."""
    return {name: _compiled(one) for name, one in LANGUAGES.items()}


def _compiled(language: Language) -> Forms:
    end = rf"(?=$|[,;:!?\n()]|\.(?:\s|$)| (?:{language.ends})\b)"
    made = []
    for relation, pattern in language.forms:
        written = pattern.replace("%VALUE", _VALUE + end).replace("%NUMBER", _NUMBER)
        made.append(Form(relation, re.compile(written, re.IGNORECASE)))
    return Forms(
        re.compile(rf"\b(?:{language.speaks})\b", re.IGNORECASE),
        re.compile(
            rf"\b(?:{language.speaks}|{language.ends}|{language.articles})(?<=\w)\b", re.IGNORECASE
        ),
        re.compile(rf"(?:(?:{language.articles})(?:\s+|(?<=['’])))+", re.IGNORECASE),
        tuple(made),
    )
