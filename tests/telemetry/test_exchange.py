"""Ids of a request: the caller's where they are well formed, else new ones that are."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.telemetry.exchange import Exchange

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def exchange(
    *,
    request_id: bytes | None = None,
    traceparent: bytes | None = None,
    sample_ratio: float = 0.0,
) -> Exchange:
    return Exchange.begin(
        method="GET",
        request_id=request_id,
        traceparent=traceparent,
        sample_ratio=sample_ratio,
        started_s=0.0,
        started_ns=0,
    )


@given(st.uuids())
def test_any_uuid_is_kept(one: UUID) -> None:
    for given_id in (str(one), str(one).upper()):
        assert exchange(request_id=given_id.encode()).request_id == given_id


@given(st.binary(max_size=40) | st.from_regex(rb"[0-9a-f-]{34,38}", fullmatch=True))
def test_whatever_comes_the_id_is_a_uuid(given_id: bytes) -> None:
    one = exchange(request_id=given_id)
    assert len(one.request_id) == 36
    UUID(one.request_id)
    if given_id.decode("latin-1") != one.request_id:
        assert UUID(one.request_id).version == 4
        assert UUID(one.request_id).variant == "specified in RFC 4122"


@given(
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    st.integers(0, 255),
    st.integers(0, 254),
    st.sampled_from([b"", b"-", b"-more-to-come"]),
)
def test_any_legal_traceparent_is_continued(
    trace: int, parent: int, flags: int, version: int, more: bytes
) -> None:
    tail = more if version else b""
    one = exchange(traceparent=b"%02x-%032x-%016x-%02x%b" % (version, trace, parent, flags, tail))
    assert (one.trace_id, one.parent_id) == (f"{trace:032x}", f"{parent:016x}")
    assert one.is_sampled is bool(flags & 1)
    assert one.traceparent() == f"00-{trace:032x}-{one.span_id}-0{flags & 1}"


@given(st.binary(max_size=80) | st.from_regex(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-.*"))
def test_whatever_comes_the_trace_context_sent_on_is_legal(header: bytes) -> None:
    one = exchange(traceparent=header)
    version, trace, span, flags = one.traceparent().split("-")
    assert (version, len(trace), len(span)) == ("00", 32, 16)
    assert int(trace, 16) * int(span, 16)
    assert flags in {"00", "01"}


@pytest.mark.parametrize(("ratio", "is_sampled"), [(0.0, False), (1.0, True)])
def test_new_traces_are_sampled_by_the_ratio(ratio: float, is_sampled: bool) -> None:
    assert exchange(sample_ratio=ratio).is_sampled is is_sampled


def test_the_callers_decision_to_sample_counts_before_the_ratio() -> None:
    not_sampled = f"00-{TRACE}-{PARENT}-00".encode()
    assert not exchange(traceparent=not_sampled, sample_ratio=1.0).is_sampled
    sampled = f"00-{TRACE}-{PARENT}-01".encode()
    assert exchange(traceparent=sampled, sample_ratio=0.0).is_sampled


def test_ids_of_two_requests_differ() -> None:
    many = [exchange() for _ in range(500)]
    for name in ("request_id", "trace_id", "span_id"):
        assert len({getattr(one, name) for one in many}) == 500
