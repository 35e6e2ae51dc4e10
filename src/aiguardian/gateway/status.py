"""What the gateway tells of itself: probes, the list of services and the guards' health."""

from __future__ import annotations

import time
from typing import Any

from aiguardian import __version__
from aiguardian.errors import NotFound
from aiguardian.gateway.dependencies import Dependencies
from aiguardian.gateway.directory import Entry
from aiguardian.gateway.dispatch import Dispatcher
from aiguardian.gateway.self_test import SelfTester
from aiguardian.settings.groups import GUARD_NAMES


class Status:
    """Answers the questions that operators and load balancers ask."""

    def __init__(
        self,
        service: str,
        dispatcher: Dispatcher,
        tester: SelfTester,
        dependencies: Dependencies,
    ) -> None:
        self._service = service
        self._dispatcher = dispatcher
        self._tester = tester
        self._dependencies = dependencies
        self._is_leaving = False
        self._started_s = time.monotonic()

    def leave(self) -> None:
        """End readiness: this process has been told to stop."""
        self._is_leaving = True

    def live(self) -> dict[str, Any]:
        """The process answers; nothing else is looked at."""
        return {"status": "alive", "service": self._service}

    def summary(self) -> dict[str, Any]:
        """One word on everything, with the version and how long it has run."""
        states = {name: self.state(name, entry) for name, entry in self._dispatcher.directory}
        return {
            "status": _overall(states | self._away()),
            "service": self._service,
            "version": __version__,
            "uptime_s": round(time.monotonic() - self._started_s, 1),
        }

    def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether requests should be sent here, and what each guard says to that, and each server
        that the gateway leans on."""
        services = {}
        for name, entry in self._dispatcher.directory:
            result = self._tester.results.get(name)
            if result is None:
                services[name] = "starting"
            else:
                services[name] = "ready" if self.state(name, entry) != "unhealthy" else "not_ready"
        is_ready = all(state == "ready" for state in services.values())
        is_ready = is_ready and self._dependencies.is_ready and not self._is_leaving
        told: dict[str, Any] = {
            "status": "ready" if is_ready else "not_ready",
            "services": services,
        }
        if dependencies := self._dependencies.states():
            told["dependencies"] = dependencies
        return is_ready, told

    def _away(self) -> dict[str, str]:
        return {} if self._dependencies.is_whole else {"dependencies": "degraded"}

    def state(self, name: str, entry: Entry) -> str:
        """`healthy`, `degraded` (some instances down, or all but this process can stand in) or
        `unhealthy` (a self-test fails: its verdicts are not to be relied on)."""
        result = self._tester.results.get(name)
        if result is not None and not result.is_good:
            return "unhealthy"
        if entry.pool is None or all(one.is_usable() for one in entry.pool.instances):
            return "healthy"
        return "degraded"

    def services(self) -> dict[str, Any]:
        """Every guard that is here: where, how many, what it can do."""
        return {
            "services": {
                name: self._described(name, entry) for name, entry in self._dispatcher.directory
            }
        }

    def _described(self, name: str, entry: Entry) -> dict[str, Any]:
        described: dict[str, Any] = {
            "status": self.state(name, entry),
            "mode": entry.mode,
            "instances": len(entry.pool.instances) if entry.pool else 1,
            "version": entry.processor.version,
            "capabilities": list(entry.processor.capabilities),
        }
        if entry.pool:
            described["url"] = ",".join(one.url for one in entry.pool.instances)
        return described

    def guards(self) -> dict[str, Any]:
        """The health of all guards."""
        services = {name: self.guard(name) for name in self._dispatcher.directory.names()}
        states = {name: service["status"] for name, service in services.items()}
        return {"status": _overall(states), "services": services}

    def guard(self, name: str) -> dict[str, Any]:
        """The health of one guard; raises `NotFound` or, for one not here, `NotAvailable`."""
        if name not in GUARD_NAMES:
            raise NotFound(f"There is no such guard. The guards are {', '.join(GUARD_NAMES)}.")
        entry = self._dispatcher.directory.get(name)
        result = self._tester.results.get(name)
        health: dict[str, Any] = {
            "status": self.state(name, entry),
            "mode": entry.mode,
            "version": entry.processor.version,
            "self_test": None
            if result is None
            else {
                "passed": result.passed,
                "failed": list(result.failed),
                "age_s": round(time.monotonic() - result.at, 1),
            },
        }
        if entry.pool:
            health["endpoints"] = [
                {
                    "url": one.url,
                    "healthy": one.is_healthy,
                    "breaker": one.breaker.state.value,
                    "outstanding": one.outstanding,
                }
                for one in entry.pool.instances
            ]
        return health


def _overall(states: dict[str, str]) -> str:
    if "unhealthy" in states.values():
        return "unhealthy"
    return "degraded" if "degraded" in states.values() else "healthy"
