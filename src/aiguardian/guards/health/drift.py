"""Check `drift`: do a provider's latest answers look like its first ones?

Risks, lengths, languages and refusals of the latest answers beside those of a baseline: by the
population stability index (PSI) for all four, and by the Kolmogorov-Smirnov distance (KS) for the
two that are numbers. PSI: Siddiqi, Credit Risk Scorecards (2006), whose limits 0.1 and 0.25 are
taken; KS with its two-sample critical value at 1 %.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Sequence

from aiguardian.errors import InvalidField
from aiguardian.guards.health.schemas import HealthCheck, Status
from aiguardian.guards.health.system import Limits
from aiguardian.guards.health.vitals import LooksVitals

PSI = Limits(0.10, 0.25)
FEWEST_BASELINE = 200
FEWEST_RECENT = 100
"""Below these, chance alone moves a PSI of ten bins past 0.1."""
BINS = 10
KS_AT_1_PERCENT = 1.628
"""Times sqrt((n + m) / (n m)): Smirnov's table for large samples."""


def drift_checks(looks: dict[str, LooksVitals], *, target: str | None) -> list[HealthCheck]:
    """The rows of all providers, or of `target`; `InvalidField` when that is not one of them."""
    if not looks and target is None:
        detail = "No provider is configured in this process: aiguardian/echo answers."
        return [HealthCheck(name="providers", status="healthy", detail=detail)]
    if target is not None and target not in looks:
        known = ", ".join(sorted(looks)) or "none is"
        raise InvalidField(f"target is not an upstream configured here: {known}.", field="target")
    chosen = looks.values() if target is None else [looks[target]]
    return [row for one in chosen for row in _rows(one)]


def _rows(looks: LooksVitals) -> list[HealthCheck]:
    before, now = looks.baseline, looks.recent
    if len(before) < FEWEST_BASELINE or len(now) < FEWEST_RECENT:
        detail = (
            f"Not enough data: {len(before)} answers in the baseline ({FEWEST_BASELINE} needed), "
            f"{len(now)} since ({FEWEST_RECENT} needed)."
        )
        return [HealthCheck(name=f"{looks.name}.drift", status="healthy", detail=detail)]
    return [
        _numbers(looks.name, "risk", [one.risk for one in before], [one.risk for one in now]),
        _numbers(looks.name, "length", [one.length for one in before], [one.length for one in now]),
        _kinds(
            looks.name,
            "language",
            [one.language or "unknown" for one in before],
            [one.language or "unknown" for one in now],
        ),
        _kinds(
            looks.name,
            "refusals",
            [one.is_refusal for one in before],
            [one.is_refusal for one in now],
        ),
    ]


def _numbers(name: str, what: str, before: Sequence[float], now: Sequence[float]) -> HealthCheck:
    bounds = quantiles(before, BINS)
    stability = psi(
        [bisect_left(bounds, value) for value in before],
        [bisect_left(bounds, value) for value in now],
    )
    distance = ks_distance(before, now)
    critical = KS_AT_1_PERCENT * math.sqrt((len(before) + len(now)) / (len(before) * len(now)))
    detail = (
        f"PSI {stability:.3f} (limits {PSI.degraded:g} and {PSI.unhealthy:g}), "
        f"KS {distance:.3f} (chance stays below {critical:.3f} in 99 of 100 cases), "
        f"median {_median(now):.4g} against {_median(before):.4g}; {_sizes(before, now)}"
    )
    # A KS past chance alone is told as a number: with many answers it finds what matters to no one.
    return _row(name, what, PSI.status(stability), detail, psi=stability, ks=distance)


def _kinds(
    name: str, what: str, before: Sequence[Hashable], now: Sequence[Hashable]
) -> HealthCheck:
    stability = psi(before, now)
    shown = _shares(before, now)
    detail = (
        f"PSI {stability:.3f} (limits {PSI.degraded:g} and {PSI.unhealthy:g}); {shown}; "
        f"{_sizes(before, now)}"
    )
    return _row(name, what, PSI.status(stability), detail, psi=stability)


def psi(before: Sequence[Hashable], now: Sequence[Hashable]) -> float:
    """The population stability index of two samples of kinds. A kind that one of them lacks
    counts as half an occurrence there."""
    first, second = Counter(before), Counter(now)
    total = 0.0
    for kind in first.keys() | second.keys():
        p = max(first[kind], 0.5) / len(before)
        q = max(second[kind], 0.5) / len(now)
        total += (q - p) * math.log(q / p)
    return total


def ks_distance(before: Sequence[float], now: Sequence[float]) -> float:
    """The largest distance between the two empirical distributions, in [0, 1]."""
    one, other = sorted(before), sorted(now)
    return max(
        abs(bisect_right(one, value) / len(one) - bisect_right(other, value) / len(other))
        for value in {*one, *other}
    )


def quantiles(values: Sequence[float], parts: int) -> list[float]:
    """Bounds between equal parts of the values; fewer where many are the same."""
    ordered = sorted(values)
    return sorted({ordered[len(ordered) * part // parts] for part in range(1, parts)})


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _shares(before: Sequence[Hashable], now: Sequence[Hashable]) -> str:
    first, second = Counter(before), Counter(now)
    gains = {kind: second[kind] / len(now) - first[kind] / len(before) for kind in first | second}
    kind = max(gains, key=lambda one: (abs(gains[one]), str(one)))
    word = (
        {True: "refusals", False: "no refusals"}.get(kind, kind) if isinstance(kind, bool) else kind
    )
    return f"{word}: {second[kind] / len(now):.1%} against {first[kind] / len(before):.1%}"


def _sizes(before: Sequence[object], now: Sequence[object]) -> str:
    return f"{len(now)} answers against {len(before)}."


def _row(name: str, what: str, status: Status, detail: str, **figures: float) -> HealthCheck:
    rounded = {key: round(value, 4) for key, value in figures.items()}
    return HealthCheck(name=f"{name}.drift.{what}", status=status, detail=detail, figures=rounded)
