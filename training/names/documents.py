"""Synthetic documents with marked names: sentences, forms and records, joined and made noisy."""

from __future__ import annotations

import random
import unicodedata

from training.names.common import salad
from training.names.writer import Document, Material, Writer


def documents(rng: random.Random, material: Material, count: int) -> list[Document]:
    """As many documents, about half of them English."""
    languages = material.languages()
    latin = [each for each in material.pools if material.pools[each].first[0][0] < "\u0250"]
    made = []
    while len(made) < count:
        if "en" in languages and (rng.random() < 0.5 or len(languages) == 1):
            english = material.locales("en") * 3
            writer = Writer(rng, material, material.pools[rng.choice(english + latin)], "en")
        else:
            language = rng.choice(languages)
            writer = Writer(
                rng, material, material.pools[rng.choice(material.locales(language))], language
            )
        made.append(noisy(rng, document(rng, writer)))
    return made


NAMELESS = 0.12
"""The share of documents that name nobody: most of what people write."""


def nameless(rng: random.Random, writer: Writer) -> Document:
    """One sentence, or two with or without sense, in the writer's language."""
    words = writer.material.sayable.get(writer.language, ())
    own = writer.material.plain.get(writer.language) or writer.material.plain["en"]
    if words and rng.random() < 0.6:
        return Document(salad(rng, words, writer.language), [])
    return Document(restarted(rng, rng.choice(own)), [])


def document(rng: random.Random, writer: Writer) -> Document:
    """One to five pieces by one writer: sentences, sentences without names, forms."""
    if rng.random() < NAMELESS:
        whole = Document("", [])
        for _ in range(rng.randint(1, 3)):
            join(whole, nameless(rng, writer), rng.choice((" ", " ", "\n", "\n\n")))
        return whole
    lines = writer.material.templates[writer.language]
    whole = Document("", [])
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        kind = rng.random()
        if kind < 0.58:
            piece = writer.filled(rng.choice(lines))
        elif kind < 0.70:
            piece = form(rng, writer)
        elif kind < 0.76:
            piece = record(rng, writer)
        elif kind < 0.86:
            piece = writer.filled(rng.choice(writer.material.lists["plain_en"]))
        elif kind < 0.96:
            piece = nameless(rng, writer)
        else:
            words = rng.choices(writer.material.words, k=rng.randint(1, 4))
            piece = Document(
                rng.choice((" ".join(words).title(), " ".join(words).capitalize())), []
            )
        join(whole, piece, rng.choice((" ", " ", "\n", "\n\n")))
    return whole


def restarted(rng: random.Random, sentence: str) -> str:
    """A sentence without names, or its end from some word on, that word with a capital; seldom
    all in Title Case."""
    words = sentence.split()
    at = rng.choice((0, rng.randrange(len(words))))
    words = words[at:]
    words[0] = words[0][:1].upper() + words[0][1:]
    if rng.random() < 0.08:
        words = [word[:1].upper() + word[1:] for word in words]
    return " ".join(words)


def record(rng: random.Random, writer: Writer) -> Document:
    """Fields with English keys in one of the notations that programs write."""
    fields = rng.sample(KEYS, rng.randint(2, 5))
    before, between, after, end = rng.choice(NOTATIONS)
    style = rng.choice((str, str, _camel, str.upper, str.title))
    whole = Document(before, [])
    for number, (key, slot) in enumerate(fields):
        name = style(key)
        template = between.replace("KEY", name).replace("VALUE", "{" + slot + "}")
        piece = writer.filled(template.replace("\n", " ") if slot == "addr" else template)
        at = len(whole.text) + (len(after) if number else 0)
        whole.text += (after if number else "") + piece.text
        whole.spans += [(a + at, b + at, kind) for a, b, kind in piece.spans]
    whole.text += end
    return whole


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(map(str.capitalize, rest))


KEYS = (
    ("name", "full"),
    ("full_name", "full"),
    ("first_name", "first"),
    ("last_name", "last"),
    ("surname", "last"),
    ("customer", "full"),
    ("author", "full"),
    ("owner", "p"),
    ("patient_name", "full"),
    ("username", "first"),
    ("address", "addr"),
    ("shipping_address", "addr"),
    ("street", "street"),
    ("address_line_1", "street"),
    ("city", "city"),
    ("town", "city"),
    ("birthplace", "city"),
    ("state", "region"),
    ("country", "country"),
    ("location", "loc"),
    ("company", "org"),
    ("employer", "org"),
    ("organization", "org"),
    ("bank", "org"),
    ("email", "email"),
    ("phone", "phone"),
    ("id", "id"),
    ("date", "date"),
    ("status", "num"),
    ("job_title", "job"),
    ("language", "lang"),
)
"""Keys of records and what stands behind them."""

NOTATIONS = (
    ('{"', 'KEY": "VALUE', '", "', '"}'),
    ('{\n  "', 'KEY": "VALUE', '",\n  "', '"\n}'),
    ("{'", "KEY': 'VALUE", "', '", "'}"),
    ("", "KEY: VALUE", "\n", "\n"),
    ("", "KEY=VALUE", "&", ""),
    ("", 'KEY="VALUE"', " ", ""),
    ("<row>", "<KEY>VALUE</KEY>", "", "</row>"),
    ("<tr>", "<td>VALUE</td>", "", "</tr>"),
    ("INSERT INTO people VALUES ('", "VALUE", "', '", "');"),
    ("", "VALUE", ",", "\n"),
    ("", "VALUE", "\t", "\n"),
    ("| ", "VALUE", " | ", " |"),
    ("- ", "KEY: VALUE", "\n- ", ""),
)
"""Text before, a field, text between two, text after."""

FIELDS = (
    *("full", "full", "first", "last", "city", "country", "addr", "addr", "street", "org"),
    "other",
)
"""Kinds of form fields, as often as they come."""


def form(rng: random.Random, writer: Writer) -> Document:
    """Fields with labels in some language, one a line or in a row."""
    between = rng.choice(
        (
            ": ",
            ": ",
            ":",
            " = ",
            " - ",
            "\t",
            "：" if writer.language in ("ja", "zh") else ": ",
            ":\n",
        )
    )
    after = rng.choice(("\n", "\n", "\n", ", ", " | ", "; ", "\n\n"))
    whole = Document("", [])
    for _ in range(rng.randint(1, 5)):
        kind = rng.choice(
            (
                "full",
                "full",
                "first",
                "last",
                "city",
                "country",
                "addr",
                "addr",
                "street",
                "org",
                "other",
            )
        )
        labels = writer.material.labels[kind]
        label = rng.choice(labels[:8] if writer.language == "en" else labels)
        label = rng.choice((label, label, label, label.lower(), label.upper()))
        value = "{id}" if kind == "other" else "{" + kind + "}"
        join(whole, writer.filled(label + between + value), after)
    return whole


def join(whole: Document, piece: Document, between: str) -> None:
    """Append a piece."""
    at = len(whole.text) + (len(between) if whole.text else 0)
    whole.text += (between if whole.text else "") + piece.text
    whole.spans += [(start + at, end + at, kind) for start, end, kind in piece.spans]


def noisy(rng: random.Random, made: Document) -> Document:
    """The document as it is, or in one case, without accents, or as heard rather than written."""
    kind = rng.random()
    if kind < 0.74:
        return made
    if kind < 0.80:
        text = made.text
        for start, end, _ in made.spans:
            if rng.random() < 0.6 and len(loud := text[start:end].upper()) == end - start:
                text = text[:start] + loud + text[end:]
        return Document(text, made.spans)
    if kind < 0.88:
        return _mapped(made, str.lower)
    if kind < 0.93:
        return _mapped(made, str.upper)
    if kind < 0.97:
        return _mapped(made, _without_accents)
    return _heard(made)


def _mapped(made: Document, change) -> Document:  # type: ignore[no-untyped-def] # one char to one
    text = "".join(out if len(out := change(char)) == 1 else char for char in made.text)
    return Document(text, made.spans)


def _without_accents(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0] if char < "\u0250" else char


def _heard(made: Document) -> Document:
    """Lower case, no signs: what speech recognition gives."""
    kept = [
        at for at, char in enumerate(made.text) if char.isalnum() or char.isspace() or char == "'"
    ]
    position = {at: new for new, at in enumerate(kept)}
    text = "".join(made.text[at] for at in kept).lower()
    if len(text) != len(kept):
        return made
    spans = []
    for start, end, kind in made.spans:
        inside = [position[at] for at in range(start, end) if at in position]
        if inside:
            spans.append((inside[0], inside[-1] + 1, kind))
    return Document(text, spans)
