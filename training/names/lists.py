"""The lists of words that the tagger knows, as hashes with bits; names that are unmistakable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from zlib import crc32

import numpy as np

from aiguardian.ml import tagger_features as features
from aiguardian.ml.tagger_features import Gazetteer, tokenize
from training.names.common import common_words, means_itself
from training.names.pools import LOCALES, Places, Pool, listed, places

_CUES_TEXT = (
    "name names named called mr mrs ms miss dr prof professor sir madam herr frau monsieur madame"
    " señor señora sr sra signor signora meneer mevrouw pan pani dear hi hello hallo hola bonjour"
    " ciao regards nom nombre nome naam namn navn imię jméno nume ime имя зовут όνομα adı nama tên"
    " surname lastname firstname vorname nachname prénom apellido cognome address addresse adresse"
    " dirección indirizzo endereço адрес city town street stadt ville ciudad città город"
)
CUES = tuple(_CUES_TEXT.split())
"""Words beside which a name in lower case is looked for."""


def gazetteer(
    pools: Iterable[Pool], known_places: Places, lower: Counter[str], capital: Counter[str]
) -> Gazetteer:
    """The lists as hashes with bits."""
    bits: Counter[str] = Counter()

    def mark(names: Iterable[str], bit: int, part: int | None = None) -> None:
        for name in names:
            words = pieces(name)
            for word in words:
                chosen = bit if part is None or len(words) == 1 else part
                if len(word) > 1 or word >= "\u3000":
                    bits[word] |= chosen

    for each in pools:
        mark(each.first, features.FIRST)
        mark(each.last, features.LAST)
        mark(each.cities, features.CITY, features.CITY_PART)
        mark(each.countries, features.COUNTRY)
        mark(each.street_words, features.STREET)
        mark(frequent_pieces(each.streets), features.STREET)
        mark(frequent_pieces(each.companies), features.COMPANY)
    mark(known_places.cities, features.CITY, features.CITY_PART)
    mark(known_places.regions, features.COUNTRY)
    mark(known_places.countries, features.COUNTRY)
    lists = listed("organizations.txt") | listed("not_names.txt")
    mark(lists["companies"] + lists["institutions"], features.ORGANISATION)
    mark(lists["suffixes"] + lists["bodies"], features.COMPANY)
    mark(CUES, features.CUE)
    for kind in ("months", "weekdays", "nationalities", "languages", "tech", "acronyms"):
        mark(lists[kind], features.CALENDAR)
    mark_frequencies(bits, lower, capital)
    mark_common(bits)
    hashed: dict[int, int] = {}
    for word, value in sorted(bits.items()):
        place = crc32(word.encode("utf-8", "surrogatepass"))
        hashed[place] = hashed.get(place, 0) | value
    ordered = sorted(hashed)
    return Gazetteer(
        np.array(ordered, dtype=np.uint32),
        np.array([hashed[each] for each in ordered], dtype=np.uint16),
    )


def pieces(name: str) -> list[str]:
    """The words of a name in lower case; names without spaces whole and in pairs of signs."""
    found = []
    for run in re.split(r"[\s\-,./()|]+", name.lower()):
        if run and features.is_sign(run[0]):
            found.append(run if len(run) <= 3 else run[:2])
            continue
        found += [key.lower() for key in tokenize(run).keys if key[0].isalpha()]
    return found


def frequent_pieces(names: list[str]) -> list[str]:
    """Words that stand in at least one in forty: "Street", "GmbH", "calle"."""
    counts = Counter(piece for name in names for piece in set(pieces(name)))
    return [piece for piece, count in counts.items() if count * 40 >= max(80, len(names))]


def mark_frequencies(bits: Counter[str], lower: Counter[str], capital: Counter[str]) -> None:
    """Whether real text writes a word small, both ways, or with a capital."""
    for word in set(lower) | set(capital):
        small, large = lower[word], capital[word]
        if small + large < 3:
            continue
        share = small / (small + large)
        if share >= 0.8:
            bits[word] |= features.COMMON
        elif share >= 0.25:
            bits[word] |= features.AMBIGUOUS
        elif large >= 3:
            bits[word] |= features.PROPER


def mark_common(bits: Counter[str]) -> None:
    """Marks the words that other languages use all the time and that are no names there."""
    for language in sorted({*LOCALES, "ca"}):
        for rank, word in enumerate(common_words(language)):
            if means_itself(rank, bits[word]):
                bits[word] |= features.COMMON


def known_names() -> dict[tuple[str, ...], int]:
    """Names that are unmistakable in real English text, as lower-case tokens, with their type."""
    ambiguous = {
        "apple", "target", "meta", "visa", "total", "vale", "shell", "puma", "ford", "delta",
        "oracle", "congress", "reading", "bath", "nice", "georgia", "jordan", "chad", "us", "mesa",
        "victoria", "split", "tours", "essen", "orange", "hull", "derby", "chester", "york", "who",
        "lincoln", "madison", "charlotte", "austin", "jackson", "washington", "houston", "dallas",
        "china", "turkey", "mali", "norfolk", "regina", "florence", "mobile", "buffalo", "natal",
        "columbus", "kent", "virginia", "alphabet", "amazon", "zoom", "slack", "stripe", "senate",
        "gilbert", "phoenix", "orlando", "sec", "wells", "un", "eu", "lima",
        "camden", "warwick", "lancaster", "chandler", "garland", "irving", "irvine", "santiago",
        "stanford", "harvard", "kuwait", "santa cruz", "mercedes", "chelsea", "perth", "mit",
    }  # fmt: skip
    known_places, lists = places(), listed("organizations.txt")
    found: dict[tuple[str, ...], int] = {}
    for kind, names in (
        (1, known_places.cities + known_places.regions + known_places.countries),
        (3, lists["companies"] + lists["institutions"]),
    ):
        for name in names:
            if name.lower() not in ambiguous:
                found[tuple(key.lower() for key in tokenize(name).keys)] = kind
    return found
