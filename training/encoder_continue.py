"""Teach a trained encoder texts that were written after it, without another full run.

    python -m training.encoder_continue --network network.pt --out FOLDER [--data FOLDER]

The families of `LATER` come three times, beside a sample of everything else that keeps what was
learnt; at a fifth of the first rate. So the shipped weights were made on 2026-11-21: a full run
before those families existed flagged 2.9 % of neutral sentences that begin with a group's name,
this continuation 0.06 % (`benchmarks/results/encoder_training.json`). A full run today includes
them and needs no continuation. Twelve minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer

from aiguardian.ml.encoder import Encoder
from training.encoder import CALIBRATION, counter, pretrained, set_thresholds, sha256
from training.encoder_examples import Labelled, injection_windows, social_rows, tidy
from training.encoder_export import export
from training.encoder_network import Network, tokens_of, tuned
from training.sources import injection_examples
from training.texts.toxicity_english import rows as toxicity_texts

LATER = (
    "they cannot", "they have", "they deserve", "they do", "they may", "they need", "they face",
    "they are", "they feel", "us and them", "short mention", "everyday talk", "likes and plans",
)  # fmt: skip
TIMES = 3
AUTHORED, SOCIAL, INJECTION = 3_000, 5_000, 2_500
"""Rows of what was learnt before, drawn again."""
RATE, HEAD_RATE = 3e-5, 1e-4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--network", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help=f"holds {CALIBRATION}")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.set_flush_denormal(True)
    folder = pretrained(None)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    network = Network(folder)
    network.load_state_dict(torch.load(given.network, weights_only=True))
    social = social_rows(given.data)
    examples = injection_windows(injection_examples(given.data), counter(tokenizer))
    rows = lesson(social, examples)
    tuned(network, tokens_of(rows, tokenizer), folder, seed=1, rate=RATE, head_rate=HEAD_RATE)
    model, pieces = export(network, folder, given.out)
    set_thresholds(given.out / CALIBRATION, social, Encoder(model, pieces))
    print(json.dumps({path.name: sha256(path) for path in (model, pieces)}, indent=1))


def lesson(social: list[Labelled], examples: list[Labelled]) -> list[Labelled]:
    """The later families, and samples of what was learnt before.."""
    rng = random.Random(0)
    learning = [row for row in social if row.split == "train"]
    later = {tidy(row.text) for row in toxicity_texts(0) if row.family.endswith(LATER)}
    authored = [row for row in learning if row.source.startswith("authored")]
    new = [row for row in authored if row.text in later]
    return [
        *new * TIMES,
        *rng.sample([row for row in authored if row.text not in later], AUTHORED),
        *rng.sample([row for row in learning if not row.source.startswith("authored")], SOCIAL),
        *rng.sample([row for row in examples if row.split == "train"], INJECTION),
    ]


if __name__ == "__main__":
    main()
