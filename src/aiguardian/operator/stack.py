"""compose-up, compose-down and prod: the whole product on one machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from aiguardian.operator.doing import Doing
from aiguardian.operator.env_file import read_env
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.looking import look_at_gateway
from aiguardian.operator.programs import compose_command, run

BASE = "docker-compose.yml"
PRODUCTION = "docker-compose.prod.yml"
MONITORING = "docker-compose.monitoring.yml"
OVERRIDE = "docker-compose.override.yml"
"""The operator's own, which compose reads by itself only where no file is named."""
PATIENCE_S = 300.0


def files(root: Path, *, is_production: bool, is_watched: bool) -> list[str]:
    """The arguments that name compose's files. Raises `OperatorFault` for one that is missing."""
    names = [BASE, *([PRODUCTION] if is_production else []), *([MONITORING] if is_watched else [])]
    for name in names:
        if not (root / name).is_file():
            raise OperatorFault(f"{name} is not in {root}: run this from the repository.")
    if (root / OVERRIDE).is_file():
        names.append(OVERRIDE)
    return [word for name in names for word in ("-f", name)]


def go_up(root: Path, doing: Doing, *, is_production: bool, is_watched: bool, url: str) -> None:
    """Start what does not run, and return when it is ready. Raises `OperatorFault`."""
    named = files(root, is_production=is_production, is_watched=is_watched)
    compose = compose_command()
    missing = _generate(root, "--missing", shows=False).split()
    if missing:
        doing.step(f"complete .env: {', '.join(missing)}", lambda: _generate(root))
    if is_production:
        _check_database({**read_env(root / ".env"), **os.environ})
    # in a dry run what is missing still is: anything may stand in its place while files are checked
    made_up = dict.fromkeys(missing, "made-up") if doing.dry_run else {}
    run([*compose, *named, "config", "--quiet"], folder=root, env=made_up, shows=False)
    doing.step(
        f"start {' '.join(named[1::2])}",
        lambda: run([*compose, *named, "up", "--detach", "--remove-orphans"], folder=root),
    )
    if doing.dry_run:
        return
    if not doing.until(lambda: _is_ready(url), within_s=PATIENCE_S):
        raise OperatorFault(
            f"The gateway is not ready after {PATIENCE_S:g} seconds: see the verb logs."
        )
    doing.say(f"ready: {url}")


def go_down(root: Path, doing: Doing, *, is_production: bool, with_data: bool) -> None:
    """Stop it; `with_data` deletes the volumes as well. Raises `OperatorFault`."""
    named = files(root, is_production=is_production, is_watched=(root / MONITORING).is_file())
    compose = compose_command()
    told = "stop it and delete its volumes" if with_data else "stop it; its volumes stay"
    extra = ["--volumes"] if with_data else []
    doing.step(told, lambda: run([*compose, *named, "down", *extra], folder=root))


def show_logs(root: Path, services: list[str], *, follows: bool, since: str) -> None:
    """Print what the containers wrote. Raises `OperatorFault`."""
    named = files(root, is_production=False, is_watched=(root / MONITORING).is_file())
    extra = ["--follow"] if follows else []
    run([*compose_command(), *named, "logs", "--since", since, *extra, *services], folder=root)


def _generate(root: Path, *flags: str, shows: bool = True) -> str:
    script = str(root / "deploy" / "generate_env.py")
    return run([sys.executable, script, *flags, str(root)], shows=shows)


def _check_database(values: Mapping[str, str]) -> None:
    """Refuse to start in production with the state in a file of one container."""
    if not values.get("DATABASE_URL") and not values.get("AWS_SECRETS_ENABLED"):
        raise OperatorFault(
            "prod is for a database that runs elsewhere, and .env has no DATABASE_URL (nor "
            "AWS_SECRETS_ENABLED): setup-external first, or compose-up, which brings its own."
        )


def _is_ready(url: str) -> bool:
    return all(one.is_good for one in look_at_gateway(url, None))
