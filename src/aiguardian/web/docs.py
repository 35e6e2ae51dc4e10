"""The pages /docs and /openapi.json."""

from __future__ import annotations

from typing import Any

from starlette.routing import BaseRoute

from aiguardian.processor import Processor


def docs_routes(guards: dict[str, Processor[Any]]) -> list[BaseRoute]:
    """The routes of the documentation."""
    return []
