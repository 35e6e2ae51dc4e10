"""English slurs, said at people and spoken about: the words come from a lexicon, not from here."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator
from pathlib import Path

from training.texts.toxic_row import ToxicRow
from training.texts.toxicity_grammar import drawn_rows, show

FILES = ("toxicity_slurs", "toxicity_more_slurs")
LEXICON = "lexicons/surge_profanity_en.csv.gz"
"""surge-ai/profanity, MIT."""
KINDS = frozenset({"racial / ethnic slurs", "sexual orientation / gender", "mental disability"})
SEVERE = 1.6
"""Mean severity from which a word counts as a slur: above the lexicon's "mild"."""
ROUNDS = 6
"""Draws of the whole file, each with other slurs."""


def rows(seed: int) -> Iterator[ToxicRow]:
    """Rows with slurs, none where the lexicon is not at AIGUARDIAN_DATA or ../shared/data."""
    path = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data")) / LEXICON
    if not path.is_file():
        return
    extra = {"slur": read_slurs(path)}
    seen: set[str] = set()
    for stem in FILES:
        for number in range(ROUNDS):
            for row in drawn_rows(stem, seed * ROUNDS + number, extra=extra):
                if row.text not in seen:
                    seen.add(row.text)
                    yield row


def read_slurs(path: Path) -> list[str]:
    """The slurs of the lexicon, in its order."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return [
            row["text"]
            for row in csv.DictReader(lines)
            if row["category_1"] in KINDS and float(row["severity_rating"]) >= SEVERE
        ]


if __name__ == "__main__":
    show(rows(0), 10)
