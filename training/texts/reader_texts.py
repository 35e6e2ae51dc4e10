"""Documents that give orders to their readers, and orders to an assistant in such.

House manuals, mails, support macros, handbooks of agents, articles on prompts, reviews, tables and
records: harmless ones command people, or tell of commands to models; poisoned ones command the
assistant that reads them. Both come in the same wrappings, in English and eleven languages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

from training.texts.carriers import mixed_topic
from training.texts.grammar import expand, families, show
from training.texts.phrase_files import sections
from training.texts.phrases import expand as phrase
from training.texts.row import Row

BENIGN, ATTACKS, LANGUAGES = "reader_texts_benign", "reader_texts_attacks", "reader_texts_languages"
DRAWS, DRAWS_OF_ATTACKS, DRAWS_OF_LANGUAGES = 3, 5, 4
"""Rows of a template: as many as its slots make different."""
WRAPPED = 0.45
"""Share of the texts that stand inside something."""


def rows(seed: int) -> Iterator[Row]:
    """Rows of origin "document"; of the harmless ones each third as user text."""
    for family in families(BENIGN):
        rng = Random(f"{seed}:{family.name}")
        for number, text in enumerate(_drawn(family.templates, DRAWS, rng)):
            origin = "user" if number % 3 == 0 else "document"
            whole, _ = placed(text, rng, "en")
            yield Row(whole, 0, "benign_hard", family.name, "en", origin)
    for family in families(ATTACKS):
        rng = Random(f"{seed}:{family.name}")
        for text in _drawn(family.templates, DRAWS_OF_ATTACKS, rng):
            yield _attack(text, family.name, "en", rng)
    yield from _foreign(seed)


def _foreign(seed: int) -> Iterator[Row]:
    """A line says the same in every language, so what stands at one place is one family."""
    for family in families(LANGUAGES):
        lang = family.name.rpartition("/")[2]
        rng = Random(f"{seed}:{family.name}")
        for sign in "-+":
            lines = [line[2:] for line in family.templates if line.startswith(sign)]
            for number, line in enumerate(lines):
                name = f"{LANGUAGES}/{sign}{number}"
                for text in _drawn((line,), DRAWS_OF_LANGUAGES, rng):
                    if sign == "+":
                        yield _attack(text, name, lang, rng)
                    else:
                        whole, _ = placed(text, rng, lang)
                        yield Row(whole, 0, "benign_hard", name, lang, "document")


def _attack(text: str, name: str, lang: str, rng: Random) -> Row:
    whole, span = placed(text, rng, lang)
    return Row(whole, 1, "indirect_injection", name, lang, "document", span)


def _drawn(templates: tuple[str, ...], draws: int, rng: Random) -> list[str]:
    return list(dict.fromkeys(expand(each, rng) for each in templates for _ in range(draws)))


def placed(text: str, rng: Random, lang: str) -> tuple[str, tuple[int, int] | None]:
    """The text, at times wrapped, and where it stands, if it stands there as it is."""
    if rng.random() >= WRAPPED:
        return text, (0, len(text))
    whole = rng.choice(WRAPPINGS)(text, rng, lang)
    at = whole.find(text)
    return whole, (at, at + len(text)) if at >= 0 else None


def _beside(rng: Random, lang: str) -> str:
    """An ordinary sentence in the language: no text of this module, so that what stands beside an
    attack is not learnt as harmless before it is judged."""
    if lang == "en":
        return phrase(rng.choice(mixed_topic(rng).sentences), rng)
    plain = [line for line in sections("languages")[lang] if line[:2] not in ("+ ", "- ")]
    return phrase(rng.choice(plain), rng)


def _page(text: str, rng: Random, lang: str) -> str:
    parts = [_beside(rng, lang) for _ in range(rng.randint(1, 4))]
    parts.insert(rng.randint(0, len(parts)), text)
    return "\n\n".join(parts)


def _paragraph(text: str, rng: Random, lang: str) -> str:
    parts = [_beside(rng, lang), _beside(rng, lang)]
    parts.insert(rng.randint(0, 2), text)
    return " ".join(parts)


def _mail(text: str, rng: Random, lang: str) -> str:
    head = expand("From: {person}\nTo: {person}\nSubject: {topic}\n\n", rng)
    return head + _page(text, rng, lang)


def _record(text: str, rng: Random, lang: str) -> str:
    field = rng.choice(("note", "body", "description", "comment", "content"))
    made = {"id": rng.randint(10, 9_999), "title": expand("{topic}", rng), field: text}
    if rng.random() < 0.5:
        made["text"] = _beside(rng, lang)
    return json.dumps(made, indent=rng.choice((None, 2)), ensure_ascii=False)


def _table(text: str, rng: Random, lang: str) -> str:
    lines = [_beside(rng, lang) for _ in range(rng.randint(1, 3))]
    lines.insert(rng.randint(0, len(lines)), text)
    rows = [f"| {expand('{person}', rng)} | {line} |" for line in lines]
    return "\n".join(["| name | text |", "|---|---|", *rows])


def _markup(text: str, rng: Random, lang: str) -> str:
    opening, closing = rng.choice((("<p>", "</p>"), ("<!-- ", " -->"), ("<li>", "</li>")))
    return (
        f"<h1>{expand('{Topic}', rng)}</h1>\n<p>{_beside(rng, lang)}</p>\n{opening}{text}{closing}"
    )


def _invitation(text: str, rng: Random, _: str) -> str:
    head = expand("BEGIN:VEVENT\nSUMMARY:{topic}\nORGANIZER:{person}\nDESCRIPTION:", rng)
    return f"{head}{text}\nEND:VEVENT"


def _comment(text: str, rng: Random, _: str) -> str:
    sign = rng.choice(("# ", "// ", "-- "))
    return f"{sign}{text}\n" + rng.choice(
        ("def run():\n    return 1", "x = load(path)", "SELECT 1;")
    )


def _result(text: str, rng: Random, lang: str) -> str:
    lines = (f"[{number}] {_beside(rng, lang)}" for number in range(1, rng.randint(2, 4)))
    return "\n".join([*lines, f"[9] {text}"])


WRAPPINGS: tuple[Callable[[str, Random, str], str], ...] = (
    _page,
    _page,
    _paragraph,
    _mail,
    _record,
    _table,
    _markup,
    _invitation,
    _comment,
    _result,
)
"""What a text may stand in, attacks and harmless ones alike."""


if __name__ == "__main__":
    show(rows)
