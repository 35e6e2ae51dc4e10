"""The contract between the dispatcher and whatever judges."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from aiguardian import errors
from aiguardian.errors import DeadlineExceeded, GatewayError
from aiguardian.processor import ACTIONS, Action, Deadline, Decision, Finding, Payload, Report


class Clock:
    now = 5.0

    def __call__(self) -> float:
        return self.now


def test_a_deadline_counts_down_and_then_raises() -> None:
    clock = Clock()
    deadline = Deadline(2.0, clock=clock)
    assert deadline.remaining_s() == 2.0
    deadline.check()
    clock.now += 1.5
    assert deadline.remaining_s() == pytest.approx(0.5)
    deadline.check()
    clock.now += 0.5
    assert deadline.remaining_s() == 0.0
    with pytest.raises(DeadlineExceeded):
        deadline.check()
    clock.now += 10
    assert deadline.remaining_s() == 0.0


def test_a_cancelled_deadline_has_passed() -> None:
    deadline = Deadline(60.0)
    deadline.cancel()
    assert deadline.remaining_s() == 0.0
    with pytest.raises(DeadlineExceeded):
        deadline.check()


def test_actions_stand_in_order_of_severity() -> None:
    assert ACTIONS == ("keep", "flag", "rewrite", "block") == get_args(Action)


def test_a_report_recommends_what_it_decides_and_leaves_out_what_it_has_not() -> None:
    report = Report(
        text_length=3,
        risk=0.5,
        flagged=True,
        confidence_score=1.0,
        decision=Decision("block", 1.0, "because"),
    )
    assert msgspec.to_builtins(report) == {
        "text_length": 3,
        "risk": 0.5,
        "flagged": True,
        "confidence_score": 1.0,
        "decision": {"action": "block", "confidence": 1.0, "reason": "because"},
        "recommendation": "block",
        "findings": [],
        "alarms": [],
        "processing_time_ms": 0.0,
    }


def test_a_finding_without_suggestion_has_no_such_field() -> None:
    finding = Finding(category="x", start=0, end=1, score=0.5, detector="d", message="m")
    assert "suggestion" not in msgspec.to_builtins(finding)


def test_a_payload_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Payload().content_type = "code"  # type: ignore[misc]  # that is the point


STATUS = {
    "InvalidJson": (400, "invalid_json"),
    "InvalidRequest": (400, "invalid_request"),
    "Unauthenticated": (401, "unauthenticated"),
    "Forbidden": (403, "forbidden"),
    "NotFound": (404, "not_found"),
    "ModelNotFound": (404, "model_not_found"),
    "MethodNotAllowed": (405, "method_not_allowed"),
    "Conflict": (409, "conflict"),
    "PreconditionFailed": (412, "precondition_failed"),
    "PreconditionRequired": (428, "precondition_required"),
    "SlowClient": (408, "request_timeout"),
    "PayloadTooLarge": (413, "too_large"),
    "UnsupportedMediaType": (415, "unsupported_media_type"),
    "InvalidField": (422, "invalid_field"),
    "RateLimited": (429, "rate_limited"),
    "InternalError": (500, "internal_error"),
    "GatewayError": (500, "internal_error"),
    "NotAvailable": (503, "not_available"),
    "GuardFailed": (503, "guard_failed"),
    "Overloaded": (503, "overloaded"),
    "DeadlineExceeded": (504, "deadline_exceeded"),
}


def test_every_error_has_its_status_and_code_and_stands_in_the_tree() -> None:
    kinds = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, GatewayError)
    }
    assert {name: (kind.status, kind.code) for name, kind in kinds.items()} == STATUS
    assert all(name in (errors.__doc__ or "") for name in kinds)
    error = kinds["RateLimited"]("Slower.", field="x", retry_after_s=2)
    assert (str(error), error.message, error.field, error.retry_after_s) == (
        "Slower.",
        "Slower.",
        "x",
        2,
    )
