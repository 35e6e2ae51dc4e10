"""Technical documents that command, warn and speak of attacks, and orders to an assistant in such.

README files, runbooks, manuals, help of commands, configuration, logs, notices. The harmless ones
come alone, or with others of the same kind as a page; the orders stand alone or inside such a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from training.texts.grammar import Family, expand, families, show
from training.texts.row import Row

BENIGN, ATTACKS = "technical_texts_benign", "technical_texts_attacks"
DRAWS, PAGES = 3, 5
"""Rows of a harmless template, and pages of a harmless family."""
DRAWS_OF_ATTACKS = 8
"""Rows of an order; every second stands in a page."""


def rows(seed: int) -> Iterator[Row]:
    """Rows of origin "document"; single paragraphs as user text, too: people paste them."""
    for family in families(BENIGN):
        rng = Random(f"{seed}:{family.name}")
        drawn = [expand(template, rng) for template in family.templates for _ in range(DRAWS)]
        for number, text in enumerate(dict.fromkeys(drawn)):
            origin = "user" if number % 3 == 0 else "document"
            yield Row(text, 0, "benign_hard", family.name, "en", origin)
        for _ in range(PAGES):
            text = "\n\n".join(_page(family, rng))
            yield Row(text, 0, "benign_hard", family.name, "en", "document")
    for number, family in enumerate(families(ATTACKS)):
        yield from _orders(family, Random(f"{seed}:{family.name}:{number}"))


def _orders(family: Family, rng: Random) -> Iterator[Row]:
    """Each order alone and inside pages, with its span."""
    texts = [expand(each, rng) for each in family.templates for _ in range(DRAWS_OF_ATTACKS)]
    for number, order in enumerate(dict.fromkeys(texts)):
        parts = list(_page(rng.choice(families(BENIGN)), rng)) if number % 2 else []
        at = rng.randint(0, len(parts))
        before = "\n\n".join([*parts[:at], ""])
        text = "\n\n".join([*parts[:at], order, *parts[at:]])
        span = (len(before), len(before) + len(order))
        yield Row(text, 1, "indirect_injection", family.name, "en", "document", span)


def _page(family: Family, rng: Random) -> Iterator[str]:
    """Two to four paragraphs of a family."""
    for template in rng.sample(family.templates, rng.randint(2, min(4, len(family.templates)))):
        yield expand(template, rng)


if __name__ == "__main__":
    show(rows)
