"""The schemas of the document, written from the types that the gateway reads and writes.

Requests: each guard's payload in the nested and in the flat form. Answers: the envelope, with
each guard's report in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, inspect

from aiguardian.errors import GatewayError
from aiguardian.gateway.admin.audit import AuditCheckpoints, AuditPage, AuditVerified
from aiguardian.gateway.admin.billing import (
    BillingShown,
    CheckoutRequest,
    PortalRequest,
    StripePage,
    WebhookTaken,
)
from aiguardian.gateway.admin.false_positives import (
    ApplyRequest,
    MarkPage,
    MarkRequest,
    MarkTold,
)
from aiguardian.gateway.admin.keys import (
    KeyChange,
    KeyPage,
    KeyRotation,
    KeyTold,
    MadeKey,
    NewKey,
)
from aiguardian.gateway.admin.limits import LimitsTold
from aiguardian.gateway.admin.policies import (
    CheckedPolicy,
    KeptPolicy,
    PolicyCheck,
    PolicyPage,
    PolicyWrite,
    RollbackRequest,
    VersionPage,
)
from aiguardian.gateway.admin.privacy import PersonRequest
from aiguardian.gateway.admin.retention import RetentionTold
from aiguardian.gateway.admin.usage import UsagePage
from aiguardian.gateway.check import CheckedText, CheckReport, CheckRequest
from aiguardian.gateway.clerk_webhook import Received
from aiguardian.gateway.envelope import ErrorBody, ProcessRequest, Response, Terms
from aiguardian.gateway.memory import ExportedMemory, ExportRequest
from aiguardian.gateway.screen import ScreenRequest
from aiguardian.gateway.screened import ScreenReport
from aiguardian.gateway.security import (
    AllowedValues,
    AllowRequest,
    PlantedCanary,
    Restored,
    RestoreRequest,
)
from aiguardian.privacy.erasure import Receipt
from aiguardian.privacy.retention import Swept
from aiguardian.processor import Processor
from aiguardian.settings.groups import GUARD_NAMES
from aiguardian.web import told

REF = "#/components/schemas/{name}"
Schema = dict[str, Any]
Guards = Mapping[str, Processor[Any]]


def ref(name: str) -> Schema:
    """A reference to a schema by name."""
    return {"$ref": REF.format(name=name)}


def schemas(guards: Guards) -> dict[str, Schema]:
    """Every schema of the document by name."""
    reports = [guard.report for guard in guards.values()]
    payloads = [guard.payload for guard in guards.values()]
    loose = (Response, ScreenReport, CheckReport, CheckedText)
    envelopes = [_fields_of(kind) for kind in loose]
    named = _written([*envelopes, ErrorBody, *reports, *_TOLD, *_KEPT])
    named |= _read([Terms, ProcessRequest, ScreenRequest, RestoreRequest, AllowRequest, *payloads])
    named |= _read([ExportRequest, NewKey, KeyChange, KeyRotation])
    named |= _read([PolicyWrite, PolicyCheck, RollbackRequest, MarkRequest, ApplyRequest])
    named |= _read([CheckRequest, PersonRequest])
    named |= _read([CheckoutRequest, PortalRequest])
    named["ErrorBody"]["properties"]["code"]["enum"] = sorted(error_codes())
    named["ScreenRequest"]["properties"]["options"]["propertyNames"] = {"enum": list(GUARD_NAMES)}
    for name, guard in guards.items():
        named |= _guard_schemas(name, guard, named)
    named |= _screen_and_failure(guards, named)
    named |= _check(named)
    for kind, guard_name in _KEPT.items():
        about = f"{(kind.__doc__ or '').strip()}"
        answer = _answer(named, about, guard_name, ref(kind.__name__))
        named[f"{kind.__name__}Answer"] = answer
    named |= _unions(guards)
    for part in ("Terms", "ProcessRequest", "Response"):
        del named[part]
    return dict(sorted(named.items()))


_TOLD: list[type[Struct]] = [
    told.Live, told.Summary, told.Readiness, told.Services, told.GuardHealth, told.GuardsHealth,
]  # fmt: skip


_KEPT: dict[type[Struct], str] = {
    Restored: "securityguard",
    PlantedCanary: "securityguard",
    AllowedValues: "securityguard",
    ExportedMemory: "contextguard",
    BillingShown: "admin",
    LimitsTold: "admin",
    StripePage: "admin",
    WebhookTaken: "admin",
    Received: "clerk",
    KeyTold: "admin",
    KeyPage: "admin",
    MadeKey: "admin",
    PolicyPage: "admin",
    KeptPolicy: "admin",
    CheckedPolicy: "admin",
    VersionPage: "admin",
    MarkTold: "admin",
    MarkPage: "admin",
    AuditPage: "admin",
    AuditVerified: "admin",
    AuditCheckpoints: "admin",
    UsagePage: "admin",
    RetentionTold: "admin",
    Swept: "admin",
    Receipt: "admin",
}
"""Answers of other endpoints, and the guard whose business they are."""


def error_codes(kind: type[GatewayError] = GatewayError) -> set[str]:
    """The code of every error that a caller can see."""
    return {kind.code}.union(*(error_codes(one) for one in kind.__subclasses__()))


def title(guard: Processor[Any]) -> str:
    """The guard's name as its schemas carry it: TokenGuard."""
    return type(guard).__name__


def _read(kinds: Sequence[type[Struct]]) -> dict[str, Schema]:
    return msgspec.json.schema_components(kinds, ref_template=REF)[1]


def _written(kinds: Sequence[type[Struct]]) -> dict[str, Schema]:
    """As `_read`, for what the gateway writes: a default is then no promise to a caller, but a
    field that is always there."""
    named = _read(kinds)
    for kind in structs(inspect.multi_type_info(kinds)):
        schema = named[kind.cls.__name__]
        schema["required"] = [field.encode_name for field in kind.fields if _is_sent(kind, field)]
        for schema_of_field in schema["properties"].values():
            schema_of_field.pop("default", None)
    return named


def _is_sent(kind: inspect.StructType, field: inspect.Field) -> bool:
    """Whether every answer has the field: it is, unless it may be unset."""
    has_default = field.default is not NODEFAULT or field.default_factory is not NODEFAULT
    return field.required or (has_default and not kind.cls.__struct_config__.omit_defaults)


def structs(kinds: Sequence[inspect.Type]) -> Iterator[inspect.StructType]:
    """Every struct in these types, however deep."""
    seen: set[type] = set()
    todo = list(kinds)
    while todo:
        kind = todo.pop()
        if isinstance(kind, inspect.StructType) and kind.cls not in seen:
            seen.add(kind.cls)
            yield kind
            todo += [field.type for field in kind.fields]
        elif isinstance(kind, inspect.Metadata):
            todo.append(kind.type)
        elif isinstance(kind, inspect.UnionType):
            todo += kind.types
        elif isinstance(kind, inspect.ListType):
            todo.append(kind.item_type)
        elif isinstance(kind, inspect.DictType):
            todo.append(kind.value_type)


_LOOSE = {"data": Any, "reports": Any, "report": Any, "texts": Any}


def _fields_of(kind: type[Struct]) -> type[Struct]:
    """The struct again, with `Any` where it holds a guard's report, in whatever state."""
    fields: list[tuple[str, Any, Any]] = [
        (one.name, _LOOSE.get(one.name, one.type), msgspec.field(default=one.default))
        for one in msgspec.structs.fields(kind)
    ]
    copy = msgspec.defstruct(kind.__name__, fields, kw_only=True)
    copy.__doc__ = kind.__doc__
    return copy


def _guard_schemas(name: str, guard: Processor[Any], named: dict[str, Schema]) -> dict[str, Schema]:
    payload = deepcopy(named[guard.payload.__name__])
    payload["additionalProperties"] = False
    if text := payload["properties"].get("text"):
        payload["properties"]["content"] = {**text, "description": "Another name for `text`."}
        payload["not"] = {"required": ["text", "content"]}
    terms = {
        "service_type": {"const": name},
        **deepcopy(named["Terms"]["properties"]),
    }
    nested: Schema = {
        "title": f"{title(guard)}, nested",
        "description": "The guard's fields stand in `payload`.",
        "type": "object",
        "properties": {
            "service_type": terms["service_type"],
            "payload": ref(guard.payload.__name__),
            **terms,
        },
        "required": ["service_type", "payload"],
        "additionalProperties": False,
    }
    flat: Schema = {
        **payload,
        "title": f"{title(guard)}, flat",
        "description": "The guard's fields stand beside the others.",
        "properties": {**terms, **payload["properties"]},
        "required": ["service_type", *payload["required"]],
    }
    return {
        guard.payload.__name__: payload,
        f"{title(guard)}Nested": nested,
        f"{title(guard)}Flat": flat,
        f"{title(guard)}Answer": _answer(
            named, f"The answer of {title(guard)}.", name, ref(guard.report.__name__)
        ),
    }


def _answer(named: dict[str, Schema], about: str, service: str, data: Schema) -> Schema:
    """The envelope of a success."""
    answer = deepcopy(named["Response"])
    answer |= {"title": f"{service}: answer", "description": about}
    answer["properties"]["request_id"]["format"] = "uuid"
    answer["properties"] |= {
        "service_type": {"const": service},
        "success": {"const": True},
        "data": data,
        "error": {"type": "null"},
        "service_used": {"const": service},
    }
    return answer


def _screen_and_failure(guards: Guards, named: dict[str, Schema]) -> dict[str, Schema]:
    report = deepcopy(named["ScreenReport"])
    report["properties"]["reports"] = {
        "type": "object",
        "description": "Each guard's own report.",
        "properties": {name: ref(guard.report.__name__) for name, guard in guards.items()},
        "additionalProperties": False,
    }
    screened = _answer(named, "The merged verdict.", "screen", ref("ScreenReport"))
    screened["properties"]["service_used"] = {
        "type": "string",
        "description": "The guards that gave a verdict, separated by commas.",
    }
    failure = _answer(named, "There is no answer, and why.", "failure", {"type": "null"})
    failure["title"] = "Failure"
    failure["properties"] |= {
        "request_id": {
            "description": "A UUID; null for what could not be read as HTTP.",
            "anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}],
        },
        "service_type": {
            "description": "Null when it is not known, as in a request that cannot be read.",
            "enum": [*GUARD_NAMES, "screen", "check", None],
        },
        "success": {"const": False},
        "error": ref("ErrorBody"),
        "service_used": {"type": "null"},
        "degraded": {"const": False},
    }
    return {"ScreenReport": report, "ScreenAnswer": screened, "Failure": failure}


def _check(named: dict[str, Schema]) -> dict[str, Schema]:
    report, text = deepcopy(named["CheckReport"]), deepcopy(named["CheckedText"])
    report["properties"]["texts"] = {"type": "array", "items": ref("CheckedText")}
    text["properties"]["report"] = {
        "description": "As `screen` answers; null: the policy has no rules for its direction.",
        "anyOf": [ref("ScreenReport"), {"type": "null"}],
    }
    answer = _answer(named, "What was found in a vendor's body.", "check", ref("CheckReport"))
    return {"CheckReport": report, "CheckedText": text, "CheckReportAnswer": answer}


def _unions(guards: Guards) -> dict[str, Schema]:
    """The bodies of `process`, and what one line of a batch is answered with."""
    titles = [title(guard) for guard in guards.values()]
    absent = [name for name in GUARD_NAMES if name not in guards]
    calls = [ref(one + form) for one in titles for form in ("Nested", "Flat")]
    answers = [ref(f"{one}Answer") for one in titles]
    unions: dict[str, Schema] = {
        "Answer": {"title": "Answer", "description": "By guard.", "oneOf": answers},
        "BatchLine": {
            "title": "A line of a batch's answer",
            "description": "What `process` answers, for one line.",
            "oneOf": [*answers, ref("Failure")],
        },
    }
    if absent:
        calls.append(ref("AbsentGuard"))
        unions["AbsentGuard"] = {
            "title": "A guard of a later version",
            "description": "Not part of this version: the answer is 503 `not_available`.",
            "type": "object",
            "properties": {"service_type": {"enum": absent}, "payload": {"type": "object"}},
            "required": ["service_type"],
        }
    unions["Call"] = {
        "title": "Call",
        "description": "One text for one guard, in the nested or in the flat form.",
        "oneOf": calls,
    }
    return unions
