"""How well a judge of pairs tells grounded answers from others, by source it never learnt from."""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiguardian.text.sentences import sentence_spans
from training.entailment_pairs import read

GROUNDING = "trust_grounding.jsonl.gz"
WINDOW_WORDS = 75
"""Of a window of whole sentences: with a claim some 128 pieces."""

Judge = Callable[[Sequence[tuple[str, str]]], Any]
"""Log-odds that each premise supports its claim."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of the grounding data: a context, an answer, and whether it is grounded in it."""

    context: str
    claims: tuple[str, ...]
    grounded: int
    source: str


def answers(data: Path, most: int | None = None) -> list[Answer]:
    """Rows of the grounding data, at most so many a source, with their claims."""
    kept: dict[str, list[Answer]] = defaultdict(list)
    for row in read(data / GROUNDING):
        text, question = row["claim_or_response"], row.get("question")
        asked = re.match(r"Q: (.*?) A: (.*)", text, re.DOTALL)
        if question or asked:
            whole = f"{question} {text}" if question else " ".join(asked.groups())  # type: ignore[union-attr]  # one of both
            claims: tuple[str, ...] = (whole,)
        else:
            claims = tuple(text[start:end] for start, end in sentence_spans(text)) or (text,)
        kept[row["source"]].append(Answer(row["context"], claims, row["label"], row["source"]))
    chosen = []
    for _, rows in sorted(kept.items()):
        random.Random(0).shuffle(rows)
        chosen += rows[:most]
    return chosen


def windows(context: str) -> list[str]:
    """Runs of whole sentences or lines of `WINDOW_WORDS`, each begun in the middle of the last."""
    parts = [context[start:end] for start, end in sentence_spans(context)]
    made: list[str] = []
    begin = 0
    while begin < len(parts):
        end, count = begin, 0
        while end < len(parts) and (
            end == begin or count + len(parts[end].split()) <= WINDOW_WORDS
        ):
            count += len(parts[end].split())
            end += 1
        made.append(" ".join(parts[begin:end]))
        if end == len(parts):
            break
        begin = max(begin + 1, (begin + end + 1) // 2)
    return made or [context]


def likeliest(claim: str, found: Sequence[str], most: int) -> list[str]:
    """The windows that hold the rarest of the claim's words, the best first."""
    bags = [set(re.findall(r"\w+", window.lower())) for window in found]
    counts = Counter(word for bag in bags for word in bag)
    words = set(re.findall(r"\w+", claim.lower()))
    weight = {word: math.log(1 + len(found) / (1 + counts[word])) + 0.05 for word in words}
    order = sorted(
        range(len(found)), key=lambda at: -sum(weight[word] for word in words & bags[at])
    )
    return [found[at] for at in order[:most]]


def judged(rows: Sequence[Answer], judge: Judge, most: int = 2) -> list[float]:
    """Support of each answer: its least supported claim's, by the best of its windows."""
    pairs: list[tuple[str, str]] = []
    places: list[list[list[int]]] = []
    for row in rows:
        found = windows(row.context)
        places.append([])
        for claim in row.claims:
            chosen = likeliest(claim, found, most)
            places[-1].append(list(range(len(pairs), len(pairs) + len(chosen))))
            pairs += [(window, claim) for window in chosen]
    logits = judge(pairs)
    return [min(max(float(logits[at]) for at in spots) for spots in of_row) for of_row in places]


def areas(rows: Sequence[Answer], support: Sequence[float]) -> dict[str, float]:
    """AUC by source, and their mean."""
    from sklearn.metrics import roc_auc_score

    table = {}
    for source in sorted({row.source for row in rows}):
        places = [at for at, row in enumerate(rows) if row.source == source]
        labels = [rows[at].grounded for at in places]
        table[source] = round(float(roc_auc_score(labels, [support[at] for at in places])), 3)
    return table | {"mean": round(sum(table.values()) / len(table), 3)}
