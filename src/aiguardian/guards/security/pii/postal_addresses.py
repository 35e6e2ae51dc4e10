"""Parts of postal addresses that their own words give away: streets with numbers, flats, boxes.

The trained tagger finds whole addresses; these rules hold where it is off or has not learnt a form,
and `joined` makes one address of what both found side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from aiguardian.guards.security.pii.entity import Entity
from aiguardian.guards.security.pii.reading import Reading

ADDRESS = "ADDRESS"
_NAME = r"[A-ZÀ-ÞĀ-ŽΑ-Ω][\w'’.-]{0,24}"
_NUMBER = r"\d{1,5}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?"
# Read on from a number. Nearest: `3 Main Street bands`, `5 Lane changes`.
_NUMBER_FIRST = re.compile(
    rf"{_NUMBER},? (?:{_NAME} ){{1,4}}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Pl|"
    r"Terrace|Way|Highway|Hwy|Parkway|Pkwy|Close|Crescent|Row|Gardens|Grove|Mews)\b\.?"
    r"(?: (?:N|S|E|W|NE|NW|SE|SW)\b)?"
    rf"|{_NUMBER},? ?(?:bis |ter )?"
    rf"(?:rue|avenue|boulevard|bd|allée|impasse|chemin|quai|route|cours)"
    rf"(?: (?:de|du|des|la|le|les|l['’]|d['’]))*(?:[ '’]{_NAME}){{1,4}}",
)
# Read back from a number, word by word: endings of a street's name, and words before its name.
_ENDINGS = (
    "straße", "strasse", "str.", "gasse", "platz", "allee", "weg", "straat", "laan", "gracht",
    "kade", "plein", "gatan", "vägen", "gade", "veien", "vegen", "vej", "gata", "katu", "kuja",
    "utca", "körút", "puiestee", "stræti", "stræde", "braut", "gränd", "ulica",
)  # fmt: skip
_LEADS = frozenset(
    ("rue", "via", "viale", "piazza", "corso", "calle", "c/", "avenida", "avda.", "avda", "plaza",
     "paseo", "rua", "praça", "travessa", "ul.", "ulica", "ulice", "al.", "os.", "strada", "str.",
     "largo", "carrer", "rúa", "улица", "ул.", "проспект", "просп.", "переулок", "пер.", "вулиця",
     "вул.")
)  # fmt: skip
_BEFORE_NUMBER = frozenset(("д.", "дом", "№", "nº", "n°", "nr.", "no."))
_MOST_WORDS = 6
_UNIT_BEFORE = re.compile(
    r"(?<!\w)(?:(?:[Aa]pt|[Ss]te|[Ff]lat|APT|STE)\.?|[Aa]partment|[Ss]uite|SUITE|"
    r"[Pp]\.? ?[Oo]\.? ?[Bb]ox|P\.?O\.? BOX|[Pp]ostbox|[Pp]ostfach|[Pp]ostbus|[Aa]partado|"
    r"[Cc]asella [Pp]ostale|[Bb]oîte [Pp]ostale|кв\.|а/я|"
    r"(?:PSC|CMR|[Uu]nit|psc) \d{1,5},? [Bb]ox) ?#? ?\Z"
)
_MILITARY = re.compile(r"(?<!\w)(?:[AFD]PO|[afd]po),? (?:A[AEP]|a[aep]),? \Z")
_DIGITS = re.compile(rb"9{1,6}A?")
_REACH = 80
_UNIT_REACH = 28
_NUMBER_BEFORE = re.compile(r"(?<![\w.,])\d{1,6}[A-Za-z]? \Z")
_NUMBER_BEHIND = re.compile(r",? \d{1,6}[A-Za-z]?(?![\w.,]\d|\w)")


def find_addresses(reading: Reading) -> Iterator[Entity]:
    """Streets with their numbers, flats and boxes; a bounded look around every number."""
    text = reading.text
    for match in _DIGITS.finditer(reading.shape):
        start, end = match.span()
        if start and (text[start - 1].isalnum() or text[start - 1] in ".,:-_/$€£"):
            continue
        behind = _NUMBER_FIRST.match(text, start, start + _REACH)
        if behind is not None:
            yield _address(behind.start(), behind.end(), 0.75)
            continue
        line = text[max(0, start - _REACH) : start].rpartition("\n")[2]
        unit = _UNIT_BEFORE.search(text, max(0, start - _UNIT_REACH), start)
        military = _MILITARY.search(text, max(0, start - _UNIT_REACH), start)
        if unit is not None:
            yield _address(unit.start(), end, 0.7)
        elif military is not None:
            yield _address(military.start(), end, 0.85)
        elif (length := _street_length(line)) > 0:
            yield _address(start - length, end, 0.7)


def _street_length(line: str) -> int:
    """How many code points before a number are a street's name; 0 when none is."""
    if not line.endswith(" "):
        return 0
    words = line.split(" ")[-_MOST_WORDS - 2 : -1]
    if words and words[-1].lower() in _BEFORE_NUMBER:
        words, behind = words[:-1], len(words[-1]) + 1
    else:
        behind = 0
    if not words:
        return 0
    last = words[-1].rstrip(",").lower()
    if last.endswith(_ENDINGS) and (words[-1][0].isupper() or last not in ("weg", "via")):
        is_bare = last in _ENDINGS and len(words) > 1 and words[-2][:1].isupper()
        taken = words[-2:] if is_bare else words[-1:]
    else:
        lead = next((i for i in range(len(words) - 1) if words[i].lower() in _LEADS), None)
        if lead is None:
            return 0
        taken = words[lead:]
    return sum(len(word) + 1 for word in taken) + behind


def _address(start: int, end: int, score: float) -> Entity:
    return Entity(ADDRESS, start, end, score, "postal_addresses", validated=False)


def joined(text: str, found: Iterable[Entity]) -> list[Entity]:
    """The entities, with addresses that overlap or stand one mark apart made one, and the number
    of a house or of a post office right beside an address taken in."""
    kept: list[Entity] = []
    last: Entity | None = None
    for entity in sorted(found, key=lambda one: (one.start, one.end)):
        if entity.type != ADDRESS:
            kept.append(entity)
            continue
        entity = _widened(text, entity)
        if last is not None and not text[last.end : entity.start].strip(" ,\n"):
            end, score = max(last.end, entity.end), max(last.score, entity.score)
            last = replace(last, end=end, score=score)
            continue
        if last is not None:
            kept.append(last)
        last = entity
    return kept if last is None else [*kept, last]


def _widened(text: str, entity: Entity) -> Entity:
    before = _NUMBER_BEFORE.search(text, max(0, entity.start - 10), entity.start)
    behind = _NUMBER_BEHIND.match(text, entity.end)
    return replace(
        entity,
        start=before.start() if before else entity.start,
        end=behind.end() if behind else entity.end,
    )
