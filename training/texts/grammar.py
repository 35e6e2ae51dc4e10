"""Expands template families, written in the `.txt` files beside this module, into labelled rows.

A file holds families: a line `== name` opens one, each further line is one template. In a template
`{topic}` draws from the slot of that name in `slots.txt`, `{Topic}` draws it with a capital first
letter, `{a|b}` draws one of the alternatives, `\\n` is a line break, and any other braces stand for
themselves. A family is one idea and the unit of a split: it never straddles training and test.

Attacks and benign texts go through the same `styled`, so that casing, spelling mistakes, markup and
length tell little about the label.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.texts.row import Row

HERE = Path(__file__).parent
ROWS_A_FAMILY = 40
"""At most; more of one idea teaches its wording and not the idea (chosen by hand)."""
DRAWS_A_TEMPLATE = 9
"""At most, so that a family of few templates stays small; one without slots gives one row."""

SHORT, SHORTER = 140, 90
"""Characters: up to `SHORT` a text may get a neighbour sentence, up to `SHORTER` a second request
of its own family."""

HABITS, WEIGHTS = ("lower", "upper", "open", "emphatic", "slips"), (3, 1, 2, 1, 2)
"""How people type, and how often one against the other."""
ENDINGS = ("!", "!!", "!!!", "...", " :)", " 🙏", " 😅", " 🔥", " 😊")

BRACES = re.compile(r"\{([A-Za-z_]+|[^{}]*\|[^{}]*)\}")
ARTICLE = re.compile(r"\b([Aa]) (?=(?!one\b|once|uni[oqtv]|use|usu|eu)[aeiou]\w)")
BOUND = frozenset({"persona", "word"})
"""Slots drawn once a text: a role or a code word is the same wherever the text names it."""
WORD = re.compile(r"[a-z]{5,}")


@dataclass(frozen=True)
class Family:
    """Templates that say one thing, in the order in which they are written."""

    name: str
    templates: tuple[str, ...]


@functools.cache
def families(stem: str) -> tuple[Family, ...]:
    """The families of the file `<stem>.txt`, in the order of the file."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (HERE / f"{stem}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            name = line[3:].strip()
            if name in found:
                raise ValueError(f"{stem}.txt opens the family {name!r} twice")
            found[name] = []
        elif name and line.strip():  # what stands before the first family is a remark
            found[name].append(line.strip().replace("\\n", "\n"))
    return tuple(Family(f"{stem}/{name}", tuple(lines)) for name, lines in found.items())


@functools.cache
def slots() -> Mapping[str, tuple[str, ...]]:
    """What each slot may be: the first line of a block in `slots.txt` names it (`== name`)."""
    return {family.name.removeprefix("slots/"): family.templates for family in families("slots")}


def expand(template: str, rng: random.Random) -> str:
    """The template with every slot and alternative drawn, innermost first."""
    bound = {name: rng.choice(slots()[name]) for name in sorted(BOUND)}
    text, match = template, BRACES.search(template)
    while match:
        text = text[: match.start()] + _drawn(match[1], bound, rng) + text[match.end() :]
        match = BRACES.search(text)
    return ARTICLE.sub(r"\1n ", text)


def _drawn(inside: str, bound: Mapping[str, str], rng: random.Random) -> str:
    if "|" in inside:
        return rng.choice(inside.split("|"))
    name = inside.lower()
    value = bound[name] if name in bound else rng.choice(slots()[name])
    return value[:1].upper() + value[1:] if inside[0].isupper() else value


def drawn_rows(
    stem: str, seed: int, *, label: int, category: str, cap: int = ROWS_A_FAMILY
) -> Iterator[Row]:
    """Rows of every family in a file, each text once, styled; the same seed gives the same rows."""
    seen: set[str] = set()
    for family in families(stem):
        rng = random.Random(f"{seed}:{family.name}")
        for template, text in _texts(family, rng, cap):
            others = tuple(other for other in family.templates if other != template)
            styled_text = styled(lengthened(text, others, rng), rng)
            key = "".join(filter(str.isalnum, styled_text.casefold()))
            if key not in seen:
                seen.add(key)
                yield Row(styled_text, label, category, family.name, "en", "user")


def _texts(family: Family, rng: random.Random, cap: int) -> Iterator[tuple[str, str]]:
    """Up to `cap` different expansions, each with its template; every template gets its turn."""
    seen: set[str] = set()
    for number in range(DRAWS_A_TEMPLATE * len(family.templates)):
        template = family.templates[number % len(family.templates)]
        text = expand(template, rng)
        if text not in seen and len(seen) < cap:
            seen.add(text)
            yield template, text


def lengthened(text: str, others: Sequence[str], rng: random.Random) -> str:
    """The text, if short at times with one of the `others` of its family behind it, or amid what
    people say around a request.

    Benign questions would otherwise be half as long as attacks, and length would tell them apart.
    """
    if "\n" in text or len(text) > SHORT:
        return text
    if others and len(text) < SHORTER and rng.random() < 0.35:
        text = f"{_sentence(text)} {expand(rng.choice(others), rng)}"
    if rng.random() < 0.25:
        text = f"{expand(rng.choice(slots()['lead']), rng)} {text}"
    if rng.random() < 0.15:
        text = f"{_sentence(text)} {expand(rng.choice(slots()['tail']), rng)}"
    return text


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", '"')) else text + "."


def styled(text: str, rng: random.Random) -> str:
    """The text as some writer would have typed it: mostly unchanged, at times in another case, with
    slips, wrapped in markup, or beside unrelated material."""
    if "\n" not in text and rng.random() < 0.20:
        text = _typed(text, rng)
    if rng.random() < 0.10:
        text = expand(rng.choice(slots()["wrapper"]), rng).replace("¤", text)
    return text


def _typed(text: str, rng: random.Random) -> str:
    habit = rng.choices(HABITS, WEIGHTS)[0]
    if habit == "lower":
        return text.lower()
    if habit == "upper":
        return text.upper() if len(text) <= SHORT else text
    if habit == "open":
        return text.rstrip(".!?")
    if habit == "emphatic":
        return text.rstrip(".") + rng.choice(ENDINGS)
    return WORD.sub(lambda match: _slip(match[0], rng), text)


def _slip(word: str, rng: random.Random) -> str:
    """The word, or one in four with a letter lost, doubled or swapped."""
    at = rng.randrange(1, len(word) - 2)
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return rng.choice(slips) if rng.random() < 0.25 else word


def show(rows: Callable[[int], Iterator[Row]]) -> None:
    """Print the counts of a generator and 20 of its rows, to be read by its author."""
    made = list(rows(0))
    lengths = sorted(len(row.text) for row in made)
    count = len({row.family for row in made})
    print(f"{len(made)} rows, {count} families, median {lengths[len(made) // 2]} characters")
    for row in random.Random(1).sample(made, 20):
        print(f"  [{row.family}] {row.text!r}")
