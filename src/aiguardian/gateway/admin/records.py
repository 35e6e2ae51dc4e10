"""What administrators see and do about what is recorded, put together."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from aiguardian.gateway.admin.audit import AuditEndpoints
from aiguardian.gateway.admin.privacy import PrivacyEndpoints
from aiguardian.gateway.admin.retention import RetentionEndpoints
from aiguardian.gateway.admin.usage import UsageEndpoints
from aiguardian.gateway.records import Recording, Records
from aiguardian.gateway.wire import Bodies


def record_routes(
    bodies: Bodies,
    recording: Recording,
    records: Records,
    *,
    forget_answers: Callable[[], int],
) -> list[Route]:
    """The paths of audit, usage, retention and privacy."""
    audit = AuditEndpoints(
        records.audit,
        recording.persons,
        signer=records.signer(),
        keys=records.public_keys(),
        anchors=records.anchors(),
    )
    return [
        *audit.routes(),
        *UsageEndpoints(records.usage, recording.persons).routes(),
        *RetentionEndpoints(recording.sweeper, recording.store).routes(),
        *PrivacyEndpoints(
            bodies,
            recording.erasure,
            recording.persons,
            settle=recording.keeper.keep,
            forget_answers=forget_answers,
        ).routes(),
    ]
