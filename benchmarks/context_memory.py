"""How much of the evidence for a question is among the ten turns recalled, by source.

Data: `context_memory.jsonl.gz` and, for meetings, `token_contexts.jsonl.gz` with
`token_compression.jsonl.gz` (sources and licences in the README beside them).

- `sgd`: five task dialogues a user, questions made from what the user asked for (a template);
- `memorybank`: ten days with an assistant. Its questions have no evidence ids: those in
  `context_memory_labels.json` are ours, read by one person, before any ranking was tuned;
- `qmsum`: meetings; the evidence is a stretch of the transcript, so the figure is the share of
  the ten that lie in it.

All three were looked at while the weights were chosen: they are development figures.

    python -m benchmarks.context_memory [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiguardian.guards.context.memories import Scope, Turn
from aiguardian.guards.context.memory.remembering import StoredMemories
from aiguardian.guards.context.memory.words import QUESTION_WORDS, words
from aiguardian.ml.encoder import Encoder, load_encoder
from aiguardian.processor import Deadline
from aiguardian.storage.memory_turns import MemoryTurns
from aiguardian.text.stems import stem
from benchmarks.data import checksums, folder
from benchmarks.store import save

FILES = ["context_memory.jsonl.gz", "token_contexts.jsonl.gz", "token_compression.jsonl.gz"]
LABELS = Path(__file__).parent / "context_memory_labels.json"
RECALLED = 10
MEETINGS = 14
HOURS = 3_600.0
DRAWS = 2_000

Recall = Callable[["Conversation", str], list[str]]
"""The ids of the turns that answer a question, best first."""


@dataclass(frozen=True, slots=True)
class Conversation:
    source: str
    name: str
    turns: list[tuple[str, str, str, str]]
    """Id, speaker, text, session."""
    questions: list[tuple[str, list[str]]]
    """With the ids of the evidence."""
    by_text: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), FILES)
    conversations = list(load(data))
    result: dict[str, Any] = {
        "data_sha256": checksums(data, FILES),
        "measure": f"evidence among {RECALLED} recalled; qmsum: share of them in the evidence",
    }
    for name, recall in {
        "bm25": bm25,
        "words only": ours(None),
        "aiguardian": ours(load_encoder()),
    }.items():
        result[name] = by_source(conversations, recall)
        print(name, json.dumps(result[name]))
    print("written:", save("context_memory", result))


def load(data: Path) -> Iterator[Conversation]:
    labels = json.loads(LABELS.read_text())
    for row in _rows(data / FILES[0]):
        turns = [
            (turn["id"], turn["speaker"], turn["text"], str(session["session"]))
            for session in row["sessions"]
            for turn in session["turns"]
        ]
        asked = row["questions"]
        if row["source"].startswith("memorybank"):
            evidence = labels.get(row["id"], {})
            questions = [(asked[int(n)]["question"], ids) for n, ids in evidence.items()]
        else:
            questions = [
                (one["question"], one["evidence"])
                for one in asked
                if one["answerable"] and one["evidence"]
            ]
        if questions:
            yield Conversation(row["source"].split("_")[0], row["id"], turns, questions)
    yield from _meetings(data)


def _meetings(data: Path) -> Iterator[Conversation]:
    texts = {row["context_id"]: row["context"] for row in _rows(data / FILES[1])}
    questions: dict[str, list[tuple[str, list[str]]]] = {}
    for row in _rows(data / FILES[2]):
        if row["source"] == "qmsum_val" and row["evidence_lines"]:
            ids = [
                str(n)
                for first, last in row["evidence_lines"]
                for n in range(int(first), int(last) + 1)
            ]
            questions.setdefault(row["context_id"], []).append((row["question"], ids))
    for name in sorted(questions)[:MEETINGS]:
        lines = [line.partition(": ") for line in texts[name].split("\n")]
        turns = [(str(n), who, text, "1") for n, (who, _, text) in enumerate(lines)]
        yield Conversation("qmsum", name, turns, questions[name])


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def ours(encoder: Encoder | None) -> Recall:
    """The memory as the guard has it, a user a conversation."""
    memories = StoredMemories(MemoryTurns(HOURS), (lambda: encoder) if encoder else None)
    kept: dict[str, dict[str, list[str]]] = {}

    def recall(conversation: Conversation, question: str) -> list[str]:
        name = conversation.name
        if name not in kept:
            kept[name] = _remember(memories, conversation)
        found = memories.recall(
            Scope("t", name), question, max_tokens=10**6, deadline=Deadline(HOURS)
        )
        return [one for memory in found.memories[:RECALLED] for one in kept[name][memory.id]]

    return recall


def _remember(memories: StoredMemories, conversation: Conversation) -> dict[str, list[str]]:
    """Which of the conversation's turns each memory stands for: equal ones are one."""
    ids: dict[str, list[str]] = {}
    for session in dict.fromkeys(turn[3] for turn in conversation.turns):
        said: dict[tuple[str, str], list[str]] = {}
        own = [turn for turn in conversation.turns if turn[3] == session and turn[2]]
        for one, who, text, _ in own:
            said.setdefault((who, text), []).append(one)
        scope = Scope("t", conversation.name, session)
        turns = [Turn(who, text) for _, who, text, _ in own]
        for kept in memories.remember(scope, turns, deadline=Deadline(HOURS)).turns:
            ids[kept.id] = said[kept.role, kept.text]
    return ids


def bm25(conversation: Conversation, question: str) -> list[str]:
    """Okapi BM25 (k1 1.2, b .75) over stemmed words, the baseline."""
    from math import log

    documents = [[stem(w) for w in words(turn[2])] for turn in conversation.turns]
    usual = sum(map(len, documents)) / len(documents)
    terms = {stem(w) for w in words(question) if w not in QUESTION_WORDS}
    spread = {term: sum(term in one for one in documents) for term in terms}
    rarity = {t: log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for t, n in spread.items()}
    scores = [
        sum(
            rarity[term]
            * own.count(term)
            * 2.2
            / (own.count(term) + 1.2 * (0.25 + 0.75 * len(own) / usual))
            for term in terms
            if term in own
        )
        for own in documents
    ]
    best = sorted(range(len(scores)), key=lambda n: -scores[n])[:RECALLED]
    return [conversation.turns[n][0] for n in best]


def by_source(conversations: list[Conversation], recall: Recall) -> dict[str, Any]:
    """The mean and its 95 % interval (bootstrap over questions), by source."""
    figures: dict[str, list[float]] = {}
    for conversation in conversations:
        for question, evidence in conversation.questions:
            found = recall(conversation, question)
            hits = set(found) & set(evidence)
            of = len(evidence) if conversation.source != "qmsum" else RECALLED
            figures.setdefault(conversation.source, []).append(len(hits) / of)
    return {source: _interval(values) for source, values in figures.items()}


def _interval(values: list[float]) -> dict[str, Any]:
    draw = random.Random(1)
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(DRAWS))
    return {
        "mean": round(sum(values) / len(values), 3),
        "low": round(means[int(0.025 * DRAWS)], 3),
        "high": round(means[int(0.975 * DRAWS)], 3),
        "questions": len(values),
    }


if __name__ == "__main__":
    main()
