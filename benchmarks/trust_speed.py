"""What TrustGuard's levels cost: time for an answer of 1 kB against 4 kB of source.

`p50_ms` and `p90_ms` are processor time, `wait_p50_ms` is how long the caller waits: less where
the model's pairs are shared among free cores, more where others keep these busy.

Three kinds of text. `prose` and `tables` are put together from the shared grounding data: sources
up to 4,000 code points, and answers to them up to 1,000. `numbers` are made sentences with three
or four figures each, on both sides: the most that a text of this length can ask of the checks of
numbers. Each text goes through the guard `PASSES` times and its least time counts; what the guard
keeps of a sentence is forgotten in between, so each time is that of a text not seen before. What it
keeps of words stays, as in a service that has run for a minute.

Machines differ, and a busy one is slow: `reference` is a fixed loop timed between the texts, and
`ratio` a level's median by its least time. Objects that are there before the first text are set
aside from the garbage collector (`gc.freeze`), as the gateway does when it has started.

    python -m benchmarks.trust_speed [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from aiguardian.guards.trust.guard import TrustGuard
from aiguardian.guards.trust.quantities import finding
from aiguardian.guards.trust.schemas import SourceText, TrustPayload
from aiguardian.ml import support
from aiguardian.ml.entailment import load_entailment
from aiguardian.processor import Caller, Deadline
from benchmarks.data import checksums, folder
from benchmarks.store import save

FILE = "trust_grounding.jsonl.gz"
ANSWER, SOURCE = 1_000, 4_000
"""Code points of an answer and of its source."""
LEVELS = ("basic", "standard")
TEXTS, PASSES = 30, 5
"""Of a kind, and how often each is judged at `basic`; at `standard` a third as many texts, twice:
the model's time varies little."""
LONG, SHORT = ("scifact_train", "summedits_scitldr", "summedits_sales_email"), ("begin_wow_dev",)
"""Datasets with much source for each claim, and with little: mixed, they give 4 to 1."""
ROUNDS = 20_000
"""Of the reference loop: 3 ms on the machine of the first figures."""
WAIT_S = 600.0

Text = tuple[str, str]
"""An answer and its source."""


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), [FILE])
    pools = read(data / FILE)
    kinds = {"prose": prose(pools), "tables": tables(pools), "numbers": numbers()}
    guard = TrustGuard(load_entailment(), support)
    for answer, source in prose(pools, seed=1):
        judge(guard, answer, source, "standard")
    gc.collect()
    gc.freeze()
    result: dict[str, Any] = {
        "data_sha256": checksums(data, [FILE]),
        "answer_code_points": ANSWER,
        "source_code_points": SOURCE,
    }
    for level in LEVELS:
        result[level] = {kind: figures(guard, texts, level) for kind, texts in kinds.items()}
        for kind, each in result[level].items():
            print(level, kind, each)
    print("written:", save("trust_speed", result, packages=("onnxruntime",)))


def read(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows by dataset."""
    pools: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            pools[row["source"]].append(row)
    return pools


def prose(pools: dict[str, list[dict[str, Any]]], seed: int = 0) -> list[Text]:
    """Abstracts, mails and encyclopedia sentences, with what was answered to them."""
    rng = random.Random(seed)
    long = [row for name in LONG for row in pools[name]]
    short = [row for name in SHORT for row in pools[name]]
    return [_joined(_drawn(rng, long, short), "\n\n") for _ in range(TEXTS)]


def _drawn(
    rng: random.Random, long: Sequence[dict[str, Any]], short: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    source = answer = 0
    while source < SOURCE or answer < ANSWER:
        row = rng.choice(short if source >= SOURCE / ANSWER * answer else long)
        context, claim = row["context"].strip(), _sentence(row["claim_or_response"])
        yield claim, context if source < SOURCE else ""
        source, answer = source + len(context), answer + len(claim)


def tables(pools: dict[str, list[dict[str, Any]]], seed: int = 0) -> list[Text]:
    """Tables with what was claimed of them, filled up with claims on others."""
    rng = random.Random(seed)
    claims: dict[str, list[str]] = defaultdict(list)
    for row in pools["tabfact_val"]:
        claims[row["context"]].append(_sentence(row["claim_or_response"]))
    found = []
    for _ in range(TEXTS):
        chosen = rng.sample(list(claims), 60)
        pairs: list[tuple[str, str]] = []
        for context in chosen:
            is_full = sum(len(source) for _, source in pairs) >= SOURCE
            pairs += [(claim, "") for claim in claims[context]]
            pairs.append(("", "" if is_full else context))
        found.append(_joined(pairs, "\n\n"))
    return found


def _joined(pairs: Any, gap: str) -> Text:
    both = list(pairs)
    answer = " ".join(claim for claim, _ in both if claim)
    return answer[:ANSWER], gap.join(source for _, source in both if source)[:SOURCE]


def _sentence(claim: str) -> str:
    claim = claim.strip()
    return claim[:1].upper() + claim[1:] + ("" if claim.endswith((".", "!", "?")) else ".")


def numbers(seed: int = 0) -> list[Text]:
    """Sentences with figures; four in ten of the answer's stand in the source."""
    rng = random.Random(seed)
    found = []
    for _ in range(TEXTS):
        source = [_figured(rng) for _ in range(SOURCE // 50)]
        kept = source[: SOURCE // 90]
        answer = [
            rng.choice(kept) if rng.random() < 0.4 else _figured(rng) for _ in range(ANSWER // 50)
        ]
        found.append((" ".join(answer)[:ANSWER], " ".join(source)[:SOURCE]))
    return found


_NAMES = ("Northwind", "Larkhill", "Aster", "Borealis", "Calder", "Dunmore", "Fenwick", "Glenrow")


def _figured(rng: random.Random) -> str:
    name, year, count = rng.choice(_NAMES), rng.randint(1990, 2024), rng.randint(100, 99_999)
    share, more = rng.randint(10, 990) / 10, rng.randint(2, 900)
    month = rng.choice(("March", "May", "June", "October"))
    return rng.choice(
        (
            f"{name} earned ${count / 10:,.1f} million in {year}, {share} % more than before.",
            f"In {year} the {name} plant made {count:,} tonnes of steel with {more} workers.",
            f"From {year} to {year + 5} its share rose from {share} % to {share + 5:.1f} %.",
            f"On {more % 28 + 1} {month} {year} the {name} bridge opened for {more} million euros.",
            f"{name} sold {count:,} cars in {year} and {count + more:,} in {year + 1}.",
        )
    )


def figures(guard: TrustGuard, texts: Sequence[Text], level: Any) -> dict[str, Any]:
    """Of the texts' least times, in ms: median and 90th percentile of the processor's, median of
    the caller's, and the ratio of the first to the loop."""
    is_basic = level == "basic"
    texts = texts if is_basic else texts[: TEXTS // 3]
    best, waits = [float("inf")] * len(texts), [float("inf")] * len(texts)
    claims = [0] * len(texts)
    reference = float("inf")
    for _ in range(PASSES if is_basic else 2):
        for place, (answer, source) in enumerate(texts):
            finding._of_sentence.cache_clear()  # noqa: SLF001 - nothing but this asks for it
            spent, waited, claims[place] = judge(guard, answer, source, level)
            best[place] = min(best[place], spent)
            waits[place] = min(waits[place], waited)
        reference = min(reference, loop())
    median = statistics.median(best)
    return {
        "texts": len(texts),
        "claims": round(statistics.mean(claims), 1),
        "p50_ms": round(median, 2),
        "p90_ms": round(sorted(best)[int(0.9 * len(best))], 2),
        "wait_p50_ms": round(statistics.median(waits), 2),
        "reference_ms": round(reference, 2),
        "ratio": round(median / reference, 2),
    }


def judge(guard: TrustGuard, answer: str, source: str, level: Any) -> tuple[float, float, int]:
    """Milliseconds of the process's time for one answer (the model's threads count), those that
    the caller waited, and the answer's claims."""
    payload = TrustPayload(
        text=answer,
        sources=[SourceText(text=source)],
        validation_type="grounding",
        validation_level=level,
    )
    began, asked = time.process_time(), time.perf_counter()
    report = guard.process(payload, Caller(deadline=Deadline(WAIT_S)))
    spent, waited = time.process_time() - began, time.perf_counter() - asked
    return 1_000 * spent, 1_000 * waited, len(report.claims)


def loop() -> float:
    """Milliseconds of processor time for a fixed piece of work of the interpreter's own."""
    counts: dict[int, int] = {}
    began = time.process_time()
    for number in range(ROUNDS):
        counts[number % 97] = counts.get(number % 97, 0) + len(str(number))
    return 1_000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
