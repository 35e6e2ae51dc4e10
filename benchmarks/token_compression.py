"""Is the answer still there after lossy shortening, and is the target reached?

Each row has a text, a question and answer strings that stand in the text. The text is shortened
to 50, 33 and 20 percent, and the row counts as kept when one of its answers is in what is left
(upper and lower case alike). Beside TokenGuard's extract run two simple methods on the same rows:
whole sentences by BM25 until the words are used up, and the first so many words.

Besides the data set's own rows a second source is made from its neighbours: a question of a
multi-hop set with its snippet hidden among nine others' snippets. The choices in the code were
made on both; neither says how a new source will do.

    python -m benchmarks.token_compression [--data ../shared/data]
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiguardian.guards.token.extract import extract
from aiguardian.text.bpe import count_tokens
from aiguardian.text.sentences import sentence_spans
from benchmarks.data import checksums, folder
from benchmarks.store import save

FILES = ("token_compression.jsonl.gz", "trust_grounding.jsonl.gz", "token_contexts.jsonl.gz")
RATIOS = (0.5, 0.33, 0.2)
GOALS = {0.5: 0.96, 0.33: 0.94, 0.2: 0.92}

Row = tuple[str, str, list[str]]  # text, question, answers


def count(text: str) -> int:
    return count_tokens(text, "o200k_base")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sources(data: Path) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in read(data / FILES[0]):
        if not row.get("context") or not str(row["metric"]).startswith("substring"):
            continue
        answers = row["answer"] if isinstance(row["answer"], list) else [row["answer"]]
        found.setdefault(row["source"].split(" ")[0], []).append(
            (row["context"], row["question"], answers)
        )
    found["multi-hop snippets (made here)"] = snippets(read(data / FILES[1]))
    return found


def snippets(rows: list[dict[str, Any]]) -> list[Row]:
    pool = [row for row in rows if row["source"] == "halueval_qa"]
    chance = random.Random(1)
    made: list[Row] = []
    for row in pool:
        answer = row["claim_or_response"]
        if row["label"] != 1 or len(answer) < 3 or answer.lower() in row["question"].lower():
            continue
        if answer.lower() not in row["context"].lower() or len(made) == 300:
            continue
        others = [other["context"] for other in chance.sample(pool, 9) if other is not row]
        texts = [row["context"], *others]
        chance.shuffle(texts)
        text = re.sub(r"\.(?=[A-Z])", ". ", "\n\n".join(texts))
        made.append((text, row["question"], [answer]))
    return made


def meetings(data: Path) -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Sixty questions about meetings with the spans of the turns that answer them; questions
    about more than a quarter of the meeting are left out."""
    texts = {row["context_id"]: row["context"] for row in read(data / FILES[2])}
    found = []
    for row in read(data / FILES[0]):
        if row["source"] != "qmsum_val" or len(found) == 60:
            continue
        text = texts[row["context_id"]]
        starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text) + 1]
        spans = [
            (starts[int(first)], starts[min(int(last) + 1, len(starts) - 1)] - 1)
            for first, last in row["evidence_lines"] or ()
            if int(first) < len(starts) - 1
        ]
        if 0 < sum(b - a for a, b in spans) < len(text) / 4:
            found.append((text, row["question"], spans))
    return found


def evidence_kept(data: Path, ratio: float) -> float:
    """The mean share of the evidence's characters that an extract keeps."""
    shares = []
    for text, question, spans in meetings(data):
        kept = extract(
            text, round(count(text) * ratio), query=question, count=count, checkpoint=lambda: None
        ).kept
        common = sum(max(0, min(b, d) - max(a, c)) for a, b in spans for c, d in kept)
        shares.append(common / sum(b - a for a, b in spans))
    return round(sum(shares) / len(shares), 4)


def ours(text: str, question: str, ratio: float) -> str:
    budget = round(count(text) * ratio)
    found = extract(
        text,
        budget,
        query=question,
        ceiling=int(budget * 1.05),
        count=count,
        checkpoint=lambda: None,
    )
    return found.text(text)


def bm25_sentences(text: str, question: str, ratio: float) -> str:
    sentences = [text[a:b] for a, b in sentence_spans(text)]
    words = [re.findall(r"\w+", sentence.lower()) for sentence in sentences]
    spread = Counter(word for each in words for word in set(each))
    mean = sum(map(len, words)) / len(words)

    def score(each: list[str]) -> float:
        norm = 1.2 * (0.25 + 0.75 * len(each) / mean)
        return sum(
            math.log(1 + (len(words) - spread[w] + 0.5) / (spread[w] + 0.5))
            * each.count(w) * 2.2 / (each.count(w) + norm)
            for w in set(re.findall(r"\w+", question.lower()))
        )  # fmt: skip

    scores = list(map(score, words))
    left = len(text.split()) * ratio
    kept = []
    for number in sorted(range(len(sentences)), key=lambda n: -scores[n]):
        size = len(sentences[number].split())
        if size <= left:
            kept.append(number)
            left -= size
    return " ".join(sentences[number] for number in sorted(kept))


def first_words(text: str, question: str, ratio: float) -> str:
    words = text.split()
    return " ".join(words[: round(len(words) * ratio)])


METHODS: dict[str, Callable[[str, str, float], str]] = {
    "tokenguard": ours,
    "bm25_sentences": bm25_sentences,
    "first_words": first_words,
}


def measure(
    method: Callable[[str, str, float], str], rows: list[Row], ratio: float
) -> dict[str, float]:
    kept, words, tokens = 0, [], []
    began = time.perf_counter()
    for text, question, answers in rows:
        short = method(text, question, ratio)
        kept += any(answer.lower() in short.lower() for answer in answers)
        words.append(len(short.split()) / len(text.split()))
        tokens.append(count(short) / count(text) / ratio)
    return {
        "answer_kept": round(kept / len(rows), 4),
        "share_of_words": round(sum(words) / len(words), 4),
        "within_5_percent_of_the_target_tokens": round(
            sum(0.95 <= t <= 1.05 for t in tokens) / len(tokens), 4
        ),
        "ms": round((time.perf_counter() - began) / len(rows) * 1e3, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = folder(parser, list(FILES))
    results: dict[str, Any] = {}
    for source, rows in sources(data).items():
        results[source] = {"rows": len(rows)}
        for name, method in METHODS.items():
            by_ratio = {str(ratio): measure(method, rows, ratio) for ratio in RATIOS}
            results[source][name] = by_ratio
            print(source, name, *(f"{r}: {v['answer_kept']:.3f}" for r, v in by_ratio.items()))
    evidence = {str(ratio): evidence_kept(data, ratio) for ratio in RATIOS}
    print("meetings, share of the evidence kept", evidence)
    result = {
        "data_sha256": checksums(data, list(FILES)),
        "goal_answer_kept": {str(ratio): goal for ratio, goal in GOALS.items()},
        "sources": results,
        "qmsum_val_evidence_kept": evidence,
    }
    print("stored in", save("token_compression", result))


if __name__ == "__main__":
    main()
