"""Where topics begin in conversations, by source.

Data: `context_segments.jsonl.gz` (sources and licences in its README). TIAGE's dev part trained
nothing; of the other sources the shipped model saw these very conversations, so their figures
flatter: those with the source left out are in the model card. Each turn is judged by what stands
before it only, as ContextGuard's `topic_shift` is. In the schema-guided dialogues every second turn
is an assistant's, and said to be.

    python -m benchmarks.context_segments [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.data import checksums, folder
from benchmarks.store import save

FILE = "context_segments.jsonl.gz"
MOST_TURNS = 150
"""Of a conversation; meetings have up to 1,259."""
RESAMPLES = 500
ANSWERED = ("sgd_dev",)


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), [FILE])
    with gzip.open(data / FILE, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    by_source: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_source[row["source"]].append(row)
    result: dict[str, Any] = {"data_sha256": checksums(data, [FILE]), "sources": {}}
    for source, part in by_source.items():
        told = [[0, *row["boundaries"][1:MOST_TURNS]] for row in part]
        found = [_found(row["turns"][:MOST_TURNS], source in ANSWERED) for row in part]
        result["sources"][source] = {
            "conversations": len(part),
            "pk": interval(pk, told, found),
            "f1": interval(boundary_f1, told, found),
            "pk_none": round(pk(told, [[0] * len(one) for one in told]), 3),
            "turns": sum(map(len, told)),
            "turns_with_a_contradiction": sum(_contradicted(row["turns"]) for row in part),
        }
        print(source, result["sources"][source], flush=True)
    print("written:", save("context_segments", result, packages=("numpy", "onnxruntime")))


def _found(turns: list[str], is_answered: bool) -> list[int]:
    from aiguardian.guards.context.cohesion import Read
    from aiguardian.guards.context.topics import find_topics
    from aiguardian.ml.encoder import load_encoder

    embeddings = load_encoder().score(turns).embeddings
    reads = [Read(text, vector) for text, vector in zip(turns, embeddings, strict=True)]
    answers = range(1, len(turns), 2) if is_answered else ()
    shifts = set(find_topics(reads, answers=answers).shifts)
    return [int(index in shifts) for index in range(len(turns))]


def _contradicted(turns: list[str]) -> int:
    """Turns in which a contradiction is found; nobody marked any in these sources."""
    from aiguardian.guards.context.contradictions import find_contradictions
    from aiguardian.guards.context.memories import Turn

    said = [Turn("ab"[at % 2], text) for at, text in enumerate(turns[:MOST_TURNS])]
    return sum(bool(find_contradictions(said[: at + 1])) for at in range(len(said)))


def pk(told: Sequence[Sequence[int]], found: Sequence[Sequence[int]]) -> float:
    """Mean Pk (Beeferman, Berger and Lafferty 1999): how often two turns half a topic apart are
    wrongly taken for the same or for another topic. 1 marks a turn that begins a topic."""
    return sum(map(_pk, told, found)) / max(len(told), 1)


def _pk(told: Sequence[int], found: Sequence[int]) -> float:
    turns = len(told)
    width = max(1, round(turns / (sum(told[1:]) + 1) / 2))
    places = turns - width
    if places <= 0:
        return 0.0
    wrong = 0
    for at in range(places):
        between = slice(at + 1, at + width + 1)
        wrong += any(told[between]) != any(found[between])
    return wrong / places


def boundary_f1(told: Sequence[Sequence[int]], found: Sequence[Sequence[int]]) -> float:
    """F1 of the turns that begin a topic, all conversations together."""
    pairs = [pair for one in zip(told, found, strict=True) for pair in zip(*one, strict=True)]
    both = sum(a and b for a, b in pairs)
    either = sum(a for a, _ in pairs) + sum(b for _, b in pairs)
    return 2 * both / either if either else 0.0


def interval(measure: Callable[..., float], *columns: Sequence[Any]) -> list[float]:
    """The figure, and the 2.5th and 97.5th percentile of it over resampled conversations."""
    rng, size = random.Random(0), len(columns[0])
    drawn = []
    for _ in range(RESAMPLES):
        rows = [rng.randrange(size) for _ in range(size)]
        drawn.append(measure(*([column[row] for row in rows] for column in columns)))
    drawn.sort()
    low, high = drawn[int(RESAMPLES * 0.025)], drawn[int(RESAMPLES * 0.975)]
    return [round(value, 3) for value in (measure(*columns), low, high)]


if __name__ == "__main__":
    main()
