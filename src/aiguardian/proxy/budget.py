"""The tokens and dollars that a request to a model may come to, set aside before it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiguardian.gateway.limits.allowance import Allowance
from aiguardian.guards.token.prices import amount, load_prices
from aiguardian.proxy.carriers.read import Kind

BYTES_A_TOKEN = 4
"""Of a request's body, JSON and all. English prose has a little more, so that little is refused
that would have fitted; what was really used takes the estimate's place."""
UNSAID_OUTPUT = 1_024
"""Tokens of output set aside for a request that names no maximum. Chosen: answers to chats are
some 300 long, and few are longer than this."""
_MOST = ("max_completion_tokens", "max_output_tokens", "max_tokens")
_HIGHEST = 10_000_000
_USERS = frozenset({"safety_identifier", "user", "metadata"})


async def reserve(
    scope: Mapping[str, Any], kind: Kind, request: Mapping[str, Any], *, size_bytes: int
) -> None:
    """Set aside what the request may use. Raises `RateLimited` when a limit leaves less."""
    allowance: Allowance | None = scope.get("allowance")
    if allowance is None:
        return
    output = 0 if kind == "embeddings" else _output(request) * _choices(request)
    given = -(-size_bytes // BYTES_A_TOKEN)
    model = request.get("model")
    priced = load_prices().find(model) if isinstance(model, str) else None
    cost_usd = 0.0 if priced is None else amount(priced, given, output).total
    # A person who has signed in is counted as that one, whomever the body names.
    user = user_of(request) if scope["principal"].user_id is None else None
    await allowance.reserve(tokens=given + output, cost_usd=cost_usd, user=user)


def user_of(request: Mapping[str, Any]) -> str | None:
    """The user whom a request names, in whichever field its vendor has for it."""
    if _USERS.isdisjoint(request):
        return None
    metadata = request.get("metadata")
    of_anthropic = metadata.get("user_id") if isinstance(metadata, dict) else None
    for user in (request.get("safety_identifier"), request.get("user"), of_anthropic):
        if isinstance(user, str) and user:
            return user
    return None


def _output(request: Mapping[str, Any]) -> int:
    said = [_count(request.get(field)) for field in _MOST]
    return next((most for most in said if most is not None), UNSAID_OUTPUT)


def _choices(request: Mapping[str, Any]) -> int:
    return max(1, _count(request.get("n")) or 1)


def _count(value: Any) -> int | None:
    """A number that a vendor would take; what it would not is the vendor's to refuse."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _HIGHEST:
        return value
    return None
