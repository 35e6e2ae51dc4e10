"""Programs beside this one: docker, compose, pg_dump. Secrets reach them by environment or standard
input, never as an argument, which every user of a machine can read."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiguardian.operator.faults import OperatorFault

COMPOSE = (2, 20)
"""The first version that knows `required: false` beside a condition."""


def found(name: str, mend: str) -> str:
    """The program's path. Raises `OperatorFault` with what to do about it."""
    path = shutil.which(name)
    if path is None:
        raise OperatorFault(f"The program {name} is not on the PATH. {mend}")
    return path


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: str | None = None,
    shows: bool = True,
) -> str:
    """Run it to its end; its output goes to the terminal, or is returned when not `shows`.

    Raises `OperatorFault` when it fails.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, no shell
            command,
            cwd=folder,
            env={**os.environ, **(env or {})},
            input=given,
            stdin=None if given is not None else subprocess.DEVNULL,
            stdout=None if shows else subprocess.PIPE,
            text=True,
            check=False,
        )
    except OSError as error:
        raise OperatorFault(f"{command[0]} does not start: {type(error).__name__}.") from None
    if done.returncode:
        told = shlex.join([Path(command[0]).name, *command[1:]])  # no argument is ever a secret
        raise OperatorFault(f"`{told}` failed with the status {done.returncode}; see above.")
    return done.stdout or ""


def compose_command() -> list[str]:
    """`docker compose`, or docker-compose by itself. Raises `OperatorFault` where neither is of a
    version that can read our files."""
    docker, alone = shutil.which("docker"), shutil.which("docker-compose")
    too_old = ""
    for command in ([docker, "compose"] if docker else [], [alone] if alone else []):
        version = _compose_version(command) if command else ""
        numbers = re.match(r"v?(\d+)\.(\d+)", version)
        if numbers and (int(numbers[1]), int(numbers[2])) >= COMPOSE:
            return command
        too_old = (
            f" {' '.join([Path(command[0]).name, *command[1:]])} is {version}."
            if version
            else too_old
        )
    raise OperatorFault(
        f"Compose {COMPOSE[0]}.{COMPOSE[1]} or newer is needed and not here.{too_old} Install "
        "Docker Engine with its compose plugin."
    )


def _compose_version(command: Sequence[str]) -> str:
    """What it says of itself; empty where it does not run."""
    answer = subprocess.run(  # noqa: S603 - as above
        [*command, "version", "--short"], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() if answer.returncode == 0 else ""
