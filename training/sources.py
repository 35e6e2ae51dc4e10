"""One loader of labelled injection rows for every trainer: the shared data and our own texts.

    examples = injection_examples(data)

The unit that is left out when a model is judged is `source`; `group` is the smaller unit that
never straddles a split. Own texts come from every module of `training/texts` that has
`rows(seed)`. Order and sampling are fixed by the texts themselves, so two runs give one list.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib
import json
import pkgutil
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import training.texts
from aiguardian.text.normalize import normalize
from training.texts.row import Row

Origin = Literal["user", "document"]
AUTHORED = "authored"
"""Source prefix of the texts written for this project."""

MOST_CHARACTERS = 20_000
"""A longer text is cut: the rest of a transcript adds no new kind of sentence."""


UNSEEN = frozenset(
    {
        "TakSec/Prompt-Injection-Everywhere",
        "danzaio/prompt-injection-zoo",
        "mdombrov-33/go-promptguard",
        "y0mingzhang/prompt-extraction",
    }
)
"""Sources that have dev rows only: the shipped model never saw them."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text: 1 is an attack, 0 is benign.

    `split` is "train" or "dev"; the dev rows of the shared data never train a shipped model.
    `span` is the half-open code-point span of an embedded attack, where it is known.
    """

    text: str
    label: int
    category: str
    source: str
    group: str
    lang: str
    origin: Origin
    split: Literal["train", "dev"]
    span: tuple[int, int] | None = None


def injection_examples(data: Path, *, seed: int = 0, authored: bool = True) -> list[Example]:
    """Every row there is, without exact duplicates; the first to come keeps its place.

    Attacks and hard benign rows come before the ordinary benign ones, own texts last.
    """
    rows = [*labelled(data), *ordinary(data)]
    if authored:
        rows += authored_examples(seed)
    return without_duplicates(_normalised(row) for row in rows)


def _normalised(row: Example) -> Example:
    """The text as a guard hands it to the models, the span of its attack found again."""
    text = normalize(row.text).mapped.text
    if text == row.text or row.span is None:
        return replace(row, text=text)
    attack = normalize(row.text[slice(*row.span)]).mapped.text
    at = text.find(attack)
    return replace(row, text=text, span=(at, at + len(attack)) if at >= 0 and attack else None)


def without_duplicates(rows: Iterable[Example]) -> list[Example]:
    """The rows whose folded text was not there before."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for row in rows:
        key = folded(row.text), row.origin
        if key[0] and key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def folded(text: str) -> str:
    """What makes two texts the same: letters and digits only, case and width ignored."""
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).lower()).strip()


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a gzip-compressed JSON lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def labelled(data: Path) -> list[Example]:
    """The two files that are about injection."""
    rows = [
        row
        for name in ("security_injection", "security_injection_more")
        for row in read(data / f"{name}.jsonl.gz")
    ]
    _name_attacks_of_bipia(rows)
    direct = [(_source(row), row["text"]) for row in rows if not _is_composed(row)]
    parents = {
        attack: next((source for source, text in direct if attack[:150] in text), None)
        for attack in {row["attack"] for row in rows if row.get("attack")}
    }
    for row in rows:  # a source that is there to be unseen stays so inside a composite
        if parents.get(row.get("attack")) in UNSEEN:
            row["split"] = "dev"
    return [_example(row, parents.get(row.get("attack"))) for row in rows]


def _is_composed(row: dict[str, Any]) -> bool:
    return bool(row.get("attack")) or _source(row) == "derived-composites"


def _name_attacks_of_bipia(rows: list[dict[str, Any]]) -> None:
    """Puts the inserted sentence in place of its topic: the first or last line, where it stands
    at an end, and one of those sentences in the middle."""
    composed = [row for row in rows if row.get("position") and row["label"]]
    for row in composed:
        if row["position"] != "middle":
            lines = row["text"].split("\n")
            row["attack"] = lines[0] if row["position"] == "start" else lines[-1]
    known = sorted({row["attack"] for row in composed if row["position"] != "middle"})
    for row in composed:
        if row["position"] == "middle":
            row["attack"] = max((each for each in known if each in row["text"]), key=len)


def _example(row: dict[str, Any], parent: str | None) -> Example:
    """`parent` is the source of the attack in a composite: both stay on one side of a split."""
    source = _source(row)
    return Example(
        text=row["text"][:MOST_CHARACTERS],
        label=row["label"],
        category=row["category"],
        source=source,
        group=f"{parent or source}|{row.get('attack') or row['id']}",
        lang=row.get("lang") or "en",
        origin=_origin(row),
        split=row["split"],
        span=_attack_span(row),
    )


def _source(row: dict[str, Any]) -> str:
    """The repository, so that two files of one repository are one source."""
    return re.split(r"[:#]", row["source"])[0]


def _origin(row: dict[str, Any]) -> Origin:
    category = row["category"]
    inside = row.get("tier") == "document" or category == "indirect_injection"
    plain = category.startswith("clean_context") or category == "benign_document"
    return "document" if inside or plain else "user"


def _attack_span(row: dict[str, Any]) -> tuple[int, int] | None:
    attack = row.get("attack") or ""
    at = row["text"].find(attack) if len(attack) > 8 else -1
    return (at, at + len(attack)) if 0 <= at < MOST_CHARACTERS else None


@dataclass(frozen=True, slots=True)
class Ordinary:
    """A file of benign text: how to get (source, text) pairs from a row, and how many to take."""

    file: str
    texts: Callable[[dict[str, Any]], Iterable[tuple[str, str]]]
    origin: Origin
    most: int
    """Rows taken of each source."""


def ordinary(data: Path) -> Iterator[Example]:
    """Benign text from files that are about other tasks: variety of subject, form and length."""
    for part in ORDINARY:
        by_source: dict[str, list[str]] = {}
        for row in read(data / part.file):
            for source, text in part.texts(row):
                by_source.setdefault(source, []).append(text)
        for source, texts in sorted(by_source.items()):
            for text in _sampled(texts, part.most):
                yield Example(
                    text=text[:MOST_CHARACTERS],
                    label=0,
                    category="benign_document" if part.origin == "document" else "benign_ordinary",
                    source=source,
                    group=f"{source}|{_digest(text)[:12]}",
                    lang="en",
                    origin=part.origin,
                    split="train",
                )


def _sampled(texts: list[str], most: int) -> list[str]:
    """At most so many texts, chosen by their checksum: the same whatever the order."""
    return sorted({text.strip() for text in texts if text.strip()}, key=_digest)[:most]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _benign(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if row["label"] == 0:
        yield _source(row), row["text"]


def _intent(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield row["source"], row["text"]


def _turns(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for turn in row["turns"]:
        yield "lm-sys/FastChat", turn


def _query(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "RUCAIBox/HaluEval#general", row["user_query"]


def _answer(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "RUCAIBox/HaluEval#general", row["response"]


def _grade_school(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if row["source"] == "gsm8k_train":
        yield "openai/grade-school-math", row["question"]


def _task(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "mbpp", row["text"]


def _program(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "mbpp", row["code"]


def _rewrite(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "daltonj/treccastweb", row["query"]


def _context(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(row.get("context"), str):
        yield f"grounding:{row['source']}", row["context"]


def _transcript(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Yale-LILY/QMSum", row["context"]


def _dialogue(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    turns = [turn["text"] if isinstance(turn, dict) else str(turn) for turn in row["turns"]]
    yield f"dialogue:{row['source']}", "\n".join(turns)


def _abstract(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "allenai/scifact", f"{row.get('title', '')}\n{row.get('text') or row.get('abstract')}"


def _article(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "onestopenglish", row["text"]


def _markup(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if len(row["input"]) > 20:
        yield f"markup:{row['source'].split(' ')[0]}", row["input"]


def _source_code(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield f"code:{_source(row)}", row["text"]


def _tool_dialogue(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    turns = [f"{turn['role']}: {turn.get('text') or turn}" for turn in row["dialog"]]
    yield "AlibabaResearch/DAMO-ConvAI", "\n".join(turns)


def _personal(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield _source(row), row["text"]


ORDINARY = (
    Ordinary("security_harmful_request.jsonl.gz", _benign, "user", 1_000),
    Ordinary("bias_toxicity.jsonl.gz", _benign, "user", 500),
    Ordinary("classify_intents.jsonl.gz", _intent, "user", 2_000),
    Ordinary("conversational_mtbench.jsonl.gz", _turns, "user", 1_000),
    Ordinary("trust_no_context.jsonl.gz", _query, "user", 3_000),
    Ordinary("trust_no_context.jsonl.gz", _answer, "document", 700),
    Ordinary("token_compression.jsonl.gz", _grade_school, "user", 500),
    Ordinary("code_mbpp.jsonl.gz", _task, "user", 400),
    Ordinary("code_mbpp.jsonl.gz", _program, "document", 300),
    Ordinary("context_rewrite.jsonl.gz", _rewrite, "user", 500),
    Ordinary("security_pii.jsonl.gz", _personal, "user", 400),
    Ordinary("trust_grounding.jsonl.gz", _context, "document", 300),
    Ordinary("token_contexts.jsonl.gz", _transcript, "document", 35),
    Ordinary("context_segments.jsonl.gz", _dialogue, "document", 200),
    Ordinary("search_scifact/docs.jsonl.gz", _abstract, "document", 1_000),
    Ordinary("quality_readability.jsonl.gz", _article, "document", 200),
    Ordinary("format_conversion.jsonl.gz", _markup, "document", 200),
    Ordinary("security_code.jsonl.gz", _source_code, "document", 200),
    Ordinary("workflow_apibank.jsonl.gz", _tool_dialogue, "document", 115),
)
FILES = (
    "security_injection.jsonl.gz",
    "security_injection_more.jsonl.gz",
    *sorted({part.file for part in ORDINARY}),
)
"""Every data file that is read, for its checksum in a stored result."""


def authored_examples(seed: int = 0) -> Iterator[Example]:
    """The texts written for this project; a family is a group, its module the source."""
    for name, row in authored_rows(seed):
        yield Example(
            text=row.text,
            label=row.label,
            category=row.category,
            source=f"{AUTHORED}:{name}",
            group=f"{AUTHORED}|{row.family}",
            lang=row.lang,
            origin=row.origin,
            split="train",
            span=row.span,
        )


def authored_rows(seed: int = 0) -> Iterator[tuple[str, Row]]:
    """(module, row) of every generator in `training/texts` whose rows are about injection."""
    for module in sorted(pkgutil.iter_modules(training.texts.__path__), key=lambda each: each.name):
        if module.name.startswith("toxicity"):
            continue  # labelled for another task
        generate = getattr(importlib.import_module(f"training.texts.{module.name}"), "rows", None)
        if generate is not None:
            yield from ((module.name, row) for row in generate(seed))


def fold_key(example: Example) -> str:
    """What is held out together: a source with the composites made of its attacks, or a family
    of our own texts."""
    if example.source.startswith(AUTHORED + ":"):
        return example.group
    return example.group.split("|")[0]
