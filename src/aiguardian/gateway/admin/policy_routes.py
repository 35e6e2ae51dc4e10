"""The admin API's paths of policies and of findings marked as false, put together."""

from __future__ import annotations

from starlette.routing import Route

from aiguardian.gateway.admin.false_positives import FalsePositiveEndpoints, Sources
from aiguardian.gateway.admin.idempotency import Idempotency
from aiguardian.gateway.admin.policies import PolicyEndpoints
from aiguardian.gateway.wire import Bodies
from aiguardian.storage.idempotency import IdempotencyStore


def policy_routes(bodies: Bodies, sources: Sources, idempotency: IdempotencyStore) -> list[Route]:
    """All of them."""
    return [
        *PolicyEndpoints(bodies, sources.shelf, sources.stored).routes(),
        *FalsePositiveEndpoints(bodies, sources, Idempotency(idempotency)).routes(),
    ]
