"""The envelope around every call: what comes in, what goes out, always of the same shape."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from aiguardian.errors import GatewayError, InvalidField, PayloadTooLarge
from aiguardian.gateway.decode import convert, read_object
from aiguardian.processor import MAX_TEXT_BYTES, Payload, Report

GuardName = Literal[
    "tokenguard", "trustguard", "contextguard", "biasguard", "securityguard", "healthguard"
]
ClientType = Literal["web", "vscode", "chrome", "api"]
Priority = Annotated[int, Meta(ge=1, le=10, description="Under load, higher is admitted first.")]
TimeoutS = Annotated[
    float, Meta(ge=0.01, le=300, description="The caller's deadline in seconds; then 504.")
]
Identifier = Annotated[str, Meta(max_length=256)]


class Terms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks, and on which terms: the same for every endpoint that judges."""

    user_id: Identifier | None = None
    session_id: Identifier | None = None
    priority: Priority = 1
    timeout: TimeoutS = 30.0
    fallback_enabled: Annotated[
        bool, Meta(description="May a degraded answer stand in when the guard's instance fails?")
    ] = True
    client_type: Annotated[ClientType, Meta(description="A metrics label, never a right.")] = "api"


class ProcessRequest(Terms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text for one guard. The payload's fields may also stand at the top level."""

    service_type: GuardName
    payload: dict[str, Any] = msgspec.field(default_factory=dict)


class ErrorBody(Struct, frozen=True, kw_only=True):
    """Why there is no answer."""

    code: Annotated[str, Meta(examples=["invalid_field"])]
    message: str
    field: str | UnsetType = UNSET
    retry_after: Annotated[int | UnsetType, Meta(description="Seconds.")] = UNSET


class Response(Struct, frozen=True, kw_only=True):
    """The answer, success or not. `data` is the guard's report."""

    request_id: Annotated[str, Meta(description="A UUID; equals the header X-Request-ID.")]
    service_type: str | None
    success: bool
    data: Report | msgspec.Raw | Struct | None
    error: ErrorBody | None
    processing_time: Annotated[float, Meta(description="Seconds.")]
    service_used: str | None
    degraded: bool = False


_ENVELOPE_FIELDS = frozenset(ProcessRequest.__struct_encode_fields__)
_TEXTS = ("text", "content", "messages")
_encode = msgspec.json.Encoder().encode


def encode(value: Any) -> bytes:
    """Return the value as JSON bytes."""
    return _encode(value)


def read_request(body: bytes) -> ProcessRequest:
    """Return the request in a body, in its nested or its flat form.

    Raises `InvalidJson` or `InvalidField`.
    """
    value = read_object(body)
    if "payload" not in value:
        flat = {name: value.pop(name) for name in value.keys() - _ENVELOPE_FIELDS}
        value["payload"] = flat
    elif beside := [name for name in _TEXTS if name in value]:
        raise InvalidField(
            f"{beside[0]} stands beside payload: put it inside, or leave payload out.",
            field=beside[0],
        )
    return convert(value, ProcessRequest)


def read_payload(fields: dict[str, Any], kind: type[Payload]) -> Any:
    """Return a guard's payload, checked; `content` is read as `text` where the guard has one.

    Raises `InvalidField`; `PayloadTooLarge` for more than 1 MiB of text.
    """
    if "content" in fields and "text" in kind.__struct_encode_fields__:
        if "text" in fields:
            raise InvalidField(
                "text and content are the same field; send one of them.", field="content"
            )
        fields = {("text" if name == "content" else name): fields[name] for name in fields}
    text = fields.get("text")
    if isinstance(text, str):
        refuse_long(text)
    return convert(fields, kind)


def refuse_long(text: str) -> None:
    """Raises `PayloadTooLarge` for a text of more than is judged."""
    # A code point takes up to four bytes: only a long text is worth encoding to measure it.
    if len(text) > MAX_TEXT_BYTES // 4 and len(text.encode()) > MAX_TEXT_BYTES:
        raise PayloadTooLarge(
            f"The text is longer than {MAX_TEXT_BYTES:,} bytes in UTF-8, the most that is judged.",
            field="text",
        )


def failure(
    error: GatewayError, *, request_id: str, service_type: str | None, seconds: float
) -> Response:
    """The envelope of an error."""
    return Response(
        request_id=request_id,
        service_type=service_type,
        success=False,
        data=None,
        error=ErrorBody(
            code=error.code,
            message=error.message,
            field=error.field or UNSET,
            retry_after=UNSET if error.retry_after_s is None else error.retry_after_s,
        ),
        processing_time=seconds,
        service_used=None,
    )
