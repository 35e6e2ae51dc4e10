"""Texts that the other generators wrote for users, lent to be embedded in documents.

They keep their families, so a text and the documents that hold it stay on one side of a split.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from training.texts import direct, extraction, multilingual, roleplay, splitting
from training.texts.row import Row

LONGEST = 180
"""Code points of a lent text: longer ones hold harmless sentences around the attack."""
SHARES = ((direct, 260), (extraction, 260), (roleplay, 110), (splitting, 70))
"""Texts taken of each module."""
FOREIGN_ATTACKS, FOREIGN_HARMLESS = 800, 1_000
"""Texts taken of all languages together."""
MEANT_FOR_PEOPLE = frozenset(
    {
        "multilingual/alarming",
        "multilingual/chat",
        "multilingual/doc",
        "multilingual/forget",
        "multilingual/ignoremail",
        "multilingual/mail",
        "multilingual/noticeb",
        "multilingual/password",
        "multilingual/secretb",
        "multilingual/security",
    }
)
"""Harmless ideas that are harmless in a document too. A request to the assistant is not."""


def lent_attacks(seed: int) -> Iterator[Row]:
    """Attacks that were written as a user's message, families drawn in turn."""
    for module, count in SHARES:
        short = [row for row in module.rows(seed) if row.label and len(row.text) <= LONGEST]
        yield from _spread(short, count, Random(f"{seed}:{module.__name__}"))


def lent_foreign(seed: int) -> Iterator[Row]:
    """Attacks and harmless texts in many languages, languages drawn in turn."""
    short = [row for row in multilingual.rows(seed) if len(row.text) <= LONGEST and not row.span]
    attacks = [row for row in short if row.label]
    harmless = [row for row in short if not row.label and row.family in MEANT_FOR_PEOPLE]
    rng = Random(f"{seed}:multilingual")
    yield from _spread(attacks, FOREIGN_ATTACKS, rng)
    yield from _spread(harmless, FOREIGN_HARMLESS, rng)


def _spread(rows: list[Row], count: int, rng: Random) -> list[Row]:
    """So many rows, as evenly over the families and languages as they allow."""
    families: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        families.setdefault((row.family, row.lang), []).append(row)
    for members in families.values():
        rng.shuffle(members)
    most = max(map(len, families.values()), default=0)
    turns = [
        members[at] for at in range(most) for members in families.values() if at < len(members)
    ]
    return turns[:count]
