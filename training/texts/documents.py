"""Documents with instructions to the assistant in them, and as many kinds of harmless documents.

Attacks and harmless texts share carriers, topics, places, slot values and markup, so that only
what is said, and to whom, tells them apart. About 6,000 attacks and 7,700 harmless documents of
origin "document", and 800 requests of a user with a document pasted in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from random import Random

from training.texts.embedded import (
    Embedded,
    aimed_attack,
    goal_families,
    harmless_insert,
    harmless_inserts,
    whole_attack,
    whole_attacks,
)
from training.texts.filling import Filled
from training.texts.lent import lent_attacks, lent_foreign
from training.texts.phrase_files import sections
from training.texts.phrases import expand
from training.texts.public_prose import default_folder, public_topics
from training.texts.row import Row
from training.texts.stock import Stock

AIMED, WHOLE, HARMLESS, CLEAN = 2_900, 900, 4_300, 1_400
"""Rows of origin "document" in English, of each kind."""
FOREIGN_ATTACKS, FOREIGN_HARMLESS = 700, 1_000
PASTED_ATTACKS, PASTED_HARMLESS = 350, 450
"""Rows of origin "user"."""
QUOTES = (("", ""), ("", ""), ('"', '"'), ("```\n", "\n```"), ("---\n", "\n---"))
"""Before and after a pasted document."""

_Make = Callable[[str, int, Random], Embedded]


def rows(seed: int, data: Path | None = None) -> Iterator[Row]:
    """All rows, the same for the same seed and folder. `data` is the folder of public documents,
    by default the one that the environment names; without it carriers hold written prose only."""
    stock = Stock(public_topics(default_folder() if data is None else data))
    yield from _embedded_rows(stock, f"{seed}:aimed", AIMED, goal_families(), aimed_attack)
    yield from _embedded_rows(stock, f"{seed}:whole", WHOLE, whole_attacks(), whole_attack)
    yield from _embedded_rows(
        stock, f"{seed}:harmless", HARMLESS, harmless_inserts(), harmless_insert
    )
    yield from _clean_rows(stock, f"{seed}:clean")
    yield from _lent_rows(stock, seed)
    yield from _foreign_rows(stock, f"{seed}:foreign", 1, FOREIGN_ATTACKS)
    yield from _foreign_rows(stock, f"{seed}:foreign", 0, FOREIGN_HARMLESS)
    yield from _pasted_rows(stock, f"{seed}:pasted")


def _embedded_rows(
    stock: Stock, seed: str, count: int, families: list[tuple[str, int]], make: _Make
) -> Iterator[Row]:
    label = int(make is not harmless_insert)
    for number, family in enumerate(islice(cycle(families), count)):
        rng = Random(f"{seed}:{number}")
        insert = make(*family, rng)
        yield _row(stock.document(insert.text, rng), label, insert.family)


def _clean_rows(stock: Stock, seed: str) -> Iterator[Row]:
    for number in range(CLEAN):
        filled = stock.document("", Random(f"{seed}:{number}"))
        yield _row(filled, 0, f"clean-{filled.carrier}")


def _lent_rows(stock: Stock, seed: int) -> Iterator[Row]:
    for number, lent in enumerate((*lent_attacks(seed), *lent_foreign(seed))):
        rng = Random(f"{seed}:lent:{number}")
        filled = (
            stock.document(lent.text, rng)
            if lent.lang == "en"
            else stock.foreign_document(lent.lang, lent.text, rng)
        )
        yield _row(filled, lent.label, lent.family, lent.lang)


def _foreign_rows(stock: Stock, seed: str, label: int, count: int) -> Iterator[Row]:
    """Rows in the languages of `languages.txt` in turn; a quarter of the harmless are clean."""
    languages = list(sections("languages").items())
    for number, (lang, lines) in enumerate(islice(cycle(languages), count)):
        rng = Random(f"{seed}:{label}:{number}")
        inserts = [line[2:] for line in lines if line.startswith("-+"[label] + " ")]
        at = number // len(languages) % len(inserts)
        is_clean = label == 0 and rng.random() < 0.25
        insert = "" if is_clean else expand(inserts[at], rng)
        filled = stock.foreign_document(lang, insert, rng)
        yield _row(filled, label, f"foreign-{label}-{_slots(inserts[at])}", lang)


def _slots(phrase: str) -> str:
    """The slots of a phrase: the same idea has the same ones in every language."""
    return "-".join(sorted(set(re.findall(r"\{(\w+)\}", phrase))))


def _pasted_rows(stock: Stock, seed: str) -> Iterator[Row]:
    for number in range(PASTED_ATTACKS + PASTED_HARMLESS):
        rng = Random(f"{seed}:{number}")
        label = int(number < PASTED_ATTACKS)
        insert = _attack(rng) if label else _harmless(rng)
        yield _pasted(stock.document(insert.text, rng), label, insert.family, rng)


def _attack(rng: Random) -> Embedded:
    if rng.random() < 0.2:
        return whole_attack(*rng.choice(whole_attacks()), rng)
    return aimed_attack(*rng.choice(goal_families()), rng)


def _harmless(rng: Random) -> Embedded:
    if rng.random() < 0.35:
        return Embedded("", "clean-pasted")
    return harmless_insert(*rng.choice(harmless_inserts()), rng)


def _pasted(filled: Filled, label: int, family: str, rng: Random) -> Row:
    """The document with a user's request before it or, less often, after it."""
    where = "before" if rng.random() < 0.75 else "after"
    request = expand(rng.choice(sections("requests")[where]), rng)
    left, right = rng.choice(QUOTES)
    head = f"{request}\n\n{left}" if where == "before" else left
    text = head + filled.text + right + ("" if where == "before" else f"\n\n{request}")
    span = filled.span and (filled.span[0] + len(head), filled.span[1] + len(head))
    return Row(text, label, _category(label, filled), family, "en", "user", span if label else None)


def _row(filled: Filled, label: int, family: str, lang: str = "en") -> Row:
    span = filled.span if label else None
    return Row(filled.text, label, _category(label, filled), family, lang, "document", span)


def _category(label: int, filled: Filled) -> str:
    """A harmless document with an insert is a hard one."""
    if label:
        return "indirect_injection"
    return "benign_hard" if filled.span else "benign_everyday"
