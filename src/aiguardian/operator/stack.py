"""compose-up, compose-down and prod: the whole product on one machine."""

from __future__ import annotations

import sys
from pathlib import Path

from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.looking import look_at_gateway
from aiguardian.operator.programs import compose_command, run

BASE = "docker-compose.yml"
PRODUCTION = "docker-compose.prod.yml"
MONITORING = "docker-compose.monitoring.yml"
PATIENCE_S = 300.0


def files(root: Path, *, is_production: bool, is_watched: bool) -> list[str]:
    """The arguments that name compose's files. Raises `OperatorFault` for one that is missing."""
    names = [BASE, *([PRODUCTION] if is_production else []), *([MONITORING] if is_watched else [])]
    for name in names:
        if not (root / name).is_file():
            raise OperatorFault(f"{name} is not in {root}: run this from the repository.")
    return [word for name in names for word in ("-f", name)]


def go_up(root: Path, doing: Doing, *, is_production: bool, is_watched: bool, url: str) -> None:
    """Start what does not run, and return when it is ready. Raises `OperatorFault`."""
    named = files(root, is_production=is_production, is_watched=is_watched)
    doing.step("complete .env (passwords that are missing)", lambda: _complete_env(root))
    compose = compose_command()
    run([*compose, *named, "config", "--quiet"], folder=root, shows=False)
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
    named = files(root, is_production=False, is_watched=False)
    extra = ["--follow"] if follows else []
    run([*compose_command(), *named, "logs", "--since", since, *extra, *services], folder=root)


def _complete_env(root: Path) -> None:
    run([sys.executable, str(root / "deploy" / "generate_env.py"), str(root)])


def _is_ready(url: str) -> bool:
    return all(one.is_good for one in look_at_gateway(url, None))
