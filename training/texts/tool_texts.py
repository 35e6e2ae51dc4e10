"""What servers of tools tell a model: descriptions, prompts, instructions for agents.

All of it speaks to the assistant and most of it commands: "always call X before Y". That is its
trade, and no attack. The twins are what poisoned servers write: orders that serve somebody else,
mostly with the wish that the user does not learn of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from training.texts.grammar import expand, families, show
from training.texts.row import Row

BENIGN, ATTACKS = "tool_texts_benign", "tool_texts_attacks"
DRAWS, DRAWS_OF_ATTACKS = 3, 6
"""Rows of a template with slots or choices; one without gives one."""
JOINED = 2
"""Rows of a family in which templates stand together, as in a list of tools."""
NAMES = ("get_page", "add_event", "search_docs", "read_file", "send_mail", "run_query")
AS_DATA = 0.3
"""Share of the texts that come as JSON, with a name and a schema."""


def rows(seed: int) -> Iterator[Row]:
    """Rows of origin "document", attacks with their span, and the harmless ones as user text, too:
    such texts are prompts that a person picks."""
    yield from _benign(seed)
    yield from _attacks(seed)


def _benign(seed: int) -> Iterator[Row]:
    for name, text, rng in _texts(BENIGN, seed, DRAWS):
        row = Row(text, 0, "benign_hard", name, "en", "document")
        yield replace(row, text=_as_data(text, rng)) if rng.random() < AS_DATA else row
        yield replace(row, origin="user")


def _attacks(seed: int) -> Iterator[Row]:
    for name, text, rng in _texts(ATTACKS, seed, DRAWS_OF_ATTACKS):
        lead = _harmless(rng) + "\n" if rng.random() < 0.3 else ""
        span = (len(lead), len(lead) + len(text))
        row = Row(lead + text, 1, "indirect_injection", name, "en", "document", span)
        is_data = rng.random() < AS_DATA
        yield replace(row, text=_as_data(row.text, rng), span=None) if is_data else row


def _texts(stem: str, seed: int, draws: int) -> Iterator[tuple[str, str, Random]]:
    """(family, text, random source) of every template drawn, then of some put together."""
    for family in families(stem):
        rng = Random(f"{seed}:{family.name}")
        drawn = dict.fromkeys(
            expand(template, rng) for template in family.templates for _ in range(draws)
        )
        joined = ["\n\n".join(rng.sample(list(drawn), 2)) for _ in range(JOINED)]
        yield from ((family.name, text, rng) for text in dict.fromkeys([*drawn, *joined]))


def _harmless(rng: Random) -> str:
    """A harmless description, at the head of a poisoned one."""
    return expand(rng.choice(rng.choice(families(BENIGN)[:9]).templates), rng)


def _as_data(text: str, rng: Random) -> str:
    """The definition of a tool as the protocol sends it."""
    field = rng.choice(("query", "path", "id", "text", "url"))
    schema = {"type": "object", "properties": {field: {"type": "string"}}, "required": [field]}
    made = {"name": rng.choice(NAMES), "description": text, "inputSchema": schema}
    return json.dumps(made, indent=rng.choice((None, 2)), ensure_ascii=False)


if __name__ == "__main__":
    show(rows)
