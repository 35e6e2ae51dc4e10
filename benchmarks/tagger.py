"""How many people, places, addresses and organisations are found, and at what false alarms.

Data: `security_pii.jsonl.gz` (presidio-research, synthetic, MIT; BoolQ questions, instructions),
`security_injection.jsonl.gz` (Arena-Hard prompts), `code_mbpp.jsonl.gz`,
`security_secrets.jsonl.gz` (lock-file lines); `tagger_ordinary.txt` beside this module, and texts
that `training/texts/multilingual.py` writes in 33 languages, of which some do name somebody. A gold
name counts as found when a span of the right type overlaps it; a span is right when it overlaps a
gold name of its type. A gold street address
may be found as ADDRESS or LOCATION, and a place within a found address counts.

    python -m benchmarks.tagger [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from aiguardian.ml.tagger import WEIGHTS, Tagged, load_model, tag, word
from benchmarks.data import checksums, folder
from benchmarks.store import save, sha256
from training.texts import multilingual

Row = dict[str, Any]
FILES = [
    "security_pii.jsonl.gz",
    "security_injection.jsonl.gz",
    "code_mbpp.jsonl.gz",
    "security_secrets.jsonl.gz",
]
GOLD = {
    "PERSON": ("PERSON",),
    "GPE": ("LOCATION", "ADDRESS"),
    "STREET_ADDRESS": ("ADDRESS", "LOCATION"),
    "ZIP_CODE": ("ADDRESS",),
    "ORGANIZATION": ("ORGANIZATION",),
}
"""Which of our types answer a gold type. A ZIP code by itself is asked of nobody else."""
RIGHT = {
    "PERSON": ("PERSON",),
    "LOCATION": ("GPE", "STREET_ADDRESS"),
    "ADDRESS": ("STREET_ADDRESS", "GPE", "ZIP_CODE"),
    "ORGANIZATION": ("ORGANIZATION",),
}
ORDINARY = Path(__file__).parent / "tagger_ordinary.txt"
OF_A_LANGUAGE = 50
"""Texts in each of 33 languages that are asked about."""
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = folder(parser, FILES)
    pii = rows(data, "security_pii")
    result: dict[str, Any] = {"weights": sha256(WEIGHTS), "data": checksums(data, FILES)}
    result["presidio_research"] = {
        split: by_type(each for each in presidio(pii) if each["split"] == split)
        for split in ("train", "dev")
    }
    result["texts_with_a_name_found"] = false_alarms(data, pii)
    result["speed"] = speeds(data)
    for split, table in result["presidio_research"].items():
        print_table(f"presidio-research {split}", table)
    for name in ("texts_with_a_name_found", "speed"):
        print(f"\n{name}: {json.dumps(result[name], indent=1)}")
    print(f"saved: {save('tagger', result)}")


def rows(data: Path, name: str) -> list[Row]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def presidio(pii: list[Row]) -> list[Row]:
    return [row for row in pii if "presidio-research" in row["source"]]


def by_type(
    gold_rows: Iterable[Row], judge: Callable[[str], list[Tagged]] = tag
) -> dict[str, dict[str, float]]:
    """Recall by gold type, precision by ours, at the shipped threshold."""
    found: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for row in gold_rows:
        spans = judge(row["text"])
        gold = [each for each in row["entities"] if each["type"] in GOLD]
        for each in gold:
            asked[each["type"]] += 1
            found[each["type"]] += any(
                span.type in GOLD[each["type"]] and _overlap(span, each) for span in spans
            )
        for span in spans:
            said[span.type] += 1
            right[span.type] += any(
                each["type"] in RIGHT[span.type] and _overlap(span, each) for each in gold
            )
    table = {f"recall {kind}": _rate(found[kind], asked[kind]) for kind in sorted(asked)}
    table |= {f"precision {kind}": _rate(right[kind], said[kind]) for kind in sorted(said)}
    return table | {
        "recall all": _rate(sum(found.values()), sum(asked.values())),
        "precision all": _rate(sum(right.values()), sum(said.values())),
    }


def _overlap(span: Tagged, gold: Row) -> bool:
    return span.start < int(gold["end"]) and int(gold["start"]) < span.end


def _rate(hits: int, of: int) -> dict[str, float]:
    return {"rate": round(hits / of, 3) if of else 0.0, "of": of}


def false_alarms(data: Path, pii: list[Row]) -> dict[str, Any]:
    """Share of texts in which a name is found, by kind and threshold. Arena-Hard and BoolQ name
    public figures and places, so a share of theirs is right."""
    injection = rows(data, "security_injection")
    kinds = {
        "arena-hard prompts": [row["text"] for row in injection if "arena" in row["source"]],
        "BoolQ questions": [row["text"] for row in injection + pii if "BoolQ" in row["source"]],
        "instructions": [row["text"] for row in pii if "self-instruct" in row["source"]],
        "mbpp code": [row["code"] for row in rows(data, "code_mbpp")],
        "lock files": [
            row["text"]
            for row in rows(data, "security_secrets")
            if row["category"] == "lockfile_hash"
        ],
        "ordinary messages, not English": ordinary(),
        "attacks and requests, 33 languages": multilingual_texts(),
    }
    table = {}
    for kind, texts in kinds.items():
        spans = [tag(text) for text in texts]
        table[kind] = {
            "texts": len(texts),
            "spans per 1,000 words": round(
                1000 * sum(map(len, spans)) / sum(len(text.split()) for text in texts), 2
            ),
            **{
                f"at {at}": round(
                    sum(any(span.score >= at for span in each) for each in spans) / len(texts), 3
                )
                for at in THRESHOLDS
            },
            "by type": Counter(span.type for each in spans for span in each),
        }
    return table


def ordinary() -> list[str]:
    """Messages in fifteen languages; the right answer to each is that it names nobody."""
    lines = ORDINARY.read_text(encoding="utf-8").splitlines()
    return [line.partition(": ")[2] for line in lines if not line.startswith("#")]


def multilingual_texts() -> list[str]:
    """The same number of texts of each language."""
    by_language: dict[str, list[str]] = {}
    for row in multilingual.rows(0):
        by_language.setdefault(row.lang, []).append(row.text)
    rng = random.Random(0)
    return [text for each in by_language.values() for text in rng.sample(each, OF_A_LANGUAGE)]


def speeds(data: Path) -> dict[str, float]:
    """Milliseconds of processor time: loading; 1 kB of English articles read for the first time
    and again; 1 kB of prompts with code in many scripts; 1 MiB of the articles over and over."""
    load_model.cache_clear()
    start = time.process_time()
    load_model()
    load = time.process_time() - start
    injection = rows(data, "security_injection")
    articles = _kilobytes(row["text"] for row in injection if "BoolQ" in row["source"])
    prompts = _kilobytes(row["text"] for row in injection if "arena" in row["source"])
    word.cache_clear()
    fresh = _took(articles) / len(articles)
    again = min(_took(articles) for _ in range(3)) / len(articles)
    mebibyte = ("".join(articles) * 11)[: 1 << 20]
    return {
        "load_ms": round(load * 1000, 1),
        "articles_first_time_1kB_ms": round(fresh * 1000, 2),
        "articles_again_1kB_ms": round(again * 1000, 2),
        "prompts_first_time_1kB_ms": round(_took(prompts) / len(prompts) * 1000, 2),
        "articles_1MiB_ms": round(_took([mebibyte]) * 1000, 0),
    }


def _kilobytes(texts: Iterable[str]) -> list[str]:
    """The first hundred pieces of 1,024 code points."""
    whole = " ".join(texts)
    return [whole[at : at + 1024] for at in range(0, 100 * 1024, 1024)]


def _took(texts: list[str]) -> float:
    start = time.process_time()
    for text in texts:
        tag(text)
    return time.process_time() - start


def print_table(title: str, table: dict[str, dict[str, float]]) -> None:
    print(f"\n{title}")
    for name, each in table.items():
        print(f"  {name:<28}{each['rate']:>8.3f}  of {each['of']}")


if __name__ == "__main__":
    main()
