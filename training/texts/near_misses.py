"""Harmless texts that lie nearest to attacks, and the attacks that lie nearest to those.

Abilities gained, answers to be given again, words about words, prompts to be polished, settings,
defences; and on the other side orders that borrow their form. Of the harmless families some are
documents, too, and of the attacks those that a document may hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from training.texts.grammar import drawn_rows, expand, families, show
from training.texts.reader_texts import placed
from training.texts.row import Row

BENIGN, ATTACKS = "near_misses_benign", "near_misses_attacks"
DOCUMENTS = frozenset(
    [
        "you-can-now",
        "grown-tools",
        "lifted-and-ended-bans",
        "configuration-with-prompts",
        "handing-over-to-helpers",
        "defences-described",
        "erase-my-data",
        "rows-and-consent",
        "rehearsals-and-tests",
        "words-quoted-in-manuals",
        "assistants-in-the-office",
        "models-described",
        "tools-that-order",
        "leaflets-to-readers",
        "tool-advice-more",
    ]
)
"""Harmless families that stand in documents, too."""
PLANTED = frozenset(
    [
        "abilities-claimed",
        "payload-in-the-answer",
        "planted-readings",
        "instructions-renewed",
        "answer-as-told",
    ]
)
"""Attacks that documents may hold."""
DRAWS = 3
"""Documents of a template; one without slots or choices gives one."""


def rows(seed: int) -> Iterator[Row]:
    """Rows of both labels and origins; written for this project, nothing copied."""
    yield from drawn_rows(BENIGN, seed, label=0, category="benign_hard")
    yield from drawn_rows(ATTACKS, seed, label=1, category="direct_injection")
    yield from _documents(BENIGN, DOCUMENTS, seed)
    yield from _documents(ATTACKS, PLANTED, seed)


def _documents(stem: str, chosen: frozenset[str], seed: int) -> Iterator[Row]:
    """The texts of these families alone or in the wrappings of `reader_texts`."""
    attack = stem == ATTACKS
    category = "indirect_injection" if attack else "benign_hard"
    for family in families(stem):
        if family.name.rpartition("/")[2] not in chosen:
            continue
        rng = Random(f"{seed}:{family.name}:documents")
        drawn = [expand(each, rng) for each in family.templates for _ in range(DRAWS)]
        for text in dict.fromkeys(drawn):
            whole, span = placed(text, rng, "en")
            found = span if attack else None
            yield Row(whole, int(attack), category, family.name, "en", "document", found)


if __name__ == "__main__":
    show(rows)
