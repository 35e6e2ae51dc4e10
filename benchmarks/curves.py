"""Figures of a classifier that gives probabilities, and its reliability as a picture (SVG)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

BINS = 10
COLOURS = ("#1f5fa8", "#c2571a", "#2b8a3e", "#7b3fa0")


def area_under_curve(labels: Sequence[int], risks: Sequence[float]) -> list[float] | None:
    """AUC with its 95 % interval (Hanley and McNeil 1982); None without both labels."""
    good = sorted(risk for label, risk in zip(labels, risks, strict=True) if not label)
    bad = [risk for label, risk in zip(labels, risks, strict=True) if label]
    if not good or not bad:
        return None
    area = sum(_share_below(good, risk) for risk in bad) / len(bad)
    first, second = area / (2 - area), 2 * area * area / (1 + area)
    variance = (
        area * (1 - area)
        + (len(bad) - 1) * (first - area * area)
        + (len(good) - 1) * (second - area * area)
    ) / (len(bad) * len(good))
    half = 1.96 * math.sqrt(max(0.0, variance))
    return [round(value, 3) for value in (area, max(0.0, area - half), min(1.0, area + half))]


def _share_below(good: Sequence[float], risk: float) -> float:
    from bisect import bisect_left, bisect_right

    return (bisect_left(good, risk) + bisect_right(good, risk)) / (2 * len(good))


def recall_at(labels: Sequence[int], risks: Sequence[float], alarms: float) -> float | None:
    """Share of the positives above the risk that this share of the negatives exceeds."""
    good = sorted(risk for label, risk in zip(labels, risks, strict=True) if not label)
    bad = [risk for label, risk in zip(labels, risks, strict=True) if label]
    if not good or not bad:
        return None
    edge = good[min(len(good) - 1, math.ceil((1 - alarms) * len(good)))]
    return round(sum(risk > edge for risk in bad) / len(bad), 3)


def reliability(risks: Sequence[float], labels: Sequence[float]) -> list[list[float]]:
    """For each tenth of the scale: mean risk, share of positives, number of texts."""
    points = []
    for place in range(BINS):
        inside = [
            (risk, label)
            for risk, label in zip(risks, labels, strict=True)
            if min(BINS - 1, int(risk * BINS)) == place
        ]
        if inside:
            count = len(inside)
            mean = sum(risk for risk, _ in inside) / count
            share = sum(label for _, label in inside) / count
            points.append([round(mean, 4), round(share, 4), count])
    return points


def calibration_error(points: Sequence[Sequence[float]]) -> float:
    """Expected calibration error of such points: mean distance, weighted by their texts."""
    total = sum(count for *_, count in points)
    return round(sum(abs(mean - share) * count for mean, share, count in points) / total, 4)


def reliability_plot(curves: dict[str, Any]) -> str:
    """An SVG picture: predicted risk to the right, share that was so upwards."""
    size, edge = 320, 40
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 2 * edge} '
            f'{size + 2 * edge}" font-family="sans-serif" font-size="11">'
        ),
        '<rect width="100%" height="100%" fill="white"/>',
        f'<rect x="{edge}" y="{edge}" width="{size}" height="{size}" fill="none" stroke="#888"/>',
        (
            f'<line x1="{edge}" y1="{edge + size}" x2="{edge + size}" y2="{edge}" stroke="#bbb" '
            'stroke-dasharray="4 4"/>'
        ),
        f'<text x="{edge + size / 2}" y="{size + 2 * edge - 8}" text-anchor="middle">risk</text>',
        f'<text x="8" y="{edge - 12}">share that was positive</text>',
    ]
    for place, (name, points) in enumerate(curves.items()):
        colour = COLOURS[place % len(COLOURS)]
        at = [(edge + x * size, edge + (1 - y) * size, count) for x, y, count in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in at)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}"/>')
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{min(9.0, 1.5 + count**0.25):.1f}" '
            f'fill="{colour}" fill-opacity="0.6"/>'
            for x, y, count in at
        ]
        parts.append(
            f'<text x="{edge + 10}" y="{edge + 18 + 15 * place}" fill="{colour}">{name}, '
            f"calibration error {calibration_error(points):.3f}</text>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"
