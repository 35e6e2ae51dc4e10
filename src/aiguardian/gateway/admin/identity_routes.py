"""The paths of identity: the keys of an organisation, and where Clerk tells of its people."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import Route

from aiguardian.gateway.admin.idempotency import Idempotency
from aiguardian.gateway.admin.keys import KeyEndpoints
from aiguardian.gateway.clerk_webhook import ClerkWebhook, Erase, Synchronised
from aiguardian.gateway.wire import Bodies
from aiguardian.identity.building import Identity
from aiguardian.storage.identity_stores import IdentityStores


def identity_routes(
    bodies: Bodies,
    identity: Identity,
    stores: IdentityStores,
    *,
    check_policy: Callable[[str, str], object],
    erase: Erase,
) -> list[Route]:
    """Their routes; none for a program without stored keys. `check_policy` raises `InvalidField`
    for a name that is no policy of the tenant's; `erase` forgets a tenant's user."""
    if identity.keys is None or identity.ring is None:
        return []
    synchronised = None
    if identity.signatures is not None and identity.tokens is not None:
        synchronised = Synchronised(
            identity.signatures,
            stores.people,
            identity.keys,
            identity.ring,
            identity.tokens,
            erase,
        )
    keys = KeyEndpoints(
        bodies,
        identity.keys,
        idempotency=Idempotency(stores.idempotency),
        forget=identity.ring.forget,
        check_policy=check_policy,
    )
    return [*keys.routes(), *ClerkWebhook(bodies, synchronised).routes()]
