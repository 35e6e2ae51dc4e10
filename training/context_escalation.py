"""Train the network that tells a conversation which builds up to an attack.

    python -m training.context_escalation --out FOLDER [--data FOLDER] [--cache FOLDER]

Five folds: each leaves out a fifth of our families of scripts, of the subjects and of the public
sources, and is judged on what has neither a family nor a subject that it saw. The probability and
the threshold come from those judgements; then everything trains what ships.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from aiguardian.guards.context import escalation
from aiguardian.guards.context.memories import Turn
from aiguardian.guards.context.network import Network, arrays_of
from aiguardian.guards.context.reader import Reader, Reading
from aiguardian.ml.encoder import MODEL_SHA256, load_encoder
from benchmarks.data import folder
from training.context_network import fit
from training.escalation_talks import HARMFUL, INJECTION, Talk, public, split_over_turns, written

FOLDS, SEEDS = 5, 3
FALSE_ALARMS = 0.01
WRITTEN = ("written", "pieces")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    data = folder(parser, [INJECTION, HARMFUL, "context_segments.jsonl.gz"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    talks = [*written(0), *split_over_turns(data, 0), *public(data, 0)]
    talks = [one for one in talks if sum(role == "user" for role, _ in one.turns) > 1]
    features = featured(talks, options.cache)
    labels = np.array([one.label for one in talks])
    weights = weights_of(talks)
    unseen = np.full(len(talks), np.nan)
    for fold in range(FOLDS):
        trains, judged = split(talks, fold)
        group = networks_of(features[trains], labels[trains], weights[trains])
        unseen[judged] = group_logits(group, features[judged])
    slope, offset, threshold = curve(unseen, labels, talks)
    report(talks, labels, unseen, slope, offset, threshold)
    group = networks_of(features, labels, weights)
    path = options.out / escalation.WEIGHTS
    held = {
        name: np.asarray(value, np.float16) for name, value in arrays_of("group", group).items()
    }
    np.savez_compressed(path, curve=np.array([slope, offset, threshold], np.float32), **held)
    print(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


def featured(talks: Sequence[Talk], cache: Path | None) -> Any:
    """(talks, features), kept in a file for the next run."""
    source = Path(escalation.__file__).read_bytes()
    source += Path(escalation.__file__).with_name("signs.py").read_bytes()
    mark = hashlib.sha256(pickle.dumps((MODEL_SHA256, source, talks))).hexdigest()
    path = cache / f"escalation-{mark[:16]}.npy" if cache else None
    if path is not None and path.exists():
        return np.load(path)
    reader = KeptReader(cache / f"readings-{MODEL_SHA256[:16]}.pkl" if cache else None)
    found = []
    for one in talks:
        turns = escalation.recent_turns([Turn(role, text) for role, text in one.turns])
        found.append(escalation.escalation_features(turns, reader.read))
    reader.save()
    features = np.stack(found)
    if path is not None:
        np.save(path, features)
    return features


class KeptReader:
    """Reads as `Reader` does and keeps every reading in a file for the next run."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._reader = Reader(load_encoder)
        self._kept: dict[str, Any] = {}
        if path is not None and path.exists():
            self._kept = pickle.loads(path.read_bytes())  # noqa: S301 - a file of our own

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """A reading of each text."""
        for text in texts:
            if text not in self._kept:
                (one,) = self._reader.read([text])
                self._kept[text] = one.logits, one.embedding.astype(np.float16)
                if len(self._kept) % 2000 == 0:
                    self.save()
                    print("read:", len(self._kept), flush=True)
        return [Reading(logits, vector.astype(np.float32)) for logits, vector in
                (self._kept[text] for text in texts)]  # fmt: skip

    def save(self) -> None:
        """Write the file."""
        if self._path is not None:
            self._path.write_bytes(pickle.dumps(self._kept))


def fold_of(name: str) -> int:
    """Which fold leaves this family, subject or source out."""
    return zlib.crc32(name.encode()) % FOLDS


def split(talks: Sequence[Talk], fold: int) -> tuple[Any, Any]:
    """What a fold trains on, and what it is judged on: nothing of either is in the other."""
    family = np.array([fold_of(one.family) == fold for one in talks])
    subject = np.array([fold_of(one.subject or one.family) == fold for one in talks])
    return ~family & ~subject, family


def weights_of(talks: Sequence[Talk]) -> Any:
    """Attacks as much as harmless talks together; among these written ones as much as public."""
    kinds = [(one.label, one.source in WRITTEN, one.family) for one in talks]
    share = {(1, True): 2.0, (0, True): 1.0, (0, False): 1.0}
    groups = {kind: sum(other[:2] == kind[:2] for other in set(kinds)) for kind in set(kinds)}
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    return np.array([share[kind[:2]] / groups[kind] / counts[kind] for kind in kinds])


def networks_of(features: Any, labels: Any, weights: Any) -> tuple[Network, ...]:
    """The networks of one model."""
    return tuple(
        fit([features], labels, weights, projected=0, hidden=24, seed=seed, steps=1500, decay=3e-2)
        for seed in range(SEEDS)
    )


def group_logits(group: Sequence[Network], features: Any) -> Any:
    """(n,) mean log-odds."""
    nothing = np.zeros((len(features), 384), np.float32)
    return np.mean([one.logits(features, nothing, nothing, nothing) for one in group], axis=0)


def curve(logits: Any, labels: Any, talks: Sequence[Talk]) -> tuple[float, float, float]:
    """Slope and offset of a probability; the threshold that one in a hundred harmless public
    talks of an unseen source reaches, sources weighing alike."""
    weights = weights_of(talks)
    line = LogisticRegression(C=100).fit(
        logits[:, None], labels, sample_weight=weights / weights.mean()
    )
    slope, offset = float(line.coef_[0, 0]), float(line.intercept_[0])
    is_public = np.array([one.source not in WRITTEN for one in talks])
    order = np.argsort(-logits[is_public])
    share = np.cumsum(weights[is_public][order]) / weights[is_public].sum()
    at = logits[is_public][order][np.searchsorted(share, FALSE_ALARMS)]
    return slope, offset, float(1 / (1 + np.exp(-(slope * at + offset))))


def report(
    talks: Sequence[Talk], labels: Any, logits: Any, slope: float, offset: float, threshold: float
) -> None:
    """Print recall and false alarms by family, all unseen."""
    risks = 1 / (1 + np.exp(-(slope * logits + offset)))
    print(f"AUC {roc_auc_score(labels, logits):.3f}, threshold {threshold:.3f}")
    for label in (1, 0):
        for source in WRITTEN if label else (*WRITTEN, "public"):
            rows = np.array([
                one.label == label and (one.source if one.source in WRITTEN else "public") == source
                for one in talks
            ])  # fmt: skip
            print(
                f"label {label} {source}: {(risks[rows] >= threshold).mean():.3f} of {rows.sum()}"
            )
            for family in dict.fromkeys(
                one.family for one, row in zip(talks, rows, strict=True) if row
            ):
                these = rows & np.array([one.family == family for one in talks])
                print(f"    {family:<28} {(risks[these] >= threshold).mean():.3f} of {these.sum()}")


if __name__ == "__main__":
    main()
