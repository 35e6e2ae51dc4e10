"""Check `service`: does each guard answer, in time, without faults, and rightly?

Four rows a guard: its instances, its errors, its latency, its self-tests.
Limits chosen by judgement in November 2026, not measured.
"""

from __future__ import annotations

from aiguardian.errors import InvalidField
from aiguardian.guards.health.schemas import HealthCheck, Status
from aiguardian.guards.health.system import Limits
from aiguardian.guards.health.vitals import Instance, ServiceVitals

FAILED_SHARE = Limits(0.05, 0.50)
"""Of the answers asked for; at half of them the guard protects nobody."""
UNJUDGED_SHARE = Limits(0.10, 0.50)
"""Of the answers given: parts nobody looked at."""
FEWEST_REQUESTS = 20
"""Below it a share is chance: 1 of 10 is no rate."""
P95_MS = Limits(1_000.0, 10_000.0)
"""A guard stands before every call to a model: a second more is felt, ten are an outage."""
SELF_TEST_AGE_S = 900.0
"""They run every few minutes: a quarter of an hour means that they stopped."""


def service_checks(services: dict[str, ServiceVitals], *, target: str | None) -> list[HealthCheck]:
    """The rows of all guards, or of `target`; `InvalidField` when that is not one of them."""
    if not services:
        detail = "No dispatcher in this process: ask the gateway, which sees every guard."
        return [HealthCheck(name="dispatcher", status="degraded", detail=detail)]
    if target is None:
        return [row for service in services.values() for row in _rows(service)]
    if target not in services:
        known = ", ".join(sorted(services))
        raise InvalidField(f"target is not a guard registered here: {known}.", field="target")
    return _rows(services[target])


def _rows(service: ServiceVitals) -> list[HealthCheck]:
    return [_instances(service), _errors(service), _latency(service), _self_tests(service)]


def _instances(service: ServiceVitals) -> HealthCheck:
    total = len(service.instances)
    up = sum(_answers(instance) for instance in service.instances)
    waiting = sum(instance.outstanding for instance in service.instances)
    status: Status = "healthy" if up == total and total else "degraded" if up else "unhealthy"
    where = "in this process" if service.mode == "in_process" else "remote"
    detail = f"{up} of {total} instances answer ({where}), {waiting} requests under way."
    if status != "healthy":
        down = [instance.url or "here" for instance in service.instances if not _answers(instance)]
        detail += f" Restart or look at the log of: {', '.join(down[:5]) or 'none is configured'}."
    return HealthCheck(name=f"{service.name}.instances", status=status, detail=detail)


def _answers(instance: Instance) -> bool:
    return instance.healthy and instance.state != "open"


def _errors(service: ServiceVitals) -> HealthCheck:
    failed = service.errors + service.timeouts
    enough = service.requests >= FEWEST_REQUESTS
    of_failed = FAILED_SHARE.status(failed / service.requests) if enough else "healthy"
    of_unjudged = (
        UNJUDGED_SHARE.status(service.unjudged / service.requests) if enough else "healthy"
    )
    detail = (
        f"{service.errors} errors and {service.timeouts} timeouts in {service.requests} requests "
        f"(limit {FAILED_SHARE.degraded:.0%}), {service.unjudged} with parts unjudged "
        f"(limit {UNJUDGED_SHARE.degraded:.0%})."
    )
    if of_failed != "healthy":
        detail += " Look for guard_failed with this guard's name in the log."
    if of_unjudged != "healthy":
        detail += " Its reports say in `unjudged` what it could not read."
    order: tuple[Status, ...] = ("unhealthy", "degraded", "healthy")
    status = min(of_failed, of_unjudged, key=order.index)
    return HealthCheck(name=f"{service.name}.errors", status=status, detail=detail)


def _latency(service: ServiceVitals) -> HealthCheck:
    name = f"{service.name}.latency"
    if service.p95_ms is None:
        return HealthCheck(name=name, status="healthy", detail="No requests lately.")
    status = P95_MS.status(service.p95_ms)
    median = "" if service.p50_ms is None else f"p50 {service.p50_ms:.1f} ms, "
    detail = f"{median}p95 {service.p95_ms:.1f} ms (limit {P95_MS.degraded:.0f} ms)."
    if status != "healthy":
        detail += " Long texts, or too few cores: check `system` too."
    return HealthCheck(name=name, status=status, detail=detail, latency_ms=service.p95_ms)


def _self_tests(service: ServiceVitals) -> HealthCheck:
    name = f"{service.name}.self_tests"
    age = service.last_self_test_s_ago
    when = "" if age is None else f", {age:.0f} s ago"
    if service.self_tests_failed or service.self_tests_passed is False:
        tests = ", ".join(service.self_tests_failed[:5]) or "unnamed"
        detail = f"Failed{when}: {tests}. Its verdicts can't be trusted: roll back or reinstall."
        return HealthCheck(name=name, status="unhealthy", detail=detail)
    if service.self_tests_passed is None:
        return HealthCheck(name=name, status="degraded", detail="Not run yet.")
    if age is not None and age > SELF_TEST_AGE_S:
        detail = f"Passed{when} (limit {SELF_TEST_AGE_S:.0f} s). They stopped running: see the log."
        return HealthCheck(name=name, status="degraded", detail=detail)
    return HealthCheck(name=name, status="healthy", detail=f"Passed{when}.")
