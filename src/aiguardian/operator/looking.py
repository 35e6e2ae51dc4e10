"""health-check: whether an installation answers, and whether its services run."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from aiguardian.operator.aws import Place, ask
from aiguardian.operator.catalogue import Service
from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault

LIVE, READY, GUARDS = "/health/live", "/health/ready", "/api/v1/guards/health"
TIMEOUT_S = 10.0
MOST_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at."""

    name: str
    is_good: bool
    told: str


def look_at_gateway(url: str, key: str | None) -> list[Found]:
    """The probes and, with a key, the guards. Raises `OperatorFault` for what is no address."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise OperatorFault("--url must be http:// or https:// with a host.")
    base = url.rstrip("/")
    found = [_probe(base, path, None) for path in (LIVE, READY)]
    return [*found, _probe(base, GUARDS, key)] if key else found


def look_at_services(place: Place, services: Sequence[Service]) -> list[Found]:
    """Whether as many tasks of each service run as should. Raises `OperatorFault`."""
    client = place.client("ecs")
    found = []
    for service in services:
        answer = ask(
            f"look at {service.name} in {place.cluster}",
            client.describe_services,
            cluster=place.cluster,
            services=[service.name],
        )
        told = [one for one in answer["services"] if one["status"] == "ACTIVE"]
        if not told:
            found.append(Found(service.name, is_good=False, told="is not there"))
            continue
        running, desired = told[0]["runningCount"], told[0]["desiredCount"]
        is_good = running >= desired > 0
        found.append(Found(service.name, is_good, f"{running} of {desired} tasks run"))
    return found


def tell(found: Sequence[Found], doing: Doing) -> bool:
    """Print a line for each; whether all is good."""
    for one in found:
        doing.say(f"{'good' if one.is_good else 'BAD '}  {one.name}: {one.told}")
    return all(one.is_good for one in found)


def _probe(base: str, path: str, key: str | None) -> Found:
    request = urllib.request.Request(  # noqa: S310 - http and https only, checked above
        base + path, headers={"X-API-Key": key} if key else {}
    )
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            return Found(path, is_good=True, told=_word(answer.read(MOST_BYTES)))
    except urllib.error.HTTPError as error:
        with error:
            return Found(
                path, is_good=False, told=f"status {error.code}, {_word(error.read(4096))}"
            )
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        return Found(path, is_good=False, told=f"no answer: {reason}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A key follows no redirect to somewhere else."""

    def redirect_request(self, *_: object) -> None:
        """None: the redirect is an error."""


def _word(body: bytes) -> str:
    """What the answer says of itself in a word; guards that are not well are named."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "answers, but not as the gateway does"
    if not isinstance(told, dict):
        return "answers, but not as the gateway does"
    services = told.get("services")
    guards = services if isinstance(services, dict) else {}
    unwell = sorted(
        name
        for name, one in guards.items()
        if isinstance(one, dict) and one.get("status") not in {"healthy", "ready", "up", None}
    )
    word = str(told.get("status", "answers"))[:64]
    return f"{word}; not well: {', '.join(unwell)}" if unwell else word
