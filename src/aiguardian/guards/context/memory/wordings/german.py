# ruff: noqa: E501 - a pattern broken over lines is harder to read than a long one
"""How people say things about themselves in German."""

from __future__ import annotations

from aiguardian.guards.context.memory.wordings.language import Language

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
