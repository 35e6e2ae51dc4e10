"""Perspective's API described as Google's clients look APIs up (Discovery format, version 1)."""

from __future__ import annotations

from typing import Any


def discovery(root_url: str) -> dict[str, Any]:
    """The description of the two methods, at this address."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "version": "v1alpha1",
        "title": "AIGuardian in the place of the Perspective Comment Analyzer API",
        "protocol": "rest",
        "rootUrl": root_url,
        "servicePath": "",
        "baseUrl": root_url,
        "batchPath": "batch",
        "parameters": {"key": {"type": "string", "location": "query"}},
        "schemas": {
            name: {"id": name, "type": "object", "additionalProperties": {"type": "any"}}
            for name in _SCHEMAS
        },
        "resources": {
            "comments": {"methods": {name: _method(name) for name in ("analyze", "suggestscore")}}
        },
    }


_KINDS = {"analyze": "AnalyzeComment", "suggestscore": "SuggestCommentScore"}
_SCHEMAS = [kind + part for kind in _KINDS.values() for part in ("Request", "Response")]


def _method(name: str) -> dict[str, Any]:
    return {
        "id": f"commentanalyzer.comments.{name}",
        "path": f"v1alpha1/comments:{name}",
        "flatPath": f"v1alpha1/comments:{name}",
        "httpMethod": "POST",
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": f"{_KINDS[name]}Request"},
        "response": {"$ref": f"{_KINDS[name]}Response"},
    }
