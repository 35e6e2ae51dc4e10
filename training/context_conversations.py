"""Conversations with known topic boundaries, and longer ones made by joining pieces of them.

The pieces are what one topic holds: of dialogues with an assistant, of chit-chat, of meetings, of
sessions of questions. Joined, they give every kind of change; each piece may be cut short at
either end, so that a greeting or a farewell is not what a model learns to wait for.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

FILES = (
    "context_segments.jsonl.gz",
    "context_memory.jsonl.gz",
    "context_rewrite.jsonl.gz",
    "workflow_apibank.jsonl.gz",
)
MEETING_TURNS = 300
"""Of each meeting: enough, and no meeting outweighs the rest."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns, and for each whether a topic begins with it (never for the first)."""

    turns: list[str]
    begins: list[int]


def read(path: Path) -> list[Any]:
    """The rows of a data file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def segmented(data: Path, source: str) -> list[Conversation]:
    """The conversations of one source of context_segments."""
    return [
        Conversation(row["turns"], [0, *row["boundaries"][1:]])
        for row in read(data / FILES[0])
        if row["source"] == source
    ]


def topics_of(conversations: Sequence[Conversation]) -> list[list[str]]:
    """The turns of each topic by themselves."""
    pieces = []
    for one in conversations:
        cuts = [0, *[index for index, begins in enumerate(one.begins) if begins], len(one.turns)]
        pieces += [one.turns[start:end] for start, end in pairwise(cuts)]
    return pieces


def joined(
    pieces: Sequence[list[str]], count: int, *, seed: int, most: int = 6, cut: float = 0.3
) -> list[Conversation]:
    """`count` conversations of 3 to `most` pieces; `cut` is how often an end is cut short."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        turns: list[str] = []
        begins: list[int] = []
        for piece in rng.sample(list(pieces), rng.randint(3, most)):
            kept = piece
            if len(kept) > 5 and rng.random() < cut:
                kept = kept[: rng.randint(3, len(kept) - 1)]
            if len(kept) > 5 and rng.random() < cut:
                kept = kept[2 * rng.randint(0, 1) :]
            if len(kept) > 1:
                turns += kept
                begins += [1] + [0] * (len(kept) - 1)
        made.append(Conversation(turns, [0, *begins[1:]]))
    return made


def sources(data: Path) -> dict[str, list[Conversation]]:
    """Training conversations by name; what stands before the dot is the source."""
    sgd, tiage = segmented(data, "sgd_dev"), segmented(data, "tiage_train")
    meetings = [
        Conversation(one.turns[:MEETING_TURNS], one.begins[:MEETING_TURNS])
        for one in segmented(data, "qmsum_val")
    ]
    long_topics = [piece for piece in topics_of(tiage) if len(piece) > 3]
    return {
        "sgd": sgd,
        "sgd.joined": joined(topics_of(sgd), 250, seed=1, most=7),
        "sgd.cut": joined(topics_of(sgd), 120, seed=7, most=7, cut=0.8),
        "tiage": tiage,
        "tiage.joined": joined(long_topics, 200, seed=5, cut=0.2),
        "memorybank.joined": joined(_sessions(data), 100, seed=3, most=7),
        "cast.joined": joined(_questions(data), 60, seed=4, most=5),
        "qmsum": meetings,
        "qmsum.joined": joined(_stretches(meetings), 150, seed=6, cut=0.2),
        "apibank.joined": joined(_calls(data), 100, seed=9),
    }


def _sessions(data: Path) -> list[list[str]]:
    rows = [row for row in read(data / FILES[1]) if row["id"].startswith("memorybank")]
    return [[turn["text"] for turn in one["turns"]] for row in rows for one in row["sessions"]]


def _questions(data: Path) -> list[list[str]]:
    """The questions of each information need, one after the other."""
    needs: dict[str, list[str]] = {}
    for row in read(data / FILES[2]):
        needs.setdefault(row["id"].split("_")[0], []).append(row["query"])
    return list(needs.values())


def _stretches(meetings: Sequence[Conversation]) -> list[list[str]]:
    """Stretches of meetings, without the turns of less than four words."""
    rng, found = random.Random(6), []
    for piece in topics_of(meetings):
        kept = [turn for turn in piece if len(turn.split()) > 4]
        starts = range(0, len(kept) - 12, 40)
        found += [kept[start : start + rng.randint(5, 14)] for start in starts]
    return found


def _calls(data: Path) -> list[list[str]]:
    rows = [
        [turn["text"] for turn in row["dialog"] if turn["role"] in ("User", "AI")]
        for row in read(data / FILES[3])
    ]
    return [[text for text in row if text] for row in rows if len(row) >= 4]


def embeddings(texts: Sequence[str], cache: Path | None) -> dict[str, Any]:
    """Each text's embedding by the shipped encoder, kept in a file for the next run."""
    from aiguardian.ml.encoder import MODEL_SHA256, load_encoder

    mark = hashlib.sha256("\n".join([MODEL_SHA256, *texts]).encode()).hexdigest()
    path = cache / f"embeddings-{mark[:16]}.npy" if cache else None
    if path is not None and path.exists():
        found = np.load(path)
    else:
        found = load_encoder().score(texts).embeddings
        if path is not None:
            np.save(path, found)
    return dict(zip(texts, found, strict=True))
