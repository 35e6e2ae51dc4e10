"""Topics whose sentences come from the public documents in the data folder, read when training.

Nothing of it is kept in the repository. Without the folder there are the written topics only.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from training.texts.filling import Topic

MOST = 1_500
"""Documents taken of each file: more make no new places for an insert."""
FEWEST_SENTENCES = 4
LENGTHS = range(15, 300)
"""Code points of a sentence that is taken."""
_BREAK = re.compile(r"\n+|(?<=[.!?।])\s+(?=[^\Wa-z\d])|(?<=[。！？])")
_FILES = (("trust_grounding", "context"), ("quality_readability", "text"))


def default_folder() -> Path:
    """The data folder that the environment names, else the one beside the repository."""
    return Path(os.environ.get("AIGUARDIAN_DATA", "../shared/data"))


def public_topics(folder: Path) -> dict[str, list[Topic]]:
    """Topics by language code, empty when the folder lacks the files. Sorted, so reproducible."""
    topics: dict[str, list[Topic]] = {}
    for name, key in _FILES:
        for text in _spread(sorted({row[key] for row in _rows(folder, name)})):
            _add(topics, "en", text)
    for row in _rows(folder, "security_injection_more"):
        if "xquad" in row["source"] and row["label"] == 0 and row["tier"] == "core":
            _add(topics, row["lang"], row["text"])
    return topics


def _rows(folder: Path, name: str) -> Iterator[dict[str, str | int]]:
    path = folder / f"{name}.jsonl.gz"
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _spread(texts: list[str]) -> list[str]:
    return texts[:: max(1, len(texts) // MOST)][:MOST]


def _add(topics: dict[str, list[Topic]], lang: str, text: str) -> None:
    sentences = tuple(
        sentence
        for part in _BREAK.split(text)
        if len(sentence := part.strip()) in LENGTHS and "{" not in sentence
    )
    if len(sentences) >= FEWEST_SENTENCES:
        title = " ".join(sentences[0].split()[:5]).rstrip(".,;:")
        topics.setdefault(lang, []).append(Topic((title,), sentences))
