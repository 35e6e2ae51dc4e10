"""Injections and harmless texts in some thirty languages, written for this project.

`multilingual/<lang>.txt` has one sentence pattern a line: the idea, a space, and a text whose
`{a|b|c}` are choices. An idea goes by the same name in all languages and is the family, so no
language gives away what another one is judged on. Each language has more harmless texts than
attacks: to be foreign is no sign of an attack. Not reviewed by native speakers.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from training.texts.row import Row

FOLDER = Path(__file__).with_suffix("")

CATEGORIES = {
    "direct_injection": "override politeoverride aftertask beforetask notice newrules forced "
    "pressure disable conceal endmark mixed updated aboveaway sendtalk oldtask",
    "prompt_extraction": "extract askrules repeatabove translateprompt secrets debugleak",
    "roleplay_jailbreak": "persona freeai story game devmode",
    "indirect_injection": "mailbot pagebot toolbad",
    "benign_hard": "ignoremail forget roleguide promptwork security password rulesof repeatb "
    "onlyanswer tech secretb storyb devb noticeb overrideb pretendb revealb quotedb llmb tooldoc "
    "techdoc updatedb aboveb sendb oldtaskb onlyb",
    "benign_alarming": "alarming",
    "benign_everyday": "question task mail doc chat",
}
CATEGORY_OF = {idea: name for name, ideas in CATEGORIES.items() for idea in ideas.split()}

IN_DOCUMENTS = frozenset({"doc", "noticeb", "tooldoc", "techdoc"})
"""Harmless ideas that a document holds and no user types."""

ATTACKS_A_PATTERN = 5
BENIGN_A_PATTERN = 9
ATTACKS_JOINED = 24
BENIGN_JOINED = 40
"""Chosen so that harmless rows outnumber the attacks in each language (a test holds it). Joined
rows, of each kind: a sentence that follows an ordinary task or stands inside a document."""

_CHOICE = re.compile(r"\{([^{}]*)\}")


def languages() -> tuple[str, ...]:
    """The languages there are texts in, sorted, as ISO 639-1 codes (tl: Tagalog)."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))


@cache
def patterns(lang: str) -> tuple[tuple[str, str], ...]:
    """The (idea, pattern) pairs of a language, in the order of its file."""
    lines = (FOLDER / f"{lang}.txt").read_text(encoding="utf-8").splitlines()
    parted = (line.split(" ", 1) for line in lines)
    return tuple((idea, pattern) for idea, pattern in parted)


def variants(pattern: str, most: int, rng: random.Random) -> list[str]:
    """At most that many different texts of a pattern, drawn without preference."""
    parts = [
        part.split("|") if place % 2 else [part]
        for place, part in enumerate(_CHOICE.split(pattern))
    ]
    texts = list(
        dict.fromkeys(" ".join("".join(chosen).split()) for chosen in itertools.product(*parts))
    )
    return rng.sample(texts, min(most, len(texts)))


def rows(seed: int) -> Iterator[Row]:
    """All texts of all languages; the same for the same seed."""
    seen: set[tuple[str, str]] = set()
    for lang in languages():
        rng = random.Random(f"{seed} {lang}")
        plain = list(plain_rows(lang, rng))
        for row in (*plain, *joined_rows(plain, rng)):
            if (row.lang, row.text) not in seen:
                seen.add((row.lang, row.text))
                yield row


def plain_rows(lang: str, rng: random.Random) -> Iterator[Row]:
    """The variants of each pattern of a language, as they stand."""
    for idea, pattern in patterns(lang):
        category = CATEGORY_OF[idea]
        attack = not category.startswith("benign")
        for text in variants(pattern, ATTACKS_A_PATTERN if attack else BENIGN_A_PATTERN, rng):
            inside = category == "indirect_injection" or idea in IN_DOCUMENTS
            yield Row(
                text=text,
                label=int(attack),
                category=category,
                family=f"multilingual/{idea}",
                lang=lang,
                origin="document" if inside else "user",
                span=(0, len(text)) if attack and inside else None,
            )


def joined_rows(plain: list[Row], rng: random.Random) -> Iterator[Row]:
    """Attacks, and as many harmless sentences, after an ordinary task or within a document."""
    tasks = [row.text for row in plain if row.category == "benign_everyday"]
    papers = [row.text for row in plain if row.family.endswith(("/doc", "/mail"))]
    attacks = [row for row in plain if row.label]
    harmless = [row for row in plain if row.category in ("benign_hard", "benign_alarming")]
    for sources, most in ((attacks, ATTACKS_JOINED), (harmless, BENIGN_JOINED)):
        for row in rng.sample(sources, min(most, len(sources))):
            yield _joined(row, rng.choice(tasks))
        for row in rng.sample(sources, min(most, len(sources))):
            yield _joined(row, *rng.sample(papers, 2))


def _joined(row: Row, before: str, after: str = "") -> Row:
    """The row's text on a line of its own; with something `after` it, it stands in a document."""
    start = len(before) + 1
    inside = bool(after)
    return replace(
        row,
        text=f"{before}\n{row.text}\n{after}".rstrip(),
        category="indirect_injection" if row.label and inside else row.category,
        origin="document" if inside else "user",
        span=(start, start + len(row.text)) if row.label else None,
    )


def main() -> None:
    """Print how many rows each language has, and twenty of them."""
    every = list(rows(0))
    for lang in languages():
        labels = [row.label for row in every if row.lang == lang]
        print(f"{lang}: {sum(labels)} attacks, {len(labels) - sum(labels)} harmless")
    for row in random.Random(0).sample(every, 20):
        print(f"{row.label} {row.lang} {row.category} {row.family}: {row.text!r}")


if __name__ == "__main__":
    main()
