"""`aiguardian replay`: recorded traffic decided again by another policy, and what would change."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from aiguardian.commands.shelf import Opened, opened, told
from aiguardian.errors import GatewayError
from aiguardian.identity.principal import DEFAULT_TENANT
from aiguardian.policy.recorded import Recorded, RecordedTraffic, StoredTraffic, TrafficFile
from aiguardian.policy.replay import Replay, replay
from aiguardian.policy.rules import Policy
from aiguardian.settings.groups import Settings

CURRENT, RECORDED = "current", "recorded"
NOTHING_RECORDED = 1
MOST_TEXTS = 100_000
_AGE = re.compile(r"(\d{1,6})([smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def add_replay(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "replay",
        help="what another policy would have decided on the recorded traffic",
        description="Decides again from what the guards said then; no text is judged again. Ends "
        "with status 1 when nothing was recorded.",
    )
    command.add_argument("--policy", required=True, help="a file, or the name of a policy")
    command.add_argument(
        "--against",
        default=CURRENT,
        metavar="POLICY",
        help="what to compare with: current (each text's own policy as it is now), recorded "
        "(what was decided then), a name or a file (default: current)",
    )
    command.add_argument(
        "--since",
        type=_age_s,
        default="7d",
        metavar="WHEN",
        help="an age (30m, 12h, 7d), or a day or time in UTC (2026-11-14) (default: 7d)",
    )
    command.add_argument(
        "--traffic", type=Path, metavar="FILE", help="recorded requests, one JSON object a line"
    )
    command.add_argument("--tenant", default=DEFAULT_TENANT, help="whose traffic and policies")
    command.add_argument(
        "--format", choices=("table", "json"), default="table", help="default: table"
    )
    command.set_defaults(run=_replay)


def _replay(settings: Settings, given: argparse.Namespace) -> int:
    def run() -> int:
        with opened(settings) as here:
            found = _replayed(here, given)
        print("\n".join(_table(found, given) if given.format == "table" else [_json(found)]))
        return 0 if found.total else NOTHING_RECORDED

    return told(run)


def _replayed(here: Opened, given: argparse.Namespace) -> Replay:
    traffic: RecordedTraffic
    if given.traffic is not None:
        traffic = TrafficFile(given.traffic)
    else:
        traffic = StoredTraffic(here.kept_on_disk().records.requests, given.tenant)

    def named(text: Recorded) -> Policy | None:
        try:
            return here.shelf.get(text.policy, given.tenant) if text.policy else None
        except GatewayError:  # it is gone: what was decided then stands
            return None

    other = None
    if given.against not in (CURRENT, RECORDED):
        other = here.policy(given.against, given.tenant)
    return replay(
        islice(traffic.texts(time.time() - given.since), MOST_TEXTS),
        here.policy(given.policy, given.tenant),
        against=named if given.against == CURRENT else lambda _: other,
        judged_by=named,
        catalogue=here.shelf.catalogue,
    )


def _table(found: Replay, given: argparse.Namespace) -> Iterator[str]:
    """The changes in words, the most frequent first."""
    yield f"{found.total:,} recorded texts, decided again by {given.policy} against {given.against}"
    if found.total == MOST_TEXTS:
        yield f"(the newest; there are more than {MOST_TEXTS:,})"
    yield ""
    yield f"{'from':8} {'to':8} {'texts':>9}"
    for (before, after), change in sorted(found.changes.items(), key=lambda each: -each[1].count):
        yield f"{before:8} {after:8} {change.count:9,}"
    yield f"{'unchanged':17} {found.unchanged:9,}"
    undecided = sum(found.undecided.values())
    yield f"{'not decided again':17} {undecided:9,}"
    for reason, count in found.undecided.most_common():
        yield f"{'':17} {count:9,}  {reason}"
    for (before, after), change in found.changes.items():
        yield ""
        yield f"{before} -> {after}, {len(change.examples)} of {change.count:,}:"
        for one in change.examples:
            at = datetime.fromtimestamp(one.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
            yield f"  {one.id}  {at}  {one.direction:6}  {one.why}"


def _json(found: Replay) -> str:
    changes: list[dict[str, Any]] = [
        {"from": before, "to": after, "texts": change.count, "examples": change.examples}
        for (before, after), change in found.changes.items()
    ]
    whole = {
        "texts": found.total,
        "unchanged": found.unchanged,
        "changes": changes,
        "not_decided_again": dict(found.undecided.most_common()),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _age_s(given: str) -> float:
    """Seconds ago."""
    if age := _AGE.fullmatch(given):
        return float(int(age[1]) * _UNIT_S[age[2]])
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError("an age (30m, 12h, 7d) or a date (2026-11-14)") from None
    return time.time() - (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
