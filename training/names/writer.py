"""Fills templates with the names of one locale, and marks them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from training.names.pools import LOCALES, Places, Pool, listed, plain, templates
from training.names.values import plain_value, shaped

SYLLABLES = (
    *("al", "be", "co", "da", "el", "fi", "go", "hu", "in", "jo", "ka", "lu", "mi", "no", "or"),
    *("pa", "qui", "ra", "so", "ta", "un", "va", "wi", "xa", "yo", "za", "ster", "tech", "net"),
    *("sys", "med", "pay", "lex", "nex", "plex", "vio", "zen", "sig", "fig", "pax", "dex", "ly"),
)
"""Pieces of made-up company names."""

Span = tuple[int, int, str]
SLOT = re.compile(r"\{(\w+)\}")
TYPES = {
    "p": "PERSON",
    "full": "PERSON",
    "first": "PERSON",
    "last": "PERSON",
    "city": "LOCATION",
    "country": "LOCATION",
    "region": "LOCATION",
    "loc": "LOCATION",
    "addr": "ADDRESS",
    "street": "ADDRESS",
    "org": "ORGANIZATION",
}


@dataclass(slots=True)
class Document:
    """A text and the half-open code-point spans of its names."""

    text: str
    spans: list[Span]


@dataclass(slots=True)
class Material:
    """What documents are made of: pools by locale, places, lists and templates by language."""

    pools: dict[str, Pool]
    places: Places
    lists: dict[str, list[str]]
    labels: dict[str, list[str]]
    templates: dict[str, list[str]]
    words: list[str]
    plain: dict[str, list[str]]
    sayable: dict[str, Sequence[str]]

    def languages(self) -> list[str]:
        """Languages that have both a template and a locale."""
        return [
            lang for lang, lines in sorted(self.templates.items()) if lines and self.locales(lang)
        ]

    def locales(self, language: str) -> list[str]:
        """The locales of a language that are in the pools."""
        return [each for each in LOCALES.get(language, ()) if each in self.pools]


def material(
    pools: dict[str, Pool],
    places: Places,
    words: list[str],
    *,
    sayable: dict[str, Sequence[str]],
    part: bool | None,
) -> Material:
    """Templates: all (`part` None), all but every fifth (False), or only every fifth (True).
    `words` are common English words, of which companies are called; `sayable` those of other
    languages that name nobody."""
    chosen = {
        language: [line for at, line in enumerate(lines) if part is None or (at % 5 == 4) == part]
        for language, lines in templates().items()
    }
    lists = (
        listed("organizations.txt")
        | listed("not_names.txt")
        | listed("streets.txt")
        | listed("people.txt")
    )
    labels = listed("form_labels.txt")
    return Material(pools, places, lists, labels, chosen, words, plain(), sayable)


class Writer:
    """Fills templates with names of one locale."""

    def __init__(self, rng: random.Random, material: Material, pool: Pool, language: str) -> None:
        self.rng = rng
        self.material = material
        self.pool = pool
        self.language = language

    def filled(self, template: str) -> Document:
        """The template as a text with its names marked."""
        text, spans, at = "", [], 0
        template = template.replace("\\n", "\n").replace("{{", "\ue000").replace("}}", "\ue001")
        for slot in SLOT.finditer(template):
            text += template[at : slot.start()]
            value = self.value(slot.group(1))
            if slot.group(1) in TYPES and value.strip():
                spans.append((len(text), len(text) + len(value), TYPES[slot.group(1)]))
            text += value
            at = slot.end()
        text += template[at:]
        return Document(text.replace("\ue000", "{").replace("\ue001", "}"), spans)

    def value(self, slot: str) -> str:
        """What stands in for a slot."""
        make = getattr(self, slot, None)
        return make() if make else plain_value(self.rng, self.material.lists, slot)

    def first(self) -> str:
        return self.rng.choice(self.pool.first)

    def last(self) -> str:
        return self.rng.choice(self.pool.last)

    def full(self) -> str:
        return self.pool.full(self.rng)

    def p(self) -> str:
        kind = self.rng.random()
        if kind < 0.56 or (len(self.pool.locale) and self.pool.locale[:2] in ("ja", "zh", "ko")):
            return self.full()
        if kind < 0.72:
            return self.first()
        if kind < 0.86:
            return self.last()
        if kind < 0.95:
            return f"{self.first()[0]}. {self.last()}"
        return self.full().upper()

    def initial(self) -> str:
        return self.first()[0] + "."

    def city(self) -> str:
        if self.pool.cities and self.rng.random() < (0.3 if self.language == "en" else 0.7):
            return self.rng.choice(self.pool.cities)
        return self.in_script(self.material.places.cities)

    def country(self) -> str:
        if self.pool.countries and self.rng.random() < 0.8:
            return self.rng.choice(self.pool.countries)
        return self.in_script(self.material.places.countries)

    def region(self) -> str:
        return self.in_script(self.material.places.regions)

    def loc(self) -> str:
        return self.rng.choice((self.city, self.country, self.region))()

    def in_script(self, names: list[str]) -> str:
        """A name in the script of the locale, if one turns up soon."""
        block = ord(self.pool.first[0][0]) >> 8
        name = self.rng.choice(names)
        for _ in range(60):
            if (ord(name[0]) >> 8 in (0, 1)) == (block in (0, 1)) and (
                block in (0, 1) or block >= 0x30 or ord(name[0]) >> 8 == block
            ):
                break
            name = self.rng.choice(names)
        return name

    def street(self) -> str:
        if not self.pool.streets:
            return self.english_street()
        street = self.rng.choice(self.pool.streets)
        return (
            self.english_street() if self.language == "en" and self.rng.random() < 0.4 else street
        )

    def english_street(self) -> str:
        rng = self.rng
        name = rng.choice(
            (
                self.last,
                self.first,
                lambda: rng.choice(self.material.lists["names"]),
                lambda: rng.choice(self.material.lists["names"]),
            )
        )()
        kind = rng.choice(self.material.lists["kinds"])
        unit = rng.choice(
            (
                "",
                "",
                "",
                "",
                f" Apt {rng.randint(1, 99)}",
                f", Suite {rng.randint(100, 900)}",
                f", Flat {rng.randint(1, 20)}",
                f" #{rng.randint(1, 40)}",
                f" Unit {rng.randint(1, 30)}",
            )
        )
        way = rng.choice(("", "", "", "", "N ", "S ", "West ", "E. "))
        number = rng.choice(
            (
                rng.randint(1, 99),
                rng.randint(100, 9999),
                f"{rng.randint(1, 80)}{rng.choice('abAB')}",
            )
        )
        return f"{number} {way}{name} {kind}{unit}"

    def addr(self) -> str:
        rng = self.rng
        if self.language == "en" and (rng.random() < 0.55 or not self.pool.addresses):
            address = self.english_address()
        else:
            address = (
                rng.choice(self.pool.addresses) if self.pool.addresses else self.english_address()
            )
        between = rng.choice((", ", ", ", " ", "\n")) if rng.random() < 0.8 else "\n"
        return address.strip().replace("\n", between)

    def english_address(self) -> str:
        rng, places = self.rng, self.material.places
        city = self.in_script(places.cities)
        country = self.in_script(places.countries)
        letter = rng.choice
        state, number = letter(self.material.lists["states"]), rng.randint(1000, 99999)
        zips = (
            f"{state} {number:05d}",
            f"{state} {number:05d}-{rng.randint(1, 9999):04d}",
            shaped(rng, letter(("A# #AA", "A## #AA", "AA# #AA", "AA## #AA", "A#A #AA"))),
            shaped(rng, "A#A #A#"),
            f"{rng.randint(1000, 9999)}",
            f"{rng.randint(100000, 799999)}",
            "",
        )
        post = letter(zips)
        tail = letter(("", "", "", f", {country}", f"\n{country}"))
        forms = (
            f"{self.street()}\n{city}, {post}{tail}",
            f"{self.street()}\n{city} {post}{tail}",
            f"{self.street()}\n{city}{tail}",
        )
        if rng.random() < 0.05:
            return f"PO Box {rng.randint(10, 9999)}\n{city}, {post}"
        return rng.choice(forms).strip(" ,")

    def org(self) -> str:
        rng, lists = self.rng, self.material.lists
        kind = rng.random()
        if kind < 0.16:
            return self.coined()
        if self.pool.companies and kind < (0.36 if self.language == "en" else 0.6):
            return rng.choice(self.pool.companies)
        if kind < 0.62:
            return self.in_script(
                lists["companies"] if rng.random() < 0.7 else lists["institutions"]
            )
        pattern = rng.choice(lists["patterns"])
        return self.filled(pattern).text

    def coined(self) -> str:
        """A company called by common words or by a word that nobody has used yet."""
        rng, words = self.rng, self.material.words
        syllables = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 3))).capitalize()
        two = [rng.choice(words).capitalize() for _ in range(2)]
        suffix = rng.choice(self.material.lists["suffixes"])
        body = rng.choice(self.material.lists["bodies"])
        forms = (
            syllables,
            f"{syllables} {suffix}",
            f"{syllables} {body}",
            " ".join(two),
            f"{' '.join(two)} {suffix}",
            f"{two[0]} {body}",
            f"{two[0]} {body} {suffix}",
            two[0] + two[1],
            two[0] + two[1].lower(),
            f"{two[0]} & {two[1]}",
            f"The {two[0]} {two[1]} Company",
            f"{two[0]}.{rng.choice(('com', 'io', 'ai', 'org'))}",
        )
        return rng.choice(forms)

    def head(self) -> str:
        return self.rng.choice(self.material.lists["heads"])

    def sentence(self) -> str:
        return self.rng.choice(self.material.lists["sentences"])

    def title(self) -> str:
        return self.rng.choice(self.material.lists["title_mr"])
