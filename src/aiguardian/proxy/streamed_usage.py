"""Streams of OpenAI's shapes count their tokens only when asked to: the question, put in."""

from __future__ import annotations

import msgspec

from aiguardian.errors import GatewayError
from aiguardian.gateway.decode import read_object

_ASKED = b'"stream_options":{"include_usage":true}'


def asking_for_usage(endpoint: str, body: bytes) -> tuple[bytes, bool]:
    """The body with the question in it, and whether it was put in here.

    All other bytes stay as they came. Anthropic and OpenAI's responses count unasked.
    """
    if endpoint not in ("chat", "completions") or b'"stream"' not in body:
        return body, False
    try:
        request = read_object(body)
    except GatewayError:
        return body, False
    if request.get("stream") is not True:
        return body, False
    options = request.get("stream_options")
    if options is None and "stream_options" not in request:
        end = body.rindex(b"}")
        return body[:end] + b"," + _ASKED + body[end:], True
    if options is not None and not isinstance(options, dict):
        return body, False  # the upstream will say what is wrong with it
    if options and options.get("include_usage"):
        return body, False
    asked = (options or {}) | {"include_usage": True}
    return msgspec.json.encode(request | {"stream_options": asked}), True
