"""Rules, routing and dashboards: they name what there is, and each alert has its page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import check_monitoring
import dashboards
import pytest
from deploy_files import ROOT, read_yaml

from aiguardian.telemetry.log import ECS_VERSION
from aiguardian.telemetry.metrics import Metrics

OTHERS = {
    "up",
    "ALERTS",  # Prometheus's own
    "prometheus_notifications_alertmanagers_discovered",
    "alertmanager_notifications_failed_total",  # Alertmanager's own
    "probe_ssl_earliest_cert_expiry",  # blackbox_exporter 0.23
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_memory_MemAvailable_bytes",  # node_exporter 1.5
    "pg_stat_activity_count",
    "pg_database_size_bytes",  # postgres_exporter 0.11
    "redis_memory_used_bytes",
    "redis_memory_max_bytes",
    "redis_commands_processed_total",  # redis_exporter 1.45
}
"""Metrics of the exporters beside us, as these versions serve them."""
_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def rules(name: str) -> list[dict[str, Any]]:
    [group] = read_yaml("deploy", "prometheus", "rules", name)["groups"]
    return list(group["rules"])


ALERTS = {rule["alert"]: rule for rule in rules("alerts.yml")}
RECORDED = {rule["record"] for rule in rules("recording.yml")}


def served() -> set[str]:
    """The names of all samples that /metrics may show."""
    names = set()
    for family in Metrics().registry.collect():
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
        names |= {family.name + ending for ending in endings.get(family.type, ("",))}
    return names


def metrics_in(expression: str) -> set[str]:
    """The metrics of an expression, by PromQL's own grammar."""
    promql = pytest.importorskip("promql_parser")
    found = set()

    def walk(node: Any) -> None:
        if isinstance(node, promql.VectorSelector):
            found.add(node.name)
        for child in ("expr", "lhs", "rhs", "vector_selector", "param"):
            if (value := getattr(node, child, None)) is not None:
                walk(value)
        for argument in getattr(node, "args", None) or ():
            walk(argument)

    walk(promql.parse(expression.replace("$__rate_interval", "1m")))
    return found


def test_every_metric_that_is_named_is_there() -> None:
    known = served() | OTHERS | RECORDED
    expressions = list(check_monitoring.expressions())
    assert len(expressions) > 80
    for where, expression in expressions:
        names = metrics_in(expression)
        assert names or "vector(1)" in expression, (where, expression)
        assert names <= known, (where, names - known)


def test_the_check_reads_every_rule() -> None:
    read = [one for where, one in check_monitoring.expressions() if where.startswith("rules/")]
    written = [rule["expr"] for name in ("alerts.yml", "recording.yml") for rule in rules(name)]
    assert sorted(read) == sorted(" ".join(one.split()) for one in written)


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_how_urgent_it_is_and_links_its_page(alert: str) -> None:
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in {"page", "ticket", "none"}
    assert rule["annotations"].keys() == {"summary", "description", "runbook"}
    page = rule["annotations"]["runbook"]
    assert page == f"docs/runbooks/{alert}.md"
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text.startswith(f"# {alert}\n")
    for heading in ("## See", "## Mend", "## Walked through"):
        assert heading in text, heading


def test_there_is_no_page_without_an_alert() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "runbooks").glob("AIGuardian*.md")}
    assert pages == set(ALERTS)


def test_the_check_reads_the_queries_of_the_runbooks() -> None:
    read = [one for where, one in check_monitoring.expressions() if where.startswith("runbooks/")]
    pages = [page.read_text("utf-8") for page in check_monitoring.RUNBOOKS.glob("AIGuardian*.md")]
    written = [code for page in pages for code in re.findall(r"`([^`\n]+)`", page)]
    assert sorted(read) == sorted(
        code
        for code in written
        if re.search(r"rate\(|_\w+_|up\{", code)
        and not re.match(r"[A-Z]|docker|curl|openssl", code)
    )


@pytest.mark.parametrize("page", sorted(ALERTS))
def test_a_runbook_names_panels_and_dashboards_that_there_are(page: str) -> None:
    text = (ROOT / "docs" / "runbooks" / f"{page}.md").read_text("utf-8")
    prose = re.sub(r"`[^`\n]*`", "", text)
    boards = [dashboards.dashboard(name) for name in dashboards.DASHBOARDS]
    titles = {panel["title"] for board in boards for panel in board["panels"]}
    titles |= {board["title"] for board in boards}
    named = set(re.findall(r'(?<!for )"([A-Z][^"]*)"', prose))
    assert named <= titles, named - titles


def test_every_alert_has_a_case_that_fires_it() -> None:
    fired = {
        check["alertname"]
        for test in read_yaml("deploy", "prometheus", "tests.yml")["tests"]
        for check in test["alert_rule_test"]
        if check["exp_alerts"]
    }
    assert fired == set(ALERTS)


def test_the_dashboards_are_those_that_the_script_writes() -> None:
    folder = ROOT / "deploy" / "grafana" / "dashboards"
    assert {path.stem for path in folder.glob("*.json")} == set(dashboards.DASHBOARDS)
    for name in dashboards.DASHBOARDS:
        assert (folder / f"{name}.json").read_text(encoding="utf-8") == dashboards.text(name)


def test_no_two_panels_of_a_dashboard_overlap_and_all_name_the_source() -> None:
    sources = read_yaml("deploy", "grafana", "provisioning", "datasources", "prometheus.yml")
    [uid] = [source["uid"] for source in sources["datasources"]]
    for name in dashboards.DASHBOARDS:
        panels = dashboards.dashboard(name)["panels"]
        cells = [
            (x, y)
            for box in (panel["gridPos"] for panel in panels)
            for x in range(box["x"], box["x"] + box["w"])
            for y in range(box["y"], box["y"] + box["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < dashboards.COLUMNS
        assert len({panel["id"] for panel in panels}) == len(panels)
        assert {panel["datasource"]["uid"] for panel in panels} == {uid}


def test_every_severity_is_routed_to_a_receiver() -> None:
    routing = read_yaml("deploy", "alertmanager", "alertmanager.yml")
    receivers = {one["name"] for one in routing["receivers"]}
    routes = [routing["route"], *routing["route"]["routes"]]
    assert {route["receiver"] for route in routes} == receivers
    inhibited = re.findall(r"AIGuardian\w+", json.dumps(routing["inhibit_rules"]))
    assert set(inhibited) <= set(ALERTS)


def test_promtool_accepts_rules_and_configuration(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed; `make monitoring-check` tries it where it is")
    for name in ("alerts.yml", "recording.yml"):
        path = ROOT / "deploy" / "prometheus" / "rules" / name
        subprocess.run([promtool, "check", "rules", str(path)], check=True, capture_output=True)
    text = ROOT.joinpath("deploy", "prometheus", "prometheus.yml").read_text(encoding="utf-8")
    text = text.replace("/etc/prometheus", str(ROOT / "deploy" / "prometheus"))
    text = text.replace("/run/secrets/metrics_key", "/dev/null")
    (tmp_path / "prometheus.yml").write_text(text)
    done = subprocess.run(
        [promtool, "check", "config", str(tmp_path / "prometheus.yml")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_amtool_accepts_the_routing(tmp_path: Path) -> None:
    amtool = shutil.which("amtool")
    if amtool is None:
        pytest.skip("amtool is not installed")
    text = ROOT.joinpath("deploy", "alertmanager", "alertmanager.yml").read_text(encoding="utf-8")
    # url_file came with Alertmanager 0.26; Debian 12 ships 0.25.
    text = re.sub(r"url_file: /run/secrets/(\w+)", r"url: http://localhost/\1", text)
    (tmp_path / "alertmanager.yml").write_text(text)
    command = [amtool, "check-config", str(tmp_path / "alertmanager.yml")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for labels, receiver in (
        (["alertname=AIGuardianGatewayDown", "severity=page"], "pages"),
        (["alertname=AIGuardianQueueFills", "severity=ticket"], "tickets"),
        (["alertname=AIGuardianWatchdog", "severity=none"], "watchdog"),
    ):
        command = [amtool, "config", "routes", "test", *labels]
        command += [f"--config.file={tmp_path / 'alertmanager.yml'}"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.stdout.strip() == receiver, done.stderr


def test_the_shipper_keeps_the_lines_that_the_program_writes() -> None:
    [source] = read_yaml("deploy", "filebeat", "filebeat.yml")["filebeat.inputs"]
    [kept] = [
        one for one in source["processors"] if "drop_event.when.not.equals.ecs.version" in one
    ]
    assert kept["drop_event.when.not.equals.ecs.version"] == ECS_VERSION
