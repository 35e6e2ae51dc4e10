"""Slurs, each with how severe raters found it, as a table of hashes: no word of it can be read.

A word says little by itself: it may be quoted, reclaimed or part of a joke among friends. So this
is one number among others for `ml/toxicity.py`, never a verdict.
"""

from __future__ import annotations

import io
import re
import zlib
from functools import cache
from itertools import islice

import numpy as np

from aiguardian.ml.artifact import artifact_bytes

TABLE = "slurs.npz"
TABLE_SHA256 = "8fcab1e1fc30ccfe054fece00a94aa226b53739eedbea340650b84cc2c902240"
LONGEST = 3
"""Words of a phrase that are looked up together."""

_WORD = re.compile(r"\w+")


def severity(text: str) -> float:
    """The severity of the worst slur in a text, 1.0 (mild) to 3.0 (severe); 0.0 without any.

    Linear: 0.1 ms for 1 kB. The text is normalised; case does not matter.
    """
    known, beginnings = _table()
    words = _WORD.findall(text.casefold())
    worst = 0
    for at, word in enumerate(words):
        if digest(word) in beginnings:
            for phrase in _phrases(words, at):
                worst = max(worst, known.get(digest(phrase), 0))
    return worst / 10


def digest(phrase: str) -> int:
    """How the table knows words, folded and with one space between them."""
    return zlib.crc32(phrase.encode("utf-8", "surrogatepass"))


def folded(phrase: str) -> list[str]:
    """The words of a phrase as `severity` sees them."""
    return _WORD.findall(phrase.casefold())


def _phrases(words: list[str], at: int) -> list[str]:
    following = list(islice(words, at, at + LONGEST))
    return [" ".join(following[:count]) for count in range(1, len(following) + 1)]


@cache
def _table() -> tuple[dict[int, int], frozenset[int]]:
    """Tenths of severity by digest of a phrase, and the digests of their first words;
    `DamagedArtifact` if the file is not ours."""
    with np.load(io.BytesIO(artifact_bytes(TABLE, TABLE_SHA256))) as read:
        known = dict(zip(read["phrases"].tolist(), read["tenths"].tolist(), strict=True))
        return known, frozenset(read["beginnings"].tolist())
