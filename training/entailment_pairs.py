"""Pairs of premise and claim to learn from: labelled ones, and contrasts that we make by edits."""

from __future__ import annotations

import gzip
import json
import math
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiguardian.text.sentences import sentence_spans
from training.entailment_edits import CONTRADICTS, Edit, Neighbours, edits, reword, shorten

FILES = (
    "trust_entailment.jsonl.gz",
    "quality_readability.jsonl.gz",
    "trust_no_context.jsonl.gz",
    "context_segments.jsonl.gz",
    "token_compression.jsonl.gz",
)

MOST_ROWS = {
    "mnli": 4_500,
    "fever": 4_500,
    "ConjNLI": 2_500,
    "infotabs": 2_500,
    "e-SNLI": 1_200,
    "DocNLI#derived": 1_000,
    "negation-and-nli": 800,
    "Breaking_NLI": 500,
    "hans": 500,
    "HELP": 500,
    "MED": 400,
    "entailment_bank": 500,
}
"""By a part of the source's name, others whole: the nearer to sources and answers, the more, and
none fills the mind of a small model. Chosen by us, with the time of two cores in mind."""

CONTRASTS = 16_000
"""Pairs made by edits, half of each label."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A premise, a claim about it and whether the one supports and denies the other."""

    premise: str
    claim: str
    supported: float
    contradicted: float
    """NaN where the data does not say which of the two kinds of unsupported it is."""
    source: str
    split: str = "train"


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences in order, and claims known to follow from one of them (its place)."""

    sentences: tuple[str, ...]
    claims: tuple[tuple[int, str], ...]
    source: str


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def labelled_pairs(data: Path, rng: random.Random) -> list[Pair]:
    """The labelled rows, so many of each source, in both splits."""
    kept: dict[str, list[Pair]] = defaultdict(list)
    for row in read(data / FILES[0]):
        kept[source_of(row["source"])].append(pair_of(row))
    pairs = []
    for source, rows in sorted(kept.items()):
        rng.shuffle(rows)
        pairs += rows[: MOST_ROWS.get(source, len(rows))]
    return pairs


def source_of(source: str) -> str:
    """The key of `MOST_ROWS` that a source falls under, else its repository."""
    found = [key for key in MOST_ROWS if key in source]
    return found[0] if found else source.split(":")[0]


def pair_of(row: dict[str, Any]) -> Pair:
    label3 = row.get("label3")
    denied = math.nan if label3 is None and not row["label"] else float(label3 == "c")
    return Pair(
        row["premise"],
        row["hypothesis"],
        float(row["label"]),
        denied,
        source_of(row["source"]),
        row["split"],
    )


def contrast_pairs(
    data: Path, labelled: Sequence[Pair], neighbours: Neighbours, rng: random.Random
) -> list[Pair]:
    """`CONTRASTS` pairs made of passages by edits, the same number from each kind of passage."""
    kinds = passages(data, labelled, rng)
    pairs: list[Pair] = []
    for number, (_, found) in enumerate(sorted(kinds.items())):
        quota = (CONTRASTS - len(pairs)) // (len(kinds) - number)
        pairs += _from_passages(found, quota, neighbours, rng)
    return [pair for pair in pairs if is_sound(pair)]


def _from_passages(
    found: list[Passage], quota: int, neighbours: Neighbours, rng: random.Random
) -> list[Pair]:
    pairs: list[Pair] = []
    used: dict[str, int] = defaultdict(int)
    for _ in range(12):
        rng.shuffle(found)
        for at, passage in enumerate(found):
            pool = [s for other in found[max(0, at - 3) : at] for s in other.sentences[:4]] or ["."]
            pairs += contrasts(passage, pool, neighbours, rng, used)
            if len(pairs) >= quota:
                return pairs[:quota]
    return pairs


WEAK = re.compile(
    r"\b(?:may|might|could|can|some|many|possibly|probably|perhaps|likely|expected|considered|half)\b",
    re.IGNORECASE,
)


def is_sound(pair: Pair) -> bool:
    """Whether an edit did what its label says: a claim that says less than its source still
    follows, such as one without what was added there, or "may" and "some" for "will" and "all"."""
    if pair.supported:
        return True
    if pair.source == "contrast addition":
        said = set(re.findall(r"\w+", pair.claim.lower()))
        return not said <= set(re.findall(r"\w+", pair.premise.lower()))
    if pair.source in ("contrast modality", "contrast quantifier"):
        return not WEAK.search(pair.claim)
    return True


def contrasts(
    passage: Passage,
    pool: Sequence[str],
    neighbours: Neighbours,
    rng: random.Random,
    used: dict[str, int],
) -> list[Pair]:
    """Two pairs with one premise: a claim that it supports, and one that an edit turned away.

    The premise is as it was, or with the same edit; then the labels change places.
    """
    if not passage.claims:
        return []
    place, claim = rng.choice(passage.claims)
    sentence = passage.sentences[place]
    if claim == sentence:
        claim = shorten(sentence, rng)
    candidates = edits(claim, sentence, [*passage.sentences[:8], *pool], neighbours, rng)
    if not candidates:
        return []
    rarest = min(candidates, key=lambda edit: used[edit.kind] * rng.uniform(0.7, 1.3))
    used[rarest.kind] += 1
    texts = _premise(passage, place, rng)
    turned = rng.random() < 0.5
    if turned:
        texts = [_turn(rarest, text, text == sentence) for text in texts]
    claims = reword((claim, rarest(claim)), rng)
    premise = " ".join(texts)
    if rng.random() < 0.2:
        premise, claims = _plain(premise), [_plain(each) for each in claims]
    elif rng.random() < 0.15:
        claims = [each.lower() for each in claims]
    denied = float(rarest.kind in CONTRADICTS)
    if claims[0] == claims[1]:
        return []
    return [
        Pair(
            premise,
            each,
            float(edited == turned),
            0.0 if edited == turned else denied,
            f"contrast {rarest.kind}",
        )
        for edited, each in enumerate(claims)
    ]


def _turn(edit: Edit, text: str, stated: bool) -> str:
    """The sentence that states the claim gets the whole edit, the others the new names only."""
    return edit(text) if stated or edit.kind in ("name", "role") else text


def _premise(passage: Passage, place: int, rng: random.Random) -> list[str]:
    """The sentence with up to three neighbours before and after it."""
    before, after = rng.choice(((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1)))
    return list(passage.sentences[max(0, place - before) : place + after + 1])


def _plain(text: str) -> str:
    """The text as some data sets keep it: in lower case, marks apart."""
    return re.sub(r"([.,!?;:()])", r" \1 ", text).replace("  ", " ").strip().lower()


def passages(data: Path, labelled: Sequence[Pair], rng: random.Random) -> dict[str, list[Passage]]:
    """Passages by kind of text."""
    kinds = {
        "labelled": list(_of_labelled(labelled)),
        "articles": list(_of_articles(read(data / FILES[1]), rng)),
        "answers": [_whole(sentences(row["response"]), "answers") for row in read(data / FILES[2])],
        "dialogues": list(_of_dialogues(read(data / FILES[3]), rng)),
        "tables": [passage for pair in labelled for passage in _of_table(pair)],
        "documents": list(_of_documents(read(data / FILES[4]))),
    }
    return {kind: [passage for passage in found if passage.claims] for kind, found in kinds.items()}


def sentences(text: str) -> list[str]:
    """Sentences of 4 to 60 words."""
    found = [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]
    return [each for each in found if 4 <= len(each.split()) <= 60]


def _whole(found: Sequence[str], source: str) -> Passage:
    return Passage(tuple(found), tuple(enumerate(found)), source)


def _of_labelled(pairs: Sequence[Pair]) -> Iterator[Passage]:
    """Premises with what follows from them; a premise of one sentence is a passage too."""
    for pair in pairs:
        if pair.split != "train" or "infotabs" in pair.source:
            continue
        found = sentences(pair.premise)
        if pair.supported and found and len(pair.claim.split()) >= 4:
            yield Passage(tuple(found), ((_nearest(pair.claim, found)[0], pair.claim),), "labelled")
        elif len(found) >= 2:
            yield _whole(found, "labelled")


def _of_articles(rows: list[dict[str, Any]], rng: random.Random) -> Iterator[Passage]:
    """News articles told in three ways: a sentence of one follows from that of another."""
    versions: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        versions[row["article"]].append(sentences(row["text"]))
    for told in versions.values():
        for one in told:
            other = rng.choice(told)
            for claim in one:
                place, share = _nearest(claim, other) if other else (0, 0.0)
                if share >= 0.6 and 5 <= len(claim.split()) <= 35:
                    begin, end = max(0, place - 2), place + 3
                    yield Passage(tuple(other[begin:end]), ((place - begin, claim),), "articles")


def _nearest(claim: str, found: Sequence[str]) -> tuple[int, float]:
    """The sentence that holds most of a claim's words, and the share of them it holds."""
    words = set(re.findall(r"\w{3,}", claim.lower()))
    shares = [
        len(words & set(re.findall(r"\w{3,}", each.lower()))) / max(1, len(words)) for each in found
    ]
    place = max(range(len(found)), key=lambda at: shares[at])
    return place, shares[place]


REPORTS = ("{who} said that {what}", "{who} mentioned that {what}", "According to {who}, {what}")


def _of_dialogues(rows: list[dict[str, Any]], rng: random.Random) -> Iterator[Passage]:
    """Conversations with a named speaker a line; claims tell who said what."""
    names = ("Anna", "Ben", "the agent", "the customer", "Dr. Ruiz", "Manager", "Grad B", "Kofi")
    for row in rows:
        who = rng.sample(names, 2)
        turns = [turn if isinstance(turn, str) else turn.get("text", "") for turn in row["turns"]]
        lines = [
            (name or who[at % 2], sentence)
            for at, turn in enumerate(turns)
            for name, text in [_spoken(turn)]
            for sentence in sentences(text)
        ]
        for begin in range(0, max(0, len(lines) - 5), 5):
            part = lines[begin : begin + 5]
            said = tuple(f"{name[0].upper()}{name[1:]}: {text}" for name, text in part)
            claims = tuple(
                (at, rng.choice(REPORTS).format(who=name, what=f"“{text}”"))
                for at, (name, text) in enumerate(part)
                if not text.endswith("?") and len(text.split()) <= 25
            )
            yield Passage(said, claims, "dialogues")


def _spoken(turn: str) -> tuple[str, str]:
    """Who speaks, "" if the turn doesn't say, and the words without a transcriber's marks."""
    named = re.match(r"([A-Z][\w. ]{1,25}): ", turn)
    text = re.sub(r" ?\{\w+\}", "", turn[named.end() :] if named else turn)
    return (named.group(1) if named else ""), text


def _of_table(pair: Pair) -> Iterator[Passage]:
    """Boxes of facts, "Title. Key: value. Key: value": claims say a value in words."""
    if "infotabs" not in pair.source or pair.split != "train":
        return
    title, *cells = re.split(r"\. (?=[A-Z][\w ()]{1,40}:)", pair.premise)
    rows = [cell.rstrip(".") for cell in cells if ": " in cell][:6]
    claims = tuple(
        (at, f"The {key.strip()} of {title} is {value.strip()}.")
        for at, (key, value) in enumerate(row.split(": ", 1) for row in rows)
        if len(value) < 120
    )
    if rows:
        yield Passage(
            tuple(f"{title} | {row.replace(': ', ' | ', 1)}" for row in rows), claims, "tables"
        )


def _of_documents(rows: list[dict[str, Any]]) -> Iterator[Passage]:
    """Paragraphs of reference works, each after its title."""
    for row in rows:
        text = row.get("context") or ""
        if not row["source"].startswith("nq"):
            continue
        for paragraph in re.sub(r"Document \[\d+\] \(Title: (.*?)\) ", r"\1: ", text).split("\n"):
            found = sentences(paragraph)
            if len(found) >= 2:
                yield _whole(found, "documents")


def question_pairs(data: Path, rng: random.Random) -> list[Pair]:
    """A question with its answer as the claim, or with something else that its source names."""
    made = []
    for row in read(data / FILES[4]):
        answers = row["answer"] if isinstance(row["answer"], list) else [row["answer"]]
        context = row.get("context") or ""
        if not row["source"].startswith("nq") or not answers:
            continue
        answer = str(answers[0])
        for sentence in sentences(context):
            if answer in sentence:
                wrong = [
                    w
                    for w in re.findall(r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)*|\d[\d,]+", context)
                    if w not in answer and answer not in w
                ]
                base = Pair(sentence, f"{row['question']} {answer}", 1.0, 0.0, "questions")
                made.append(base)
                if wrong:
                    made.append(
                        replace(
                            base,
                            claim=f"{row['question']} {rng.choice(wrong)}",
                            supported=0.0,
                            contradicted=math.nan,
                        )
                    )
                break
    return made
