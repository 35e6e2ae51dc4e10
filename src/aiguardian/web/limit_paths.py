"""The path that tells what is left of a caller's limits."""

from __future__ import annotations

from typing import Any

from aiguardian.web.admin_paths import admin_operation


def limit_paths() -> dict[str, Any]:
    """The path by address."""
    user = {
        "name": "user",
        "in": "query",
        "description": "One of the organisation's users, whose limits are told too.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 256},
    }
    return {
        "/api/v1/admin/limits": {
            "get": admin_operation(
                "showLimits",
                "What is left of the limits of this key, its organisation and a user",
                "Needs `read`. Uses nothing of them but one request.",
                answer="LimitsTold",
                parameters=[user],
            )
        }
    }
