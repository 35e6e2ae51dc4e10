"""The command line: `aiguardian serve`, `guard`, `guards`, `screen`, `policy` and `doctor`."""

from __future__ import annotations

import argparse
import asyncio
import errno
import gc
import io
import logging
import os
import socket
import sys
from collections.abc import Sequence

from aiguardian import __version__, healthcheck
from aiguardian.commands.audit import add_audit
from aiguardian.commands.keys import add_keys
from aiguardian.commands.policy import add_policy
from aiguardian.commands.privacy import add_privacy
from aiguardian.commands.replay import add_replay
from aiguardian.commands.scan import add_scan
from aiguardian.errors import GatewayError, NotAvailable
from aiguardian.gateway.core_dumps import forbid_core_dumps
from aiguardian.operator.described import describe
from aiguardian.policy.read import PolicyError
from aiguardian.settings.aws import Aws
from aiguardian.settings.checks import look_alikes, not_yet
from aiguardian.settings.groups import GUARD_NAMES, Settings
from aiguardian.settings.read import SettingsError, read
from aiguardian.settings.sources import Sourced, Sources

log = logging.getLogger(__name__)

USAGE_ERROR = 2
EXAMPLE = (
    "curl -s http://{host}:{port}/api/v1/guards/process -H 'Content-Type: application/json' "
    """-d '{{"service_type": "tokenguard", "text": "How many tokens is this, at what cost?"}}'"""
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 good, 1 failed, 2 wrong usage or settings."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.run is None:  # the probe: a wrong setting is for the server to tell
        return healthcheck.main(given.path, os.environ)
    forbid_core_dumps()  # before the first secret is read
    sources = Sources(os.environ, _fetch_secrets)
    try:
        gathered = sources.gather()
        settings = read(gathered.values)
    except SettingsError as error:
        print("aiguardian: the settings are wrong; nothing was started.", file=sys.stderr)
        for fault in error.faults:
            print(f"  - {fault}", file=sys.stderr)
        return USAGE_ERROR
    given.sourced = Sourced(sources, gathered)
    try:
        status: int = given.run(settings, given)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _fetch_secrets(where: Aws) -> dict[str, str]:
    from aiguardian.settings.secrets_manager import fetch_secrets  # boto3, half a second

    return fetch_secrets(where)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aiguardian",
        description="A self-hosted guard for AI traffic. Settings come from the environment; "
        "`aiguardian doctor` lists them.",
    )
    parser.add_argument("--version", action="version", version=f"aiguardian {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the gateway with its guards")
    _add_address(serve, "PORT, else 8000")
    serve.set_defaults(run=_serve)

    guard = commands.add_parser("guard", help="run one guard by itself, as a gateway's instance")
    guard.add_argument("name", choices=GUARD_NAMES, metavar="NAME", help=", ".join(GUARD_NAMES))
    _add_address(guard, "8001 for tokenguard to 8006 for healthguard")
    guard.set_defaults(run=_guard)

    guards = commands.add_parser("guards", help="list the guards of this version")
    guards.set_defaults(run=_guards)

    screen = commands.add_parser("screen", help="judge a text here and now, without a server")
    screen.add_argument("text", nargs="?", help="the text; read from standard input without it")
    screen.add_argument(
        "--guard", action="append", choices=GUARD_NAMES, metavar="NAME", help="only this guard"
    )
    screen.add_argument(
        "--direction",
        choices=("input", "output", "tool"),
        default="input",
        help="which way the text goes, for the policy (default: input)",
    )
    screen.add_argument(
        "--policy", metavar="NAME", help="default, strict, observe, or one in AIGUARDIAN_POLICIES"
    )
    screen.set_defaults(run=_screen)

    add_policy(commands)
    add_replay(commands)
    add_keys(commands)
    add_audit(commands)
    add_privacy(commands)
    add_scan(commands)

    probe = commands.add_parser("healthcheck", help="ask the server in this container if it lives")
    probe.add_argument("path", nargs="*", help=f"the path asked (default: {healthcheck.LIVE})")
    probe.set_defaults(run=None)

    doctor = commands.add_parser("doctor", help="show the settings and try what they point to")
    doctor.add_argument("--markdown", action="store_true", help="print the settings' reference")
    doctor.set_defaults(run=_doctor)
    describe(parser)
    return parser


def _add_address(parser: argparse.ArgumentParser, default_port: str) -> None:
    parser.add_argument("--host", help="the address to listen on (default: HOST, else 127.0.0.1)")
    parser.add_argument("--port", type=_port, help=f"the TCP port (default: {default_port})")


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _serve(settings: Settings, given: argparse.Namespace) -> int:
    port = settings.runtime.port if given.port is None else given.port
    host = given.host or settings.runtime.host
    return _listen(settings, host, port, guard=None, sourced=given.sourced)


def _guard(settings: Settings, given: argparse.Namespace) -> int:
    port = 8001 + GUARD_NAMES.index(given.name) if given.port is None else given.port
    host = given.host or settings.runtime.host
    return _listen(settings, host, port, guard=given.name, sourced=given.sourced)


def _listen(
    settings: Settings, host: str, port: int, *, guard: str | None, sourced: Sourced
) -> int:
    gc.disable()  # what is made at the start stays: the server looks through it once
    try:
        # Imported here: the other commands do without these parts and start sooner.
        from aiguardian.app import create_app, create_guard_app
        from aiguardian.gateway.server import serve
        from aiguardian.rotating import add_rotation
        from aiguardian.telemetry.log import configure

        program = (
            create_guard_app(settings, guard) if guard else create_app(settings, sourced.named)
        )
        add_rotation(program, sourced)
    except (NotAvailable, OSError, ImportError, ValueError) as error:
        print(f"aiguardian: cannot start: {error}", file=sys.stderr)
        return 1
    finally:
        gc.enable()
    runtime = settings.runtime
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    configure(program.logs, "DEBUG" if runtime.debug else runtime.log_level)
    try:
        serve(
            program.app,
            host=host,
            port=port,
            header_timeout_s=settings.limits.header_timeout_s,
            keep_alive_s=settings.limits.keep_alive_s,
            drain_s=settings.limits.drain_s,
            leave_s=settings.limits.leave_s,
            on_leaving=program.leave,
            on_stopping=program.stopping.set,
            on_listening=lambda bound: _announce(settings, host, bound, guard),
        )
    except OSError as error:
        reason = error.strerror or str(error)
        print(
            f"aiguardian: cannot listen on {host}:{port}: {reason}. {_mend(error)}",
            file=sys.stderr,
        )
        return 1
    return 0


def _mend(error: OSError) -> str:
    """What to do about an address that cannot be listened on."""
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return "HOST must be an address of this machine, or 0.0.0.0 for all of them."
    if isinstance(error, PermissionError):
        return "Below 1024 is for root: set another PORT."
    return "Set another PORT, or stop what listens there."


def _announce(settings: Settings, host: str, port: int, guard: str | None) -> None:
    """Say where to look: to a person in development, to the log elsewhere."""
    for warning in (*look_alikes(os.environ), *not_yet(settings)):
        log.warning(warning)
    name = guard or "the gateway"
    if not settings.is_development:
        log.info("%s listens on %s:%d", name, host, port)
        return
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared, not bound
    print(f"\nAIGuardian {__version__}: {name} listens on http://{shown}:{port}")
    if guard is None:
        print(f"  Docs     http://{shown}:{port}/docs")
        print(f"  Metrics  http://{shown}:{port}/metrics")
        print(f"  Try      {EXAMPLE.format(host=shown, port=port)}")
    print("  Open to this machine without a key, because ENVIRONMENT is development.")
    print("  Stop with Ctrl+C. Below: one JSON line a request.\n", flush=True)


def _guards(settings: Settings, _: argparse.Namespace) -> int:
    from aiguardian.gateway.vitals import LiveVitals
    from aiguardian.registry import build_guards
    from aiguardian.stores import build_stores

    kept = build_stores(settings)
    for name, guard in build_guards(LiveVitals(settings.runtime.home), kept).items():
        where = ", ".join(settings.guards.instances(name)) or "in process"
        print(f"{name:14} {guard.version:6} {where:24} {', '.join(guard.capabilities)}")
    return 0


def _screen(settings: Settings, given: argparse.Namespace) -> int:
    """Judge a text; the exit status is 0 unless the verdict is block, then 1."""
    from aiguardian.gateway.screen import ScreenRequest
    from aiguardian.offline import screen_once

    logging.disable()  # the exit status and one line on stderr say what went wrong
    try:
        text = sys.stdin.buffer.read().decode() if given.text is None else given.text
        text.encode()  # Python hands over arguments that are not UTF-8 as lone surrogates
    except UnicodeError:
        print("aiguardian: the input is not UTF-8.", file=sys.stderr)
        return USAGE_ERROR
    try:
        request = ScreenRequest(
            text=text, guards=given.guard, direction=given.direction, policy=given.policy
        )
        report = asyncio.run(screen_once(settings, request))
    except (GatewayError, PolicyError) as error:
        print(f"aiguardian: {error}", file=sys.stderr)
        return USAGE_ERROR
    print(report.json)
    return 1 if report.action == "block" else 0


def _doctor(settings: Settings, given: argparse.Namespace) -> int:
    from aiguardian import doctor

    logging.disable()  # what fails is a line of the examination
    if given.markdown:
        print(doctor.reference())
        return 0
    return asyncio.run(doctor.examine(settings, given.sourced.gathered.origins))
