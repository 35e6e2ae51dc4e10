"""logs: what the services of an environment, or of this machine, wrote."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from aiguardian.operator.aws import Place, ask
from aiguardian.operator.catalogue import Service
from aiguardian.operator.faults import OperatorFault

_SPAN = re.compile(r"(\d{1,5})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
PAUSE_S = 2.0


def seconds_of(span: str) -> int:
    """`15m` as seconds. Raises `OperatorFault`."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise OperatorFault("--since is a number and s, m, h or d: 15m, 2h, 1d.")
    return int(found[1]) * _SECONDS[found[2]]


def lines_of(
    place: Place,
    services: Sequence[Service],
    *,
    since_s: int,
    follows: bool,
    clock: Callable[[], float] = time.time,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """The lines, oldest first, the service's name before each; with `follows` it goes on without
    an end. Raises `OperatorFault`."""
    client = place.client("logs")
    start_ms = int((clock() - since_s) * 1000)
    seen: dict[str, set[str]] = {one.name: set() for one in services}
    newest = dict.fromkeys(seen, start_ms)
    while True:
        events = [
            (event["timestamp"], service.name, event)
            for service in services
            for event in _events(client, place.log_group(service.name), newest[service.name])
            if event["eventId"] not in seen[service.name]
        ]
        for at, name, event in sorted(events, key=lambda one: one[:2]):
            if at > newest[name]:
                newest[name] = at
                seen[name] = set()
            seen[name].add(event["eventId"])
            yield f"{name} {event['message'].rstrip()}"
        if not follows:
            return
        pause(PAUSE_S)


def _events(client: Any, group: str, start_ms: int) -> Iterator[Any]:
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=start_ms
    )
    for page in ask(f"read the log {group}", lambda: list(pages)):
        yield from page["events"]
