"""Are attacks found in every disguise, do harmless texts pass in the same ones, and is the
evidence sufficient: does taking the reported spans out turn the verdict?

    python -m benchmarks.security_evasion

The texts are those of the adversarial tests (`tests/guards/security/attacks.py`), written for
this project and no training data.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "guards" / "security"))

from attacks import disguised_attacks, disguised_benign

from aiguardian.guards.security.guard import SecurityGuard
from aiguardian.guards.security.judging import trained_detectors
from aiguardian.guards.security.schemas import Direction, SecurityPayload, SecurityReport
from aiguardian.processor import Caller, Deadline
from aiguardian.storage.allow_list import MemoryAllowList
from aiguardian.storage.pseudonyms import MemoryPseudonyms
from benchmarks.store import save


def main() -> None:
    guard = SecurityGuard(
        trained_detectors(bytes(32)),
        pseudonyms=MemoryPseudonyms(1000.0),
        allow_list=MemoryAllowList(),
        allow_list_key=bytes(32),
    )
    attacks, found, sufficient = Counter[str](), Counter[str](), 0
    for attack, disguise, text in disguised_attacks():
        direction: Direction = "tool" if attack.family == "indirect" else "input"
        report = judge(guard, text, direction)
        attacks[disguise] += 1
        if report.decision.action == "block":
            found[disguise] += 1
            rest = judge(guard, without(text, report), direction)
            sufficient += rest.decision.action != "block"
    harmless, blocked = Counter[str](), Counter[str]()
    for _, disguise, text in disguised_benign():
        harmless[disguise] += 1
        blocked[disguise] += judge(guard, text, "input").decision.action == "block"
    result: dict[str, Any] = {
        "attacks": attacks.total(),
        "found": found.total(),
        "verdicts_turned_without_evidence": sufficient,
        "harmless": harmless.total(),
        "blocked": blocked.total(),
        "by_disguise": {
            name: {
                "found": f"{found[name]}/{attacks[name]}",
                "blocked": f"{blocked[name]}/{harmless[name]}",
            }
            for name in attacks
        },
    }
    save("security_evasion", result)
    for name, row in result["by_disguise"].items():
        print(f"{name:28} found {row['found']:>7}  harmless blocked {row['blocked']:>6}")
    print({name: value for name, value in result.items() if name != "by_disguise"})


def judge(guard: SecurityGuard, text: str, direction: Direction) -> SecurityReport:
    payload = SecurityPayload(text=text, direction=direction, checks=["injection"])
    return guard.process(payload, Caller(Deadline(60)))


def without(text: str, report: SecurityReport) -> str:
    for finding in sorted(report.findings, key=lambda one: -one.start):
        text = text[: finding.start] + text[finding.end :]
    return text


if __name__ == "__main__":
    main()
