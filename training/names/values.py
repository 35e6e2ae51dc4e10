"""Values that are no names: numbers, dates, money, e-mail addresses, jobs, languages."""

from __future__ import annotations

import random

LETTERS = "ABCDEFGHJKLMNPRSTVW"
PATTERNS: dict[str, tuple[str, ...]] = {
    "num": ("#", "##", "###", "##"),
    "day": ("#", "1#", "2#"),
    "year": ("19##", "20##", "20##"),
    "time": ("1#:##", "0#:##", "#:## pm", "# am", "2#:##"),
    "money": ("$##", "$#,###.##", "### EUR", "€##,##", "£###", "##.50 USD", "### kr", "¥#####"),
    "phone": ("+## ### ####", "(###) 555-####", "0##/######", "+1-###-###-####", "0### ### ###"),
    "id": ("#####", "#######", "AA-####", "A######", "#-###", "#####-A"),
    "ip": ("10.##.#.##", "192.168.#.1##"),
    "ver": ("#.#", "#.##.#"),
    "acro": ("AAA", "AAAA", "AAA"),
}
"""Forms of a value: `shaped` fills # with digits and A with letters."""
FROM_LISTS = {
    "job": "jobs",
    "nat": "nationalities",
    "lang": "languages",
    "tech": "tech",
    "acr": "acronyms",
    "work": "works",
    "field": "fields",
    "body": "bodies",
    "suffix": "suffixes",
}
ENDINGS = ("Soft", "Tech", "Corp", "Works", "Net", "Med", "Pharm", "Com", "Lab", "Pay", "Bank")
HOSTS = ("example.com", "mail.test", "example.org", "post.example", "web.example.net")


def plain_value(rng: random.Random, lists: dict[str, list[str]], slot: str) -> str:
    """A value for a slot of a template."""
    if slot in PATTERNS:
        return shaped(rng, rng.choice(PATTERNS[slot]))
    if slot in FROM_LISTS:
        return rng.choice(lists[FROM_LISTS[slot]])
    if slot == "date":
        return date(rng, lists)
    if slot == "email":
        return f"{mailbox(rng, lists)}@{rng.choice(HOSTS)}"
    made = {
        "month": rng.choice(lists["months"][:12]),
        "weekday": rng.choice(lists["weekdays"][:7]),
        "tech1": rng.choice(lists["tech"]).lower(),
        "body1": rng.choice(ENDINGS),
    }
    return made[slot]


def shaped(rng: random.Random, pattern: str) -> str:
    """A pattern with a random letter for each A and a digit for each #."""
    return "".join(
        rng.choice(LETTERS) if sign == "A" else rng.choice("0123456789") if sign == "#" else sign
        for sign in pattern
    )


def date(rng: random.Random, lists: dict[str, list[str]]) -> str:
    """A day in one of the ways people write it."""
    year, month, day = rng.randint(1930, 2026), rng.randint(1, 12), rng.randint(1, 28)
    name = rng.choice(lists["months"][:24])
    return rng.choice(
        (
            f"{day:02d}/{month:02d}/{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day}.{month}.{year}",
            f"{day} {name} {year}",
            f"{name} {day}, {year}",
            f"{name} {day}",
        )
    )


def mailbox(rng: random.Random, lists: dict[str, list[str]]) -> str:
    """What stands before the @: a role, or somebody's name, which is no name there."""
    first, last = rng.choice(lists["first"]).lower(), rng.choice(lists["last"]).lower()
    role = rng.choice(("info", "support", "sales", "office", "no-reply", "team"))
    forms = (role, f"{first}.{last}", f"{first[:1]}{last}", f"{first}{rng.randint(1, 99)}", first)
    return rng.choice(forms).replace(" ", "").replace("'", "")
