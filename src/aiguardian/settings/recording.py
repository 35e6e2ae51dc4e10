"""What is kept of requests and decisions, how surely, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from aiguardian.settings.variable import Variable

Store = Literal["none", "redacted", "full"]


@dataclass(frozen=True, slots=True)
class Recording:
    """What is kept of what was decided. Days of 0 mean for ever."""

    store: Annotated[
        Store,
        Variable(
            "AIGUARDIAN_STORE",
            "What is kept of a request: none of it, its verdicts and the redacted text, or all of "
            "the text. Texts are sealed.",
            "redacted",
        ),
    ] = "redacted"
    audit_required: Annotated[
        bool,
        Variable(
            "AIGUARDIAN_AUDIT_REQUIRED",
            "Answer 503 when a decision cannot be recorded, instead of a header that says so.",
            "true",
        ),
    ] = False
    audit_sync_ms: Annotated[
        int,
        Variable(
            "AIGUARDIAN_AUDIT_SYNC_MS",
            "Milliseconds of audit entries that a power cut may take; a killed process takes none.",
            "1000",
            ge=10,
            le=60_000,
        ),
    ] = 1_000
    audit_journal_bytes: Annotated[
        int,
        Variable(
            "AIGUARDIAN_AUDIT_JOURNAL_BYTES",
            "Audit entries that may wait on disk while the database is away.",
            "1073741824",
            ge=65_536,
        ),
    ] = 1_073_741_824
    retain_audit_days: Annotated[
        int,
        Variable("AIGUARDIAN_RETAIN_AUDIT_DAYS", "Days that the audit is kept.", "400", ge=0),
    ] = 400
    retain_requests_days: Annotated[
        int,
        Variable(
            "AIGUARDIAN_RETAIN_REQUESTS_DAYS", "Days that recorded requests are kept.", "30", ge=0
        ),
    ] = 30
    retain_usage_days: Annotated[
        int,
        Variable("AIGUARDIAN_RETAIN_USAGE_DAYS", "Days that usage is kept.", "400", ge=0),
    ] = 400
