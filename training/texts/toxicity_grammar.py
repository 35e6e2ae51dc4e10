"""Expands the `toxicity_*.txt` files beside this module into labelled rows.

A line `== idea | CODE | kind` opens a family: `CODE` says what its texts are (`CODES`), `kind` what
sort of harmless text. Each further line is a template. `{P}` is a group in the plural, `{S}` one
member, `{P2}` and `{S2}` another group; `{slot}` draws from `toxicity_slots.txt`, `{a|b}` one of
the alternatives. A family that names a group is written once for every group of `GROUPS`: whatever
is said of one is said of all, in hate and in harmless text alike.

All families go through the same `roughened`, so that casing, leet and slips tell nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiguardian.guards.bias.groups import Group, groups
from training.texts.toxic_row import ToxicRow

CODES: dict[str, tuple[str, dict[str, int]]] = {
    "H": ("toxic_hate", {"toxicity": 1, "hate": 1, "identity_attack": 1, "threat": 0, "sexual": 0}),
    "HS": (
        "toxic_hate",
        {"toxicity": 1, "hate": 1, "identity_attack": 1, "threat": 0, "sexual": 0, "stereotype": 1},
    ),
    "HI": (
        "toxic_hate",
        {"toxicity": 1, "hate": 1, "identity_attack": 1, "threat": 0, "insult": 1, "sexual": 0},
    ),
    "HT": (
        "toxic_hate_threat",
        {"toxicity": 1, "hate": 1, "identity_attack": 1, "threat": 1, "sexual": 0},
    ),
    "HX": (
        "toxic_hate_sexual",
        {"toxicity": 1, "hate": 1, "identity_attack": 1, "threat": 0, "sexual": 1},
    ),
    "S": ("stereotype", {"stereotype": 1, "threat": 0, "sexual": 0}),
    "I": (
        "toxic_insult",
        {"toxicity": 1, "hate": 0, "identity_attack": 0, "threat": 0, "insult": 1, "sexual": 0},
    ),
    "IT": (
        "toxic_insult",
        {"toxicity": 1, "hate": 0, "identity_attack": 0, "threat": 1, "insult": 1, "sexual": 0},
    ),
    "G": ("toxic_insult", {"hate": 0, "identity_attack": 0, "insult": 1, "sexual": 0}),
    "T": (
        "toxic_threat",
        {"toxicity": 1, "hate": 0, "identity_attack": 0, "threat": 1, "sexual": 0},
    ),
    "X": (
        "toxic_sexual",
        {"toxicity": 1, "hate": 0, "identity_attack": 0, "threat": 0, "sexual": 1},
    ),
    "XT": ("toxic_sexual", {"toxicity": 1, "hate": 0, "threat": 1, "sexual": 1}),
    "N": (
        "benign",
        {
            "toxicity": 0,
            "hate": 0,
            "identity_attack": 0,
            "threat": 0,
            "insult": 0,
            "sexual": 0,
            "stereotype": 0,
        },
    ),
}
"""What a family's texts are. A head that is missing was too open to decide: abuse of bankers (G)
is an insult and no hate, but sources disagree whether it is toxic."""

NAMES = (
    "women", "men", "trans people", "trans women", "non-binary people", "feminists", "black people",
    "white people", "Asian people", "Latinos", "Indigenous people", "Arabs", "Roma people",
    "Africans", "people of color", "Muslims", "Christians", "Jews", "Hindus", "Buddhists",
    "Catholics", "Mormons", "atheists", "disabled people", "blind people", "deaf people",
    "autistic people", "wheelchair users", "people with Down syndrome", "mentally ill people",
    "old people", "teenagers", "gay people", "lesbians", "bisexual people", "straight people",
    "immigrants", "refugees", "foreigners", "Mexicans", "Chinese people", "Indians", "Nigerians",
    "Germans", "Americans", "poor people", "rich people", "homeless people",
)  # fmt: skip
"""The groups written about, from all eight axes; the guard knows more."""

ROWS_WITHOUT_GROUP = 36
"""Of a family that names no group; a family with groups has a row for each of `NAMES`."""

BRACES = re.compile(r"\{([A-Za-z_]+2?|[^{}]*\|[^{}]*)\}")
ARTICLE = re.compile(r"\b([Aa]) (?=(?!one\b|once|uni[oqtv]|use|usu|eu)[aeiou]\w)", re.IGNORECASE)
LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"})


@dataclass(frozen=True, slots=True)
class Idea:
    """A family's header: what its texts are, and its templates."""

    name: str
    category: str
    labels: Mapping[str, int]
    templates: Sequence[str]


@cache
def ideas(stem: str) -> tuple[Idea, ...]:
    """The families of `<stem>.txt`, in the order of the file. Raises `KeyError` for a code that
    does not exist."""
    found = []
    for header, templates in _blocks(stem):
        name, code, *kind = (part.strip() for part in header.split("|"))
        category, labels = CODES[code]
        category = f"{category}_{kind[0]}" if kind else category
        found.append(Idea(f"{stem}/{name}", category, labels, templates))
    return tuple(found)


def _blocks(stem: str) -> list[tuple[str, tuple[str, ...]]]:
    """What stands after each `== ` of a file, and the lines below it."""
    text = (Path(__file__).parent / f"{stem}.txt").read_text(encoding="utf-8")
    blocks = []
    for block in f"\n{text}".split("\n== ")[1:]:
        header, *lines = block.splitlines()
        blocks.append((header, tuple(line for line in lines if line.strip())))
    return blocks


@cache
def written_groups() -> tuple[Group, ...]:
    """The groups of `NAMES`."""
    named = {group.name: group for group in groups()}
    return tuple(named[name] for name in NAMES)


def drawn_rows(
    stem: str, seed: int, *, extra: Mapping[str, Sequence[str]] | None = None
) -> Iterator[ToxicRow]:
    """Rows of every family in a file, each text once. `extra` are more slots."""
    slots = _slots() | dict(extra or {})
    seen: set[str] = set()
    for idea in ideas(stem):
        rng = random.Random(f"{seed}:{idea.name}")
        for template, group in _plan(idea, rng):
            text = roughened(_expanded(template, group, slots, rng), rng)
            if text.casefold() not in seen:
                seen.add(text.casefold())
                yield ToxicRow(text, dict(idea.labels), idea.category, idea.name)


def _plan(idea: Idea, rng: random.Random) -> Iterator[tuple[str, Group | None]]:
    """Which templates to draw and of whom: every group meets another template of the family."""
    templates = list(idea.templates)
    if not any("{P}" in template or "{S}" in template for template in templates):
        rounds = min(9, -(-ROWS_WITHOUT_GROUP // len(templates)))
        yield from ((template, None) for _ in range(rounds) for template in templates)
        return
    start = rng.randrange(len(templates))
    for number, group in enumerate(written_groups()):
        yield templates[(start + number) % len(templates)], group


def _expanded(
    template: str,
    group: Group | None,
    slots: Mapping[str, Sequence[str]],
    rng: random.Random,
) -> str:
    other = rng.choice([each for each in written_groups() if each != group])
    values = {"P2": other.name, "S2": other.singular[0]}
    if group is not None:
        values |= {"P": group.name, "S": group.singular[0]}

    def drawn(match: re.Match[str]) -> str:
        inside = match[1]
        if "|" in inside:
            return rng.choice(inside.split("|"))
        return values[inside] if inside in values else rng.choice(slots[inside])

    text = template
    while BRACES.search(text):
        text = BRACES.sub(drawn, text)
    return _articles(text)


def _articles(text: str) -> str:
    return ARTICLE.sub(lambda match: f"{match[1]}n ", text)


def roughened(text: str, rng: random.Random) -> str:
    """The text as it may be typed: sentence case mostly, or lower case, capitals, leet in a word,
    a slip, spaced letters, repeated signs."""
    kind = rng.random()
    if kind < 0.45:
        return _sentence(text)
    if kind < 0.70:
        return text
    if kind < 0.75:
        return text.upper()
    if kind < 0.82:
        return text + rng.choice(("!", "!!!", "...", " lol", " smh", " 🙄", " 😂", " 🙏", " tbh"))
    return _misspelt(text, rng)


def _sentence(text: str) -> str:
    last = "" if text[-1:] in ".!?\"'" or not text[-1:].isascii() else "."
    return text[:1].upper() + text[1:] + last


def _misspelt(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    long = [number for number, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return text
    number = rng.choice(long)
    words[number] = rng.choice((_leet, _starred, _dropped, _stretched, _spaced))(words[number], rng)
    return " ".join(words)


def _leet(word: str, _: random.Random) -> str:
    return word.lower().translate(LEET)


def _starred(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return word[:at] + "*" + word[at + 1 :]


def _dropped(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1 :]


def _stretched(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + word[at - 1] * 3 + word[at:]


def _spaced(word: str, _: random.Random) -> str:
    return " ".join(word)


@cache
def _slots() -> dict[str, Sequence[str]]:
    return dict(_blocks("toxicity_slots"))


def show(rows: Iterator[ToxicRow], count: int = 30) -> None:
    """Print the counts of a generator and some of its rows, to be read by its author."""
    made = list(rows)
    print(f"{len(made)} rows, {len({row.family for row in made})} families")
    for row in random.Random(1).sample(made, min(count, len(made))):
        print(f"  [{row.category} {row.family}] {row.text!r}")
