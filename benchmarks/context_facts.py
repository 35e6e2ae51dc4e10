"""Which statements about people become facts in other languages than English, and which texts that
state none become facts all the same.

The sentences are ours (`context_facts.json`), with what each tells: those written before the forms
of `wordings` were used to mend them; those written after were not. What states nothing of its
own: harmless public texts in these languages (`security_injection_more.jsonl.gz`) and public
dialogues in English (`context_segments.jsonl.gz`), of which facts by the forms of other languages
are counted only.

    python -m benchmarks.context_facts [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiguardian.guards.context.memory import facts
from aiguardian.guards.context.memory.fact_forms import LANGUAGES
from aiguardian.storage.turns import NewFact
from benchmarks.data import checksums, folder
from benchmarks.security_secrets import wilson
from benchmarks.store import save

SENTENCES = Path(__file__).parent / "context_facts.json"
FILES = ["security_injection_more.jsonl.gz", "context_segments.jsonl.gz"]


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), FILES)
    result: dict[str, Any] = {"data_sha256": checksums(data, FILES), "found": {}}
    for part, by_language in json.loads(SENTENCES.read_text()).items():
        told = {name: [is_found(*row) for row in rows] for name, rows in by_language.items()}
        told["all"] = [one for rows in told.values() for one in rows]
        result["found"][part] = {name: wilson(sum(one), len(one)) for name, one in told.items()}
    result["texts with a fact"] = {
        name: wilson(sum(bool(by_forms(text)) for text in texts), len(texts))
        for name, texts in {**harmless(data), "English dialogues": dialogues(data)}.items()
    }
    print(json.dumps(result, indent=1))
    print("written:", save("context_facts", result))


def is_found(relation: str, value: str, text: str) -> bool:
    """Whether the sentence becomes a fact that says so."""
    return any(_says(fact, relation, value) for fact in facts.find_facts("user", text))


def _says(fact: NewFact, relation: str, value: str) -> bool:
    match relation:
        case "likes" | "dislikes":
            says = "yes" if relation == "likes" else "no"
            return fact.slot.startswith("user|likes|") and value in fact.slot and fact.value == says
        case "allergy":
            return fact.slot.startswith("user|allergy|") and value in fact.slot
        case "count":
            return fact.slot.startswith("user|has|") and fact.value == value
        case "when":
            return fact.slot.startswith("time|") and fact.value.startswith(value)
        case "own":
            return fact.slot.startswith("user|") and fact.value == value
        case _:
            return (fact.slot, fact.value) == (f"user|{relation}", value)


def by_forms(text: str) -> list[NewFact]:
    """The facts that English rules don't find."""
    rules, facts._RULES = facts._RULES, ()  # noqa: SLF001 - the English ones are set aside
    try:
        return facts.find_facts("user", text)
    finally:
        facts._RULES = rules  # noqa: SLF001 - and put back


def harmless(data: Path) -> dict[str, list[str]]:
    """Harmless texts by language."""
    found: dict[str, list[str]] = {name: [] for name in LANGUAGES}
    for row in _rows(data / FILES[0]):
        if row["label"] == 0 and row["lang"] in found:
            found[row["lang"]].append(row["text"])
    return {name: texts for name, texts in found.items() if texts}


def dialogues(data: Path) -> list[str]:
    """What was said in English dialogues and meetings."""
    return [text for row in _rows(data / FILES[1]) for text in row["turns"]]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


if __name__ == "__main__":
    main()
