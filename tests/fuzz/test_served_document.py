"""schemathesis walks the served document: no status, header, type or shape that is not in it.

FUZZ_EXAMPLES=n tries n examples of each path instead of a few, others each time; 1,500
take three minutes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from started_gateway import KEY, Gateway

from aiguardian.gateway.vitals import LiveVitals
from aiguardian.registry import build_guards
from aiguardian.settings.groups import Settings
from aiguardian.stores import build_stores
from aiguardian.web.openapi import document

IS_LONG = "FUZZ_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
CHECKS = [
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]


BATCH = "/api/v1/guards/batch"


@schemathesis.serializer("application/x-ndjson")
def _lines(_: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


GUARDS = build_guards(LiveVitals(Path("/nonexistent-home")), build_stores(Settings()))
DESCRIBED = schemathesis.openapi.from_dict(json.loads(document(GUARDS)))


@pytest.mark.process
def test_this_document_is_the_one_that_is_served(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/openapi.json").body == document(GUARDS)


@pytest.mark.process
@pytest.mark.timeout(3600 if IS_LONG else 120)
@DESCRIBED.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=not IS_LONG)
def test_answers_are_as_the_document_says(case: schemathesis.Case, gateway: Gateway) -> None:
    reply = case.call(base_url=gateway.url, headers={"X-API-Key": KEY})
    checks = [*CHECKS]
    if case.operation.path != BATCH:  # which answers 200 and tells of wrong lines in its lines
        checks.append(negative_data_rejection)
    if reply.status_code not in (501, 503, 504):  # said on purpose, and described
        checks.append(not_a_server_error)
    case.validate_response(reply, checks=checks, headers={"X-API-Key": KEY})
