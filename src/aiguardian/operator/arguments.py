"""What the operator's verbs take, and what they say of themselves."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TypeAlias

from aiguardian.operator.aws import ENVIRONMENTS
from aiguardian.operator.described import describe

LOCAL = "http://127.0.0.1:8000"
PLATFORMS = {"ARM64": "linux/arm64", "X86_64": "linux/amd64"}
"""What Docker calls the processors of tasks."""

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name


def operator_parser() -> argparse.ArgumentParser:
    """The parser; `verb` is what was asked for."""
    parser = argparse.ArgumentParser(
        prog="aiguardian.sh", description="What an operator does to an installation."
    )
    parser.add_argument("--root", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    # where the script was called: paths are meant from there
    parser.add_argument("--caller", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB", dest="verb")
    _add_local(verbs)
    _add_settings(verbs)
    _add_releases(verbs)
    _add_looking(verbs)
    _add_backups(verbs)
    describe(parser)
    return parser


def _add_local(verbs: Verbs) -> None:
    up = _verb(verbs, "compose-up", "start the product on this machine, and wait")
    prod = _verb(verbs, "prod", "as compose-up, with a database and Redis that run elsewhere")
    for one in (up, prod):
        one.add_argument(
            "--monitoring", action="store_true",
            help="with Grafana, Prometheus and Kibana on 127.0.0.1, log shipping and alert routing",
        )  # fmt: skip
        one.add_argument(
            "--url", default=LOCAL, help=f"the gateway that is waited for (default: {LOCAL})"
        )
    up.set_defaults(is_production=False)
    prod.set_defaults(is_production=True)
    down = _verb(verbs, "compose-down", "stop it; the data stays")
    down.add_argument("--production", action="store_true", help="what `prod` started")
    down.add_argument(
        "--with-data", action="store_true",
        help="delete the volumes, too: database, audit, metrics, logs",
    )  # fmt: skip
    down.add_argument("--yes", action="store_true", help="do not ask before data is deleted")


def _add_settings(verbs: Verbs) -> None:
    external = _verb(
        verbs, "setup-external",
        "tell it of database, Redis, provider, Clerk and Stripe: asks, or takes flags",
    )  # fmt: skip
    validate = _verb(verbs, "validate", "check settings, and try what they point to", changes=False)
    for one in (external, validate):
        one.add_argument("--file", type=Path, help="another .env file than the repository's")
        _add_place(one, needed=False)
    keys = _verb(
        verbs, "setup-secrets", "generate missing keys into AWS Secrets Manager; prints none",
    )  # fmt: skip
    keys.add_argument(
        "--rotate", nargs="*", metavar="KEY",
        help="give these new values; without a name, SECRET_KEY, whose old one stays valid",
    )  # fmt: skip
    _add_place(keys, needed=True)
    for one in (external, keys):
        _add_values(one)


def _add_releases(verbs: Verbs) -> None:
    push = _verb(verbs, "push-containers", "build and push the images that the registry lacks")
    deploy = _verb(verbs, "deploy-prod", "run images by digest, and go back when one fails")
    back = _verb(verbs, "rollback", "run what was run before")
    deploy.add_argument(
        "--url", help="the gateway that is asked in the end; goes back when it is not ready"
    )
    deploy.add_argument(
        "--restart", action="store_true",
        help="start anew what runs, without another image: guards get changed secrets so",
    )  # fmt: skip
    for one in (push, deploy):
        one.add_argument(
            "--tag", help="the version, such as 1.4.0 (default: the commit checked out)"
        )
    push.add_argument(
        "--architecture", choices=sorted(PLATFORMS), default="X86_64",
        help="of the tasks, as Terraform's `architecture` says (default: X86_64)",
    )  # fmt: skip
    for one in (deploy, back):
        one.add_argument(
            "--wait", type=_seconds, default=900.0, metavar="SECONDS",
            help="how long each service may take to run steadily (default: 900)",
        )  # fmt: skip
    for one in (push, deploy, back):
        _add_place(one, needed=True)
        _add_services(one)


def _add_looking(verbs: Verbs) -> None:
    look = _verb(
        verbs, "health-check",
        "whether the gateway answers, its guards are well (UNIFIED_API_KEY in the environment), "
        "and its services run (--environment)", changes=False,
    )  # fmt: skip
    look.add_argument("--url", help=f"the gateway (default: {LOCAL}; with --environment, none)")
    logs = _verb(verbs, "logs", "what the services wrote", changes=False)
    logs.add_argument("--follow", action="store_true", help="go on with what they write from now")
    logs.add_argument("--since", default="15m", metavar="AGE", help="15m, 2h, 1d (default: 15m)")
    for one in (look, logs):
        _add_place(one, needed=False)
        _add_services(one)


def _add_backups(verbs: Verbs) -> None:
    backup = _verb(verbs, "backup", "copy the database and the audit's files")
    backup.add_argument(
        "--to", type=Path, metavar="FOLDER",
        help="where a folder of the time's name is made (default: AIGUARDIAN_HOME/backups)",
    )  # fmt: skip
    restore = _verb(
        verbs, "restore", "put a backup in the place of what is there, and verify the audit",
    )  # fmt: skip
    restore.add_argument("backup", type=Path, metavar="BACKUP", help="the folder that backup made")
    restore.add_argument("--yes", action="store_true", help="do not ask")


def _verb(verbs: Verbs, name: str, about: str, *, changes: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=about)
    told = "say what would be done, and change nothing" if changes else "nothing is changed anyway"
    parser.add_argument("--dry-run", action="store_true", help=told)
    return parser


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("seconds are a number above 0, such as 900")
    return value


def _add_place(parser: argparse.ArgumentParser, *, needed: bool) -> None:
    parser.add_argument(
        "--environment", choices=ENVIRONMENTS, default="production" if needed else None,
        help="in AWS " + ("(default: production)" if needed else "(default: this machine)"),
    )  # fmt: skip
    parser.add_argument("--region", help="AWS's region (default: AWS_REGION's)")


def _add_services(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--service", action="append", default=[], metavar="NAME",
        help="only this, such as tokenguard; may be repeated",
    )  # fmt: skip


def _add_values(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="a setting that is no secret; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--from-env", action="append", default=[], metavar="NAME",
        help="take this variable's value from the environment; may be repeated",
    )  # fmt: skip
