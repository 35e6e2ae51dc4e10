"""The OpenAPI document: written from the types and the paths, and only from them."""

from __future__ import annotations

from typing import Any

import msgspec

from aiguardian import __version__
from aiguardian.web.components import Guards, schemas
from aiguardian.web.examples import examples
from aiguardian.web.failures import responses
from aiguardian.web.operations import paths

_ABOUT = """\
Judges what goes into and comes out of AI models. Start with **process**: one text, one guard.

- Every answer has the same envelope, a failure too: `success`, `data` or `error`.
- Any Unicode is legal text, the empty one too, up to 1 MiB. A finding's `start` and `end` count
  code points in the text sent, half-open.
- A 503 or 504 is no verdict: treat the text as not judged, never as passed.
- Send `X-Request-ID` with a UUID to find a request again; any other value is replaced. It comes
  back with every answer, and so does a W3C `traceparent`.
- Outside of development, everything but the probes needs a key in `X-API-Key`, or a key or a
  person's token as `Authorization: Bearer`. In development, callers on the same machine need none.
- Another method than those listed gets 405, an unknown path 404. What is no HTTP at all gets 400,
  408 (headers too slow) or 431 (headers too large), without ids. Should any path answer 500, it
  is a fault of the gateway's own.
"""


def document(guards: Guards) -> bytes:
    """The document as JSON. It takes some 25 ms: callers keep it."""
    return msgspec.json.encode(describe(guards))


def describe(guards: Guards) -> dict[str, Any]:
    """The document for a gateway with these guards."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AIGuardian",
            "version": __version__,
            "summary": "A self-hosted guard for AI traffic.",
            "description": _ABOUT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This gateway"}],
        "tags": [
            {"name": "Judge", "description": "Send text, get a verdict."},
            {"name": "Proxy", "description": "The vendors' own endpoints, guarded."},
            {"name": "MCP", "description": "Servers of the Model Context Protocol, guarded."},
            {"name": "Drop-in", "description": "Other moderation services' endpoints."},
            {
                "name": "Keep",
                "description": "What SecurityGuard and ContextGuard keep for their callers.",
            },
            {
                "name": "Administer",
                "description": "What an organisation's administrators see and change. An `ETag` "
                "names the version of `data`.",
            },
            {"name": "Guards", "description": "Which guards are here, and how they are."},
            {"name": "Probes", "description": "For load balancers and monitoring."},
            {"name": "Pages", "description": "This description."},
        ],
        "security": [{"ApiKey": []}, {"Bearer": []}],
        "paths": paths(guards, examples()),
        "components": {
            "schemas": schemas(guards),
            "responses": responses(),
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "securitySchemes": {
                "ApiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "A stored key, or the value of UNIFIED_API_KEY.",
                },
                "Bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The same, or a person's token from Clerk.",
                },
            },
        },
    }


_PARAMETERS: dict[str, Any] = {
    "X-Request-ID": {
        "name": "X-Request-ID",
        "in": "header",
        "description": "A UUID of the caller's own; anything else is replaced.",
        "schema": {"type": "string"},
    },
    "traceparent": {
        "name": "traceparent",
        "in": "header",
        "description": "W3C Trace Context; anything else is ignored.",
        "schema": {"type": "string"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of the version that is changed.",
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The caller's own word for this request, kept for a day: sent again, it is "
        "answered again and not done again.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    },
    "limit": {
        "name": "limit",
        "in": "query",
        "description": "How many items a page has at most.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    },
    "cursor": {
        "name": "cursor",
        "in": "query",
        "description": "The `next_cursor` of the page before.",
        "schema": {"type": "string"},
    },
}

_HEADERS: dict[str, Any] = {
    "X-Request-ID": {
        "description": "The id of this request: the caller's, or a new one.",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    },
    "traceparent": {
        "description": "W3C Trace Context: this request as the parent of what it causes.",
        "required": True,
        "schema": {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
    },
    "RateLimit-Limit": {
        "description": "The limit that is nearest to its end; absent where nothing is limited, as "
        "are the three below. Successes carry them too.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Remaining": {
        "description": "What is left of it.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Reset": {
        "description": "Seconds until all that was used of it is free again.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Policy": {
        "description": 'Every limit that was asked, as `600;w=60;comment="key requests"`.',
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds to wait, where waiting helps.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"schema": {"type": "string"}},
    "ETag": {
        "description": "Names this version of `data`, for If-Match and If-None-Match.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Location": {"required": True, "schema": {"type": "string"}},
}
