"""Counters and histograms that Prometheus reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from aiguardian.telemetry.metrics import GUARD_BUCKETS_S, Metrics, Timings

SECONDS = st.lists(st.floats(0, 100), max_size=30)


@given(st.dictionaries(st.sampled_from("abc"), SECONDS))
def test_a_histogram_counts_each_event_once_and_in_its_bucket(
    events: dict[str, list[float]],
) -> None:
    timings = Timings(GUARD_BUCKETS_S)
    for label, seconds in events.items():
        for one in seconds:
            timings.add((label, "x"), one)
    for label, (buckets, total) in timings.histogram(0).items():
        seconds = events[label]
        assert total == pytest.approx(sum(seconds))
        for bound, count in buckets:
            assert count == sum(one <= float(bound) for one in seconds)
        assert buckets[-1] == ("+Inf", len(seconds))
    assert sum(timings.counts().values()) == sum(map(len, events.values()))


def test_a_histogram_adds_up_what_differs_in_other_labels() -> None:
    timings = Timings((1.0,))
    timings.add(("a", "x"), 0.5)
    timings.add(("a", "y"), 1.5)
    timings.add(("b", "x"), 1.0)
    assert timings.histogram(0) == {
        "a": ([("1", 1.0), ("+Inf", 2.0)], 2.0),
        "b": ([("1", 1.0), ("+Inf", 1.0)], 1.0),
    }
    assert timings.counts() == {("a", "x"): 1, ("a", "y"): 1, ("b", "x"): 1}


def test_the_text_is_prometheus_own_format_with_process_figures() -> None:
    metrics = Metrics()
    metrics.count_verdict("tokenguard", "keep", 0.002)
    names = {one.name for one in text_string_to_metric_families(metrics.text().decode())}
    assert {"aiguardian_verdicts", "aiguardian_guard_seconds", "process_cpu_seconds"} <= names
    assert b'aiguardian_verdicts_total{action="keep",guard="tokenguard"} 1.0' in metrics.text()


def test_two_programs_in_one_process_do_not_share_counters() -> None:
    one, other = Metrics(), Metrics()
    one.fallbacks.labels("tokenguard").inc()
    assert b'fallbacks_total{guard="tokenguard"} 1.0' in one.text()
    assert b'fallbacks_total{guard="tokenguard"}' not in other.text()
