"""Hate, insults and threats in six languages beside English, and harmless texts with their words.

Few and simple: the encoder reads English, these rows are for models of characters. Not reviewed by
native speakers. An idea is one family in all languages.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.texts.toxic_row import ToxicRow
from training.texts.toxicity_grammar import ideas, roughened, show

GROUPS = {
    "de": "Frauen|Männer|Schwarze|Weiße|Muslime|Juden|Christen|Schwule|Lesben|Behinderte|Ausländer|"
    "Flüchtlinge|Türken|Polen|Rentner|Arbeitslose",
    "fr": "les femmes|les hommes|les Noirs|les Blancs|les musulmans|les juifs|les chrétiens|"
    "les homosexuels|les lesbiennes|les handicapés|les étrangers|les réfugiés|les Arabes|"
    "les Belges|les retraités|les chômeurs",
    "es": "las mujeres|los hombres|los negros|los blancos|los musulmanes|los judíos|los cristianos|"
    "los gais|las lesbianas|los discapacitados|los extranjeros|los refugiados|los gitanos|"
    "los franceses|los jubilados|los pobres",
    "it": "le donne|gli uomini|i neri|i bianchi|i musulmani|gli ebrei|i cristiani|i gay|"
    "le lesbiche|i disabili|gli stranieri|i rifugiati|i rumeni|i tedeschi|i pensionati|i poveri",
    "pt": "as mulheres|os homens|os negros|os brancos|os muçulmanos|os judeus|os cristãos|os gays|"
    "as lésbicas|os deficientes|os estrangeiros|os refugiados|os ciganos|os franceses|os idosos|"
    "os pobres",
    "nl": "vrouwen|mannen|zwarte mensen|witte mensen|moslims|joden|christenen|homo's|lesbiennes|"
    "gehandicapten|buitenlanders|vluchtelingen|Turken|Belgen|ouderen|daklozen",
}


def rows(seed: int) -> Iterator[ToxicRow]:
    """Rows of all languages; every group meets every idea of its language."""
    for idea in ideas("toxicity_languages"):
        lang, _, kind = idea.name.removeprefix("toxicity_languages/").partition(" ")
        rng = random.Random(f"{seed}:{idea.name}")
        for text in _texts(idea.templates, GROUPS[lang].split("|")):
            yield ToxicRow(
                roughened(text, rng), dict(idea.labels), idea.category, f"languages/{kind}", lang
            )


def _texts(templates: list[str] | tuple[str, ...], groups: list[str]) -> Iterator[str]:
    if not any("{P}" in template for template in templates):
        yield from templates
        return
    for number, group in enumerate(groups):
        yield templates[number % len(templates)].replace("{P}", group)


if __name__ == "__main__":
    show(rows(0))
