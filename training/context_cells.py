"""Make the cells of meaning that ContextGuard's memory keeps turns in (`memory/places.py`).

    python -m training.context_cells --out FOLDER [--data FOLDER] [--cache FOLDER]

Each source is left out in turn, and the share of a turn's ten nearest that a look into its cells
would find is printed; then all of them make what ships. Ten minutes on one core, most of it for
the embeddings.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.guards.context.memory import places
from aiguardian.ml.encoder import MODEL_SHA256
from aiguardian.storage.turns import CODE_BYTES
from benchmarks.data import folder
from training.context_conversations import embeddings, read

FILES = ("context_segments.jsonl.gz", "context_memory.jsonl.gz", "classify_intents.jsonl.gz")
CELLS = 1_024
"""With 512 a look into as many turns finds as much; 2,048 find less (2026-11)."""
ROUNDS = 10
MOST_OF_A_SOURCE = 5_000
ASKED, NEAREST = 500, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    data = folder(parser, list(FILES))
    options = parser.parse_args()
    held = texts(data)
    vectors = embeddings([one for part in held.values() for one in part], options.cache)
    known = {name: np.stack([vectors[one] for one in part]) for name, part in held.items()}
    for name, unseen in known.items():
        others = np.concatenate([part for other, part in known.items() if other != name])
        print(f"without {name}:", figures(cells(others), unseen), flush=True)
    made = cells(np.concatenate(list(known.values())))
    path = options.out / places.WEIGHTS
    np.savez_compressed(path, **arrays(made))
    print(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


def texts(data: Path) -> dict[str, list[str]]:
    """What people and assistants say, by source, each text once."""
    found: dict[str, list[str]] = {}
    for row in read(data / FILES[0]):
        if row["source"] != "tiage_dev":  # kept for judging topics
            found.setdefault(row["source"].split("_")[0], []).extend(row["turns"])
    for row in read(data / FILES[1]):
        said = [turn["text"] for session in row["sessions"] for turn in session["turns"]]
        found.setdefault(row["source"].split("_")[0], []).extend(said)
    for row in read(data / FILES[2]):
        found.setdefault(row["source"], []).append(row["text"])
    taken: set[str] = set()
    for name, part in found.items():
        own = [one for one in dict.fromkeys(part) if one and one not in taken]
        taken.update(own)
        found[name] = random.Random(0).sample(own, min(len(own), MOST_OF_A_SOURCE))
    return found


def cells(vectors: Any) -> places.Cells:
    """Cells of (n, 384) embeddings: k-means on the sphere, in the directions that tell most."""
    middle = vectors.mean(0)
    _, directions = np.linalg.eigh(np.cov((vectors - middle).T))
    turned = directions[:, ::-1][:, :CODE_BYTES].astype(np.float32)
    made = places.Cells(MODEL_SHA256[:8], middle, turned, np.zeros((0, CODE_BYTES)))
    points = made.reduced(vectors)
    rng = np.random.default_rng(0)
    centres = points[rng.choice(len(points), CELLS, replace=False)]
    for _ in range(ROUNDS):
        nearest = (points @ centres.T).argmax(1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, points)
        is_used = np.bincount(nearest, minlength=CELLS)[:, None] > 0
        centres = np.where(is_used, sums, points[rng.choice(len(points), CELLS)])
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    return places.Cells(made.encoder, middle, turned, centres)


def figures(made: places.Cells, vectors: Any) -> dict[str, float]:
    """Of unseen embeddings: which share of the ten nearest lies in the cells that are looked into,
    which share of all turns that is, and which share of the ten is among the hundred best codes."""
    asked = np.random.default_rng(1).choice(len(vectors), ASKED, replace=False)
    points = made.reduced(vectors)
    near = (points @ made.centres.T).argmax(1)
    looked = np.argsort(-(points[asked] @ made.centres.T), axis=1)[:, : places.LOOKED_INTO]
    codes = np.stack([np.frombuffer(places.code(one), dtype=np.int8) for one in points])
    likeness, by_code = (
        _without_itself(rows @ all_rows.T, asked)
        for rows, all_rows in (
            (vectors[asked], vectors),
            (codes[asked].astype(np.float32), codes.astype(np.float32)),
        )
    )
    best = np.argsort(-likeness, axis=1)[:, :NEAREST]
    listed = np.argsort(-by_code, axis=1)[:, :100]
    rows = range(len(asked))
    return {
        "in cells": _mean(np.isin(near[best[n]], looked[n]).mean() for n in rows),
        "of all turns": _mean(np.isin(near, looked[n]).mean() for n in rows),
        "by code": _mean(np.isin(best[n], listed[n]).mean() for n in rows),
    }


def _without_itself(likeness: Any, asked: Any) -> Any:
    likeness[np.arange(len(asked)), asked] = -np.inf
    return likeness


def _mean(values: Any) -> float:
    return round(float(np.mean(list(values))), 3)


def arrays(made: places.Cells) -> dict[str, Any]:
    """What `places.read_cells` reads."""
    return {
        "encoder": np.frombuffer(bytes.fromhex(made.encoder), dtype=np.uint8),
        "middle": made.middle.astype(np.float16),
        "turned": made.turned.astype(np.float16),
        "centres": made.centres.astype(np.float16),
    }


if __name__ == "__main__":
    main()
