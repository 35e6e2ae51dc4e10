"""`aiguardian doctor`: the settings in force, secrets masked, and a try at what they point to."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from aiguardian import __version__
from aiguardian.app import create_app
from aiguardian.policy.read import PolicyError
from aiguardian.proxy.configured import configured_upstreams
from aiguardian.proxy.upstream import Surroundings
from aiguardian.settings.checks import look_alikes, not_yet
from aiguardian.settings.groups import GUARD_NAMES, Secret, Setting, Settings, all_settings

Verdict = Literal["ok", "warn", "fail"]
CONNECT_S = 2.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing tried and how it went."""

    name: str
    verdict: Verdict
    detail: str


_SOURCES = {"file": "  (from a file)", "aws": "  (from AWS Secrets Manager)"}
"""What stands behind a value that is not the environment's."""


async def examine(settings: Settings, origins: Mapping[str, str]) -> int:
    """Print settings, where each is from, and trials; return 1 if any trial failed, else 0.

    `origins` names the source of each variable that is set.
    """
    print(f"AIGuardian {__version__}\n\nSettings (* set, and from where; others default)")
    print("\n".join(listing(settings, origins)))
    print("\nChecks")
    upstreams, answering = _upstreams(settings)
    addresses = [*_addresses(settings), *answering]
    trials = [
        _home(settings),
        _port(settings),
        await _guards(settings),
        *upstreams,
        *await asyncio.gather(*(_reach(name, url) for name, url in addresses)),
        *(Trial("setting", "warn", text) for text in look_alikes(os.environ)),
        *(Trial("setting", "warn", text) for text in not_yet(settings)),
    ]
    for trial in trials:
        print(f"  {trial.verdict:5} {trial.name:28} {trial.detail}")
    failed = sum(trial.verdict == "fail" for trial in trials)
    print(f"\n{'All is well.' if not failed else f'{failed} of {len(trials)} checks failed.'}")
    return 1 if failed else 0


def listing(settings: Settings, origins: Mapping[str, str]) -> list[str]:
    """A line for each setting: its value, masked if it is secret, and where it is from."""
    lines = []
    for setting in all_settings():
        origin = origins.get(setting.variable.name, "")
        mark, source = "*" if origin else " ", _SOURCES.get(origin, "")
        lines.append(f" {mark} {setting.variable.name:34} {_shown(settings, setting)}{source}")
    return lines


def reference() -> str:
    """All settings as a Markdown table: what docs/configuration.md holds."""
    rows = ["| variable | default | example | meaning |", "|---|---|---|---|"]
    for setting in all_settings():
        default = setting.default
        shown = ",".join(default) if isinstance(default, tuple) else default
        shown = str(shown).lower() if isinstance(shown, bool) else shown
        cell = "" if shown in (None, "") else f"`{shown}`"
        variable = setting.variable
        rows.append(f"| `{variable.name}` | {cell} | `{variable.example}` | {variable.about} |")
    return "\n".join(rows)


def _shown(settings: Settings, setting: Setting) -> str:
    value = getattr(getattr(settings, setting.group), setting.field)
    if value is None or value == ():
        return "-"
    if isinstance(value, Secret):
        return f"{value!r} ({len(value)} characters)"
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _home(settings: Settings) -> Trial:
    home = settings.runtime.home.absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        return Trial("AIGUARDIAN_HOME", "fail", f"{home} cannot be written: {error.strerror}")
    return Trial("AIGUARDIAN_HOME", "ok", f"{home} can be written")


def _port(settings: Settings) -> Trial:
    address = (settings.runtime.host, settings.runtime.port)
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            detail = f"{address[0]}:{address[1]} is not free: {error.strerror} (a gateway may run)"
            return Trial("PORT", "warn", detail)
    return Trial("PORT", "ok", f"{address[0]}:{address[1]} is free")


async def _guards(settings: Settings) -> Trial:
    """Load every guard and run its self-tests, in process."""
    started = time.perf_counter()
    program = create_app(Settings(runtime=settings.runtime))
    try:
        await program.tester.run()
    finally:
        program.dispatcher.close()
    seconds = time.perf_counter() - started
    failed = [fault for result in program.tester.results.values() for fault in result.failed]
    count = sum(result.passed for result in program.tester.results.values())
    if failed:
        return Trial("guards", "fail", "; ".join(failed))
    names = ", ".join(program.directory.names())
    return Trial("guards", "ok", f"{names}: {count} self-tests pass ({seconds:.1f} s)")


def _upstreams(settings: Settings) -> tuple[list[Trial], list[tuple[str, str]]]:
    """Whether the file of upstreams can be read, and where they are, by name."""
    try:
        found = configured_upstreams(
            settings.upstream, Surroundings(), environ=os.environ, region=settings.aws.region
        )
    except PolicyError as error:
        return [Trial("AIGUARDIAN_UPSTREAMS", "fail", str(error))], []
    if found is None:
        return [], []
    routing = found.upstreams.routing
    addresses = [
        (f"upstream {name}", account.base_url)
        for name, account in routing.accounts.items()
        if account.base_url
    ]
    if found.file is None:
        return [], addresses
    served = f"{len(routing.accounts)} upstreams for {len(routing.routes)} models and patterns"
    return [Trial("AIGUARDIAN_UPSTREAMS", "ok", served)], addresses


def _addresses(settings: Settings) -> list[tuple[str, str]]:
    """What the settings point to, by variable; only host and port are ever shown."""
    found = [
        (f"{guard.upper()}_URL", url)
        for guard in GUARD_NAMES
        for url in settings.guards.instances(guard)
    ]
    stores = (
        ("DATABASE_URL", settings.database.address()),
        ("REDIS_URL", settings.redis.address()),
    )
    found += [(name, address.reveal()) for name, address in stores if address]
    if settings.judge.url:
        found.append(("TRUST_JUDGE_URL", settings.judge.url))
    if settings.identity.takes_tokens:
        found.append(("CLERK_JWKS_URL", settings.identity.jwks_url()))
    if settings.tracing.endpoint:
        found.append(("OTEL_EXPORTER_OTLP_ENDPOINT", settings.tracing.endpoint))
    return found


_DEFAULT_PORTS = {"http": 80, "https": 443, "redis": 6379, "rediss": 6379}


async def _reach(name: str, url: str) -> Trial:
    """Whether something accepts connections at the URL's host and port."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 5432)
    except ValueError:
        return Trial(name, "fail", "the address (not shown) cannot be read")
    if parts.scheme.startswith("sqlite") or not host:
        return Trial(name, "ok", "a file; nothing to connect to")
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return Trial(name, "fail", f"{host}:{port} does not answer within {CONNECT_S:g} s")
    except UnicodeError:
        return Trial(name, "fail", f"{host}:{port} cannot be reached: that is no host name")
    except OSError as error:
        return Trial(name, "fail", f"{host}:{port} cannot be reached: {error.strerror or error}")
    writer.close()
    return Trial(name, "ok", f"{host}:{port} accepts connections")
