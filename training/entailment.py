"""Make the judge of claims again: pairs, training, figures by source never seen, export.

    python -m training.entailment --out FOLDER [--data FOLDER] [--pretrained FOLDER] [--threads 1]

`--out` gets `entailment.onnx`, `judge.pt` and `entailment.json` with every figure of the model
card. The grounding data is only judged, never learnt from, so each of its sources is new to the
model. Needs what `training.encoder` needs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from aiguardian.ml.entailment import CLAIM_TOKENS, MODEL, PREMISE_TOKENS, Entailment
from aiguardian.ml.vocabulary import DIMENSIONS, Vocabulary, load_vocabulary
from training.encoder import pretrained, save, sha256
from training.encoder_export import write_body
from training.entailment_judged import answers, areas, judged
from training.entailment_learning import Reader, encode, tune
from training.entailment_neighbours import neighbours_of
from training.entailment_network import Judge, Lower, Whole
from training.entailment_pairs import Pair, contrast_pairs, labelled_pairs, question_pairs

SEED = 0
HELD_OUT = 40
"""One premise of so many is kept out of training, to see the kinds of pairs apart."""
JUDGED, WINDOWS = 120, 1
"""Rows of each grounding source that are judged after training, by so many windows of each."""
AGREEING = 200
LEAST_CORRELATION = 0.98
"""Between logits of 32 and of 8 bits."""


def main() -> None:
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(SEED)
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    folder, vocabulary = pretrained(arguments.pretrained), load_vocabulary()
    pairs = all_pairs(arguments.data, vocabulary, folder)[:: arguments.every]
    kept = [at for at, pair in enumerate(pairs) if held_out(pair)]
    learnt = sorted(set(range(len(pairs))) - set(kept))
    judge = Judge()
    if arguments.resume:
        judge.load_state_dict(torch.load(arguments.resume))
    began = time.monotonic()
    if arguments.epochs:
        reader = Reader(encode(pairs, vocabulary, folder, out), vocabulary)
        labels = np.array([(p.supported, p.contradicted) for p in pairs], dtype=np.float32)
        tune(judge, reader, labels, learnt, seed=SEED, epochs=arguments.epochs)
        torch.save(judge.state_dict(), out / "judge.pt")
    judge.eval()
    figures: dict[str, Any] = {
        "pairs": dict(Counter(pairs[at].source for at in learnt)),
        "training_s": round(time.monotonic() - began),
    }
    shipped = exported(judge, folder, vocabulary, out)
    sample = [pairs[at] for at in kept]
    figures |= agreement(judge, shipped, sample[:AGREEING], vocabulary, folder, out)
    figures["held_out"] = held_out_figures(shipped, sample)
    figures["unseen_sources"] = judged_areas(shipped, arguments.data)
    print(json.dumps(figures, indent=1))
    save(out / "entailment.json", figures)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pretrained", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument(
        "--resume", type=Path, help="a judge.pt to go on from, or with --epochs 0 to export"
    )
    parser.add_argument("--every", type=int, default=1, help="of so many pairs one: a quick trial")
    return parser.parse_args()


def all_pairs(data: Path, vocabulary: Vocabulary, folder: Path) -> list[Pair]:
    """Every pair there is to learn from, in random order."""
    from tokenizers import Tokenizer

    rng = random.Random(SEED)
    numbers = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    near = neighbours_of(vocabulary, sorted(numbers, key=lambda word: numbers[word]))
    labelled = labelled_pairs(data, rng)
    made = contrast_pairs(data, labelled, near, rng) + question_pairs(data, rng)
    pairs = labelled + made
    rng.shuffle(pairs)
    return pairs


def held_out(pair: Pair) -> bool:
    """Whether the pair's premise is one of those that are not learnt from."""
    return sum(pair.premise.encode()) % HELD_OUT == 0


def held_out_figures(shipped: Entailment, rows: Sequence[Pair]) -> dict[str, list[float]]:
    """By source of the pairs left out: share judged right and number of pairs."""
    found: dict[str, list[bool]] = defaultdict(list)
    for pair in rows:
        found[pair.source].append(
            (shipped.logits(pair.premise, pair.claim)[0] > 0) == bool(pair.supported)
        )
    return {
        source: [round(float(np.mean(right)), 3), len(right)]
        for source, right in sorted(found.items())
    }


def judged_areas(shipped: Entailment, data: Path) -> dict[str, float]:
    """AUC on the sources of the grounding data, which the network never saw."""
    rows = answers(data, JUDGED)
    return areas(
        rows, judged(rows, lambda pairs: [shipped.logits(*pair)[0] for pair in pairs], WINDOWS)
    )


def exported(judge: Judge, folder: Path, vocabulary: Vocabulary, out: Path) -> Entailment:
    """Write the file that ships and load it."""
    parts = torch.tensor([[0] * 10 + [1] * 6] * 2)
    given = {"words": torch.randn(2, 16, DIMENSIONS), "parts": parts}
    write_body(Whole(Lower(folder), judge), given, ["logits"], out / MODEL)
    return Entailment(out / MODEL, vocabulary)


def agreement(
    judge: Judge,
    shipped: Entailment,
    sample: Sequence[Pair],
    vocabulary: Vocabulary,
    folder: Path,
    out: Path,
) -> dict[str, Any]:
    """Correlation of the logits of 8 and 32 bits; size and checksum of the file."""
    whole = Whole(Lower(folder), judge).eval()
    exact = []
    with torch.inference_mode():
        for pair in sample:
            first = vocabulary.ids(pair.premise, most=PREMISE_TOKENS)
            second = vocabulary.ids(pair.claim, most=CLAIM_TOKENS)
            words = torch.from_numpy(vocabulary.vectors(first + second))[None]
            parts = torch.tensor([[0] * len(first) + [1] * len(second)])
            exact.append(whole(words, parts)[0].numpy())
    given = np.array([shipped.logits(pair.premise, pair.claim) for pair in sample])
    found = [float(np.corrcoef(np.array(exact)[:, at], given[:, at])[0, 1]) for at in range(2)]
    if min(found) < LEAST_CORRELATION:
        raise ValueError(f"The logits of 8 bits correlate only {found} with the network's.")
    path = out / MODEL
    return {"agreement": found, "bytes": path.stat().st_size, "sha256": sha256(path)}


if __name__ == "__main__":
    main()
