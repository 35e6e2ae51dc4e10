"""The pages /docs and /openapi.json. They work offline: the program holds every file they need.

The document is written at its first request, not at the start, and then served as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from aiguardian.errors import NotFound
from aiguardian.gateway.routes import get
from aiguardian.processor import Processor
from aiguardian.web.openapi import document

ASSETS = {
    "swagger-ui-bundle.js": ("swagger", "text/javascript; charset=utf-8"),
    "swagger-ui.css": ("swagger", "text/css; charset=utf-8"),
    "docs.js": ("page", "text/javascript; charset=utf-8"),
    "docs.css": ("page", "text/css; charset=utf-8"),
    "icon.svg": ("page", "image/svg+xml"),
}
"""Every file that is served, with its folder and content type. No other name is looked up."""

_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Only this gateway's own files; Swagger UI draws its icons from data: addresses."""

_A_YEAR = "public, max-age=31536000, immutable"


def docs_routes(guards: Mapping[str, Processor[Any]]) -> list[Route]:
    """The routes of the documentation."""
    written = cache(lambda: document(guards))
    return [
        get("/", lambda _: RedirectResponse("docs", status_code=307), needs=None),
        get("/docs", lambda _: _page(), needs=None),
        get("/docs/{name}", _asset, needs=None),
        get("/openapi.json", lambda _: _of_now(written(), "application/json"), needs=None),
    ]


def _page() -> Response:
    response = _of_now(_page_html(), "text/html")
    response.headers["content-security-policy"] = _CONTENT_POLICY
    response.headers["referrer-policy"] = "no-referrer"
    return response


def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        raise NotFound("There is no such file. /docs lists the paths that exist.")
    return Response(_content(name), media_type=ASSETS[name][1], headers={"cache-control": _A_YEAR})


def _of_now(body: bytes, media_type: str) -> Response:
    """A response that may be another after the next update."""
    return Response(body, media_type=media_type, headers={"cache-control": "no-cache"})


@cache
def _content(name: str) -> bytes:
    return (files("aiguardian.web") / ASSETS[name][0] / name).read_bytes()


@cache
def _page_html() -> bytes:
    """The page; it asks for each file by its digest, so that no cache holds an old one."""
    html = (files("aiguardian.web") / "page" / "docs.html").read_text("utf-8")
    for name in ASSETS:
        digest = hashlib.sha256(_content(name)).hexdigest()[:12]
        html = html.replace(f'"docs/{name}"', f'"docs/{name}?v={digest}"')
    return html.encode()
