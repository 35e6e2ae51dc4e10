"""Throw many bodies at a gateway and count the answers: `python tests/fuzz/campaign.py`.

Without `--write` it only prints. Exit status 1 if any answer is not as the document says.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bodies import Described, Thrown, codes, thrown
from hypothesis import HealthCheck, Phase, given, seed, settings
from started_gateway import Gateway, started

from aiguardian import __version__

RESULT = Path(__file__).parents[2] / "benchmarks" / "results" / "fuzz.json"
LIVES_EVERY = 500


class Tally:
    """What the answers were."""

    def __init__(self) -> None:
        self.statuses: dict[str, Counter[str]] = {}
        self.codes: Counter[str] = Counter()
        self.faults: list[str] = []
        self.count = 0
        self.slowest_s = 0.0

    def throw(self, gateway: Gateway, described: Described, asked: Thrown) -> None:
        started_s = time.perf_counter()
        reply = gateway.ask("POST", asked.path, asked.body, asked.headers)
        self.slowest_s = max(self.slowest_s, time.perf_counter() - started_s)
        self.count += 1
        self.statuses.setdefault(asked.path, Counter())[str(reply.status)] += 1
        faults = described.faults(asked, reply)
        if not faults:
            self.codes.update(codes(reply))
        if reply.status == 500:
            faults.append("internal error")
        self.faults += [f"{asked.path} {asked.body[:200]!r}: {fault}" for fault in faults]
        if self.count % LIVES_EVERY == 0:
            assert gateway.ask("GET", "/health").status == 200


def campaign(gateway: Gateway, *, bodies: int, number: int) -> Tally:
    """Throw so many bodies; the same number leads to the same bodies."""
    tally = Tally()
    described = Described(json.loads(gateway.ask("GET", "/openapi.json").body))

    @seed(number)
    @settings(
        max_examples=bodies,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(thrown())
    def throw(asked: Thrown) -> None:
        tally.throw(gateway, described, asked)

    throw()
    return tally


def told(tally: Tally, *, number: int, seconds: float) -> dict[str, Any]:
    """The result as it is stored."""
    return {
        "question": "Does any body lead to a 500, or to an answer that the document does not name?",
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {
            "aiguardian": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("hypothesis", "schemathesis", "msgspec", "jiter")},
        },
        "seed": number,
        "bodies": tally.count,
        "seconds": round(seconds, 1),
        "slowest_s": round(tally.slowest_s, 3),
        "statuses": {path: dict(sorted(each.items())) for path, each in tally.statuses.items()},
        "codes": dict(tally.codes.most_common()),
        "faults": tally.faults,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"write {RESULT.name}")
    given_ = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, started(Path(home)) as gateway:
        started_s = time.perf_counter()
        tally = campaign(gateway, bodies=given_.bodies, number=given_.seed)
        seconds = time.perf_counter() - started_s
        health = json.loads(gateway.ask("GET", "/health").body)["status"]
    result = told(tally, number=given_.seed, seconds=seconds) | {"health_afterwards": health}
    shown = json.dumps(result, indent=2, ensure_ascii=False)
    sys.stdout.write(shown + "\n")
    if given_.write:
        RESULT.parent.mkdir(parents=True, exist_ok=True)
        RESULT.write_text(shown + "\n", "utf-8")
    return 1 if tally.faults or health != "healthy" else 0


if __name__ == "__main__":
    sys.exit(main())
