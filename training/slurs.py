"""Writes src/aiguardian/ml/weights/slurs.npz: slurs and their severity, as hashes.

    python -m training.slurs [--data FOLDER]

From surge-ai/profanity (MIT): entries of the categories in `KINDS`, with the mean of its raters.
Deterministic; prints the checksum that goes into `ml/slurs.py`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from aiguardian.guards.bias.groups import groups
from aiguardian.ml.slurs import LONGEST, TABLE, digest, folded
from training.archive import archived
from training.injection_linear import ship

LEXICON = "lexicons/surge_profanity_en.csv.gz"
KINDS = frozenset({"racial / ethnic slurs", "sexual orientation / gender", "mental disability"})
SHORTEST = 4
"""Letters of an entry that is cut into parts by its signs: shorter ones are pieces of words."""
_OTHERWISE = (
    "abbie bender buttermilk crows dyke flamer greaser hoar hoe klan knickers mong mongrel nicker "
    "nuggets shylock slag slanty slit spook spooks tart tramp"
)
OTHERWISE = frozenset({*((word,) for word in _OTHERWISE.split()), ("jim", "crow")})
"""Entries that are names or mostly something else (food, birds, walls, history): read by hand, with
their counts in harmless texts, 2026-11."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    entries = read_entries(parser.parse_args().data / LEXICON)
    print(f"{len(entries)} entries")
    ship(TABLE, packed(entries))


def read_entries(path: Path) -> dict[tuple[str, ...], int]:
    """Severity in tenths by the words of an entry; names of groups are no slurs."""
    names = {
        tuple(folded(name))
        for group in groups()
        for name in (*group.plural, *group.singular, *group.adjective)
    }
    entries: dict[tuple[str, ...], int] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            words = tuple(folded(row["text"]))
            is_slur = KINDS & {row["category_1"], row["category_2"], row["category_3"]}
            is_whole = len(words) == 1 or len("".join(words)) >= SHORTEST
            is_known = 0 < len(words) <= LONGEST and words not in names | OTHERWISE
            if is_slur and is_whole and is_known:
                level = round(10 * float(row["severity_rating"]))
                entries[words] = max(entries.get(words, 0), level)
    return entries


def packed(entries: Mapping[tuple[str, ...], int]) -> bytes:
    """The table's file, sorted by hash."""
    levels = {digest(" ".join(words)): level for words, level in entries.items()}
    order = sorted(levels)
    return archived(
        {
            "phrases": np.array(order, dtype=np.uint32),
            "tenths": np.array([levels[phrase] for phrase in order], dtype=np.uint8),
            "beginnings": np.array(sorted({digest(words[0]) for words in entries}), np.uint32),
        }
    )


if __name__ == "__main__":
    main()
