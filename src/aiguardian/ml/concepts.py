"""Which language-neutral concepts (IGNORE, PREVIOUS, INSTRUCTION, ...) a text names, in order.

`concepts.json` beside this file gives each concept its word stems in some fifty languages, so
that what a model learns about sequences of concepts in one language holds in the others. A
trailing "$" marks a whole word. Marks of roles and markup are concepts too (`MARKS`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.ml.hashing import Grams, fold, folded_text, is_unspaced

LEXICON = Path(__file__).parent / "concepts.json"

MARKS = {
    "MARK_CHAT": ("<|", "|>", "[inst]", "[/inst]", "<<sys>>", "<start_of_turn>"),
    "MARK_SYSTEM": ("system:", "[system", "<system", "#system", '"system"', "system>"),
    "MARK_USER": ("user:", "human:", '"user"', "<user"),
    "MARK_ASSISTANT": ("assistant:", "ai:", "chatgpt:", '"assistant"', "<assistant"),
    "MARK_HEADING": ("###", "===", "***", "+++"),
    "MARK_RULE": ("---", "___", "~~~"),
    "MARK_CODE": ("```",),
    "MARK_COMMENT": ("<!--", "/*", "//"),
    "MARK_SLOT": ("{{", "[insert", "<insert"),
    "MARK_LINK": ("http://", "https://", "](", "www."),
    "MARK_TAG": ("</", "/>"),
    "MARK_QUOTE": ('"', "“", "”", "«", "»", "「", "」"),
    "MARK_QUESTION": ("?", "？", "؟"),
    "MARK_SHOUT": ("!", "！"),
    "MARK_LIST": ("\n- ", "\n* ", "\n1"),
}
"""Found anywhere, in the text as it is (lower case)."""

NEAR = 160
"""Code points between two concepts beyond which they are not taken together."""
SHORTEST_FOREIGN = 3
"""Letters of an ASCII word of another language: "as" and "so" are too common in English."""
SPAN = 4
"""How many places apart two concepts in the sequence may be to make a pair."""
_JOINED_SCRIPTS = ((0x590, 0x700), (0x750, 0x780))
"""Hebrew and Arabic: articles and prepositions are written onto the word's front."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Two automatons, and the concepts behind each of their patterns."""

    words: Any
    marks: Any
    of_word: Any  # (word patterns, most concepts of one), int32, -1 where there are fewer
    edges: Any  # (word patterns, 2), int32: spaces that a pattern has in front and behind
    of_mark: Any  # (mark patterns, 1), int32
    names: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the program, made ready once."""
    from ahocorasick_rs import AhoCorasick

    listed: dict[str, dict[str, list[str]]] = json.loads(LEXICON.read_text(encoding="utf-8"))
    names = (*sorted(listed), *MARKS)
    number = {name: index for index, name in enumerate(names)}
    rows = [
        (number[name], language == "en", stem)
        for name, languages in listed.items()
        for language, stems in languages.items()
        for stem in stems
    ]
    english: dict[str, set[int]] = {}
    other: dict[str, set[int]] = {}
    for (concept, is_english, _), pattern in zip(rows, _patterns(rows), strict=True):
        if is_english or len(pattern.strip()) >= SHORTEST_FOREIGN or not pattern.isascii():
            (english if is_english else other).setdefault(pattern, set()).add(concept)
    words = other | english  # what is an English word too means what it means in English
    words.pop("", None)
    marks = {mark: {number[name]} for name, each in MARKS.items() for mark in each}
    edges = np.array([(each[0] == " ", each[-1] == " ") for each in words], dtype=np.int32)
    return Lexicon(
        words=AhoCorasick(list(words)),
        marks=AhoCorasick(list(marks)),
        of_word=_table(words),
        edges=edges,
        of_mark=_table(marks),
        names=names,
    )


def _patterns(rows: list[tuple[int, bool, str]]) -> Iterator[str]:
    """What to look for in folded text: a space before it, unless words are not parted so."""
    stems = [stem for _, _, stem in rows]
    codes = fold("\n".join(stems))  # all at once: folding one by one takes a second
    text, unspaced = folded_text(codes), is_unspaced(codes)
    start = 0
    for stem in stems:
        end = start + len(stem)
        folded = " ".join(text[start:end].split())
        joined = len(folded) >= 4 and any(a <= ord(folded[0]) < b for a, b in _JOINED_SCRIPTS)
        if not folded or joined or unspaced[start:end].any():
            yield folded
        else:
            yield f" {folded}{' ' if stem.endswith('$') else ''}"
        start = end + 1


def _table(patterns: dict[str, set[int]]) -> Any:
    width = max(map(len, patterns.values()))
    rows = [sorted(each) + [-1] * (width - len(each)) for each in patterns.values()]
    return np.array(rows, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Named:
    """Concepts in the order in which a text names them."""

    concepts: Any  # (n,), int32, indices into `Lexicon.names`
    starts: Any  # (n,), int32, code points
    ends: Any  # (n,), int32


def named_concepts(text: str, codes: Any) -> Named:
    """The concepts that a text names, sorted by place; `codes` is `fold(text)`."""
    known = lexicon()
    folded = f" {folded_text(codes)} "
    marks = known.marks.find_matches_as_indexes(_searchable(text))
    words = known.words.find_matches_as_indexes(folded, overlapping=True)
    found = np.concatenate([_word_rows(words, known), _rows(marks, known.of_mark)])
    found = found[np.lexsort((-found[:, 2], found[:, 0], found[:, 1]))]
    if len(found) > 1:
        repeats = (found[1:, 0] == found[:-1, 0]) & (found[1:, 1] < found[:-1, 2])
        found = found[np.concatenate(([True], ~repeats))]
    return Named(found[:, 0], found[:, 1], found[:, 2])


def _searchable(text: str) -> str:
    """Lower case where that keeps the places, and without lone surrogates."""
    lower = text.lower()
    kept = lower if len(lower) == len(text) else text
    return kept if kept.isascii() else kept.encode("utf-8", "replace").decode("utf-8")


Matches = list[tuple[int, int, int]]


def _word_rows(matches: Matches, known: Lexicon) -> Any:
    """As `_rows`, the spaces of the patterns and the one in front of the folded text taken off."""
    if not matches:
        return _rows(matches, known.of_word)
    places = np.array(matches, dtype=np.int32)
    edges = known.edges[places[:, 0]]
    places[:, 1] += edges[:, 0] - 1
    places[:, 2] -= edges[:, 1] + 1
    return _rows(places, known.of_word)


def _rows(matches: Any, concepts: Any) -> Any:  # (n, 3), int32: concept, start, end
    if not len(matches):
        return np.zeros((0, 3), dtype=np.int32)
    places = np.asarray(matches, dtype=np.int32)
    ids = concepts[places[:, 0]]  # (matches, most concepts of a pattern)
    rows = np.repeat(places[:, None, :], ids.shape[1], axis=1)
    rows[:, :, 0] = ids
    return rows[ids >= 0]


def concept_grams(named: Named) -> Grams:
    """Hashes of single concepts, of pairs (ordered, next to each other, in any order) and of
    three in a row; each lies from its first concept's start to its last one's end."""
    ids = named.concepts.astype(np.uint32) + np.uint32(1)
    parts = [(ids, named.starts, named.ends)]
    for apart in range(1, min(SPAN, len(ids) - 1) + 1):
        first, last = ids[:-apart], ids[apart:]
        near = named.starts[apart:] - named.starts[:-apart] <= NEAR
        starts, ends = named.starts[:-apart][near], named.ends[apart:][near]
        ordered = (first << np.uint32(8) | last)[near]
        either = (np.minimum(first, last) << np.uint32(8) | np.maximum(first, last))[near]
        parts.append((ordered | np.uint32(1 << 30), starts, ends))
        parts.append((either | np.uint32(1 << 29), starts, ends))
        if apart == 1:
            parts.append((ordered | np.uint32(1 << 28), starts, ends))
        if apart == 2:
            three = (ids[:-2] << np.uint32(16) | ids[1:-1] << np.uint32(8) | ids[2:])[near]
            parts.append((three | np.uint32(1 << 27), starts, ends))
    hashes, starts, ends = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Grams(_spread(hashes), starts, ends)


def _spread(hashes: Any) -> Any:
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x7FEB352D)
    hashes = (hashes ^ (hashes >> np.uint32(15))) * np.uint32(0x846CA68B)
    return hashes ^ (hashes >> np.uint32(16))
