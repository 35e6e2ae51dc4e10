"""The guarded MCP servers in the document."""

from __future__ import annotations

from typing import Any

from aiguardian.web.failures import failing, headers
from aiguardian.web.vendor_paths import DECISION, OBJECT

_SERVER = {
    "name": "server",
    "in": "path",
    "required": True,
    "description": "The server's name in the file AIGUARDIAN_MCP_SERVERS.",
    "schema": {"type": "string"},
}
_STREAM = {"text/event-stream": {"schema": {"type": "string"}}}
_MESSAGE = {"application/json": {"schema": {"description": "JSON-RPC 2.0."}}}
_KNOWN = {
    "description": "In `data.tools`: name, digests of the definition first and last seen, whether "
    "it changed, and why the tool is withheld, if it is.",
    "headers": headers(),
    "content": OBJECT,
}


def mcp_paths() -> dict[str, Any]:
    """Every path by address."""
    return {
        "/mcp/{server}": {"post": _send(), "get": _listen(), "delete": _end()},
        "/api/v1/admin/mcp/{server}/tools": {"get": _tools()},
        "/api/v1/admin/mcp/{server}/forget": {"post": _forget()},
    }


def _send() -> dict[str, Any]:
    operation = _operation(
        "mcpSend",
        "A message to an MCP server, guarded",
        "Streamable HTTP as the protocol has it. What is blocked is answered with a JSON-RPC error "
        "(-32080 by policy, -32081 without a verdict); tools whose definition a policy stops are "
        "left out of lists.",
    )
    return operation | {"requestBody": {"required": True, "content": _MESSAGE}}


def _listen() -> dict[str, Any]:
    return _operation("mcpListen", "What an MCP server says by itself, guarded", "A stream.")


def _end() -> dict[str, Any]:
    return _operation("mcpEnd", "The end of a session", "Passed on to the server.")


def _operation(name: str, summary: str, about: str) -> dict[str, Any]:
    error = "JSON-RPC, or the gateway's envelope where the request did not come so far"
    return {
        "operationId": name,
        "tags": ["MCP"],
        "summary": summary,
        "description": about,
        "parameters": [_SERVER],
        "responses": {
            "2XX": {
                "description": "The server's answer.",
                "headers": DECISION,
                "content": _MESSAGE | _STREAM,
            },
            "4XX": {"description": f"{error}.", "content": OBJECT},
            "5XX": {"description": f"{error}.", "content": OBJECT},
        },
    }


def _tools() -> dict[str, Any]:
    return {
        "operationId": "mcpTools",
        "tags": ["MCP"],
        "summary": "The tools that a server offered",
        "parameters": [_SERVER],
        "responses": {"200": _KNOWN, **failing(400, 401, 403, 404, 500, 503)},
    }


def _forget() -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["tool"],
        "additionalProperties": False,
        "properties": {"tool": {"type": "string", "minLength": 1, "maxLength": 1024}},
    }
    return {
        "operationId": "mcpForget",
        "tags": ["MCP"],
        "summary": "Take a tool's next definition for its first",
        "description": "For a change that was looked at and is right.",
        "parameters": [_SERVER],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": _KNOWN,
            **failing(400, 401, 403, 404, 408, 413, 415, 422, 500, 503),
        },
    }
