"""How many wrong citations are found and how many right ones are kept.

Texts are made from `trust_grounding.jsonl.gz`: three to five true claims, each followed by a
citation of the source it was taken from, in one style. Among the sources are others of the same
dataset; in half of the texts some of their claims stand between, without a citation. One citation
in most texts is then made wrong: another of the sources, all numbers shifted by one, something
that is not there, another year. Identifiers stand apart: valid ones with a right check digit and
with a wrong one. A claim of a word or two is left out: it fits any source.

A found wrong citation is a check at its place whose outcome is `contradicted`, or `silent` with at
least `ENOUGH`; a right one is kept when there is none. Intervals are 95 %, Wilson.

    python -m benchmarks.trust_citation [--data FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from aiguardian.guards.trust.citation.check import check_citations
from aiguardian.guards.trust.citation.overlap import words
from aiguardian.guards.trust.judgement import Check, Source
from aiguardian.processor import Deadline
from benchmarks.data import checksums, folder
from benchmarks.security_secrets import wilson
from benchmarks.store import save

FILE = "trust_grounding.jsonl.gz"
ENOUGH = 0.5
SEEDS = (11, 12, 13)
TEXTS = 150
"""A dataset and a seed."""
_SURNAMES_TEXT = (
    "Abara Lindqvist Okonkwo Petrov Tanaka Moreau Castellanos Whitfield Bergström Nakamura "
    "Delacroix Hargreaves Ivanova Rossi Kowalski Haddad"
)
SURNAMES = _SURNAMES_TEXT.split()
STYLES = ("number", "id", "footnote", "name", "superscript", "author")
FAULTS = ("swapped", "shifted", "nonexistent", "year")


@dataclass(frozen=True)
class Case:
    """A text with citations; `wrong` holds the places of the wrong ones in `spans`."""

    text: str
    sources: list[Source]
    spans: list[tuple[int, int]]
    wrong: frozenset[int]
    style: str
    fault: str


def main() -> None:
    data = folder(argparse.ArgumentParser(description=__doc__), [FILE])
    pools = pairs(data / FILE)
    result: dict[str, Any] = {"data_sha256": checksums(data, [FILE]), "threshold": ENOUGH}
    result |= measure(lambda case: citations_of(case.text, case.sources), pools)
    result["identifiers"] = identifier_rates(random.Random(SEEDS[0]))
    for name, table in result.items():
        if isinstance(table, dict) and name != "data_sha256":
            print(f"\n{name}")
            for key, rates in table.items():
                print(f"  {key:<22} found {rates['found']}  kept {rates['kept']}")
    print("written:", save("trust_citation", result))


def pairs(path: Any) -> dict[str, list[tuple[str, str]]]:
    """True claims with their source's text, by dataset."""
    pools: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            claim = row["claim_or_response"].strip()
            if row["label"] == 1 and len(words(claim)) >= 4 and not claim.startswith("Q:"):
                pools[row["source"]].append((claim, row["context"].strip()))
    return pools


def citations_of(text: str, sources: list[Source]) -> list[Check]:
    """The checks as the guard's `basic` level makes them: without a model's second opinion."""
    return check_citations(text, sources, lambda claim, source: 0.0, Deadline(60))


def cases(pool: list[tuple[str, str]], rng: random.Random) -> Iterator[Case]:
    for _ in range(TEXTS):
        taken = _distinct(pool, rng, rng.randint(3, 5))
        others = _distinct(pool, rng, rng.randint(0, 3), {context for _, context in taken})
        fault = rng.choice((*FAULTS[:3], "")) if rng.random() < 0.6 else ""
        style = rng.choice(STYLES)
        if style == "author" and fault == "shifted":
            fault = "year"
        yield case(taken, others, style, fault, rng)


def _distinct(
    pool: list[tuple[str, str]], rng: random.Random, count: int, seen: set[str] | None = None
) -> list[tuple[str, str]]:
    seen, found = set(seen or ()), []
    for claim, context in rng.sample(pool, min(len(pool), 60)):
        if context not in seen and len(found) < count:
            seen.add(context)
            found.append((claim, context))
    return found


def case(
    taken: list[tuple[str, str]],
    others: list[tuple[str, str]],
    style: str,
    fault: str,
    rng: random.Random,
) -> Case:
    """One text. The order of the sources is not that of the claims."""
    contexts = [context for _, context in taken + others]
    order = rng.sample(range(len(contexts)), len(contexts))
    authors = rng.sample(SURNAMES, len(contexts))
    years = [str(rng.randint(1995, 2025)) for _ in contexts]
    sources = [
        Source(place, f"doc-{place + 1}", _with_author(contexts[at], style, authors[at], years[at]))
        for place, at in enumerate(order)
    ]
    victim = rng.randrange(len(taken))
    text, spans, wrong = "", [], set()
    with_uncited = bool(others) and rng.random() < 0.5
    for at, (claim, _) in enumerate(taken):
        if with_uncited and rng.random() < 0.3:
            text += (" " if text else "") + rng.choice(others)[0].rstrip(". ") + "."  # uncited
        place = order.index(at)
        is_wrong = bool(fault) and (fault == "shifted" or at == victim)
        if is_wrong:
            wrong.add(at)
        mark = _mark(place, style, fault if is_wrong else "", order, authors, years, rng)
        text += (" " if text else "") + claim.rstrip(". ")
        text += " " if style not in ("superscript", "footnote") else ""
        spans.append((len(text), len(text) + len(mark)))
        text += mark + "."
    if style == "footnote":
        text += "\n\n" + "\n".join(f"[^n{one.index + 1}]: {one.id}" for one in sources)
    return Case(text, sources, spans, frozenset(wrong), style, fault)


def _with_author(context: str, style: str, author: str, year: str) -> str:
    return f"{author}, {author[1].upper()}. ({year}).\n{context}" if style == "author" else context


def _mark(
    place: int,
    style: str,
    fault: str,
    order: list[int],
    authors: list[str],
    years: list[str],
    rng: random.Random,
) -> str:
    count = len(order)
    if fault == "swapped":
        place = rng.choice([other for other in range(count) if other != place])
    elif fault == "shifted":
        place = (place + 1) % count
    elif fault == "nonexistent":
        place = count + rng.randint(0, 3)
    if style == "author":
        at = order[place] if place < count else -1
        author = authors[at] if at >= 0 else next(one for one in SURNAMES if one not in authors)
        year = years[at] if at >= 0 else years[0]
        return f"({author}, {int(year) - 4 if fault == 'year' else year})"
    number = str(place + 1)
    return {
        "number": f"[{number}]",
        "id": f"[doc-{number}]",
        "footnote": f"[^n{number}]",
        "name": f"(Source: doc-{number})",
        "superscript": number.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")),
    }[style]


def measure(
    judge: Callable[[Case], list[Check]], pools: dict[str, list[tuple[str, str]]]
) -> dict[str, Any]:
    """Rates by dataset, style and fault, and over all."""
    counts: dict[str, dict[str, Counter[str]]] = {
        name: defaultdict(Counter) for name in ("all", "dataset", "style", "fault")
    }
    for dataset, pool in sorted(pools.items()):
        for seed in SEEDS:
            for made in cases(pool, random.Random(f"{dataset}{seed}")):
                outcome = _outcome(made, judge(made))
                for name, key in (
                    ("all", "all"),
                    ("dataset", dataset),
                    ("style", made.style),
                    ("fault", made.fault or "none"),
                ):
                    counts[name][key].update(outcome)
    return {
        f"by_{name}": {key: _rates(count) for key, count in sorted(table.items())}
        for name, table in counts.items()
    }


def _outcome(made: Case, checks: list[Check]) -> Counter[str]:
    outcome: Counter[str] = Counter()
    for place, (start, end) in enumerate(made.spans):
        hit = any(check.start < end and start < check.end and is_alarm(check) for check in checks)
        kind = "wrong" if place in made.wrong else "right"
        outcome[kind] += 1
        outcome["found" if kind == "wrong" else "kept"] += hit if kind == "wrong" else not hit
    return outcome


def is_alarm(check: Check) -> bool:
    return check.outcome == "contradicted" or (check.outcome == "silent" and check.score >= ENOUGH)


def _rates(count: Counter[str]) -> dict[str, Any]:
    return {
        "wrong": count["wrong"],
        "right": count["right"],
        "found": wilson(count["found"], count["wrong"]),
        "kept": wilson(count["kept"], count["right"]),
    }


def identifier_rates(rng: random.Random) -> dict[str, Any]:
    """Made-up identifiers with right check digits, and the same with one digit changed."""
    table = {}
    for kind, make in _MAKERS.items():
        count: Counter[str] = Counter()
        for _ in range(300):
            good = make(rng)
            for is_wrong in (False, True):
                value = _altered(good, rng) if is_wrong else good
                alarm = any(map(is_alarm, citations_of(f"See {kind} {value}.", [])))
                count["wrong" if is_wrong else "right"] += 1
                if alarm == is_wrong:
                    count["found" if is_wrong else "kept"] += 1
        table[kind] = _rates(count)
    return table


def _altered(value: str, rng: random.Random) -> str:
    places = [place for place, char in enumerate(value) if char.isdigit() and place > 3]
    place = rng.choice(places)
    other = rng.choice([digit for digit in "0123456789" if digit != value[place]])
    return value[:place] + other + value[place + 1 :]


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _isbn13(rng: random.Random) -> str:
    body = rng.choice(("978", "979")) + _digits(rng, 9)
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body[:3]}-{body[3]}-{body[4:8]}-{body[8:]}-{(10 - total % 10) % 10}"


def _isbn10(rng: random.Random) -> str:
    body = _digits(rng, 9)
    total = sum((place + 1) * int(digit) for place, digit in enumerate(body)) % 11
    return body + ("X" if total == 10 else str(total))


def _issn(rng: random.Random) -> str:
    body = _digits(rng, 7)
    rest = 11 - sum((8 - place) * int(digit) for place, digit in enumerate(body)) % 11
    return f"{body[:4]}-{body[4:]}{'X' if rest == 10 else 0 if rest == 11 else rest}"


def _orcid(rng: random.Random) -> str:
    body, total = "0000000" + _digits(rng, 8), 0
    for digit in body:
        total = (total + int(digit)) * 2 % 11
    last = (12 - total) % 11
    whole = body + ("X" if last == 10 else str(last))
    return "-".join(whole[place : place + 4] for place in range(0, 16, 4))


_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "ISBN": _isbn13,
    "ISBN-10:": _isbn10,
    "ISSN": _issn,
    "ORCID": _orcid,
}

if __name__ == "__main__":
    main()
