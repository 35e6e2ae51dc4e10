"""The paths of the document: what each endpoint takes, and every status it can answer with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiguardian.settings.groups import GUARD_NAMES
from aiguardian.web.admin_paths import admin_paths
from aiguardian.web.billing_paths import billing_paths
from aiguardian.web.components import Guards, ref
from aiguardian.web.dropin_paths import dropin_paths
from aiguardian.web.examples import Example
from aiguardian.web.failures import failing, headers
from aiguardian.web.limit_paths import limit_paths
from aiguardian.web.mcp_paths import mcp_paths
from aiguardian.web.policy_paths import policy_paths
from aiguardian.web.record_paths import record_paths
from aiguardian.web.vendor_paths import vendor_paths

Operation = dict[str, Any]

_IDS = [
    {"$ref": "#/components/parameters/X-Request-ID"},
    {"$ref": "#/components/parameters/traceparent"},
]


def paths(guards: Guards, examples: Mapping[str, Example]) -> dict[str, Any]:
    """Every path of the gateway by address."""
    judging = _judging(guards, examples)
    return (
        judging
        | vendor_paths()
        | dropin_paths()
        | mcp_paths()
        | admin_paths()
        | billing_paths()
        | limit_paths()
        | policy_paths()
        | record_paths()
        | _kept()
        | _guard_paths()
        | _probes()
        | _pages()
    )


def _judging(guards: Guards, examples: Mapping[str, Example]) -> dict[str, Any]:
    known = {name: examples[name] for name in guards if name in examples}
    return {
        "/api/v1/guards/process": {"post": _process(known)},
        "/api/v1/guards/screen": {"post": _screen({"screen": examples["screen"]})},
        "/api/v1/guards/batch": {"post": _batch(examples["batch"])},
    }


def _process(examples: Mapping[str, Example]) -> Operation:
    return {
        "operationId": "process",
        "tags": ["Judge"],
        "summary": "One text, one guard",
        "description": "`service_type` names the guard; its fields stand in `payload` or beside "
        "the others. A verdict of `block` is a success: 200.",
        "parameters": _IDS,
        "requestBody": _asked("Call", examples),
        "responses": {
            "200": _answered("A verdict.", "Answer", _shown(examples, "answer")),
            **failing(400, 401, 408, 413, 415, 422, 500, 503, 504),
        },
    }


def _screen(examples: Mapping[str, Example]) -> Operation:
    return {
        "operationId": "screen",
        "tags": ["Judge"],
        "summary": "One text, several guards, one verdict",
        "description": "The guards run side by side; the severest action decides, or the rules of "
        "`policy`. A guard that fails or runs out of time is listed in `unjudged`; without a "
        "policy the action is then at least `flag`.",
        "parameters": _IDS,
        "requestBody": _asked("ScreenRequest", examples),
        "responses": {
            "200": _answered("The merged verdict.", "ScreenAnswer", _shown(examples, "answer")),
            **failing(400, 401, 408, 413, 415, 422, 500, 503),
        },
    }


def _batch(example: Example) -> Operation:
    asked = {"schema": {"type": "string"}, "example": example.request}
    told = {"schema": {"type": "string"}, "example": example.answer}
    return {
        "operationId": "batch",
        "tags": ["Judge"],
        "summary": "Many texts, one a line",
        "description": "NDJSON: each line is a body of `process` (schema `Call`), and is answered "
        "by a line (schema `BatchLine`) in the same order, streamed as the answers come. Blank "
        "lines are skipped. Whatever is wrong with a line, too long or too slow included, stands "
        "in its own answer; the status remains 200. The content types application/ndjson, "
        "application/jsonl and application/json are taken too.",
        "parameters": _IDS,
        "requestBody": {"required": False, "content": {"application/x-ndjson": asked}},
        "responses": {
            "200": {
                "description": "A line for each line.",
                "headers": headers(),
                "content": {"application/x-ndjson": told},
            },
            **failing(400, 401, 415),
        },
    }


def _kept() -> dict[str, Any]:
    """What SecurityGuard keeps for its callers."""
    entry = {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "The entry's id, as the list tells it.",
        "schema": {"type": "string"},
    }
    return {
        "/api/v1/guards/restore": {
            "post": _keep(
                "restore",
                "Put back what was pseudonymized",
                "Placeholders are known again in another case, without brackets, escaped for "
                "Markdown or with a space or hyphen for the underscore. Only the key that "
                "pseudonymized restores. `content` is another name for `text`.",
                "Restored",
                asked="RestoreRequest",
            )
        },
        "/api/v1/guards/memory/export": {
            "post": _keep(
                "exportMemory",
                "All that is remembered of a session or a user",
                "Turns and the facts read out of them, of the key that asks. `forget` is an "
                "operation of ContextGuard.",
                "ExportedMemory",
                asked="ExportRequest",
            )
        },
        "/api/v1/guards/canary": {
            "post": _keep(
                "plantCanary",
                "A string to plant in a system prompt",
                "SecurityGuard knows it again in an output. Nothing is kept.",
                "PlantedCanary",
            )
        },
        "/api/v1/guards/allow-list": {
            "get": _keep(
                "allowList",
                "The values that are no finding",
                "Those of the organisation that asks, as digests.",
                "AllowedValues",
            ),
            "post": _keep(
                "allow",
                "Declare values harmless",
                "From now on, for the organisation that asks; needs the right `admin`. Exact "
                "values; only digests are kept.",
                "AllowedValues",
                asked="AllowRequest",
            ),
        },
        "/api/v1/guards/allow-list/{id}": {
            "delete": {
                **_keep(
                    "disallow",
                    "Take a value off the list",
                    "It is a finding again from now on. Needs the right `admin`.",
                    "AllowedValues",
                    404,
                ),
                "parameters": [entry, *_IDS],
            }
        },
    }


def _keep(
    name: str, summary: str, about: str, schema: str, *failures: int, asked: str = ""
) -> Operation:
    body = (408, 413, 415, 422) if asked else ()
    operation: Operation = {
        "operationId": name,
        "tags": ["Keep"],
        "summary": summary,
        "description": about,
        "parameters": _IDS,
        "responses": {
            "200": _answered(summary + ".", f"{schema}Answer"),
            **failing(400, 401, 500, 503, *body, *failures),
        },
    }
    if asked:
        content = {"application/json": {"schema": ref(asked)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _guard_paths() -> dict[str, Any]:
    health = _get("guardHealth", "Guards", "The health of one guard", "GuardHealth", 400, 401, 404)
    health["parameters"] = [
        {
            "name": "service",
            "in": "path",
            "required": True,
            "description": "The guard's name.",
            "schema": {"type": "string", "enum": list(GUARD_NAMES)},
        }
    ]
    unhealthy = _answered(
        "`unhealthy`: a self-test of the guard fails, so that its verdicts are not to be relied "
        "on; or the guard is not part of this version.",
        "GuardHealth",
    )
    unhealthy["content"]["application/json"]["schema"] = {
        "anyOf": [ref("GuardHealth"), ref("Failure")]
    }
    health["responses"]["503"] = unhealthy
    return {
        "/api/v1/guards/services": {
            "get": _get(
                "services", "Guards", "The guards that are here, and where", "Services", 400, 401
            )
        },
        "/api/v1/guards/health": {
            "get": _get(
                "guardsHealth", "Guards", "The health of every guard", "GuardsHealth", 400, 401
            )
        },
        "/api/v1/guards/health/{service}": {"get": health},
    }


def _probes() -> dict[str, Any]:
    ready = _open(_get("ready", "Probes", "Whether requests should be sent here", "Readiness"))
    ready["responses"]["503"] = _answered("`not_ready`: not now.", "Readiness")
    metrics = _get("metrics", "Probes", "Figures for Prometheus", "", 400, 401)
    metrics["responses"]["200"] = _as("text/plain", "Prometheus's text format.")
    return {
        "/health": {
            "get": _open(_get("health", "Probes", "One word on everything", "Summary")),
        },
        "/health/live": {"get": _open(_get("live", "Probes", "The process answers", "Live"))},
        "/health/ready": {"get": ready},
        "/metrics": {"get": metrics},
    }


def _pages() -> dict[str, Any]:
    start = _get("start", "Pages", "Leads to /docs", "", 400, 401)
    del start["responses"]["200"]
    start["responses"]["307"] = {
        "description": "See /docs.",
        "headers": headers("Location"),
    }
    docs = _get("docs", "Pages", "This description for people", "", 400, 401)
    docs["responses"]["200"] = _as("text/html", "A page that works offline.")
    described = _get("openapi", "Pages", "This description for programs", "", 400, 401)
    described["responses"]["200"] = _as("application/json", "OpenAPI 3.1.", {"type": "object"})
    return {
        "/": {"get": start},
        "/docs": {"get": docs},
        "/openapi.json": {"get": described},
    }


def _get(name: str, tag: str, summary: str, schema: str, *failures: int) -> Operation:
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "responses": {"200": _answered(summary + ".", schema), **failing(*failures)},
    }


def _open(operation: Operation) -> Operation:
    """Without a key, under any host name: a load balancer calls it by address."""
    return {**operation, "security": []}


def _answered(about: str, schema: str, examples: dict[str, Any] | None = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": ref(schema)}
    if examples:
        content["examples"] = examples
    return {
        "description": about,
        "headers": headers(),
        "content": {"application/json": content},
    }


def _as(kind: str, about: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "description": about,
        "headers": headers(),
        "content": {kind: {"schema": schema or {"type": "string"}}},
    }


def _asked(schema: str, examples: Mapping[str, Example]) -> dict[str, Any]:
    content = {"schema": ref(schema), "examples": _shown(examples, "request")}
    return {"required": True, "content": {"application/json": content}}


def _shown(examples: Mapping[str, Example], part: str) -> dict[str, Any]:
    return {
        name: {"summary": example.summary, "value": getattr(example, part)}
        for name, example in examples.items()
    }
