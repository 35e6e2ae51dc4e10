"""The catalogue of services (deploy/services.json), as far as an operator needs it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from aiguardian.operator.faults import OperatorFault

FILE = Path("deploy") / "services.json"


class Service(msgspec.Struct, frozen=True):
    """One service: its name in ECS and compose, and its image."""

    name: str
    image: str
    target: str
    port: int
    public: bool = False


class _Catalogue(msgspec.Struct, frozen=True):
    services: list[Service]


def read_catalogue(root: Path) -> tuple[Service, ...]:
    """The services; guards first, for the gateway speaks to them. Raises `OperatorFault`."""
    try:
        found = msgspec.json.decode((root / FILE).read_bytes(), type=_Catalogue).services
    except (OSError, msgspec.MsgspecError) as error:
        raise OperatorFault(f"{FILE} cannot be read: {error}") from None
    return tuple(sorted(found, key=lambda one: one.public))


def chosen(services: tuple[Service, ...], names: list[str]) -> tuple[Service, ...]:
    """Those named, or all. Raises `OperatorFault` for a name that is none."""
    known = [one.name for one in services]
    for name in names:
        if name not in known:
            raise OperatorFault(f"There is no service {name}. There are: {', '.join(known)}.")
    return tuple(one for one in services if not names or one.name in names)
