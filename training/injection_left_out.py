"""What encoders said of injection examples that they had not seen, kept for the calibration.

    python -m training.injection_left_out [--encoder LEFT_OUT.jsonl.gz ...] [--data FOLDER]

Joins files that `training.encoder --stage leave-out` wrote (of an example in several the first
counts; without files what is stored stays), adds what the shipped encoder says of our families that
were written after it, and writes `training/injection_left_out.npz`: checksums and logits, no text.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from aiguardian.ml.encoder import HEADS as ENCODER_HEADS
from aiguardian.ml.encoder import MAX_TOKENS, load_encoder
from aiguardian.ml.injection import ENCODER_HEADS as INJECTION_HEADS
from aiguardian.text.windows import windows
from training.archive import archived
from training.injection_calibration import digests
from training.injection_units import HEADS
from training.sources import Example, injection_examples, read

SCORES = Path(__file__).parent / "injection_left_out.npz"
AFTER = (
    "hard_benign_more",
    "tool_texts",
    "technical_texts",
    "reader_texts",
    "short_requests",
    "near_misses",
)
"""Modules of `texts/` that the shipped encoder has not learnt from."""
AFTER_FAMILIES = (
    "change-the-manner",
    "correct-yourself",
    "continue-and-extend",
    "/updated",
    "/aboveaway",
    "/sendtalk",
    "/oldtask",
    "/updatedb",
    "/aboveb",
    "/sendb",
    "/oldtaskb",
    "/onlyb",
)
"""And families of modules that it has."""
MOST = 400
"""Examples asked about of each of those modules, origin and label."""
MOST_WINDOWS = 6
"""Of one text, as `training.encoder` asks."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--encoder", type=Path, nargs="*", default=())
    given = parser.parse_args()
    examples = injection_examples(given.data)
    found = joined(given.encoder, examples) if given.encoder else encoder_scores(examples)
    for index, logit in fresh(examples):
        found[index, HEADS.index(examples[index].origin)] = logit
    rows = np.flatnonzero(~np.isnan(found).all(axis=1))
    arrays = {"sha": short(digests(examples)[rows]), "logits": found[rows].astype(np.float16)}
    SCORES.write_bytes(archived(arrays))
    print(f"{SCORES}: {len(rows)} examples, {SCORES.stat().st_size} bytes")


def encoder_scores(examples: Sequence[Example]) -> Any:
    """(examples, heads) of the stored logits, nan where an encoder was not asked."""
    found = np.full((len(examples), len(HEADS)), np.nan)
    known: dict[int, Any] = {}
    with np.load(SCORES) as stored:
        for sha, logits in zip(stored["sha"].tolist(), stored["logits"], strict=True):
            before = known.get(sha, logits)  # a text may stand there for either origin
            known[sha] = np.where(np.isnan(before), logits, before)
    for index, sha in enumerate(short(digests(examples)).tolist()):
        if sha in known:
            found[index] = known[sha]
    return found


def joined(paths: Sequence[Path], examples: Sequence[Example]) -> Any:
    """(examples, heads) of the logits in these files, nan where there is none."""
    columns = [ENCODER_HEADS.index(INJECTION_HEADS[head]) for head in ("user", "document")]
    logits: dict[str, list[float]] = {}
    for path in paths:
        for row in read(path):
            logits.setdefault(row["text_sha256"], row["logits"])
    found = np.full((len(examples), len(HEADS)), np.nan)
    for index, sha in enumerate(digests(examples)):
        if sha in logits:
            found[index] = [logits[sha][column] for column in columns]
    return found


def fresh(examples: Sequence[Example]) -> Iterator[tuple[int, float]]:
    """Index and highest logit of examples whose families the shipped encoder never saw."""
    encoder, shas = load_encoder(), digests(examples)
    taken: Counter[tuple[str, str, int]] = Counter()
    for index in np.argsort(shas, kind="stable").tolist():
        example = examples[index]
        key = example.source, example.origin, example.label
        if not is_after(example) or taken[key] == MOST:
            continue
        taken[key] += 1
        cut = islice(windows(example.text, max_tokens=MAX_TOKENS - 2), MOST_WINDOWS)
        texts = [example.text[start:end] for start, end, _ in cut]
        yield index, float(encoder.score(texts).logit(INJECTION_HEADS[example.origin]).max())


def is_after(example: Example) -> bool:
    """Whether the example was written after the shipped encoder learnt."""
    module = example.source.removeprefix("authored:")
    return module in AFTER or example.group.endswith(AFTER_FAMILIES)


def short(shas: Any) -> Any:
    """The first 64 bits of SHA-256 checksums in hex."""
    return np.array([int(sha[:16], 16) for sha in shas], dtype=np.uint64)


if __name__ == "__main__":
    main()
