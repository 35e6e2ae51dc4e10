"""The answers of the admin API: the envelope, with an ETag for what can be changed.

An ETag names the version of `data`: the envelope around it differs from request to request.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable

from msgspec import Raw, Struct

from aiguardian.errors import PreconditionFailed, PreconditionRequired
from aiguardian.gateway.envelope import Response, encode
from aiguardian.gateway.wire import Scope, Send, respond
from aiguardian.telemetry.exchange import Exchange

SERVICE = "admin"
_NO_STORE = (b"cache-control", b"no-store")


def etag(*parts: str | int) -> str:
    """The ETag (RFC 9110, section 8.8.3) of a version: the same parts give the same one."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f'"{digest[:24]}"'


def require_match(scope: Scope, current: str) -> None:
    """Return if If-Match names the version that is there.

    Raises `PreconditionRequired` without the header, `PreconditionFailed` when it names another.
    """
    given: bytes | None = scope["headers_by_name"].get(b"if-match")
    if given is None:
        raise PreconditionRequired(
            "Send the ETag of the version that you change as If-Match.", field="If-Match"
        )
    if not _names(given, current):
        raise PreconditionFailed(
            "It was changed since: read it again, and send its ETag as If-Match.", field="If-Match"
        )


async def answer(
    scope: Scope,
    send: Send,
    data: Struct | Raw,
    *,
    status: int = 200,
    tag: str | None = None,
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Send `data` in the envelope, or a 304 to who has this version of it already."""
    told = [_NO_STORE, *headers, *([(b"etag", tag.encode())] if tag else [])]
    held: bytes | None = scope["headers_by_name"].get(b"if-none-match")
    if tag and held is not None and scope["method"] in {"GET", "HEAD"} and _names(held, tag):
        await send({"type": "http.response.start", "status": 304, "headers": told})
        await send({"type": "http.response.body", "body": b""})
        return
    exchange: Exchange = scope["exchange"]
    envelope = Response(
        request_id=exchange.request_id,
        service_type=SERVICE,
        success=True,
        data=data,
        error=None,
        processing_time=time.perf_counter() - exchange.started_s,
        service_used=SERVICE,
    )
    await respond(send, status, encode(envelope), headers=told)


def _names(header: bytes, tag: str) -> bool:
    """Whether the header lists the tag, or any (`*`). A proxy may have weakened it: `W/`."""
    given = [one.strip().removeprefix("W/") for one in header.decode("latin-1").split(",")]
    return "*" in given or tag in given
