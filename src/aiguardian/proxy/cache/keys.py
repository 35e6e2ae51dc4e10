"""What makes two requests the same: whose they are and every byte that decides the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from aiguardian.proxy.upstream import PASSED_ON

_STATEFUL = ("previous_response_id", "conversation", "background")
"""Fields of a response's request whose answer depends on what went before."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose answers: never anybody else's."""

    tenant: str
    key_id: str
    upstream_key: str = ""
    """The caller's own key at the provider, where it is passed on: its own account's answers."""


def can_be_kept(endpoint: str, request: Mapping[str, Any]) -> bool:
    """Whether the same request means the same answer."""
    if endpoint == "responses":
        is_stored = request.get("store", True) is not False
        return not is_stored and not any(request.get(field) for field in _STATEFUL)
    return True


def exact_key(
    owner: Owner, endpoint: str, request: Any, *, headers: Mapping[str, str], version: int
) -> bytes:
    """A digest of everything. `version` is that of the routing: another upstream may answer
    otherwise. The order of a JSON object's keys makes no difference."""
    passed = sorted((name, value) for name, value in headers.items() if name in PASSED_ON)
    whole = [owner.tenant, owner.key_id, owner.upstream_key, endpoint, version, passed, request]
    return hashlib.sha256(msgspec.json.encode(whole, order="sorted")).digest()
