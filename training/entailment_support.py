"""Fit the curves of `ml/support.py`: features of the product, weights near hand-set ones.

    python -m training.entailment_support --out FOLDER [--data FOLDER] [--network FOLDER]

`--out` gets `features.jsonl.gz` (a stage of its own, some minutes), `support.json` and
`entailment_support.json` with the figures by source left out. The labels are those of whole
answers: the weakest claim of an answer carries its label.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from aiguardian.guards.trust.combine import BIAS, WEIGHTS
from aiguardian.guards.trust.examine import Examination, examine
from aiguardian.guards.trust.judgement import Source
from aiguardian.ml.entailment import MODEL, Entailment, load_entailment
from aiguardian.ml.support import DOUBT, LENGTH, LONGEST, MIDDLE, SHORTEST, SPOKEN, SUPPORT, doubt
from aiguardian.ml.vocabulary import load_vocabulary
from aiguardian.processor import Deadline
from benchmarks.curves import calibration_error, reliability
from training.entailment_judged import GROUNDING
from training.entailment_pairs import read

FEATURES = "features.jsonl.gz"
MOST_ROWS = 400
"""Of a source: some ± .05 of AUC."""
AN_HOUR = 3600.0
DRAWS = 10
"""Of labels for each source."""

READ_WEIGHTS = {DOUBT: -0.7}
"""Where the fit begins for what the entailment model says."""
PULL = 0.1
"""How strongly weights are drawn to where they begin: the sources differ in what their false
answers look like, and weights fitted freely order a source left out worse than hand-set ones."""


@dataclass(frozen=True, slots=True)
class Row:
    """The claims of an answer, by their features, and whether the answer is grounded."""

    claims: list[dict[str, float]]
    grounded: int
    source: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as one matrix of claims, and where each row's claims begin."""

    names: tuple[str, ...]
    values: Any  # (claims, names)
    beside: Any  # (claims, 2): length of the sources about its middle, and whether "I" speaks
    begins: Any  # (rows,)
    counts: Any  # (rows,)
    grounded: Any  # (rows,)
    sources: Any  # (rows,)


def main() -> None:
    arguments = parse()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    if not (out / FEATURES).exists():
        write_features(arguments.data, arguments.network, out / FEATURES)
    rows = read_features(out / FEATURES)
    curves, figures = {}, {}
    for name, start in (("exact", dict(WEIGHTS)), ("read", dict(WEIGHTS) | READ_WEIGHTS)):
        table = table_of(rows, tuple(start))
        begin = np.array(list(start.values()))
        figures[name] = judged(table, begin)
        curves[name] = curve(table, begin, figures[name].pop("logits"))
        print(name, json.dumps(figures[name]), flush=True)
    (out / SUPPORT).write_text(json.dumps(curves, indent=1) + "\n")
    (out / "entailment_support.json").write_text(json.dumps(figures, indent=1) + "\n")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--network", type=Path, help="a folder with entailment.onnx, not yet shipped"
    )
    return parser.parse_args()


def write_features(data: Path, network: Path | None, path: Path) -> None:
    """What the product finds out about each answer, claim by claim."""
    entailment = Entailment(network / MODEL, load_vocabulary()) if network else load_entailment()
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for number, row in enumerate(sample(read(data / GROUNDING))):
            found = examined(row, entailment)
            claims = [
                dict(each.features)
                for each in found.examined
                if each.features and each.claim.is_checkable
            ] or [dict(each.features) for each in found.examined if each.features]
            line = {"claims": claims, "grounded": row["label"], "source": row["source"]}
            lines.write(json.dumps(line) + "\n")
            if number % 500 == 0:
                print(number, "rows", flush=True)


def sample(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most `MOST_ROWS` of each source, drawn by chance."""
    order = list(rows)
    random.Random(0).shuffle(order)
    taken: Counter[str] = Counter()
    kept = []
    for row in order:
        taken[row["source"]] += 1
        if taken[row["source"]] <= MOST_ROWS:
            kept.append(row)
    return kept


def examined(row: dict[str, Any], entailment: Entailment) -> Examination:
    """An answer as TrustGuard examines it at level `standard`."""
    return examine(
        row["claim_or_response"],
        [Source(0, "context", row["context"])],
        question=row.get("question") or "",
        level="standard",
        deadline=Deadline(AN_HOUR),
        entailment=entailment,
    )


def read_features(path: Path) -> list[Row]:
    """The rows that have claims."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [Row(**json.loads(line)) for line in lines]
    return [row for row in rows if row.claims]


def table_of(rows: Sequence[Row], names: tuple[str, ...]) -> Table:
    """The rows' claims as a matrix, 0.0 for what is missing."""

    def value(claim: dict[str, float], name: str) -> float:
        given = doubt(claim) if name == DOUBT else claim.get(name, 0.0)
        return 0.0 if math.isnan(given) else given

    counts = np.array([len(row.claims) for row in rows])
    claims = [claim for row in rows for claim in row.claims]
    beside = np.array([[claim[LENGTH], claim[SPOKEN]] for claim in claims])
    beside[:, 0] = np.clip(beside[:, 0], SHORTEST, LONGEST) - MIDDLE
    return Table(
        names,
        np.array([[value(claim, name) for name in names] for claim in claims]),
        beside,
        counts.cumsum() - counts,
        counts,
        np.array([row.grounded for row in rows]),
        np.array([row.source for row in rows]),
    )


def fit(table: Table, begin: Any, among: Any) -> Any:
    """Weights and bias (last) for the rows `among`, each source counting the same, each label in
    it too; no weight changes its sign."""
    weight = np.zeros(len(among))
    for source in set(table.sources[among]):
        for label in (0, 1):
            places = among & (table.sources == source) & (table.grounded == label)
            weight[places] = 1.0 / max(1, places.sum())
    weight /= weight.sum()

    def loss(free: Any) -> tuple[float, Any]:
        logits = table.values @ free[:-1] + free[-1]
        weakest = _weakest(logits, table)
        chosen = logits[weakest]
        sure = 1.0 / (1.0 + np.exp(-chosen))
        gain = table.grounded * np.log(sure + 1e-9) + (1 - table.grounded) * np.log(1 - sure + 1e-9)
        away = (free[:-1] - begin) / _reach(begin)
        slope = weight * (sure - table.grounded)
        inputs = np.column_stack([table.values[weakest], np.ones(len(weakest))])
        gradient = inputs.T @ slope
        gradient[:-1] += PULL * away / _reach(begin)
        return -(weight * gain).sum() + PULL * (away**2).sum() / 2, gradient

    bounds = [(0, None) if each > 0 else (None, 0) for each in begin]
    found = minimize(
        loss, np.append(begin, BIAS), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]
    )
    return found.x


def _reach(begin: Any) -> Any:
    return np.maximum(0.3, np.abs(begin))


def _weakest(logits: Any, table: Table) -> Any:
    """For each row the place of its weakest claim."""
    least = np.repeat(np.minimum.reduceat(logits, table.begins), table.counts)
    rows = np.repeat(np.arange(len(table.begins)), table.counts)
    found = np.flatnonzero(logits == least)
    return found[np.unique(rows[found], return_index=True)[1]]


def claim_logits(table: Table, weights: Any) -> Any:
    """The log-odds of each claim, not calibrated."""
    return table.values @ weights[:-1] + weights[-1]


def judged(table: Table, begin: Any) -> dict[str, Any]:
    """Figures with each source left out in turn: AUC, against weights as they began."""
    logits = np.zeros(len(table.values))
    figures: dict[str, Any] = {"left_out": {}, "begun": {}}
    plain = np.minimum.reduceat(claim_logits(table, np.append(begin, BIAS)), table.begins)
    of_claims = np.repeat(table.sources, table.counts)
    for source in sorted(set(table.sources)):
        fitted = fit(table, begin, table.sources != source)
        logits[of_claims == source] = claim_logits(table, fitted)[of_claims == source]
    probabilities = left_out_probabilities(table, logits)
    for source in sorted(set(table.sources)):
        mine = table.sources == source
        figures["left_out"][source] = area(table.grounded[mine], probabilities[mine])
        figures["begun"][source] = area(table.grounded[mine], plain[mine])
    for name in ("left_out", "begun"):
        figures[name]["mean"] = round(float(np.mean(list(figures[name].values()))), 3)
    figures["calibration_error"] = calibration_errors(table, probabilities)
    return figures | {"logits": logits}


def area(labels: Any, scores: Any) -> float:
    from sklearn.metrics import roc_auc_score

    return round(float(roc_auc_score(labels, scores)), 3)


def curve(table: Table, begin: Any, left_out: Any) -> dict[str, Any]:
    """The curve that ships: fitted to all, calibrated on the log-odds of sources left out."""
    everywhere = np.ones(len(table.grounded), dtype=bool)
    weights = fit(table, begin, everywhere)
    found = calibration(table, left_out, everywhere)
    kept = {
        name: round(float(weight), 4)
        for name, weight in zip(table.names, weights[:-1], strict=True)
        if abs(weight) > 1e-4
    }
    bias = weights[-1] + found["shift"] * found["scale"]
    calibrated = {name: value for name, value in found.items() if name != "shift"}
    rounded = {
        name: round(float(value), 4) for name, value in ({"bias": bias} | calibrated).items()
    }
    return {"weights": kept} | rounded


CALIBRATION = {
    "scale": (1.0, (0.3, 10)),
    "shift": (0.0, (-5, 5)),
    "length": (0.0, (-2, 2)),
    "steeper": (0.0, (-0.3, 0.3)),
    "spoken": (0.0, (-1, 0)),
}
"""What is fitted to sources left out, where the fit begins and its bounds: divisor and shift of the
log-odds, what sources e times as long add and by how much more the sum says there, and what it
takes from a claim that who answers speaks of himself: by dialogues -2.9, bounded by judgement, for
an assistant that says "I" of what the sources hold must not be flagged for it."""


def calibration(table: Table, left_out: Any, among: Any) -> dict[str, float]:
    """The calibration by the rows `among`, sources alike."""
    labels, sources = table.grounded[among], table.sources[among]
    balance = np.array([1.0 / (sources == source).sum() for source in sources])
    balance /= balance.sum()

    def loss(free: Any) -> float:
        sure = calibrated(table, left_out, dict(zip(CALIBRATION, free, strict=True)))[among]
        gain = labels * np.log(sure) + (1 - labels) * np.log(1 - sure)
        return float(-(balance * gain).sum())

    starts, bounds = zip(*CALIBRATION.values(), strict=True)
    return dict(zip(CALIBRATION, minimize(loss, starts, bounds=bounds).x, strict=True))


def calibrated(table: Table, logits: Any, by: dict[str, float]) -> Any:
    """The probability that each row is grounded: that of its weakest claim."""
    lengths, spoken = table.beside.T
    claims = (logits / by["scale"] + by["shift"]) * (1 + by["steeper"] * lengths)
    claims += by["length"] * lengths + by["spoken"] * spoken
    return _sure(np.minimum.reduceat(claims, table.begins))


def _sure(logits: Any) -> Any:
    return np.clip(1.0 / (1.0 + np.exp(-logits)), 1e-9, 1 - 1e-9)


def left_out_probabilities(table: Table, logits: Any) -> Any:
    """Of each row, the curve and its calibration fitted without its source."""
    found = np.zeros(len(table.grounded))
    for source in sorted(set(table.sources)):
        mine = table.sources == source
        found[mine] = calibrated(table, logits, calibration(table, logits, ~mine))[mine]
    return found


def calibration_errors(table: Table, probabilities: Any) -> dict[str, float]:
    """Expected calibration error by source, and what labels drawn from the probabilities
    themselves would leave: of so few rows in ten bins some is chance."""
    errors, by_chance = {}, []
    draw = np.random.default_rng(0)
    for source in sorted(set(table.sources)):
        mine = probabilities[table.sources == source]
        errors[source] = _error(mine, table.grounded[table.sources == source])
        by_chance += [_error(mine, draw.random(len(mine)) < mine) for _ in range(DRAWS)]
    return errors | {
        "mean": round(float(np.mean(list(errors.values()))), 3),
        "pooled": _error(probabilities, table.grounded),
        "by_chance": round(float(np.mean(by_chance)), 3),
    }


def _error(probabilities: Any, labels: Any) -> float:
    return calibration_error(reliability(list(probabilities), [float(each) for each in labels]))


if __name__ == "__main__":
    main()
