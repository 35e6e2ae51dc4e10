"""The served document: valid, complete, and true to what the gateway answers."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from schemathesis.specs.openapi import definitions
from starlette.testclient import TestClient

from aiguardian.app import Program
from aiguardian.errors import GatewayError
from aiguardian.gateway.envelope import ErrorBody, Response
from aiguardian.gateway.gate import WEBHOOKS
from aiguardian.gateway.screen import ScreenRequest
from aiguardian.gateway.screened import ScreenReport, UnjudgedGuard
from aiguardian.settings.groups import GUARD_NAMES
from aiguardian.web import told
from aiguardian.web.components import error_codes, structs
from aiguardian.web.failures import FAILURES

ASSETS = "/docs/{name}"
PROBES = {"/health", "/health/live", "/health/ready"}
TOLD = {
    "/health": told.Summary,
    "/health/live": told.Live,
    "/health/ready": told.Readiness,
    "/api/v1/guards/services": told.Services,
    "/api/v1/guards/health": told.GuardsHealth,
    "/api/v1/guards/health/tokenguard": told.GuardHealth,
}


@pytest.fixture
def served(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def operations(served: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in served["paths"].items()
        for method, operation in methods.items()
    ]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_document_satisfies_the_schema_of_openapi_3_1(served: dict[str, Any]) -> None:
    assert served["openapi"].startswith("3.1.")
    definitions.OPENAPI_31_VALIDATOR.validate(served)


def test_every_schema_is_one(served: dict[str, Any]) -> None:
    for schema in served["components"]["schemas"].values():
        jsonschema_rs.Draft202012Validator({**schema, "components": served["components"]})


def test_every_reference_leads_somewhere_and_every_component_is_used(
    served: dict[str, Any],
) -> None:
    found = references(served)
    for reference in found:
        place: Any = served
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    kept = {
        f"#/components/{kind}/{name}"
        for kind, named in served["components"].items()
        if kind != "securitySchemes"
        for name in named
    }
    assert kept - found == {"#/components/schemas/BatchLine"}  # named in words, by `batch`


def test_document_has_the_routes_of_the_gateway_and_no_others(
    program: Program, served: dict[str, Any]
) -> None:
    there = {
        (route.path, method.lower())
        for route in program.routes
        for method in route.methods or ()
        if method != "HEAD"
    }
    described = {(path, method) for path, method, _ in operations(served)}
    assert described == there - {(ASSETS, "get")}


def test_no_two_types_share_a_name(program: Program) -> None:
    # A schema is named after its type: the second would take the place of the first.
    guards = [entry.processor for _, entry in program.directory]
    kinds = [*(one.payload for one in guards), *(one.report for one in guards), *TOLD.values()]
    kinds += [ScreenRequest, ErrorBody, UnjudgedGuard]
    names = [kind.cls.__name__ for kind in structs(msgspec.inspect.multi_type_info(kinds))]
    assert sorted(names) == sorted(set(names))


def test_operations_are_named_once_and_said_in_words(served: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(served)]
    assert len(names) == len(set(names))
    assert all(operation["summary"] for _, _, operation in operations(served))
    assert {tag["name"] for tag in served["tags"]} == {
        tag for _, _, operation in operations(served) for tag in operation["tags"]
    }


def test_only_probes_and_webhooks_are_open(client: TestClient, served: dict[str, Any]) -> None:
    for path, method, operation in operations(served):
        is_open = path in PROBES or path.startswith(WEBHOOKS)
        reply = client.request(
            method, path.replace("{service}", "tokenguard"), headers={"x-api-key": "wrong"}
        )
        assert (
            bool({"401", "4XX"} & operation["responses"].keys())
            == (reply.status_code == 401)
            == (not is_open)
        )
        assert (operation.get("security") == []) == is_open


def test_every_error_that_can_be_seen_is_described(served: dict[str, Any]) -> None:
    def statuses(kind: type[GatewayError]) -> set[int]:
        return {kind.status}.union(*map(statuses, kind.__subclasses__()))

    # 405 has no operation of its own.
    assert statuses(GatewayError) - set(FAILURES) == {405}
    codes = served["components"]["schemas"]["ErrorBody"]["properties"]["code"]["enum"]
    assert set(codes) == error_codes()
    assert {failure.error["code"] for failure in FAILURES.values()} <= set(codes)


def test_every_guard_is_in_the_body_of_process(served: dict[str, Any]) -> None:
    schemas = served["components"]["schemas"]
    named: list[str] = []
    for one in schemas["Call"]["oneOf"]:
        service = schemas[one["$ref"].split("/")[-1]]["properties"]["service_type"]
        named += [service["const"]] if "const" in service else service["enum"]
    assert set(named) == set(GUARD_NAMES)


@pytest.mark.parametrize(
    ("body", "is_valid"),
    [
        ({"service_type": "tokenguard", "payload": {"text": ""}}, True),
        ({"service_type": "tokenguard", "text": "", "priority": 10}, True),
        ({"service_type": "tokenguard", "content": ""}, True),
        ({"service_type": "tokenguard", "payload": {"content": ""}, "user_id": "u"}, True),
        ({"service_type": "healthguard"}, True),
        ({"service_type": "tokenguard", "text": "", "content": ""}, False),
        ({"service_type": "tokenguard", "payload": {"text": ""}, "text": ""}, False),
        ({"service_type": "tokenguard", "payload": {"text": "", "nonsense": 1}}, False),
        ({"service_type": "tokenguard", "text": "", "nonsense": 1}, False),
        ({"service_type": "tokenguard", "text": 1}, False),
        ({"service_type": "tokenguard", "text": "", "priority": 11}, False),
        ({"service_type": "nobody", "text": ""}, False),
        ({"text": ""}, False),
    ],
)
def test_schema_and_gateway_agree_on_a_body(
    client: TestClient, served: dict[str, Any], body: dict[str, Any], is_valid: bool
) -> None:
    schema = {"$ref": "#/components/schemas/Call", "components": served["components"]}
    assert jsonschema_rs.Draft202012Validator(schema).is_valid(body) == is_valid
    status = client.post("/api/v1/guards/process", json=body).status_code
    assert status == (200 if is_valid else 422)


def test_guards_of_later_versions_answer_503_as_described(
    client: TestClient, served: dict[str, Any], guards: list[str]
) -> None:
    for name in set(GUARD_NAMES) - set(guards):
        reply = client.post("/api/v1/guards/process", json={"service_type": name, "text": ""})
        assert reply.status_code == 503
        assert reply.json()["error"]["code"] == "not_available"


@pytest.mark.parametrize("path", sorted(TOLD))
def test_what_the_gateway_tells_of_itself_has_the_fields_described(
    client: TestClient, path: str
) -> None:
    answer = client.get(path).json()
    assert msgspec.to_builtins(msgspec.convert(answer, TOLD[path])) == answer


def test_answers_have_the_fields_of_the_envelope(served: dict[str, Any]) -> None:
    schemas = served["components"]["schemas"]
    for name in ("TokenGuardAnswer", "HealthGuardAnswer", "ScreenAnswer", "Failure"):
        assert list(schemas[name]["properties"]) == list(Response.__struct_fields__)
        assert set(schemas[name]["required"]) == set(Response.__struct_fields__)
    assert list(schemas["ScreenReport"]["properties"]) == list(ScreenReport.__struct_fields__)
    # Unset unless it applies, hence not in every answer.
    assert set(schemas["TokenReport"]["properties"]) - set(schemas["TokenReport"]["required"]) == {
        "output",
        "unjudged",
    }
    assert "default" not in json.dumps(schemas["TokenReport"])


def test_document_is_written_once(client: TestClient) -> None:
    first, second = client.get("/openapi.json"), client.get("/openapi.json")
    assert first.content == second.content
    assert first.headers["content-type"] == "application/json"
