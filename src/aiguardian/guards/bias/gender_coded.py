"""Category `gender_coded`: words by which a job advertisement attracts one gender more.

After Gaucher, Friesen and Kay (2011): women found jobs less appealing whose advertisements held
more masculine-coded words. So the balance of the whole text counts, not one word, and only in an
advertisement, or where it was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from aiguardian.guards.bias.hits import Hit
from aiguardian.guards.bias.passages import Passages
from aiguardian.guards.bias.phrases import Word

_AD_SIGNS = re.compile(
    r"\b(?:(?P<call>we are (?:looking|searching) for|we're (?:looking|hiring)|now hiring|"
    r"is (?:looking for|hiring)|join our (?:team|company|\w{1,20} team)|ideal candidate|"
    r"successful candidate|apply (?:now|today|by|online|with)|job (?:description|title|opening|"
    r"advert)|vacancy|your profile|send (?:us )?your (?:cv|resume|application)|cover letter)|"
    r"applicants?|your tasks|responsibilities|requirements|qualifications|years of experience|"
    r"years' experience|competitive salary|salary|full[- ]time|part[- ]time|we offer|benefits|"
    r"equal opportunity|must have|hiring|recruit(?:ing|ment)?|position|you will|remote)\b",
    re.IGNORECASE,
)
FEWEST_SIGNS = 3
"""Different signs that make a text an advertisement, one of them a call to apply; fewer stand in
any text about work."""
LONGEST_AD = 20_000
"""Code points in which the signs are looked for."""
STRONG_BALANCE = 4
"""Masculine minus feminine words from which on the coding is strong (gender-decoder's limit)."""
WORD_SCORE = 0.12
SCORES = {"masculine": 0.35, "strongly masculine": 0.55}


class _Stem(NamedTuple):
    stem: str
    is_whole: bool
    coding: str
    suggestion: str


def is_job_advertisement(prose: str) -> bool:
    """Whether the text looks for somebody to fill a job."""
    signs: set[str] = set()
    is_calling = False
    for sign in _AD_SIGNS.finditer(prose[:LONGEST_AD]):
        signs.add(sign.group().lower())
        is_calling = is_calling or sign["call"] is not None
        if is_calling and len(signs) >= FEWEST_SIGNS:
            return True
    return False


def find_gender_coded(parts: Passages, cut: list[Word]) -> Iterator[Hit]:
    """The masculine-coded words of a text in which they outweigh the feminine ones; none else."""
    masculine: list[tuple[Word, _Stem]] = []
    feminine = 0
    for word in cut:
        stem = _coding(word.folded)
        if stem is None:
            continue
        if stem.coding == "feminine":
            feminine += 1
        elif not parts.is_quoted(word.start, word.end):
            masculine.append((word, stem))
    if len(masculine) > feminine:
        yield from (_hit(word, stem) for word, stem in masculine)


def coding_score(cut: list[Word]) -> float:
    """0 for a text that is neutral or feminine-coded, else by how far masculine words outweigh."""
    codings = [stem.coding for word in cut if (stem := _coding(word.folded)) is not None]
    balance = codings.count("masculine") - codings.count("feminine")
    if balance <= 0:
        return 0.0
    return SCORES["strongly masculine" if balance >= STRONG_BALANCE else "masculine"]


def _hit(word: Word, stem: _Stem) -> Hit:
    return Hit(
        start=word.start,
        end=word.end,
        category="gender_coded",
        kind="masculine",
        score=WORD_SCORE,
        message=f'"{word.folded}" is a masculine-coded word of job advertisements.',
        suggestion=stem.suggestion or "leave it out, or say what the work needs",
        is_insertable=False,  # a stem does not tell the word's form
    )


@cache
def _coding(word: str) -> _Stem | None:
    by_letters = _stems().get(word[:2], ())
    for stem in by_letters:
        if word == stem.stem or (not stem.is_whole and word.startswith(stem.stem)):
            return stem
    return None


@cache
def _stems() -> dict[str, tuple[_Stem, ...]]:
    found: dict[str, list[_Stem]] = {}
    coding = ""
    lines = (Path(__file__).parent / "gender_coded.txt").read_text(encoding="utf-8")
    for line in lines.splitlines():
        if line.startswith("== "):
            coding = line[3:]
        elif line and not line.startswith("#"):
            written, _, suggestion = (part.strip() for part in line.partition(">"))
            stem = written.rstrip("!")
            entry = _Stem(stem, written.endswith("!"), coding, suggestion.removeprefix("~"))
            found.setdefault(stem[:2], []).append(entry)
    return {letters: tuple(stems) for letters, stems in found.items()}
