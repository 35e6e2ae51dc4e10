"""How well TrustGuard tells grounded answers from others, by source, and how far to believe it.

Each row of the shared grounding data goes through the guard as a request, at the levels `basic`
and `standard`. The entailment model never saw these sources. The curve over features was fitted
on them, so its figures flatter; `left_out`, stored by `training.entailment_support`, is the curve
fitted without the source it is judged by.

    python -m benchmarks.trust_grounding [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from msgspec import UNSET

from aiguardian.guards.trust.guard import TrustGuard
from aiguardian.guards.trust.schemas import SourceText, TrustPayload, TrustReport
from aiguardian.ml import support
from aiguardian.ml.entailment import load_entailment
from aiguardian.processor import Caller, Deadline
from aiguardian.text.sentences import sentence_spans
from benchmarks.curves import area_under_curve, calibration_error, reliability, reliability_plot
from benchmarks.data import checksums, folder
from benchmarks.security_secrets import wilson
from benchmarks.store import RESULTS, save

Row = dict[str, Any]
FILES = ["trust_grounding.jsonl.gz"]
TRAINING = RESULTS / "entailment_training.json"
EVIDENCE = RESULTS / "entailment_evidence.json"
"""Of `training.entailment_evidence`: the passage shown, by abstracts that its curve never saw."""
LEVELS = ("basic", "standard")
MOST_ROWS = 200
"""Of a source, drawn with seed 0: the intervals are ± .07 then."""
WAIT_S = 600.0


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), FILES)
    everything = read(data / FILES[0])
    rows = sample(everything)
    guard = TrustGuard(load_entailment(), support)
    result: dict[str, Any] = {
        "data_sha256": checksums(data, FILES),
        "rows": len(rows),
    }
    points = {}
    for level in LEVELS:
        reports, spent = judged(guard, rows, level)
        result[level] = figures(rows, reports) | {"median_ms": round(statistics.median(spent), 1)}
        points[level] = result[level]["reliability"]
    marked = [row for row in everything if row.get("evidence_sentences")]
    result["evidence"] = evidence(marked, judged(guard, marked, "basic")[0])
    result["evidence_left_out"] = left_out(EVIDENCE)
    result["left_out"] = left_out(TRAINING)
    plot = RESULTS / "trust_grounding_reliability.svg"
    plot.write_text(reliability_plot(points))
    show(result)
    print("written:", save("trust_grounding", result, packages=("onnxruntime", "tokenizers")))


def left_out(path: Path) -> Any:
    """Figures that a training stage stored; None where it did not."""
    return json.loads(path.read_text()) if path.exists() else None


def read(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sample(rows: list[Row]) -> list[Row]:
    """At most `MOST_ROWS` of each source."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["source"]].append(row)
    rng = random.Random(0)
    return [
        row
        for _, mine in sorted(found.items())
        for row in rng.sample(mine, min(MOST_ROWS, len(mine)))
    ]


def judged(guard: TrustGuard, rows: list[Row], level: Any) -> tuple[list[TrustReport], list[float]]:
    """The guard's report on each row, and the milliseconds of processor time it took."""
    reports, spent = [], []
    for row in rows:
        payload = TrustPayload(
            text=row["claim_or_response"],
            sources=[SourceText(text=row["context"])],
            question=row.get("question") or "",
            validation_type="grounding",
            validation_level=level,
        )
        began = time.thread_time()
        report = guard.process(payload, Caller(deadline=Deadline(WAIT_S)))
        spent.append(1_000 * (time.thread_time() - began))
        reports.append(report)
    return reports, spent


def figures(rows: list[Row], reports: list[TrustReport]) -> dict[str, Any]:
    """By source: AUC with interval, calibration error, share flagged of either label."""
    table: dict[str, dict[str, Any]] = {}
    for source in sorted({row["source"] for row in rows}):
        pairs = [
            (1 - row["label"], report)
            for row, report in zip(rows, reports, strict=True)
            if row["source"] == source
        ]
        labels, risks = [label for label, _ in pairs], [report.risk for _, report in pairs]
        table[source] = {
            "rows": len(pairs),
            "auc": area_under_curve(labels, risks),
            "calibration_error": calibration_error(reliability(risks, labels)),
            "flagged_of_ungrounded": _share(pairs, 1),
            "flagged_of_grounded": _share(pairs, 0),
        }
    areas = [each["auc"][0] for each in table.values() if each["auc"]]
    points = reliability([r.risk for r in reports], [1 - row["label"] for row in rows])
    return {
        "by_source": table,
        "mean_auc": round(statistics.mean(areas), 3),
        "mean_calibration_error": round(
            statistics.mean(each["calibration_error"] for each in table.values()), 3
        ),
        "calibration_error": calibration_error(points),
        "reliability": points,
    }


def _share(pairs: list[tuple[int, TrustReport]], label: int) -> list[float] | None:
    found = [report.flagged for mine, report in pairs if mine == label]
    return wilson(sum(found), len(found))


def evidence(rows: list[Row], reports: list[TrustReport]) -> dict[str, Any]:
    """Where people marked the sentences: is the first of them in the span that is shown? The
    models have no say in which that is.

    SciFact numbers the sentences of the abstract, which follows the title line.
    """
    hits, shares = [], []
    for row, report in zip(rows, reports, strict=True):
        marked = row.get("evidence_sentences")
        shown = [each.evidence for each in report.claims if each.evidence is not UNSET]
        if not marked or not shown:
            continue
        first = marked[0][0] if isinstance(marked[0], list) else marked[0]
        after_title = row["context"].find("\n") + 1
        spans = sentence_spans(row["context"][after_title:])
        if first >= len(spans):
            continue
        start, end = (edge + after_title for edge in spans[first])
        shared = max(min(span.end, end) - max(span.start, start) for span in shown)
        hits.append(shared >= (end - start) / 2)
        shares += [(span.end - span.start) / len(row["context"]) for span in shown]
    return {
        "rows": len(hits),
        "at_least_half": wilson(sum(hits), len(hits)),
        "share_of_source_shown": round(statistics.mean(shares), 3),
    }


def show(result: dict[str, Any]) -> None:
    for level in LEVELS:
        print(
            level, "mean AUC", result[level]["mean_auc"], "ECE", result[level]["calibration_error"]
        )
        for source, each in result[level]["by_source"].items():
            print(f"  {source:24} {each['auc']} ECE {each['calibration_error']}")
    print("evidence", result["evidence"])


if __name__ == "__main__":
    main()
