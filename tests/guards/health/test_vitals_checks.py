"""What the live figures say of this process and of the guards."""

from dataclasses import replace

import pytest

from aiguardian.errors import InvalidField
from aiguardian.guards.health.service import service_checks
from aiguardian.guards.health.system import GIB, system_checks
from aiguardian.guards.health.vitals import FixedVitals, Instance, ServiceVitals, SystemVitals

WELL = SystemVitals(
    uptime_s=90_000.0,
    cpu_count=2,
    cpu_percent=40.0,
    load_1m_per_core=0.5,
    rss_bytes=200 << 20,
    memory_available_bytes=4 * GIB,
    memory_total_bytes=8 * GIB,
    disk_free_bytes=40 * GIB,
    disk_total_bytes=80 * GIB,
    open_files=100,
    open_files_limit=1024,
    event_loop_lag_ms=1.5,
    workers_busy=1,
    workers_total=2,
    queue_depth=0,
    queue_limit=256,
    log_lines_dropped=0,
)
GUARD = ServiceVitals(
    name="tokenguard", requests=100, p50_ms=1.0, p95_ms=4.0, self_tests_passed=True,
    last_self_test_s_ago=30.0,
)  # fmt: skip


def test_a_machine_at_rest_is_healthy_and_every_figure_has_a_row() -> None:
    rows = system_checks(WELL)
    assert {row.status for row in rows} == {"healthy"}
    assert [row.name for row in rows] == [
        "cpu", "load", "memory", "disk", "open_files", "event_loop", "workers", "queue", "log",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "name", "status"),
    [
        ({"cpu_percent": 185.0}, "cpu", "degraded"),
        ({"cpu_percent": 100.0}, "cpu", "healthy"),
        ({"load_1m_per_core": 1.6}, "load", "degraded"),
        ({"load_1m_per_core": 4.0}, "load", "unhealthy"),
        ({"memory_available_bytes": GIB // 2}, "memory", "degraded"),
        ({"memory_available_bytes": GIB // 8}, "memory", "unhealthy"),
        ({"disk_free_bytes": 3 * GIB}, "disk", "degraded"),
        ({"disk_free_bytes": GIB}, "disk", "unhealthy"),
        ({"disk_free_bytes": 20 * GIB, "disk_total_bytes": 2_000 * GIB}, "disk", "healthy"),
        ({"disk_free_bytes": 5 * GIB, "disk_total_bytes": 2_000 * GIB}, "disk", "degraded"),
        ({"open_files": 900}, "open_files", "degraded"),
        ({"open_files": 1_020}, "open_files", "unhealthy"),
        ({"event_loop_lag_ms": 80.0}, "event_loop", "degraded"),
        ({"event_loop_lag_ms": 400.0}, "event_loop", "unhealthy"),
        ({"workers_busy": 2}, "workers", "healthy"),
        ({"workers_busy": 2, "queue_depth": 1}, "workers", "degraded"),
        ({"queue_depth": 130}, "queue", "degraded"),
        ({"queue_depth": 256}, "queue", "unhealthy"),
        ({"log_lines_dropped": 3}, "log", "degraded"),
    ],
)
def test_a_figure_past_its_limit_changes_its_row(
    change: dict[str, float], name: str, status: str
) -> None:
    rows = {row.name: row for row in system_checks(replace(WELL, **change))}
    assert rows[name].status == status


def test_a_figure_nobody_knows_has_no_row() -> None:
    rows = system_checks(replace(WELL, disk_free_bytes=None, cpu_count=None))
    assert not {"disk", "cpu"} & {row.name for row in rows}


def test_a_process_without_any_figure_is_not_called_healthy() -> None:
    (row,) = system_checks(SystemVitals())
    assert row.status == "degraded"


def rows_of(service: ServiceVitals) -> dict[str, str]:
    rows = service_checks({service.name: service}, target=None)
    return {row.name.partition(".")[2]: row.status for row in rows}


def test_a_guard_that_works_is_healthy() -> None:
    assert set(rows_of(GUARD).values()) == {"healthy"}


@pytest.mark.parametrize(
    ("change", "name", "status"),
    [
        ({"instances": (Instance(), Instance(healthy=False))}, "instances", "degraded"),
        ({"instances": (Instance(state="open"),)}, "instances", "unhealthy"),
        ({"instances": (Instance(state="half_open"),)}, "instances", "healthy"),
        ({"instances": ()}, "instances", "unhealthy"),
        ({"errors": 4}, "errors", "healthy"),
        ({"errors": 3, "timeouts": 2}, "errors", "degraded"),
        ({"timeouts": 50}, "errors", "unhealthy"),
        ({"requests": 2, "errors": 2}, "errors", "healthy"),
        ({"unjudged": 10}, "errors", "degraded"),
        ({"p95_ms": 1_500.0}, "latency", "degraded"),
        ({"p95_ms": None}, "latency", "healthy"),
        ({"self_tests_passed": None}, "self_tests", "degraded"),
        (
            {"self_tests_passed": False, "self_tests_failed": ("empty text",)},
            "self_tests",
            "unhealthy",
        ),
        ({"last_self_test_s_ago": 1_000.0}, "self_tests", "degraded"),
    ],
)
def test_a_guard_that_ails_says_where(change: dict[str, object], name: str, status: str) -> None:
    assert rows_of(replace(GUARD, **change))[name] == status  # type: ignore[arg-type]


def test_failed_self_tests_are_named() -> None:
    ailing = replace(GUARD, self_tests_passed=False, self_tests_failed=("empty text",))
    rows = service_checks({"tokenguard": ailing}, target="tokenguard")
    assert "empty text" in rows[3].detail


def test_a_target_picks_one_guard() -> None:
    services = FixedVitals(of_services=(GUARD, replace(GUARD, name="healthguard"))).services()
    assert len(service_checks(services, target=None)) == 8
    rows = service_checks(services, target="healthguard")
    assert {row.name.partition(".")[0] for row in rows} == {"healthguard"}


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidField, match="tokenguard") as error:
        service_checks({"tokenguard": GUARD}, target="nope")
    assert error.value.field == "target"


def test_without_a_dispatcher_the_check_says_so() -> None:
    (row,) = service_checks({}, target=None)
    assert row.status == "degraded"
    assert "No dispatcher in this process" in row.detail
