"""Fit the curve of `guards/trust/showing.py` to sentences that people marked as evidence.

    python -m training.entailment_evidence --out FOLDER [--data FOLDER]

Scientific claims with their abstracts (SciFact) are the only rows of the shared data with marked
sentences. Each abstract is left out in turn, in five parts, to say how often the passage shown
holds the marked sentence. A second kind of source, made here, says what the curve does elsewhere:
evidence of fool-me-twice among the nine sentences that are most like it, from other articles or
other parts of the same. Prints the weights, which stand in the module.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from aiguardian.guards.trust import showing
from aiguardian.guards.trust.claims import find_claims
from aiguardian.guards.trust.evidence import SourceIndex, index_sources
from aiguardian.guards.trust.judgement import Claim, Source
from aiguardian.guards.trust.showing import Showing
from aiguardian.processor import Deadline
from aiguardian.text.sentences import sentence_spans
from training.entailment_judged import GROUNDING
from training.entailment_pairs import read

PAIRS = "trust_entailment.jsonl.gz"
DECOYS, MOST_MARKED, MOST_MADE = 9, 3, 1_000
AN_HOUR = 3600.0
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Marked:
    """A claim, its source, and the sentences of it that people marked."""

    claim: Claim
    text: str
    marked: Sequence[Span]
    index: SourceIndex


def main() -> None:
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    abstracts = of_abstracts(arguments.data)
    made = of_decoys(arguments.data)
    weights, bias = fitted(abstracts)
    figures = {
        "weights": [round(float(each), 3) for each in weights],
        "bias": round(float(bias), 3),
        "abstracts_first_window": by_words(abstracts),
        "abstracts_left_out": left_out(abstracts),
        "made_first_window": by_words(made),
        "made": judged(made, weights, bias),
    }
    print(json.dumps(figures, indent=1))
    (arguments.out / "entailment_evidence.json").write_text(json.dumps(figures, indent=1) + "\n")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def of_abstracts(data: Path) -> list[Marked]:
    """The scientific claims whose abstract has marked sentences; the title is the first line."""
    found = []
    for row in read(data / GROUNDING):
        claims = find_claims(row["claim_or_response"])
        if not row.get("evidence_sentences") or not claims:
            continue
        begins = row["context"].find("\n") + 1
        spans = [(a + begins, b + begins) for a, b in sentence_spans(row["context"][begins:])]
        marked = [spans[n] for n in row["evidence_sentences"] if n < len(spans)]
        if marked:
            found.append(_marked(claims[0], row["context"], marked))
    return found


def of_decoys(data: Path) -> list[Marked]:
    """Evidence of fool-me-twice between sentences that are like it."""
    rows = [row for row in read(data / PAIRS) if "fool-me-twice" in row["source"]]
    rng = random.Random(0)
    rng.shuffle(rows)
    pieces = {row["premise"]: _sentences(row["premise"]) for row in rows}
    sentences = [(premise, each) for premise, found in pieces.items() for each in found]
    reader = TfidfVectorizer(sublinear_tf=True)
    table = reader.fit_transform([each for _, each in sentences])
    made = []
    for row in rows[:MOST_MADE]:
        marked = pieces[row["premise"]]
        if len(marked) > MOST_MARKED:
            continue
        asked = reader.transform([f"{row['hypothesis']} {row['premise']}"])
        order = np.argsort(-(table @ asked.T).toarray().ravel())
        others = [sentences[n][1] for n in order if sentences[n][0] != row["premise"]]
        decoys = [each for each in others if each not in marked][:DECOYS]
        rng.shuffle(decoys)
        made.append(_hidden(row["hypothesis"], marked, decoys, rng.randint(0, DECOYS)))
    return made


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _hidden(claim: str, marked: Sequence[str], decoys: Sequence[str], at: int) -> Marked:
    text, spans = "", []
    for number, each in enumerate([*decoys[:at], *marked, *decoys[at:]]):
        if at <= number < at + len(marked):
            spans.append((len(text), len(text) + len(each)))
        text += f"{each} "
    return _marked(Claim(claim, 0, len(claim)), text, spans)


def _marked(claim: Claim, text: str, marked: Sequence[Span]) -> Marked:
    index = index_sources([Source(0, "source", text)], Deadline(AN_HOUR))
    return Marked(claim, text, marked, index)


def table_of(rows: Sequence[Marked]) -> tuple[Any, Any]:
    """Features of all passages but titles, and whether more than half of one was marked."""
    values, labels = [], []
    for row in rows:
        passages = row.index.passages
        found = Showing(row.index).features(row.claim, range(len(passages)))
        for passage, each in zip(passages, found, strict=True):
            if passage.is_heading:
                continue
            length = passage.end - passage.start
            labels.append(any(_shared(passage[1:3], span) >= length / 2 for span in row.marked))
            values.append(each)
    return np.array(values), np.array(labels)


def _shared(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def fitted(rows: Sequence[Marked]) -> tuple[Any, float]:
    """Weights and bias."""
    values, labels = table_of(rows)
    spread = values.std(axis=0)
    model = LogisticRegression(C=0.3, max_iter=2_000).fit(values / spread, labels)
    return model.coef_[0] / spread, float(model.intercept_[0])


def left_out(rows: Sequence[Marked]) -> dict[str, float]:
    """The figures of rows whose abstract the curve did not see."""
    places = {row.text: number for number, row in enumerate(rows)}
    groups = [places[row.text] for row in rows]
    hits: list[tuple[bool, float]] = []
    for train, test in GroupKFold(5).split(rows, groups=groups):
        weights, bias = fitted([rows[n] for n in train])
        hits += _hits([rows[n] for n in test], weights, bias)
    return _figures(hits)


def judged(rows: Sequence[Marked], weights: Any, bias: float) -> dict[str, float]:
    """How often the passage shown holds at least half of the first marked sentence, and the share
    of the source that is shown."""
    return _figures(_hits(rows, weights, bias))


def _hits(rows: Sequence[Marked], weights: Any, bias: float) -> list[tuple[bool, float]]:
    kept = showing.WEIGHTS, showing.BIAS
    showing.WEIGHTS, showing.BIAS = tuple(map(float, weights)), bias
    try:
        return [_hit(row) for row in rows]
    finally:
        showing.WEIGHTS, showing.BIAS = kept


def _hit(row: Marked) -> tuple[bool, float]:
    evidence = row.index.best(row.claim, Deadline(AN_HOUR))
    shown = Showing(row.index).choose(row.claim, evidence)
    return _holds(row, (shown.start, shown.end) if shown else (0, 0))


def _holds(row: Marked, shown: Span) -> tuple[bool, float]:
    start, end = row.marked[0]
    return _shared(shown, (start, end)) >= (end - start) / 2, (shown[1] - shown[0]) / len(row.text)


def by_words(rows: Sequence[Marked]) -> dict[str, float]:
    """The figures of the window that shares most words: what the checks read."""
    hits = []
    for row in rows:
        best = row.index.best(row.claim, Deadline(AN_HOUR))
        hits.append(_holds(row, (best[0].start, best[0].end) if best else (0, 0)))
    return _figures(hits)


def _figures(hits: Sequence[tuple[bool, float]]) -> dict[str, float]:
    return {
        "rows": len(hits),
        "holds": round(float(np.mean([hit for hit, _ in hits])), 3),
        "share_of_source": round(float(np.mean([share for _, share in hits])), 3),
    }


if __name__ == "__main__":
    main()
