"""Teach a trained encoder texts that were written after it, without another full run.

    python -m training.encoder_continue --network network.pt --out FOLDER [--data FOLDER]

What `LATER` holds, or the sources named by `--new`, comes beside a sample of everything else,
which keeps what was learnt and is a second lesson of it; at half of the first rate. So the shipped
weights were made on 2026-11-21: a full run, a first continuation with neutral sentences that begin
with a group's name (13 families, 304 steps at 3e-5), and this one. A full run today includes all
texts and needs no continuation. Half an hour on two cores that others share.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.encoder import counter, pretrained, save, shipped
from training.encoder_examples import Labelled, digest, injection_windows, social_rows, tidy
from training.encoder_network import Network, tokens_of, tuned
from training.sources import injection_examples
from training.texts.toxicity_grammar import drawn_rows

LATER = ("authored:toxicity_more", "authored:toxicity_slurs")
"""Sources that the network has not seen, or not whole."""
AUTHORED, SOCIAL, INJECTION = 4_000, 14_000, 4_000
"""Rows of what was learnt before, drawn again."""
RATE, HEAD_RATE = 8e-5, 5e-4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--network", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--new", nargs="+", default=LATER, help="sources that it has not seen")
    parser.add_argument("--file", help="only the families of this file of texts/ are new")
    parser.add_argument("--half", type=int, choices=(0, 1), help="of new families of orders only")
    parser.add_argument("--times", type=int, default=1, help="how often what is new comes")
    parser.add_argument("--share", type=float, default=1.0, help="of the samples of what is known")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--head-rate", type=float, default=HEAD_RATE)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.set_flush_denormal(True)
    folder = pretrained(None)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    network = Network(folder)
    network.load_state_dict(torch.load(given.network, weights_only=True))
    social = social_rows(given.data)
    found = [
        row
        for row in injection_examples(given.data)
        if given.half is None or row.source not in given.new or digest(row.group) % 2 == given.half
    ]
    examples = injection_windows(found, counter(tokenizer))
    rows = lesson(
        social, examples, new=given.new, file=given.file, times=given.times, share=given.share
    )
    tuned(
        network,
        tokens_of(rows, tokenizer),
        folder,
        seed=given.seed,
        rate=given.rate,
        head_rate=given.head_rate,
    )
    judged = [*social, *(row for row in examples if row.split == "dev")]
    save(given.out / "encoder.json", shipped(network, judged, tokenizer, folder, given.out))


def lesson(
    social: list[Labelled],
    examples: list[Labelled],
    *,
    new: Sequence[str],
    file: str | None,
    times: int,
    share: float,
) -> list[Labelled]:
    """What is new, so many times: the sources of these names, or the families of one file of
    BiasGuard's texts; and samples of what was learnt before."""
    rng = random.Random(0)
    learning = [row for row in social if row.split == "train"]
    own = [row for row in learning if row.source.startswith("authored")]
    public = [row for row in learning if not row.source.startswith("authored")]
    orders = [row for row in examples if row.split == "train"]
    texts = {tidy(row.text) for row in drawn_rows(file, 0)} if file else None
    later = [row for row in own if (row.source in new if texts is None else row.text in texts)]
    later += [row for row in orders if texts is None and row.source in new]
    taken = {id(row) for row in later}
    rows = later * times
    for known, most in ((own, AUTHORED), (public, SOCIAL), (orders, INJECTION)):
        rows += rng.sample([row for row in known if id(row) not in taken], int(share * most))
    return rows


if __name__ == "__main__":
    main()
