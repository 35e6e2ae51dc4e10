"""Train the networks that tell where a topic begins (`guards/context/topics.py`).

    python -m training.context_topics --out FOLDER [--data FOLDER] [--cache FOLDER]

Each source is left out in turn and the figures printed; then all of them train what ships. Two
minutes on one core, and one more for the embeddings.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from aiguardian.guards.context import topics
from aiguardian.guards.context.cohesion import RARITY_BUCKETS, STOP, Read, bucket, cohesion, recent
from aiguardian.guards.context.goal import LATELY, goal_features, lately, shared_words
from aiguardian.guards.context.network import Network, arrays_of
from benchmarks.context_segments import boundary_f1, pk
from benchmarks.data import folder
from training.context_conversations import (
    FILES,
    Conversation,
    embeddings,
    segmented,
    sources,
)
from training.context_network import fit

SEEDS = 2
STEPS, CHAT_STEPS = 1500, 250
"""About ten passes each; ninety over chit-chat had it by heart (F1 .96, .53 on its dev part)."""
THRESHOLD = 0.35
CHAT = ("tiage",)
WITH_ASSISTANT = ("sgd", "apibank", "memorybank")
SAME_GOAL = 0.45
"""Cosine from which two requests may be for the same thing."""


@dataclass(frozen=True, slots=True)
class Items:
    """The turns of a source, each with what stands before it; the first turns are left out."""

    features: Any  # (n, features)
    turn: Any  # (n, 384)
    before: Any  # (n, 384)
    lately: Any  # (n, 384)
    around: Any  # (n, 384)
    begins: Any  # (n,)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--without-folds", action="store_true", help="train what ships only")
    data = folder(parser, list(FILES))
    options = parser.parse_args()
    torch.set_num_threads(1)
    held = sources(data)
    held["tiage dev (unseen)"] = segmented(data, "tiage_dev")
    texts = list(
        dict.fromkeys(text for part in held.values() for one in part for text in one.turns)
    )
    vectors = embeddings(texts, options.cache)
    reads = {text: Read(text, vectors[text]) for text in texts}
    rarity = rarities(reads[text].words for text in texts)
    items = {name: itemise(part, reads, rarity) for name, part in held.items()}
    names = [name for name in held if "unseen" not in name]
    whole = [one for name in ("sgd", "tiage", "qmsum", "apibank.joined") for one in held[name]]
    weights = (drift(whole, reads, rarity), aligned(held["sgd"], reads))
    left_out = [] if options.without_folds else names
    for source in dict.fromkeys(name.split(".")[0] for name in left_out):
        kept = [name for name in names if not name.startswith(source)]
        model = train(items, kept, rarity, weights)
        for name in names:
            if name.startswith(source):
                report(f"without {source}: {name}", held[name], reads, model)
    model = train(items, names, rarity, weights)
    report("all: tiage dev", held["tiage dev (unseen)"], reads, model)
    path = options.out / topics.WEIGHTS
    np.savez_compressed(path, **arrays(model))
    print(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


def rarities(texts: Any) -> Any:
    """(4096,) inverse document frequency of the words in each bucket."""
    counts: Counter[int] = Counter()
    total = 0
    for words in texts:
        counts.update({bucket(word) for word in set(words) - STOP})
        total += 1
    return np.array(
        [math.log((1 + total) / (1 + counts[one])) for one in range(RARITY_BUCKETS)],
        dtype=np.float32,
    )


def itemise(part: Sequence[Conversation], reads: dict[str, Read], rarity: Any) -> Items:
    """Every turn but the first of each conversation."""
    columns: list[list[Any]] = [[], [], [], [], [], []]
    for one in part:
        turns = [reads[text] for text in one.turns]
        if len(turns) < 2:
            continue
        vectors = np.stack([turn.embedding for turn in turns])
        places = range(1, len(turns))
        columns[0].append(np.array([cohesion(turns, at, rarity) for at in places]))
        columns[1].append(vectors[1:])
        columns[2].append(vectors[:-1])
        columns[3].append(np.stack([recent(turns, at) for at in places]))
        columns[4].append(topics.around(vectors))
        columns[5].append(np.array(one.begins[1:]))
    return Items(*(np.concatenate(column).astype(np.float32) for column in columns))


def train(
    items: dict[str, Items], names: Sequence[str], rarity: Any, weights: tuple[Any, Any]
) -> topics.TopicModel:
    """A model from these sources; `weights` are those of drift and goal."""
    parts = [items[name] for name in names]
    chat = [items[name] for name in names if name in CHAT] or parts
    is_chat = np.concatenate([np.full(len(one.begins), name in CHAT) for name, one in
                              zip(names, parts, strict=True)])  # fmt: skip
    gate = LogisticRegression(C=10, class_weight="balanced", max_iter=500)
    has_both = 0 < is_chat.mean() < 1
    if has_both:
        gate.fit(np.concatenate([one.around for one in parts]), is_chat)
    return topics.TopicModel(
        rarity=rarity,
        general=tuple(
            network(parts, projected=0, hidden=32, seed=seed, steps=STEPS) for seed in range(SEEDS)
        ),
        chat=tuple(
            network(chat, projected=8, hidden=16, seed=seed, steps=CHAT_STEPS)
            for seed in range(SEEDS)
        ),
        gate=gate.coef_[0].astype(np.float32) if has_both else np.zeros(384, np.float32),
        gate_bias=float(gate.intercept_[0]) if has_both else -30.0,
        drift=weights[0],
        goal=weights[1],
        threshold=THRESHOLD,
    )


def network(
    parts: Sequence[Items], *, projected: int, hidden: int, seed: int, steps: int
) -> Network:
    """One network; each source weighs the same."""
    names = ("features", "turn", "before", "lately")
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    labels = np.concatenate([part.begins for part in parts])
    weights = np.concatenate([np.full(len(part.begins), 1 / len(part.begins)) for part in parts])
    return fit(columns, labels, weights, projected=projected, hidden=hidden, seed=seed, steps=steps)


def drift(part: Sequence[Conversation], reads: dict[str, Read], rarity: Any) -> Any:
    """(5,) weights: whether a turn belongs to another conversation of the same kind."""
    rng = random.Random(0)
    features, labels = [], []
    for one in part:
        if len(one.turns) < 5:
            continue
        at = rng.randrange(3, len(one.turns))
        before = [reads[text] for text in one.turns[max(0, at - 40) : at]]
        for own in (True, False):
            other = rng.choice(part).turns
            turn = one.turns[at] if own else other[min(at, len(other) - 1)]
            features.append(topics.drift_features([*before, reads[turn]], rarity))
            labels.append(not own)
    return line(np.array(features), np.array(labels), "drift")


def aligned(part: Sequence[Conversation], reads: dict[str, Read]) -> Any:
    """(5,) weights: whether turns follow up a request, the first turn of a dialogue, or another."""
    rng = random.Random(0)
    features, labels = [], []
    for one in part:
        for _ in range(3):
            other = rng.choice(part).turns[0]
            at = rng.randrange(2, max(3, min(10, len(one.turns) - 1)))
            likeness = reads[other].embedding @ reads[one.turns[0]].embedding
            if len(one.turns) < 6 or likeness > SAME_GOAL:
                continue
            spoken = one.turns[max(1, at - LATELY + 1) : at + 1]
            for goal, serves in ((one.turns[0], True), (other, False)):
                shared = shared_words(goal, lately(spoken), lambda text: Read(text, None).words)
                near = [reads[text].embedding for text in spoken]
                features.append(goal_features(reads[goal].embedding, near, mean_of(near), shared))
                labels.append(serves)
    return line(np.array(features), np.array(labels), "goal")


def mean_of(vectors: Sequence[Any]) -> Any:
    """The direction of several embeddings together."""
    mean = np.mean(vectors, axis=0)
    return mean / (np.linalg.norm(mean) + 1e-6)


def line(features: Any, labels: Any, name: str) -> Any:
    """The weights of a straight line, and its AUC on a fifth that it has not seen."""
    held = np.arange(len(labels)) // 2 % 5 == 0
    model = LogisticRegression(C=3, fit_intercept=False, max_iter=500)
    scores = model.fit(features[~held], labels[~held]).decision_function(features[held])
    print(f"{name}: AUC {roc_auc_score(labels[held], scores):.3f} of {held.sum()}", flush=True)
    return model.fit(features, labels).coef_[0].astype(np.float32)


def report(label: str, part: Sequence[Conversation], reads: dict[str, Read], model: Any) -> None:
    """Print how a source comes out: of those where an assistant answers, both without roles and
    with them, as the guard knows them."""
    scores = [topics.shift_scores([reads[t] for t in one.turns], model) for one in part]
    begins = [one.begins[1:] for one in part]
    if label.split(": ")[-1].split(".")[0] in WITH_ASSISTANT:
        asked = [one * is_asked(told) for one, told in zip(scores, begins, strict=True)]
        figures(f"{label}, roles known", part, asked)
    figures(label, part, scores)


def is_asked(begins: Sequence[int]) -> Any:
    """Whether each turn but the first is a person's, who begins each piece of a dialogue and whom
    an assistant answers."""
    since, asked = 0, []
    for one in begins:
        since = 0 if one else since + 1
        asked.append(since % 2 == 0)
    return np.array(asked)


def figures(label: str, part: Sequence[Conversation], scores: Sequence[Any]) -> None:
    """Print the figures of a source at several thresholds."""
    begins = [one.begins[1:] for one in part]
    auc = roc_auc_score(np.concatenate(begins), np.concatenate(scores))
    line = f"{label:<36} AUC {auc:.3f}"
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        found = [[0, *(one >= threshold).astype(int)] for one in scores]
        told = [one.begins for one in part]
        line += f"  {threshold}: F1 {boundary_f1(told, found):.3f} Pk {pk(told, found):.3f}"
    print(line, flush=True)


def arrays(model: topics.TopicModel) -> dict[str, Any]:
    """What `topics.read_topics` reads."""
    names = ("rarity", "gate", "gate_bias", "drift", "goal", "threshold")
    held = {name: getattr(model, name) for name in names}
    held |= arrays_of("general", model.general) | arrays_of("chat", model.chat)
    return {name: np.asarray(value, np.float16) for name, value in held.items()}


if __name__ == "__main__":
    main()
