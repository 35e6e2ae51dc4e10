"""The words of a text with their offsets, and the form under which two spellings are one word.

The stem is a rough one of English endings: it only has to bring "acquired", "acquires" and
"acquisition's" near each other, and to leave other languages' words alone as far as it can. Runs
of scripts that put no space between words are cut into pairs of letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, partial
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(
    rf"(\d+(?:[.,]\d+)+|[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:['’][^\W\d_{_UNSPACED}]+)*)"
)
_SPACED_TOKEN = re.compile(r"(\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W\d_]+)*)")
_ASCII_TOKEN = re.compile(r"([0-9]+(?:[.,][0-9]+)+|[A-Za-z0-9]+(?:'[A-Za-z]+)*)")
"""What the first finds in texts without such scripts, and in those that are all ASCII: faster."""
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")

_STOP_TEXT = (
    "a an the and or but nor so yet of in on at to for from by with as into onto upon about over "
    "under between among through during within than then that this these those there here it its "
    "it's he she they them their his her him we us our you your i me my mine who whom whose which "
    "what when where why how is are was were be been being am do does did done doing has have had "
    "having will would shall should can could may might must if while because since until though "
    "although also too very just both either neither each such same own other another any some all "
    "more most much many few several not no never up down out off again once s t d ll re ve m "
    "according however therefore thus hence while "
    "ein eine einen einem einer eines der das dem des une les uma een het "
)
STOP = frozenset(_STOP_TEXT.split())
"""Words that carry grammar, not content, with the articles of other languages that are no English
words. Negations and quantifiers have checks of their own."""

LONGEST_STEMMED = 40
"""Letters; longer words are no words of a language and stay as they are."""

MOST_KNOWN = 16_384
"""Written words whose forms are kept; then all are forgotten."""

_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_VOWEL = re.compile(r"[aeiouy]")
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")


class Word(NamedTuple):
    """One word at `start` to `end`; `stem` is equal for forms of one word."""

    text: str
    folded: str
    stem: str
    start: int
    end: int
    is_content: bool
    """Whether it says what the sentence is about."""

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()


_word = partial(tuple.__new__, Word)
"""Makes a word of its six fields in one step; the class itself takes three times as long."""


class _Forms(dict[str, tuple[str, str, bool]]):
    """For each written word its folded form, its stem, and whether it is content. One lookup for a
    word that was met before, in any text."""

    def __missing__(self, written: str) -> tuple[str, str, bool]:
        if len(self) >= MOST_KNOWN:
            self.clear()
        folded = fold(written)
        found = self[written] = (folded, stem(folded), folded not in STOP)
        return found


_FORMS = _Forms()
_forms_of = _FORMS.__getitem__


def words(text: str, start: int = 0) -> list[Word]:
    """The words of a text in order; offsets count from `start`. Linear."""
    token = _token(text)
    if token is None:
        return list(_cut(text, start))
    parts = token.split(text)
    written = parts[1::2]
    if not written:
        return []
    folded, stems, contents = zip(*map(_forms_of, written), strict=True)
    edges = list(accumulate(map(len, parts[:-1]), initial=start))
    fields = zip(written, folded, stems, edges[1::2], edges[2::2], contents, strict=True)
    return list(map(_word, fields))


def forms(text: str) -> tuple[list[str], list[str]]:
    """The folded forms and the stems of the words, in order: what an index needs of them, in half
    the time of `words`."""
    token = _token(text)
    if token is None:
        found = list(_cut(text, 0))
        return [word.folded for word in found], [word.stem for word in found]
    known = list(map(_forms_of, token.findall(text)))
    return [form[0] for form in known], [form[1] for form in known]


def content_stems(text: str) -> list[str]:
    """The stems of the words that say what a text is about, in order, repeats kept."""
    token = _token(text)
    if token is None:
        return [word.stem for word in _cut(text, 0) if word.is_content]
    known = map(_forms_of, token.findall(text))
    return [stemmed for _, stemmed, is_content in known if is_content]


def _token(text: str) -> re.Pattern[str] | None:
    """The fastest pattern that finds the words of a text; None where an unspaced script stands in
    it, whose runs are cut further."""
    if text.isascii():
        return _ASCII_TOKEN
    return None if _IS_UNSPACED.search(text) else _SPACED_TOKEN


def _cut(text: str, offset: int) -> Iterator[Word]:
    """Words of a text with unspaced scripts in it."""
    for token in _TOKEN.finditer(text):
        written, start, end = token[0], token.start() + offset, token.end() + offset
        if _IS_UNSPACED.match(written):
            yield from _pairs(written, start)
        else:
            folded, stemmed, is_content = _forms_of(written)
            yield Word(written, folded, stemmed, start, end, is_content)


def _pairs(run: str, start: int) -> Iterator[Word]:
    for at in range(max(1, len(run) - 1)):
        pair = run[at : at + 2]
        yield Word(pair, pair, pair, start + at, start + at + len(pair), is_content=True)


def fold(written: str) -> str:
    """Lower case, without accents, possessive and the commas of thousands."""
    if _THOUSANDS.fullmatch(written):
        return written.replace(",", "")
    folded = written.casefold()
    if not folded.isascii():
        parted = unicodedata.normalize("NFKD", folded.replace("’", "'"))
        folded = "".join(char for char in parted if not unicodedata.combining(char))
    return folded.removesuffix("'s") or folded


def stem(folded: str) -> str:
    """The word without its English endings: "studies" and "studied" give "study"."""
    if len(folded) > LONGEST_STEMMED or not folded.isalpha() or not folded.isascii():
        return folded
    irregular = _irregular().get(folded)
    if irregular is not None:
        return irregular
    return _finish(_without_ending(folded))


def _without_ending(word: str) -> str:
    """Endings of number and tense only: others change what a word says."""
    if len(word) <= 3:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return _without_tense(word[:-1])
    return _without_tense(word)


def _without_tense(word: str) -> str:
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and _VOWEL.search(base):
            return _DOUBLED.sub(r"\1", base)
    if word.endswith("ly") and len(word) > 5:
        return word[:-2]
    return word


def _finish(word: str) -> str:
    """Without a silent e, for "increase" and "increasing" to be one."""
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


@cache
def _irregular() -> dict[str, str]:
    lines = (Path(__file__).parent / "irregular.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith("#"):
            first, *others = line.split()
            base = _finish(_without_ending(first)) if others else first
            found |= dict.fromkeys((first, *others), base)
    return found
