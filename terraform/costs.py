"""What an environment costs in a month, from the prices beside this file and stated assumptions.

    python terraform/costs.py

Prints the table of docs/aws.md. The tasks come from deploy/services.json, the rest from
`ENVIRONMENTS`, which a test compares with the environments' own files. Loads are assumptions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
HOURS = 730  # a twelfth of a year
SPOT_PRICE = 0.3  # of the list price: assumed, the market decides


@dataclass(frozen=True)
class Environment:
    """The quantities of one environment, as its main.tf has them, and its assumed load."""

    least_tasks: int
    nats: int
    database: str
    standby: bool
    storage_gib: int
    cache: str
    cache_nodes: int
    traffic_gib: float
    """To the internet in a month, and as much through NAT: assumed."""
    log_gib: float
    """Written in a month: assumed."""
    copied_gib: float = 0.0
    """To another region in a month: assumed."""
    secrets: int = 4
    """Of ours: main, database, redis, optional; each copy in another region counts as one."""
    keys: int = 3
    endpoints: int = 0
    """Interface endpoints in each zone; without them, AWS is reached through NAT."""
    spot: float = 0.0
    """Share of the fewest tasks that is on Spot."""
    zones: int = 3


ENVIRONMENTS = {
    "production": Environment(
        least_tasks=2, nats=3, database="db.m7g.large", standby=True, storage_gib=50,
        cache="cache.t4g.small", cache_nodes=2, traffic_gib=100, log_gib=50, copied_gib=60,
        secrets=8, keys=4, endpoints=7,
    ),
    "staging": Environment(
        least_tasks=1, nats=1, database="db.t4g.small", standby=False, storage_gib=50,
        cache="cache.t4g.micro", cache_nodes=1, traffic_gib=5, log_gib=5, spot=0.99,
    ),
    "dr, in waiting": Environment(
        least_tasks=0, nats=1, database="db.m7g.large", standby=False, storage_gib=50,
        cache="cache.t4g.small", cache_nodes=1, traffic_gib=0, log_gib=2, secrets=1,
    ),
}  # fmt: skip

RULES = 4
ALARMS = 20


def prices() -> dict[str, Any]:
    """The price list."""
    listed: dict[str, Any] = json.loads((ROOT / "prices.json").read_text("utf-8"))
    return listed


def services() -> list[dict[str, Any]]:
    """The catalogue's services."""
    catalogue = json.loads((ROOT.parent / "deploy/services.json").read_text("utf-8"))
    listed: list[dict[str, Any]] = catalogue["services"]
    return listed


def tasks_usd(environment: Environment, architecture: str) -> float:
    """The month's price of the fewest tasks of every service."""
    hour = prices()["hour"]
    total = 0.0
    for service in services():
        vcpu = service["cpu"] / 1024 * hour[f"fargate vcpu {architecture}"]
        gib = service["memory_mib"] / 1024 * hour[f"fargate gib {architecture}"]
        total += environment.least_tasks * (vcpu + gib) * HOURS
    return total * (1 - environment.spot * (1 - SPOT_PRICE))


def month_usd(environment: Environment, architecture: str = "X86_64") -> dict[str, float]:
    """The parts of an environment's month, in US dollars."""
    hour, month, gib = (prices()[kind] for kind in ("hour", "month", "gib"))
    running = len(services()) * environment.least_tasks
    standby = 2 if environment.standby else 1
    return {
        "tasks": tasks_usd(environment, architecture),
        "load balancer": (
            hour["load balancer"]
            + hour["load balancer unit"]
            + environment.zones * hour["public address"]
        ) * HOURS,
        "NAT": environment.nats * (hour["nat gateway"] + hour["public address"]) * HOURS
        + environment.traffic_gib * gib["nat traffic"],
        "endpoints": environment.endpoints
        * environment.zones
        * hour["interface endpoint in a zone"]
        * HOURS,
        "database": standby
        * (
            hour[environment.database] * HOURS
            + environment.storage_gib * month["database storage gib"]
        ),
        "cache": environment.cache_nodes * hour[environment.cache] * HOURS,
        "traffic and copies": environment.traffic_gib * gib["to the internet"]
        + environment.copied_gib * (gib["between regions"] + month["backup gib"]),
        "logs, alarms, metrics": environment.log_gib * gib["log"]
        + ALARMS * month["alarm"]
        + running * month["container insights of a task"],
        "WAF, keys, secrets, DNS": month["web acl"]
        + RULES * month["web acl rule"]
        + environment.keys * month["key"]
        + environment.secrets * month["secret"]
        + month["health check"],
    }  # fmt: skip


def table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """A Markdown table: a row a part, a column an environment, the sum last; whole dollars."""
    parts = list(next(iter(columns.values())))
    rows = [
        f"| {part} | " + " | ".join(f"{column[part]:,.0f}" for column in columns.values()) + " |"
        for part in parts
    ]
    sums = " | ".join(f"**{sum(column.values()):,.0f}**" for column in columns.values())
    head = "| USD a month | " + " | ".join(columns) + " |"
    return "\n".join([head, "|---|" + "---:|" * len(columns), *rows, f"| **sum** | {sums} |"])


def document() -> str:
    """The estimate as docs/aws.md has it."""
    columns = {name: month_usd(environment) for name, environment in ENVIRONMENTS.items()}
    columns["production on ARM64"] = month_usd(ENVIRONMENTS["production"], "ARM64")
    return table(columns)


if __name__ == "__main__":
    sys.stdout.write(document() + "\n")
