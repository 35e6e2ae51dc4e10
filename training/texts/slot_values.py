"""Values for the slots of phrases: invented people, companies, addresses, dates and amounts.

Attacks and harmless texts draw from the same values, so none of them gives a text away.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from training.texts.phrase_files import sections


def _values(name: str) -> tuple[str, ...]:
    return tuple(" ".join(sections("values")[name]).split())


FIRST = _values("first")
LAST = _values("last")
CITIES = _values("cities")
WORDS = _values("words")
BRANCHES = _values("branches")
PRODUCTS = _values("products")
TEAMS = _values("teams")
JOBS = _values("jobs")
DAYS = _values("days")
MONTHS = _values("months")
FILES = _values("files")
ENDINGS = ("com", "net", "org", "io", "example", "test", "co.uk", "eu", "app", "dev")
PATHS = ("", "/start", "/login", "/form", "/news", "/v2/collect", "/docs", "/offer", "/r", "/help")


def slot_value(name: str, rng: Random) -> str | None:
    """A value for the slot, `None` for a name that is no slot."""
    make = SLOTS.get(name)
    return make(rng) if make else None


def _person(rng: Random) -> str:
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def _company(rng: Random) -> str:
    return f"{rng.choice(WORDS).title()}{rng.choice(('', ' '))}{rng.choice(BRANCHES)}"


def _domain(rng: Random) -> str:
    joint = rng.choice(("", "-", "-"))
    number = rng.choice(("", "", str(rng.randint(2, 99))))
    return f"{rng.choice(WORDS)}{joint}{rng.choice(WORDS)}{number}.{rng.choice(ENDINGS)}"


def _mail(rng: Random) -> str:
    name = rng.choice(
        (f"{rng.choice(FIRST)}.{rng.choice(LAST)}", rng.choice(WORDS), rng.choice(TEAMS))
    )
    return f"{name.lower()}@{_domain(rng)}"


def _url(rng: Random) -> str:
    start = rng.choice(("https://", "https://", "https://www.", "http://", "www."))
    return start + _domain(rng) + rng.choice(PATHS)


def _product(rng: Random) -> str:
    return f"{rng.choice(WORDS).title()} {rng.choice(PRODUCTS)}"


def _date(rng: Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2019, 2027)
    return rng.choice(
        (f"{day} {MONTHS[month - 1]}", f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}")
    )


def _amount(rng: Random) -> str:
    number = rng.choice((rng.randint(5, 99), rng.randint(100, 9_999), rng.randint(10_000, 900_000)))
    return rng.choice((f"{number} euros", f"${number:,}", f"€{number}.00", f"{number} USD"))


def _iban(rng: Random) -> str:
    country = rng.choice(("DE", "NL", "FR", "ES", "GB"))
    return country + "".join(str(rng.randint(0, 9)) for _ in range(18))


def _phone(rng: Random) -> str:
    return f"+{rng.randint(20, 99)} {rng.randint(100, 999)} {rng.randint(100_000, 9_999_999)}"


def _identifier(rng: Random) -> str:
    return f"{''.join(rng.choices('ABCDEFGHKLMNPRSTUVWXYZ', k=2))}-{rng.randint(1_000, 99_999)}"


SLOTS: dict[str, Callable[[Random], str]] = {
    "person": _person,
    "first": lambda rng: rng.choice(FIRST),
    "company": _company,
    "product": _product,
    "city": lambda rng: rng.choice(CITIES),
    "word": lambda rng: rng.choice(WORDS),
    "team": lambda rng: rng.choice(TEAMS),
    "job": lambda rng: rng.choice(JOBS),
    "day": lambda rng: rng.choice(DAYS),
    "month": lambda rng: rng.choice(MONTHS),
    "date": _date,
    "time": lambda rng: f"{rng.randint(6, 22)}:{rng.choice(('00', '15', '30', '45'))}",
    "number": lambda rng: str(rng.choice((rng.randint(2, 12), rng.randint(13, 400)))),
    "amount": _amount,
    "mail": _mail,
    "url": _url,
    "domain": _domain,
    "phone": _phone,
    "iban": _iban,
    "id": _identifier,
    "file": lambda rng: rng.choice(FILES),
}
