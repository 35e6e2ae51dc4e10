"""The shapes of what the gateway tells of itself, for the document.

`gateway.status` answers with plain dicts; that these types fit them is checked by the tests that
walk the served document.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Status = Literal["healthy", "degraded", "unhealthy"]
Mode = Annotated[
    Literal["in_process", "remote"], Meta(description="In this process, or at instances elsewhere.")
]
Version = Annotated[
    str, Meta(description="Goes up whenever the same input may lead to another verdict.")
]


class Told(Struct, kw_only=True):
    """Answers have every field, unless it may be unset."""


class Live(Told):
    """The process answers."""

    status: Literal["alive"]
    service: Literal["codeguardians-gateway"]


class Summary(Told):
    """One word on everything."""

    status: Status
    service: Literal["codeguardians-gateway"]
    version: Annotated[str, Meta(description="The program's version.")]
    uptime_s: Annotated[float, Meta(ge=0.0)]


class Readiness(Told):
    """Whether requests should be sent here, and what each guard says to that."""

    status: Literal["ready", "not_ready"]
    services: dict[str, Literal["starting", "ready", "not_ready"]]


class Service(Told):
    """One guard: where it is and what it can do."""

    status: Status
    mode: Mode
    instances: Annotated[int, Meta(ge=1)]
    version: Version
    capabilities: list[str]
    url: Annotated[
        str | UnsetType, Meta(description="Remote only: its instances, separated by commas.")
    ] = UNSET


class Services(Told):
    """The guards that are here, by name."""

    services: dict[str, Service]


class SelfTest(Told):
    """How the guard's known inputs came out, last time."""

    passed: Annotated[int, Meta(ge=0)]
    failed: Annotated[
        list[str], Meta(description="One sentence for each input with a wrong decision.")
    ]
    age_s: float


class Endpoint(Told):
    """One instance of the guard elsewhere."""

    url: str
    healthy: bool
    breaker: Annotated[
        Literal["closed", "half_open", "open"], Meta(description="Its circuit breaker.")
    ]
    outstanding: Annotated[int, Meta(ge=0, description="Calls that it has not answered yet.")]


class GuardHealth(Told):
    """The health of one guard."""

    status: Status
    mode: Mode
    version: Version
    self_test: Annotated[SelfTest | None, Meta(description="Null until the first has run.")]
    endpoints: list[Endpoint] | UnsetType = UNSET


class GuardsHealth(Told):
    """The health of every guard; `status` is the worst of all."""

    status: Status
    services: dict[str, GuardHealth]
