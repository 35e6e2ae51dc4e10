"""Names by locale: what Faker knows (MIT, at training time only) and the lists beside this file."""

from __future__ import annotations

import importlib
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SAMPLES = 400
"""Addresses, companies and cities drawn from Faker for each locale."""

LOCALES: dict[str, tuple[str, ...]] = {
    "en": (
        "en_US",
        "en_GB",
        "en_AU",
        "en_CA",
        "en_IE",
        "en_IN",
        "en_NZ",
        "en_NG",
        "en_KE",
        "en_PK",
    ),
    "de": ("de_DE", "de_AT", "de_CH"),
    "fr": ("fr_FR", "fr_CA", "fr_CH", "fr_BE"),
    "es": ("es_ES", "es_MX", "es_AR", "es_CL", "es_CO"),
    "it": ("it_IT",),
    "pt": ("pt_BR", "pt_PT"),
    "nl": ("nl_NL", "nl_BE"),
    "sv": ("sv_SE",),
    "da": ("da_DK",),
    "no": ("no_NO",),
    "fi": ("fi_FI",),
    "pl": ("pl_PL",),
    "cs": ("cs_CZ",),
    "sk": ("sk_SK",),
    "hu": ("hu_HU",),
    "ro": ("ro_RO",),
    "hr": ("hr_HR",),
    "sl": ("sl_SI",),
    "bg": ("bg_BG",),
    "ru": ("ru_RU",),
    "uk": ("uk_UA",),
    "el": ("el_GR",),
    "tr": ("tr_TR",),
    "id": ("id_ID",),
    "vi": ("vi_VN",),
    "ar": ("ar_SA", "ar_DZ", "ar_PS", "ar_AA"),
    "he": ("he_IL",),
    "fa": ("fa_IR",),
    "hi": ("hi_IN", "mr_IN"),
    "ja": ("ja_JP",),
    "zh": ("zh_CN", "zh_TW"),
    "ko": ("ko_KR",),
    "th": ("th_TH",),
    "et": ("et_EE",),
    "lv": ("lv_LV",),
    "lt": ("lt_LT",),
    "hy": ("hy_AM",),
    "ka": ("ka_GE",),
    "az": ("az_AZ",),
    "mk": ("mk_MK",),
    "fil": ("fil_PH",),
    "bn": ("bn_BD",),
    "ta": ("ta_IN",),
    "ne": ("ne_NP",),
    "zu": ("zu_ZA", "yo_NG", "ha_NG", "ig_NG", "tw_GH"),
    "is": ("is_IS",),
}
"""Locales by the language of the sentences that they go into."""
FAMILY_FIRST = frozenset({"ja_JP", "zh_CN", "zh_TW", "ko_KR", "hu_HU", "vi_VN"})
UNSPACED = frozenset({"ja_JP", "zh_CN", "zh_TW", "ko_KR"})


@dataclass(slots=True)
class Pool:
    """The names of one locale."""

    locale: str
    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    streets: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    cities: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)
    street_words: list[str] = field(default_factory=list)

    def full(self, rng: random.Random) -> str:
        """A whole name as it is written in this locale."""
        first, last = rng.choice(self.first), rng.choice(self.last)
        if self.locale in FAMILY_FIRST:
            return last + ("" if self.locale in UNSPACED else " ") + first
        kind = rng.random()
        if kind < 0.06 and self.locale[:2] in ("en", "de", "fr", "nl"):
            return f"{first} {rng.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
        if kind < 0.09:
            return f"{first} {rng.choice(self.first)} {last}"
        if kind < 0.11 or (kind < 0.35 and self.locale[:2] in ("es", "pt")):
            return f"{first} {last} {rng.choice(self.last)}"
        if kind < 0.13:
            return f"{first}-{rng.choice(self.first)} {last}"
        if kind < 0.15:
            return f"{first} {last}-{rng.choice(self.last)}"
        return f"{first} {last}"


def pool(locale: str) -> Pool:
    """What Faker has for a locale; the same on every run."""
    from faker import Faker

    fake = Faker(locale)
    fake.seed_instance(20_261_121)
    made = Pool(locale)
    person = _person(locale)
    made.first = _listed(person, "first_name")
    made.last = _listed(person, "last_name") or _listed(person, "surname")
    if not made.last:
        made.last = sorted({fake.last_name() for _ in range(SAMPLES)})
    if not made.first:
        made.first = sorted({fake.first_name() for _ in range(SAMPLES)})
    if _has(locale, "address"):
        address = importlib.import_module(f"faker.providers.address.{locale}").Provider
        draw = SAMPLES * (3 if locale[:2] == "en" else 1)
        made.streets = [fake.street_address() for _ in range(draw)]
        made.addresses = [fake.address() for _ in range(draw)]
        made.cities = sorted({fake.city() for _ in range(SAMPLES)})
        made.countries = _own(address, "countries")
        if locale == "en_US":
            made.countries = sorted(address.countries)
        made.street_words = _own(address, "street_suffixes") + _own(address, "street_prefixes")
    if _has(locale, "company"):
        made.companies = [fake.company() for _ in range(SAMPLES)]
    return made


def _person(locale: str) -> Any:
    """Faker's provider of names for a locale; the American one where it has none."""
    known = locale if _has(locale, "person") else "en_US"
    return importlib.import_module(f"faker.providers.person.{known}").Provider


def world() -> Pool:
    """Names in Latin letters from everywhere, written for this project."""
    names = listed("people.txt")
    return Pool("world", first=names["first"], last=names["last"])


def _has(locale: str, kind: str) -> bool:
    try:
        importlib.import_module(f"faker.providers.{kind}.{locale}")
    except ModuleNotFoundError:
        return False
    return True


def _listed(provider: Any, kind: str) -> list[str]:
    """All names in the class attributes whose name begins so."""
    found: set[str] = set()
    for name in dir(provider):
        value = getattr(provider, name)
        if kind in name and isinstance(value, (tuple, list, dict, set)):
            found.update(str(each).strip() for each in value)
    return sorted(
        each for each in found if each and "{" not in each and "(" not in each and len(each) < 30
    )


def _own(provider: Any, name: str) -> list[str]:
    value = vars(provider).get(name, ())
    return sorted(str(each) for each in value if isinstance(each, str))


def listed(name: str) -> dict[str, list[str]]:
    """The lists of a file beside this one, `kind = a, b, c` a line; `|` or `;` may divide too."""
    lists = {}
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            kind, _, values = line.partition(" = ")
            mark = {"form_labels.txt": "|"}.get(name, ",")
            if kind in ("patterns", "sentences", "plain_en"):
                mark = ";"
            lists[kind] = [each.strip() for each in _split(values, mark) if each.strip()]
    return lists


def _split(values: str, mark: str) -> list[str]:
    return re.split(r";(?=\s)" if mark == ";" else re.escape(mark), values)


@dataclass(frozen=True, slots=True)
class Places:
    """Real places: cities, regions and countries, all in the forms people write."""

    cities: list[str]
    regions: list[str]
    countries: list[str]


def places() -> Places:
    """The places of places.txt."""
    cities: list[str] = []
    regions: list[str] = []
    countries: list[str] = []
    for line in (HERE / "places.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or ":" not in line:
            continue
        country, _, rest = line.partition(":")
        towns, _, areas = rest.partition("|")
        into = countries if country.startswith("Names of") else regions
        into += [each.strip() for each in areas.split(",") if each.strip()]
        cities += [each.strip() for each in towns.split(",") if each.strip()]
        if country not in ("World", "USA", "Egypt2") and not country.startswith("Names"):
            countries.append(country)
    return Places(sorted(set(cities)), sorted(set(regions)), sorted(set(countries)))


def templates() -> dict[str, list[str]]:
    """Sentences by language."""
    by_language = {"en": _lines("templates_en.txt")}
    language = ""
    for line in _lines("templates_other.txt"):
        if line.startswith("== "):
            language = line[3:].strip()
        else:
            by_language.setdefault(language, []).append(line)
    return by_language


def plain() -> dict[str, list[str]]:
    """Sentences without names by language."""
    by_language: dict[str, list[str]] = {}
    for line in _lines("plain.txt"):
        language, _, sentence = line.partition(": ")
        by_language.setdefault(language, []).append(sentence)
    return by_language


def _lines(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("# ")]
