"""How many multi-turn attacks that no single turn shows are found, and what harmless chats alarm.

Attacks: our own scripts (training/texts/escalation_scripts.txt) and short public attacks in pieces
over several turns; of these, the ones of which no single turn is an attack to the injection
detector. The shipped network has seen the scripts with other draws, so the recall here flatters:
the model card has the figures with families, subjects and sources left out. Harmless: public
dialogues, meetings and chats made of several prompts, by source.

    python -m benchmarks.context_escalation [--data FOLDER]
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

from aiguardian.guards.context.escalation import find_escalation
from aiguardian.guards.context.memories import Turn
from aiguardian.guards.context.reader import Reader
from aiguardian.guards.context.signs import OTHERS
from aiguardian.ml.encoder import load_encoder
from aiguardian.ml.injection import judge
from benchmarks.data import checksums, folder
from benchmarks.security_secrets import wilson
from benchmarks.store import save
from training.escalation_talks import HARMFUL, INJECTION, Talk, public, split_over_turns, written

FILES = [
    INJECTION,
    HARMFUL,
    "context_segments.jsonl.gz",
    "context_memory.jsonl.gz",
    "workflow_apibank.jsonl.gz",
]
SEED = 99
"""Other draws of slots and pieces than the training's."""
MOST_OF_A_SOURCE = 50


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), FILES)
    talks = [*written(SEED, rounds=2), *split_over_turns(data, SEED, most=MOST_OF_A_SOURCE)]
    talks += first_of_each(public(data, SEED))
    reader = Reader(load_encoder)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for talk in talks:
        turns = [Turn(role, text) for role, text in talk.turns]
        found = find_escalation(turns, reader.read).is_escalating
        for name in names(talk):
            counts[name][0] += found
            counts[name][1] += 1
    result = {
        "data_sha256": checksums(data, FILES),
        "alarms": {
            name: {"talks": of, "share": wilson(hits, of)}
            for name, (hits, of) in sorted(counts.items())
        },
    }
    for name, row in result["alarms"].items():
        print(f"{name:<44} {row}")
    print("written:", save("context_escalation", result, packages=("numpy", "onnxruntime")))


def first_of_each(talks: Iterable[Talk]) -> list[Talk]:
    """Some talks of each source: of those that have two turns of a user."""
    counts: Counter[str] = Counter()
    kept = []
    for talk in talks:
        has_two = sum(role not in OTHERS for role, _ in talk.turns) > 1
        counts[talk.source] += has_two
        if has_two and counts[talk.source] <= MOST_OF_A_SOURCE:
            kept.append(talk)
    return kept


def names(talk: Talk) -> Iterable[str]:
    """The rows of the table that a talk counts in."""
    side = "attack" if talk.label else "harmless"
    yield f"{side}: {talk.source}"
    if not talk.label and talk.source not in ("written", "pieces"):
        yield "harmless: all public"
    if talk.label and not any(is_told_alone(text) for role, text in talk.turns if role == "user"):
        yield f"{side}: {talk.source}, no single turn shows it"


@cache
def is_told_alone(text: str) -> bool:
    """Whether the injection detector alarms at this turn by itself."""
    return judge(text, origin="user", encoder=load_encoder).is_attack


if __name__ == "__main__":
    main()
