"""How much a text swears: a count of profane words, from a table of hashes that cannot be read.

Slurs are not among them (`ml/slurs.py` weighs those). Swearing by itself offends nobody, so this is
one number among others for `ml/toxicity.py`. Words are found in the spellings that hide them: f**k,
sh1t, a$$hole, biiitch.
"""

from __future__ import annotations

import io
import re
from functools import cache

import numpy as np

from aiguardian.ml.artifact import artifact_bytes
from aiguardian.ml.slurs import digest

TABLE = "profanity.npz"
TABLE_SHA256 = "e34927619d502ecdb88583e5c555805e01661e4ae602421b1e755a8a4728a4b4"
LONGEST = 3
"""Words of a phrase that are looked up together."""

_WORD = re.compile(r"[\w*@$!]+")
_SIGNS = re.compile(r"[0-9*@$!]")
_LETTERS = str.maketrans("@$!013457", "asioieast")
_LONG = re.compile(r"([a-z])\1{2,}")


def swearing(text: str) -> int:
    """Profane words and phrases in a text, each word counted once for each time it stands there.

    Linear: 0.1 ms for 1 kB. The text is normalised; case does not matter.
    """
    known, beginnings = _table()
    words = written_words(text)
    count, after = 0, 0
    for at, word in enumerate(words):
        if at < after or not any(digest(form) in beginnings for form in spellings(word)):
            continue
        for size in range(min(LONGEST, len(words) - at), 0, -1):
            if any(digest(form) in known for form in phrases(words[at : at + size])):
                count, after = count + 1, at + size
                break
    return count


def written_words(text: str) -> list[str]:
    """The words of a text, folded, with the signs that may stand for a letter."""
    return [found.rstrip("!") or "!" for found in _WORD.findall(text.casefold())]


def spellings(word: str) -> tuple[str, ...]:
    """The word as written, and as meant where it is stretched or has signs for letters."""
    if not _SIGNS.search(word) and not _LONG.search(word):
        return (word,)
    meant = word.translate(_LETTERS)
    return tuple(dict.fromkeys((word, meant, _LONG.sub(r"\1\1", meant), _LONG.sub(r"\1", meant))))


def phrases(words: list[str]) -> tuple[str, ...]:
    """What is looked up for these words together; of a single one, each of its spellings."""
    return spellings(words[0]) if len(words) == 1 else (" ".join(words),)


@cache
def _table() -> tuple[frozenset[int], frozenset[int]]:
    """Digests of the phrases and of their first words; `DamagedArtifact` if the file is not
    ours."""
    with np.load(io.BytesIO(artifact_bytes(TABLE, TABLE_SHA256))) as read:
        return frozenset(read["phrases"].tolist()), frozenset(read["beginnings"].tolist())
