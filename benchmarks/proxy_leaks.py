"""Does anything leave a stream that was to be blocked or rewritten? Seeded texts, cut at random.

Two parts. With a judge that is exact (it knows its seeds), so that only the streaming can leak: two
cuts everywhere, and 1,000 random chunkings for each API. With the real guards: secrets, personal
data and hate in plain text, in four chunkings; what is released must be the same in all of them and
the same as of the answer that came at once. Usage: python -m benchmarks.proxy_leaks
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.guards.bias.schemas import BiasPayload
from aiguardian.guards.security.guard import SecurityGuard
from aiguardian.guards.security.judging import trained_detectors
from aiguardian.guards.security.schemas import SecurityPayload
from aiguardian.processor import Caller, Deadline
from aiguardian.proxy.stream.hold import Holding
from aiguardian.proxy.stream.open import guarded_stream
from aiguardian.proxy.stream.steps import Judge, Verdict
from aiguardian.storage.allow_list import MemoryAllowList
from aiguardian.storage.pseudonyms import MemoryPseudonyms
from benchmarks import store
from tests.proxy.stream.conversations import (
    ATTACK,
    KEY,
    MAIL,
    chat_stream,
    drive,
    expected,
    pieces,
    read_chat,
)
from tests.proxy.stream.test_streams import APIS, FILLER, run, whole_answer

SEEDS = (KEY, MAIL, ATTACK)
LENGTHS = (1, 2, 3, 5, 8, 30, 200)
SENTENCES = (
    "Rivers carry more than water. ",
    "They bring silt, seeds and stories to the sea.\n",
    "Nobody had counted the bridges before last spring, ",
    "and so the list begins here. ",
)
FOUND = (
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",  # aiguardian: allow
    "AKIAIOSFODNN7QW3RTYU",  # aiguardian: allow
    "jane.doe@corp-mail.org",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "-----BEGIN RSA PRIVATE KEY-----\n"  # aiguardian: allow
    + "\n".join(
        "MIIEpAIBAAKCAQEA7bq2Vn0sC1pQeX9uY3kLw8ZtR5fHj6gDaPzMx4"[i % 5 :] for i in range(26)
    )
    + "\n-----END RSA PRIVATE KEY-----",
)
"""What SecurityGuard finds anywhere in a text: secrets with checks of their own, personal data."""
BLOCKED = frozenset({"toxicity", "hate", "identity_attack", "threat"})
"""What the default policy blocks in answers."""
HATE = "I despise every one of them, they are vermin and must be wiped out."
LEADS = ("The value is ", "Use: ", "key = ", "write to ")


def random_text(rng: random.Random) -> tuple[str, list[str]]:
    """Words with seeds in odd places, and the seeds."""
    seeds = rng.sample([KEY, MAIL, ATTACK, KEY, MAIL], k=rng.choice([1, 2, 3]))  # aiguardian: allow
    words = FILLER.split(" ")
    parts = []
    for seed in seeds:
        parts += [" ".join(rng.choices(words, k=rng.randint(0, 120))), rng.choice([" ", "\n", ""])]
        parts += [seed, rng.choice([" ", "\n", ". "])]
    return "".join([*parts, " ".join(rng.choices(words, k=rng.randint(0, 60)))]), seeds


def deltas_of(text: str, rng: random.Random) -> list[str]:
    deltas, at = [], 0
    while at < len(text):
        size = rng.choice(LENGTHS)
        deltas.append(text[at : at + size])
        at += size
    return deltas


def told(kind: Any, data: bytes, text: str, cuts: list[int]) -> tuple[bool, bool]:
    """Whether a seed left, and whether the text differs from that of the answer at once."""
    driven = run(kind, data, cuts)
    whole = whole_answer(kind, text)
    _, read = APIS[kind]
    leaks = any(seed.encode() in driven.data for seed in SEEDS)
    shown = read(driven.data).text
    return leaks, shown != (whole.text if whole.blocked else expected(text))


def chunkings(kind: Any, count: int) -> Iterator[tuple[bool, bool]]:
    write, _ = APIS[kind]
    for seed in range(count):
        rng = random.Random(seed * 7 + 1)
        text, seeds = random_text(rng)
        arguments = json.dumps({"a": rng.choice(seeds), "b": ["x", rng.choice(seeds)]})
        data = write(deltas_of(text, rng), pieces(arguments, rng.choice([1, 3, 9])))
        yield told(kind, data, text, [rng.randrange(len(data)) for _ in range(rng.randint(0, 40))])


def two_cuts(kind: Any) -> Iterator[tuple[bool, bool]]:
    """One stream, cut once at every byte."""
    write, _ = APIS[kind]
    text = f"{FILLER}{KEY} and {MAIL}. {FILLER}"
    data = write(pieces(text, 11))
    for cut in range(len(data)):
        yield told(kind, data, text, [cut])


class RealGuards:
    """SecurityGuard masks, BiasGuard blocks: what the default policy does with answers."""

    def __init__(self) -> None:
        self._security = SecurityGuard(
            trained_detectors(b"0" * 32),
            pseudonyms=MemoryPseudonyms(60),
            allow_list=MemoryAllowList(),
            allow_list_key=b"0" * 32,
        )
        self._bias = BiasGuard()

    def __call__(self, question: Judge) -> Verdict:
        caller = Caller(deadline=Deadline(60), tenant="t")
        hate = self._bias.process(BiasPayload(text=question.text), caller)
        if BLOCKED.intersection(hate.alarms):
            return Verdict("block", reason=hate.decision.reason)
        payload = SecurityPayload(text=question.text, direction="output", redact="mask")
        report = self._security.process(payload, caller)
        if report.output is UNSET or report.output == question.text:
            return Verdict("keep")
        return Verdict("rewrite", str(report.output))


def real(count: int) -> dict[str, Any]:
    """Seeds that the guards find, in texts of many lengths."""
    judge, rng = RealGuards(), random.Random(3)
    differ, left, missed = [], [], 0
    for number in range(count):
        seed = rng.choice((*FOUND, HATE))  # aiguardian: allow
        before = "".join(rng.choices(SENTENCES, k=rng.randint(0, 25)))
        after = "".join(rng.choices(SENTENCES, k=rng.randint(0, 25)))
        lead = "" if seed == HATE else rng.choice(LEADS)
        text = before + lead + seed + rng.choice([" ", ".\n", ", then "]) + after
        shown = {
            (read_chat(driven.data).text, driven.ended)
            for driven in (streamed(text, size, judge) for size in (1, 7, 60, len(text)))
        }
        if len(shown) != 1:
            differ.append(f"{number}: {len(shown)} outcomes")
        if any(seed[-20:] in one for one, _ in shown):
            at_once = judge(Judge(text, 0))
            finds = at_once.action == "block" or seed not in (at_once.output or text)
            missed += not finds
            if finds:
                left.append(f"{number}: {seed[:12]}…, found when the whole text is looked at")
    return {
        "texts": count,
        "outcomes_that_differ": differ,
        "released_though_one_look_finds_it": left,
        "not_found_by_the_guard_in_one_look_either": missed,
    }


def streamed(text: str, size: int, judge: RealGuards) -> Any:
    """What came of the text in pieces of this size; whole where that would be too many."""
    parts = pieces(text, size if len(text) / size < 1_500 else len(text))
    return drive(guarded_stream("chat", Holding()), [chat_stream(parts)], judge)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunkings", type=int, default=1_000)
    parser.add_argument("--texts", type=int, default=40)
    given = parser.parse_args()
    rows = {}
    for kind in APIS:
        for name, outcomes in (
            ("random chunkings", chunkings(kind, given.chunkings)),
            ("two cuts", two_cuts(kind)),
        ):
            began, streams, leaks, differences = time.monotonic(), 0, 0, 0
            for is_leak, is_different in outcomes:
                streams += 1
                leaks += is_leak
                differences += is_different
            rows[f"{kind}, {name}"] = {
                "streams": streams,
                "leaks": leaks,
                "unlike_the_answer_at_once": differences,
            }
            print(
                kind, name, rows[f"{kind}, {name}"], f"{time.monotonic() - began:.0f} s", flush=True
            )
    found = real(given.texts)
    print("real guards", found)
    parameters = {"chunkings": given.chunkings, "texts": given.texts, "seeds": len(SEEDS)}
    path = store.save(
        "proxy_leaks", {"parameters": parameters, "exact_judge": rows, "real_guards": found}
    )
    print(f"stored in benchmarks/results/{path.name}")


if __name__ == "__main__":
    main()
