"""Check `provider`: do those who answer behind the proxy answer, in time, and something?

Rows for each provider: its breaker, its errors, its latency, refusals, empty answers, canaries.
Limits chosen by judgement in November 2026, not measured.
"""

from __future__ import annotations

from aiguardian.errors import InvalidField
from aiguardian.guards.health.schemas import HealthCheck, Status
from aiguardian.guards.health.system import Limits
from aiguardian.guards.health.vitals import UpstreamVitals

FAULTS = ("failed", "timeout", "unreachable", "malformed", "broken")
"""What a provider is to blame for; `refused` is the caller's fault, `rate_limited` has a row."""
FAILED_SHARE = Limits(0.05, 0.50)
LIMITED_SHARE = Limits(0.05, 0.50)
"""Of the calls: a quota that no longer does."""
FIRST_BYTE_P95_MS = Limits(20_000.0, 60_000.0)
"""Until an answer begins: models that think take many seconds."""
REFUSED_SHARE = Limits(0.20, 0.60)
"""Of the answers: usual are a few in a hundred."""
EMPTY_SHARE = Limits(0.05, 0.30)
FEWEST = 20
"""Below it a share is chance: 1 of 10 is no rate."""


def provider_checks(
    upstreams: dict[str, UpstreamVitals], *, target: str | None
) -> list[HealthCheck]:
    """The rows of all providers, or of `target`; `InvalidField` when that is not one of them."""
    if not upstreams and target is None:
        detail = "No provider is configured in this process: aiguardian/echo answers."
        return [HealthCheck(name="providers", status="healthy", detail=detail)]
    if target is None:
        return [row for upstream in upstreams.values() for row in _rows(upstream)]
    if target not in upstreams:
        known = ", ".join(sorted(upstreams)) or "none is"
        raise InvalidField(f"target is not an upstream configured here: {known}.", field="target")
    return _rows(upstreams[target])


def _rows(upstream: UpstreamVitals) -> list[HealthCheck]:
    return [
        _breaker(upstream),
        _errors(upstream),
        _rate(upstream),
        _latency(upstream),
        _share(upstream, "refusals", upstream.refusals, REFUSED_SHARE),
        _share(upstream, "empty", upstream.empty, EMPTY_SHARE),
        *_canaries(upstream),
    ]


def _breaker(upstream: UpstreamVitals) -> HealthCheck:
    states: dict[str, tuple[Status, str]] = {
        "closed": ("healthy", "Closed: it is asked."),
        "half_open": ("degraded", "Half open: one call tries whether it answers again."),
        "open": ("unhealthy", "Open: it failed several times in a row and is left alone."),
    }
    status, detail = states[upstream.state]
    return HealthCheck(name=f"{upstream.name}.breaker", status=status, detail=detail)


def _errors(upstream: UpstreamVitals) -> HealthCheck:
    failed = sum(upstream.outcomes.get(kind, 0) for kind in FAULTS)
    kinds = ", ".join(
        f"{upstream.outcomes[kind]} {kind}" for kind in FAULTS if upstream.outcomes.get(kind)
    )
    detail = (
        f"{failed} faults in {upstream.calls} calls (limit {FAILED_SHARE.degraded:.0%})"
        f"{': ' + kinds if kinds else ''}."
    )
    if upstream.calls < FEWEST:
        return _row(upstream, "errors", "healthy", f"{detail} Too few to judge: {FEWEST} needed.")
    return _row(upstream, "errors", FAILED_SHARE.status(failed / upstream.calls), detail)


def _rate(upstream: UpstreamVitals) -> HealthCheck:
    limited = upstream.outcomes.get("rate_limited", 0)
    detail = (
        f"{limited} of {upstream.calls} calls were refused for their number "
        f"(limit {LIMITED_SHARE.degraded:.0%})."
    )
    if upstream.calls < FEWEST:
        return _row(upstream, "rate", "healthy", f"{detail} Too few to judge: {FEWEST} needed.")
    return _row(upstream, "rate", LIMITED_SHARE.status(limited / upstream.calls), detail)


def _latency(upstream: UpstreamVitals) -> HealthCheck:
    if upstream.p95_ms is None or upstream.p50_ms is None:
        return _row(upstream, "latency", "healthy", "No answers lately.")
    detail = (
        f"Until an answer begins: p50 {upstream.p50_ms:.0f} ms, p95 {upstream.p95_ms:.0f} ms "
        f"(limit {FIRST_BYTE_P95_MS.degraded:.0f} ms)."
    )
    status = FIRST_BYTE_P95_MS.status(upstream.p95_ms)
    return HealthCheck(
        name=f"{upstream.name}.latency", status=status, detail=detail, latency_ms=upstream.p95_ms
    )


def _share(upstream: UpstreamVitals, what: str, count: int, limits: Limits) -> HealthCheck:
    detail = (
        f"{count} {what} among the last {upstream.answers} answers (limit {limits.degraded:.0%})."
    )
    if upstream.answers < FEWEST:
        return _row(upstream, what, "healthy", f"{detail} Too few to judge: {FEWEST} needed.")
    return _row(upstream, what, limits.status(count / upstream.answers), detail)


def _canaries(upstream: UpstreamVitals) -> list[HealthCheck]:
    rows = []
    for canary in upstream.canaries:
        status: Status = "unhealthy" if canary.fault else "healthy"
        told = canary.fault or "The answer was as expected."
        detail = f"{told} Asked {canary.asked_s_ago:.0f} s ago."
        rows.append(_row(upstream, f"canary.{canary.name}", status, detail))
    return rows


def _row(upstream: UpstreamVitals, what: str, status: Status, detail: str) -> HealthCheck:
    return HealthCheck(name=f"{upstream.name}.{what}", status=status, detail=detail)
