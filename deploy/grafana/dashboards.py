"""Writes the Grafana dashboards below dashboards/: what they show, not where each box stands.

    python3 deploy/grafana/dashboards.py

A dashboard is a list of rows, a row a list of panels, a panel a title, a unit and its expressions.
tests/deploy writes them again and compares, so nobody edits the JSON by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GATEWAY = 'job="codeguardians-gateway"'
REQUESTS = f'{GATEWAY},route!~"/health.*|/metrics"'
COST = "aiguardian_upstream_cost_usd_total"
DISKS = 'fstype!~"tmpfs|overlay|squashfs|ramfs"'
COLUMNS = 24
"""Grafana's grid."""
HEIGHT = 8
SOURCE = {"type": "prometheus", "uid": "prometheus"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One box: expressions by their legend."""

    title: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    kind: str = "timeseries"
    about: str = ""

    def as_json(self, number: int, *, x: int, y: int, width: int) -> dict[str, Any]:
        """Grafana's form of it."""
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.about,
            "datasource": SOURCE,
            "gridPos": {"x": x, "y": y, "w": width, "h": HEIGHT},
            "fieldConfig": {"defaults": {"unit": self.unit, "min": 0}, "overrides": []},
            "targets": [
                {
                    "refId": chr(ord("A") + index),
                    "datasource": SOURCE,
                    "expr": expression,
                    "legendFormat": legend,
                }
                for index, (legend, expression) in enumerate(self.queries)
            ],
        }


def _rate(metric: str, by: str = "", labels: str = GATEWAY) -> str:
    group = f" by ({by})" if by else ""
    return f"sum{group} (rate({metric}{{{labels}}}[$__rate_interval]))"


def _quantile(share: str, metric: str, by: str, labels: str) -> str:
    return (
        f"histogram_quantile({share}, sum by (le, {by}) "
        f"(rate({metric}_bucket{{{labels}}}[$__rate_interval])))"
    )


OVERVIEW = (
    (
        Panel(
            "Answered well, 30 minutes",
            "percentunit",
            (("", "1 - aiguardian:request_errors:ratio_rate30m"),),
            "stat",
            "The objective is 99.9 % of a month's requests without a 5xx.",
        ),
        Panel(
            "Requests a second",
            "reqps",
            (("", _rate("aiguardian_requests_total", "", REQUESTS)),),
            "stat",
        ),
        Panel(
            "Unjudged",
            "percentunit",
            (("{{guard}}", "aiguardian:verdicts_unjudged:ratio_rate5m"),),
            "stat",
            "The share of texts that ended without a verdict. It should be 0.",
        ),
        Panel(
            "Alerts that fire",
            "short",
            (("", 'sum(ALERTS{alertstate="firing",severity=~"page|ticket"}) or vector(0)'),),
            "stat",
        ),
    ),
    (
        Panel(
            "Requests by status",
            "reqps",
            (("{{status}}", _rate("aiguardian_requests_total", "status", REQUESTS)),),
        ),
        Panel(
            "Requests by route",
            "reqps",
            (("{{route}}", _rate("aiguardian_requests_total", "route", REQUESTS)),),
        ),
        Panel(
            "Time to answer",
            "s",
            tuple(
                (
                    f"p{name} {{{{route}}}}",
                    _quantile(share, "aiguardian_request_seconds", "route", REQUESTS),
                )
                for name, share in (("50", "0.5"), ("99", "0.99"))
            ),
        ),
    ),
    (
        Panel(
            "Error budget burn",
            "short",
            tuple(
                (window, f"aiguardian:request_errors:ratio_rate{window} / 0.001")
                for window in ("5m", "1h", "6h")
            ),
            about="1 spends a month's budget in a month; 14.4 in two days.",
        ),
        Panel(
            "Under load",
            "short",
            (
                ("waiting", f"sum(aiguardian_queue_depth{{{GATEWAY}}})"),
                ("judging", f"sum(aiguardian_workers_busy{{{GATEWAY}}})"),
                ("in flight", f"sum(aiguardian_requests_in_flight{{{GATEWAY}}})"),
            ),
        ),
        Panel(
            "Refused",
            "reqps",
            (("{{reason}}", _rate("aiguardian_rejected_total", "reason")),),
        ),
    ),
    (
        Panel(
            "Memory",
            "bytes",
            (
                (
                    "{{job}} {{instance}}",
                    'process_resident_memory_bytes{job=~"codeguardians-gateway|.*guard"}',
                ),
            ),
        ),
        Panel(
            "Cores used",
            "short",
            (
                (
                    "{{job}} {{instance}}",
                    'rate(process_cpu_seconds_total{job=~"codeguardians-gateway|.*guard"}[$__rate_interval])',
                ),
            ),
        ),
        Panel(
            "Event loop lag", "s", (("{{job}} {{instance}}", "aiguardian_event_loop_lag_seconds"),)
        ),
        Panel(
            "Version",
            "short",
            (("{{job}} {{version}}", "count by (job, version) (aiguardian_build_info)"),),
            "stat",
        ),
    ),
)
GUARDS = (
    (
        Panel(
            "Verdicts by action",
            "reqps",
            (("{{action}}", _rate("aiguardian_verdicts_total", "action")),),
        ),
        Panel(
            "Verdicts by guard",
            "reqps",
            (("{{guard}}", _rate("aiguardian_verdicts_total", "guard")),),
        ),
        Panel(
            "Blocked or rewritten",
            "percentunit",
            (
                (
                    "{{guard}}",
                    _rate(
                        "aiguardian_verdicts_total", "guard", f'{GATEWAY},action=~"block|rewrite"'
                    )
                    + " / "
                    + _rate("aiguardian_verdicts_total", "guard"),
                ),
            ),
        ),
    ),
    (
        Panel(
            "Time of a guard, p99",
            "s",
            (("{{guard}}", _quantile("0.99", "aiguardian_guard_seconds", "guard", GATEWAY)),),
        ),
        Panel(
            "Without a verdict, by error",
            "reqps",
            (("{{guard}} {{code}}", _rate("aiguardian_guard_errors_total", "guard, code")),),
        ),
        Panel(
            "Self-tests passed",
            "bool_yes_no",
            (("{{job}} {{guard}}", "min by (job, guard) (aiguardian_self_test_passed)"),),
            "stat",
        ),
    ),
    (
        Panel(
            "Instances up",
            "short",
            (("{{guard}}", f"sum by (guard) (aiguardian_instance_up{{{GATEWAY}}})"),),
        ),
        Panel(
            "Breakers",
            "short",
            (("{{guard}} {{exported_instance}}", f"aiguardian_breaker_state{{{GATEWAY}}}"),),
            about="0 closed, 1 half-open, 2 open.",
        ),
        Panel(
            "Stood in, retried, failed",
            "reqps",
            (
                ("stood in {{guard}}", _rate("aiguardian_fallbacks_total", "guard")),
                ("retried {{guard}}", _rate("aiguardian_retries_total", "guard")),
                (
                    "failed {{guard}} {{kind}}",
                    _rate("aiguardian_instance_failures_total", "guard, kind"),
                ),
            ),
        ),
        Panel(
            "The second policy would",
            "reqps",
            (
                (
                    "{{action}} → {{shadow_action}}",
                    _rate("aiguardian_shadow_decisions_total", "action, shadow_action"),
                ),
                ("lost: {{reason}}", _rate("aiguardian_shadow_lost_total", "reason")),
            ),
        ),
    ),
)
PROXY = (
    (
        Panel(
            "Dollars an hour",
            "currencyUSD",
            (
                (
                    "{{upstream}}",
                    f"sum by (upstream) (increase({COST}{{{GATEWAY}}}[1h]))",
                ),
            ),
        ),
        Panel(
            "Dollars, 24 hours",
            "currencyUSD",
            (("", f"sum(increase({COST}{{{GATEWAY}}}[24h]))"),),
            "stat",
        ),
        Panel(
            "Tokens a second",
            "short",
            (
                (
                    "{{upstream}} {{direction}}",
                    _rate("aiguardian_upstream_tokens_total", "upstream, direction"),
                ),
            ),
        ),
    ),
    (
        Panel(
            "Calls by outcome",
            "reqps",
            (
                (
                    "{{upstream}} {{outcome}}",
                    _rate("aiguardian_upstream_calls_total", "upstream, outcome"),
                ),
            ),
        ),
        Panel(
            "Until an answer begins",
            "s",
            (
                (
                    "{{upstream}}",
                    _rate("aiguardian_upstream_wait_seconds_total", "upstream")
                    + " / "
                    + _rate("aiguardian_upstream_calls_total", "upstream"),
                ),
            ),
        ),
        Panel(
            "Breakers of providers",
            "short",
            (("{{upstream}}", f"aiguardian_upstream_breaker_state{{{GATEWAY}}}"),),
            about="0 closed, 1 half-open, 2 open.",
        ),
    ),
    (
        Panel(
            "Cache", "reqps", (("{{result}}", _rate("aiguardian_cache_lookups_total", "result")),)
        ),
        Panel(
            "Answers without a price",
            "reqps",
            (("{{upstream}}", _rate("aiguardian_upstream_unpriced_total", "upstream")),),
        ),
        Panel(
            "Wrong or missing keys",
            "reqps",
            (("{{reason}}", _rate("aiguardian_authentication_failures_total", "reason")),),
        ),
    ),
)
DEPENDENCIES = (
    (
        Panel(
            "Dependencies up",
            "bool_yes_no",
            (("{{dependency}}", f"min by (dependency) (aiguardian_dependency_up{{{GATEWAY}}})"),),
            "stat",
        ),
        Panel(
            "Audit and records",
            "short",
            (
                ("audit entries lost", _rate("aiguardian_audit_lost_total")),
                ("requests not recorded", _rate("aiguardian_requests_unkept_total")),
                ("moves that failed", _rate("aiguardian_keeping_failures_total")),
            ),
        ),
        Panel(
            "Log lines lost",
            "short",
            (
                (
                    "{{job}}",
                    "sum by (job) (rate(aiguardian_log_lines_dropped_total[$__rate_interval]))",
                ),
            ),
        ),
    ),
    (
        Panel(
            "PostgreSQL connections",
            "short",
            (("{{state}}", 'sum by (state) (pg_stat_activity_count{datname="aiguardian"})'),),
        ),
        Panel("PostgreSQL size", "bytes", (("", 'pg_database_size_bytes{datname="aiguardian"}'),)),
        Panel(
            "Redis memory",
            "bytes",
            (("used", "redis_memory_used_bytes"), ("most", "redis_memory_max_bytes")),
        ),
        Panel(
            "Redis commands",
            "ops",
            (("", "rate(redis_commands_processed_total[$__rate_interval])"),),
        ),
    ),
    (
        Panel(
            "Disk left",
            "percentunit",
            (
                (
                    "{{mountpoint}}",
                    f"node_filesystem_avail_bytes{{{DISKS}}} / node_filesystem_size_bytes",
                ),
            ),
        ),
        Panel("Memory left", "bytes", (("", "node_memory_MemAvailable_bytes"),)),
        Panel(
            "Days of certificates",
            "d",
            (("{{instance}}", "(probe_ssl_earliest_cert_expiry - time()) / 86400"),),
        ),
        Panel("Targets up", "short", (("{{job}}", "sum by (job) (up)"),), "stat"),
    ),
)
DASHBOARDS = {
    "overview": ("Overview", OVERVIEW),
    "guards": ("Guards and verdicts", GUARDS),
    "proxy": ("Proxy and cost", PROXY),
    "dependencies": ("Dependencies", DEPENDENCIES),
}


def dashboard(name: str) -> dict[str, Any]:
    """Grafana's JSON of one dashboard; its rows stand below each other, filled from the left."""
    title, rows = DASHBOARDS[name]
    panels: list[dict[str, Any]] = []
    for line, row in enumerate(rows):
        width = COLUMNS // len(row)
        panels += [
            panel.as_json(len(panels) + column + 1, x=column * width, y=line * HEIGHT, width=width)
            for column, panel in enumerate(row)
        ]
    return {
        "uid": f"aiguardian-{name}",
        "title": title,
        "tags": ["aiguardian"],
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "editable": False,
        "panels": panels,
    }


def text(name: str) -> str:
    """The file of one dashboard."""
    return json.dumps(dashboard(name), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all of them."""
    folder = Path(__file__).parent / "dashboards"
    for name in DASHBOARDS:
        (folder / f"{name}.json").write_text(text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
