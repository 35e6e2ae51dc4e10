"""How many injections are found, by source and language, and what false alarms that costs.

Two tables. The first runs the shipped model over the dev rows of `security_injection*.jsonl.gz`;
some of their sources were in training (other rows), those marked "unseen" were not. The second,
leave-sources-out, is made by `security_injection_unseen.py`, for it trains a model for each fold;
it is read from `results/security_injection_unseen.json` and shown here.

    python -m benchmarks.security_injection [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.guards.bias.schemas import BiasPayload
from aiguardian.guards.security.guard import SecurityGuard
from aiguardian.guards.security.judging import trained_detectors
from aiguardian.guards.security.schemas import SecurityPayload
from aiguardian.ml.artifact import DamagedArtifact
from aiguardian.ml.encoder import load_encoder
from aiguardian.ml.injection import Judgement, Origin, Scorer, judge, without
from aiguardian.processor import Caller, Deadline
from aiguardian.storage.allow_list import MemoryAllowList
from aiguardian.storage.pseudonyms import MemoryPseudonyms
from aiguardian.text.normalize import normalize
from benchmarks.curves import reliability_plot
from benchmarks.data import checksums, folder
from benchmarks.security_secrets import wilson
from benchmarks.store import RESULTS, save

FILES = ["security_injection.jsonl.gz", "security_injection_more.jsonl.gz"]
UNSEEN = RESULTS / "security_injection_unseen.json"
PLOT = Path(__file__).parent.parent / "docs" / "guards" / "security-injection.svg"
SUMMARIES = (
    "public_sources",
    "with_our_own_families",
    "direct_attacks",
    "hard_benign",
    "alarming_benign",
)
UNSEEN_SOURCES = frozenset(
    {
        "TakSec/Prompt-Injection-Everywhere",
        "danzaio/prompt-injection-zoo",
        "mdombrov-33/go-promptguard",
        "y0mingzhang/prompt-extraction",
    }
)
"""Sources with dev rows only: no row of them, nor a text made from one, was in training."""
STANDARD_TEXTS = 40
"""Harmless texts whose cost is measured."""


@dataclass(frozen=True)
class Row:
    """A dev text, normalised as the guard does before it asks."""

    text: str
    label: int
    source: str
    lang: str
    category: str
    origin: Origin


@dataclass(frozen=True)
class Judged:
    """A row and what was said about it."""

    row: Row
    judgement: Judgement


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), FILES)
    encoder = shipped_encoder()
    judged = [
        Judged(row, judge(row.text, origin=row.origin, encoder=encoder)) for row in dev_rows(data)
    ]
    unseen = [each for each in judged if each.row.source in UNSEEN_SOURCES]
    result: dict[str, Any] = {
        "data_sha256": checksums(data, FILES),
        "stages": "linear and encoder" if encoder else "linear only",
        "dev": {
            "all": rates(judged),
            "unseen sources": rates(unseen),
            "by_source": by(judged, lambda row: row.source),
            "by_language": by(judged, lambda row: row.lang),
            "by_category": by(judged, lambda row: row.category),
        },
        "escalated": wilson(sum(each.judgement.stage == "encoder" for each in judged), len(judged)),
        "flipped_by_deletion": flipped(judged, encoder),
        "speed_ms": speeds(encoder),
        "standard_1kB_ms": standard(data),
    }
    for name in ("by_source", "by_language", "by_category"):
        show(f"dev, {name}", result["dev"][name])
    show("dev", {"all": result["dev"]["all"], "unseen sources": result["dev"]["unseen sources"]})
    if UNSEEN.is_file():
        result["leave_sources_out"] = show_unseen(json.loads(UNSEEN.read_text()))
    for name in ("escalated", "flipped_by_deletion", "speed_ms", "standard_1kB_ms"):
        print(f"{name}: {result[name]}")
    print("written:", save("security_injection", result))


def shipped_encoder() -> Callable[[], Scorer] | None:
    """The encoder, or None where its weights are not there."""
    try:
        load_encoder()
    except DamagedArtifact as missing:
        print(f"linear model only: {missing}")
        return None
    return load_encoder


def dev_rows(data: Path) -> list[Row]:
    """The dev rows of both files; documents and indirect attacks come from a document."""
    rows = []
    for name in FILES:
        with gzip.open(data / name, "rt", encoding="utf-8") as lines:
            rows += [row for row in map(json.loads, lines) if row["split"] == "dev"]
    return [
        Row(
            text=normalize(row["text"]).mapped.text,
            label=row["label"],
            source=row["source"].split(":")[0],
            lang=row.get("lang") or "en",
            category=row["category"],
            origin=_origin(row),
        )
        for row in rows
    ]


def _origin(row: dict[str, Any]) -> Origin:
    inside = row.get("tier") == "document" or row["category"] == "indirect_injection"
    plain = row["category"].startswith("clean_context") or row["category"] == "benign_document"
    return "document" if inside or plain else "user"


def rates(judged: Iterable[Judged]) -> dict[str, Any]:
    """Recall and false-positive rate as shipped, each with its 95 % Wilson interval."""
    counts = [[0, 0], [0, 0]]
    for each in judged:
        counts[each.row.label][0] += each.judgement.is_attack
        counts[each.row.label][1] += 1
    return {
        "attacks": counts[1][1],
        "benign": counts[0][1],
        "recall": wilson(*counts[1]),
        "fpr": wilson(*counts[0]),
    }


def by(judged: Iterable[Judged], key: Callable[[Row], str]) -> dict[str, Any]:
    """`rates` for each value of a key."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        groups[key(each.row)].append(each)
    return {name: rates(groups[name]) for name in sorted(groups)}


def flipped(judged: Sequence[Judged], encoder: Callable[[], Scorer] | None) -> Any:
    """Of the texts called an attack, how many are none without the sentences named."""
    hits = [each for each in judged if each.judgement.is_attack]
    rest = [
        without(each.row.text, [(start, end) for start, end, _ in each.judgement.sentences])
        for each in hits
    ]
    gone = sum(
        not judge(text, origin=each.row.origin, encoder=encoder).is_attack
        for text, each in zip(rest, hits, strict=True)
    )
    return wilson(gone, len(hits))


def speeds(encoder: Callable[[], Scorer] | None) -> dict[str, float]:
    """Best processor time of 5 runs, in milliseconds."""
    prose = (Path(__file__).parent.parent / "docs" / "operations.md").read_text() * 60
    texts = {"100 characters": prose[:100], "1 kB": prose[:1_024], "8 kB": prose[:8_192]}
    texts["1 MiB"] = (prose * 10)[:1_048_576]
    found = {}
    for name, text in texts.items():
        found[f"{name}, linear"] = fastest(lambda text=text: judge(text, origin="user"))
        if encoder:
            run = lambda text=text: judge(text, origin="document", encoder=encoder)  # noqa: E731
            found[f"{name}, document, encoder"] = fastest(run)
    return found


def fastest(run: Callable[[], object]) -> float:
    """Milliseconds of processor time of the fastest of 5 runs."""
    best = math.inf
    for _ in range(5):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return round(best * 1e3, 3)


def standard(data: Path) -> dict[str, dict[str, float]]:
    """What a harmless user's text of 1 kB costs at the level "standard", with all checks.

    Milliseconds of processor time, median and 90th percentile over texts, each the best of 5.
    """
    texts = [
        row.text[:1_024]
        for row in dev_rows(data)
        if not row.label and row.origin == "user" and row.lang == "en" and len(row.text) >= 1_024
    ][:STANDARD_TEXTS]
    caller = Caller(Deadline(60))
    secure, fair = security_guard(), BiasGuard()
    calls: dict[str, Callable[[str], object]] = {
        "SecurityGuard": lambda text: secure.process(SecurityPayload(text=text), caller),
        "BiasGuard": lambda text: fair.process(BiasPayload(text=text), caller),
    }
    taken = {
        name: [fastest(lambda text=text, call=call: call(text)) for text in texts]
        for name, call in calls.items()
    }
    taken["both"] = [sum(pair) for pair in zip(*taken.values(), strict=True)]
    return {
        name: {
            "texts": len(each),
            "median": round(statistics.median(each), 2),
            "p90": round(statistics.quantiles(each, n=10)[-1], 2),
        }
        for name, each in taken.items()
    }


def security_guard() -> SecurityGuard:
    """The guard as it ships, its stores in memory."""
    return SecurityGuard(
        trained_detectors(bytes(32)),
        pseudonyms=MemoryPseudonyms(1000.0),
        allow_list=MemoryAllowList(),
        allow_list_key=bytes(32),
    )


def show(title: str, table: dict[str, Any]) -> None:
    """Print a table of `rates`."""
    print(f"\n{title:<56}{'attacks':>8} {'recall':<22}{'benign':>8} {'FPR':<22}")
    for name, each in table.items():
        cells = f"{each['attacks']:>8} {cell(each['recall']):<22}{each['benign']:>8} "
        print(f"{name[:55]:<56}{cells}{cell(each['fpr']):<22}")


def cell(interval: list[float] | None) -> str:
    """A rate with its interval, as text."""
    if interval is None:
        return "-"
    return f"{interval[0]:.3f} ({interval[1]:.2f}-{interval[2]:.2f})"


def show_unseen(unseen: dict[str, Any]) -> dict[str, Any]:
    """Print the leave-sources-out tables, draw the reliability plot, return the summaries."""
    kept: dict[str, Any] = {"unseen_languages": unseen["unseen_languages"]["all"]}
    curves = {}
    for head, part in unseen["heads"].items():
        for stage in sorted({"linear", "both"} & part.keys()):
            name = f"{head}, {stage}"
            show(f"leave-sources-out, {name}", part[stage]["by_source"])
            curves[name] = part[stage]["reliability"]
            kept[name] = {key: part[stage][key] for key in SUMMARIES}
            print(json.dumps(kept[name]))
    show("languages out of training, user, linear", unseen["unseen_languages"])
    PLOT.write_text(reliability_plot(curves))
    return kept


if __name__ == "__main__":
    main()
