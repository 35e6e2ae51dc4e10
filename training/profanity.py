"""Writes src/aiguardian/ml/weights/profanity.npz: profane words and phrases, as hashes.

    python -m training.profanity [--data FOLDER]

From surge-ai/profanity (MIT): every entry but slurs, which count by themselves
(`training/slurs.py`), names of groups, entries that mostly mean something else, and those that
ordinary texts hold. With their masked spellings (f**k).
Deterministic; prints the checksum that goes into `ml/profanity.py`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from aiguardian.guards.bias.groups import groups
from aiguardian.ml.profanity import LONGEST, TABLE, digest, written_words
from training.archive import archived
from training.encoder_examples import toxic_rows
from training.injection_linear import ship
from training.slurs import LEXICON, OTHERWISE
from training.slurs import read_entries as read_slurs
from training.sources import ordinary

MASKED_FROM = 4
"""Letters of a word from which on its masked spellings are known too: shorter ones collide."""
MOST_ORDINARY = 1
"""Ordinary texts that may hold an entry: more, and it mostly means something else there."""
_SWEARS = ("ass", "bastard", "dick", "fuck", "pricks", "pussy", "scum", "shit", "wanker")
PROFANE = frozenset((word,) for word in _SWEARS)
"""Entries that swear in ordinary texts as well: people in films and forums do (read by hand)."""
PEOPLE = ("amazon-science/", "uclanlp/", "rudinger/", "yizhongw/", "lmarena/")
"""Harmless sources about people and tasks, beside those of `training/sources.py`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    given = parser.parse_args().data
    entries = read_entries(given / LEXICON) - set(read_slurs(given / LEXICON))
    common = in_ordinary_texts(entries, ordinary_texts(given))
    kept = {entry for entry in entries if common[entry] <= MOST_ORDINARY} | PROFANE
    print(f"{len(kept)} entries; left out: {sorted(' '.join(e) for e in entries - kept)}")
    ship(TABLE, packed(kept))


def read_entries(path: Path) -> set[tuple[str, ...]]:
    """The entries as words; names of groups are not profane."""
    names = {
        tuple(written_words(name))
        for group in groups()
        for name in (*group.plural, *group.singular, *group.adjective)
    }
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    forms = (row[key] for row in rows for key in ("text", "canonical_form_1") if row[key])
    found = {tuple(written_words(form)) for form in forms}
    return {
        words
        for words in found - names - OTHERWISE
        if 0 < len(words) <= LONGEST and (len(words) > 1 or len(words[0]) > 2)
    }


def ordinary_texts(data: Path) -> Iterator[str]:
    """Texts that offend nobody: of other tasks, and neutral ones about people."""
    rows = toxic_rows(data)
    quarrelsome = {row.source for row in rows if not row.source.startswith(PEOPLE)}
    yield from (row.text for row in rows if row.source not in quarrelsome)
    yield from (row.text for row in ordinary(data) if row.source not in quarrelsome)


def in_ordinary_texts(
    entries: set[tuple[str, ...]], texts: Iterable[str]
) -> Counter[tuple[str, ...]]:
    """How many of the texts hold each entry."""
    counts: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        words = written_words(text)
        held = {
            tuple(words[at : at + size])
            for size in range(1, LONGEST + 1)
            for at in range(len(words))
        }
        counts.update(held & entries)
    return counts


def masked(word: str) -> set[str]:
    """The spellings that hide a word behind asterisks: its vowels, or what follows its first
    letter, to the end or not."""
    if len(word) < MASKED_FROM or not word.isascii() or not word.isalpha():
        return set()
    hidden = {word[0] + "*" * size + word[1 + size :] for size in range(1, len(word))}
    return hidden | {word[0] + re.sub("[aeiou]", "*", word[1:])} - {word}


def packed(entries: set[tuple[str, ...]]) -> bytes:
    """The table's file, sorted by hash."""
    single = {form for words in entries if len(words) == 1 for form in masked(words[0])}
    phrases = {" ".join(words) for words in entries} | single
    beginnings = {words[0] for words in entries} | single
    return archived(
        {
            "phrases": np.array(sorted(map(digest, phrases)), dtype=np.uint32),
            "beginnings": np.array(sorted(map(digest, beginnings)), dtype=np.uint32),
        }
    )


if __name__ == "__main__":
    main()
