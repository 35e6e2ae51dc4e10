"""How much a keyed rotation hides of embeddings: why the memory seals them, and uses no pgvector.

A database that compares vectors needs them open. Rotated by a secret they keep their distances and
look like others. Whoever knows what some of the turns say, or says them, embeds these with our
encoder, which is public, finds the rotation that fits best (Schoenemann 1966) and turns all others
back. Counted: how often the vector turned back is nearest to its own text among all candidates.

    python -m benchmarks.context_memory_rotation [--data FOLDER]
"""

from __future__ import annotations

import argparse
import random
from typing import Any

import numpy as np

from aiguardian.ml.encoder import load_encoder
from benchmarks.context_memory_paraphrase import dialogues
from benchmarks.data import checksums, folder
from benchmarks.store import save

FILE = "context_segments.jsonl.gz"
CANDIDATES, ATTACKED = 6_000, 500
KNOWN = (50, 100, 200, 400)


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), [FILE])
    said = list(dict.fromkeys(text for text in dialogues(data) if len(text.split()) > 3))
    texts = random.Random(0).sample(said, CANDIDATES)
    vectors = load_encoder().score(texts).embeddings
    secret, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((vectors.shape[1],) * 2))
    result = {
        "data_sha256": checksums(data, [FILE]),
        "candidates": CANDIDATES,
        "known texts": {str(known): attacked(vectors, secret, known) for known in KNOWN},
    }
    print(result)
    print("written:", save("context_memory_rotation", result, packages=("numpy",)))


def attacked(vectors: Any, secret: Any, known: int) -> dict[str, float]:
    """What who knows the first texts learns of the next: the mean cosine of a vector turned back
    with the true one, and how often its own text is the nearest of all."""
    seen = vectors @ secret
    left, _, right = np.linalg.svd(seen[:known].T @ vectors[:known])
    back = seen[known:] @ (left @ right)
    cosines = (back * vectors[known:]).sum(axis=1)
    nearest = (back[:ATTACKED] @ vectors.T).argmax(axis=1)
    return {
        "cosine": round(float(cosines.mean()), 3),
        "text found": round(float((nearest == np.arange(ATTACKED) + known).mean()), 3),
    }


if __name__ == "__main__":
    main()
