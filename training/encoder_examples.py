"""What the encoder learns from: one list of texts, each with labels for the heads it speaks to.

A text from the injection data says nothing about toxicity, a tweet nothing about stereotypes.
So `labels` names only the heads a row has an answer for; the others are not trained by it.
Toxicity sources disagree about where offence begins; their own classes go to the narrower heads.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import re
from ast import literal_eval
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import training.texts
from aiguardian.ml.encoder import MAX_TOKENS
from aiguardian.text.windows import Window, windows
from training.encoder_swaps import swap_groups
from training.injection_linear import folds_of
from training.sources import Example, read

SPOKEN = ("toxicity", "hate", "identity_attack", "threat", "insult", "sexual")
"""The heads of BiasGuard that judge how one speaks of people; the seventh is `stereotype`."""

_INSULTS_TEXT = (
    "ass asshole bastard clown coward crybaby dimwit dipshit douche dumb dumbass dunce fool fools "
    "halfwit hypocrite hypocrites idiot idiotic idiots ignorant imbecile imbeciles jackass jerk "
    "lazy liar liars loser losers lunatic maggot moron moronic morons nutjob pathetic pig pigs "
    "punk scum scumbag simpleton stupid trash troll twit ugly useless weasel worthless"
)
INSULTS = frozenset(_INSULTS_TEXT.split())
"""Words that make a marked span of a toxic comment an insult (chosen by reading 200 spans)."""


CIVIL = (
    "AlibabaResearch/", "JohnSnowLabs/", "OWASP/", "Yale-LILY/", "allenai/", "authored:", "banking",
    "bigscience-workshop/", "clinc", "code:", "daltonj/", "dialogue:sgd", "f/awesome", "google-",
    "grounding:", "lm-sys/", "lmarena/", "markup:", "mbpp", "microsoft/BIPIA", "microsoft/presidio",
    "onestopenglish", "openai/", "yizhongw/",
)  # fmt: skip
"""Sources whose benign rows offend nobody (read by sample): they are negatives of BiasGuard too."""


FOLDS = 3
LEFT_OUT = (
    ("HannahKirk/", "JohnSnowLabs/", "t-davidson/"),
    ("Media-Bias-Group/", "conversationai/", "ipavlopoulos/"),
    ("Vicomtech/", "microsoft/SafeNLP", "rewire-online/"),
)
"""Sources of BiasGuard by the turn they are left out in. Those of a kind go together (comments, the
far right's forums), and each turn leaves tweets, comments, explicit and implicit hate to learn
from. Every other source falls by its checksum, our own texts by their family."""
OWN_TIMES = 3
"""So many times as many rows of ours are taken as of a source: they have many topics."""

TRAINED_WINDOW = 94
"""Tokens of a training window: 128 would cost half as much again and teach nothing new."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with what is known of it.

    `source` is the unit left out when the model is judged, `fold` says in which turn. `split` is
    "train" or "dev". `whole` is the SHA-256 of the text that this one is a window of.
    """

    text: str
    labels: dict[str, float]
    source: str
    split: str
    fold: int
    lang: str = "en"
    whole: str = ""


def social_rows(data: Path) -> list[Labelled]:
    """Every row about how people are spoken of."""
    return [*toxic_rows(data), *authored_toxic_rows(), *harmful_rows(data)]


def with_groups_swapped(rows: list[Labelled]) -> list[Labelled]:
    """Half of the rows that name a group, with another group in its place and the same labels,
    so that no group's name tells by itself."""
    swapped = []
    for row in rows:
        number = digest(row.text)
        if number % 2 or row.lang != "en":
            continue
        text = swap_groups(row.text, number)
        if text != row.text:
            swapped.append(replace(row, text=text))
    return swapped


def toxic_rows(data: Path) -> list[Labelled]:
    """The shared toxicity and stereotype sets."""
    rows = []
    for name in ("bias_toxicity", "bias_stereotype"):
        for row in read(data / f"{name}.jsonl.gz"):
            labels = toxicity_labels(row) if name == "bias_toxicity" else stereotype_labels(row)
            source = row["source"].split(":")[0]
            labels["injection_user"] = 0.0  # rude or not, it gives no orders to an assistant
            text = tidy(row["text"])
            rows.append(Labelled(text, labels, source, row["split"], fold_of(source)))
    return rows


def toxicity_labels(row: dict[str, Any]) -> dict[str, float]:
    """Labels by head of a row of `bias_toxicity`."""
    category = row["category"]
    if not row["label"]:
        labels = dict.fromkeys(SPOKEN, 0.0)
        return labels | ({"stereotype": 0.0} if category.startswith(("bold", "ai_")) else {})
    labels = {"toxicity": 1.0}
    if category in ("hate", "hatexplain_hate", "implicit_hate", "forum_hate"):
        labels["hate"] = 1.0
    elif category.startswith("emoji_"):
        labels["hate"] = 1.0
        labels["threat"] = float("threat" in category)
        if "derogation" in category or "dehuman" in category:
            labels["identity_attack"] = 1.0
    elif category == "offensive":
        labels |= {"hate": 0.0, "threat": 0.0}
    elif category == "civil_toxic" and _marks_an_insult(row):
        labels["insult"] = 1.0
    if category in ("hate", "hatexplain_hate"):
        labels["identity_attack"] = 1.0
    return labels


def _marks_an_insult(row: dict[str, Any]) -> bool:
    marked = set(literal_eval(row["spans"])) if isinstance(row["spans"], str) else set(row["spans"])
    text = "".join(char if at in marked else " " for at, char in enumerate(row["text"]))
    return any(word in INSULTS for word in re.findall(r"[a-z]+", text.lower()))


def stereotype_labels(row: dict[str, Any]) -> dict[str, float]:
    """Labels by head of a row of `bias_stereotype`: StereoSet, EDOS (sexism), neutral sets."""
    category, label = row["category"], float(row["label"])
    if category.startswith("sexism"):
        if not label:
            return {"stereotype": 0.0, "hate": 0.0, "identity_attack": 0.0, "threat": 0.0}
        threat = category.startswith("sexism: 1")
        labels = {"stereotype": 1.0, "threat": float(threat), "hate": 1.0}
        if not category.startswith("sexism: 4"):
            labels["toxicity"] = 1.0
        return labels | ({"identity_attack": 1.0} if category.startswith("sexism: 2") else {})
    if category.startswith(("winobias", "occupation", "bold")):
        return dict.fromkeys((*SPOKEN, "stereotype"), 0.0)
    return {"stereotype": label}


def authored_toxic_rows(seed: int = 0) -> list[Labelled]:
    """The texts written for BiasGuard: every `training/texts/toxicity_*.py`."""
    rows = []
    for module in sorted(pkgutil.iter_modules(training.texts.__path__), key=lambda each: each.name):
        if not module.name.startswith("toxicity_"):
            continue
        generate = getattr(importlib.import_module(f"training.texts.{module.name}"), "rows", None)
        for row in generate(seed) if generate else ():
            labels = {head: float(label) for head, label in row.labels.items()}
            source, fold = f"authored:{module.name}", digest(row.family) % FOLDS
            rows.append(Labelled(tidy(row.text), labels, source, "train", fold, row.lang))
    return rows


def harmful_rows(data: Path) -> Iterator[Labelled]:
    """Requests for help with a crime, and harmless ones: the auxiliary head."""
    for row in read(data / "security_harmful_request.jsonl.gz"):
        source = row["source"].split(":")[0]
        labels = {"harmful_request": float(row["label"])}
        yield Labelled(row["text"], labels, source, row["split"], fold_of(source))


def injection_windows(examples: list[Example], count: Callable[[str], int]) -> list[Labelled]:
    """Windows to learn from, each labelled by whether the attack reaches into it.

    One of a text with an attack, two if a user typed it, and one that holds none. Of our own
    texts in other languages and of windows beside our own attacks every second is taken.
    """
    rows = []
    for row, fold in zip(examples, injection_folds(examples), strict=True):
        is_halved = row.source.startswith("authored:") and digest(row.text) % 2 == 0
        if is_halved and row.lang != "en":
            continue
        cut = list(windows(row.text, max_tokens=TRAINED_WINDOW, count=count))
        hit, clear = _by_attack(row, cut)
        second = _any(hit[1:], row.text) if row.origin == "user" else []
        beside = [] if is_halved and row.label else _any(clear, row.text)
        rows += [_window(row, window, 1.0, fold) for window in hit[:1] + second]
        rows += [_window(row, window, 0.0, fold) for window in beside]
    return rows


def judged_windows(
    examples: list[Example], count: Callable[[str], int], *, most: int = 100
) -> list[Labelled]:
    """Windows to predict, as the product cuts them: up to six of each text, and of each source's
    texts of one origin and label `most`, of others' attacks six times as many. Each has the label
    of its whole text."""
    rows = []
    taken: Counter[tuple[str, str, int]] = Counter()
    for row, fold in zip(examples, injection_folds(examples), strict=True):
        key = row.source, row.origin, row.label
        taken[key] += 1
        wanted = 6 * most if row.label and not row.source.startswith("authored:") else most
        if taken[key] <= wanted:
            cut = islice(windows(row.text, max_tokens=MAX_TOKENS - 2, count=count), 6)
            rows += [_window(row, window, float(row.label), fold) for window in cut]
    return rows


def injection_folds(examples: list[Example]) -> list[int]:
    """The turn in which each row is left out, by its source or family."""
    return list(map(int, folds_of(examples, FOLDS)))


def _by_attack(row: Example, cut: list[Window]) -> tuple[list[Window], list[Window]]:
    """The windows that the attack reaches into, and those clear of it."""
    if not (row.label and row.span):
        return (cut, []) if row.label else ([], cut)
    start, end = row.span
    enough = min(40, end - start)
    hit = [window for window in cut if min(window.end, end) - max(window.start, start) >= enough]
    return hit, [window for window in cut if window.end <= start or window.start >= end]


def _window(row: Example, window: Window, label: float, fold: int) -> Labelled:
    text = row.text[window.start : window.end]
    labels, whole = injection_labels(row, label), sha256(row.text)
    return Labelled(text, labels, row.source, row.split, fold, row.lang, whole)


def injection_labels(row: Example, label: float) -> dict[str, float]:
    """Labels by head of a window of an injection row.

    An override is an attack wherever it stands. An ordinary request is one only inside a
    document, so benign user text says nothing to the document head, nor an attack inside a
    document to the user head. A text that is merely pasted is harmless to both.
    """
    if row.origin == "user":
        labels = {"injection_user": label} | ({"injection_document": 1.0} if label else {})
    else:
        labels = {"injection_document": label} | ({} if row.label else {"injection_user": 0.0})
    if row.category == "benign_alarming":
        labels["harmful_request"] = 0.0
    if not row.label and row.lang == "en" and row.source.startswith(CIVIL):
        labels |= dict.fromkeys((*SPOKEN, "stereotype"), 0.0)
    return labels


def _any(cut: list[Window], text: str) -> list[Window]:
    """One of the windows, chosen by the text's checksum: the same in every run."""
    return [cut[digest(text) % len(cut)]] if cut else []


def tidy(text: str) -> str:
    """A tweet's user names and addresses as one word each: they are not what is judged."""
    text = re.sub(r"https?://\S{1,400}", "url", text)
    return re.sub(r"@\w{1,30}", "user", text)


def fold_of(source: str) -> int:
    """The turn in which a source is left out."""
    for fold, sources in enumerate(LEFT_OUT):
        if source.startswith(sources):
            return fold
    return digest(source) % FOLDS


def digest(text: str) -> int:
    """A number that depends on the text only."""
    return int(sha256(text)[:8], 16)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def capped(rows: Iterable[Labelled], most: int) -> list[Labelled]:
    """At most so many rows of each source, chosen by their checksums, and three times as many of
    what we wrote about people."""
    taken: Counter[str] = Counter()
    kept = []
    for row in sorted(rows, key=lambda row: digest(row.text)):
        taken[row.source] += 1
        times = OWN_TIMES if row.source.startswith("authored:toxicity") else 1
        if taken[row.source] <= times * most:
            kept.append(row)
    return kept


def statistics(rows: list[Labelled]) -> str:
    """Rows and positives by head, as JSON for the model card."""
    heads: dict[str, list[int]] = {}
    for row in rows:
        for head, label in row.labels.items():
            counts = heads.setdefault(head, [0, 0])
            counts[0] += 1
            counts[1] += label > 0.5
    return json.dumps({head: {"rows": n, "positive": p} for head, (n, p) in heads.items()})
