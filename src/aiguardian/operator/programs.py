"""Programs beside this one: docker, compose, pg_dump. Secrets reach them by environment or standard
input, never as an argument, which every user of a machine can read."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiguardian.operator.faults import OperatorFault


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
        name = " ".join([Path(command[0]).name, *command[1:3]])
        raise OperatorFault(f"{name} failed with the status {done.returncode}; see above.")
    return done.stdout or ""


def compose_command() -> list[str]:
    """`docker compose`, or the older `docker-compose`. Raises `OperatorFault` without either."""
    docker = shutil.which("docker")
    if docker is not None:
        answer = subprocess.run(  # noqa: S603 - as above
            [docker, "compose", "version"], capture_output=True, check=False
        )
        if answer.returncode == 0:
            return [docker, "compose"]
    older = shutil.which("docker-compose")
    if older is not None:
        return [older]
    raise OperatorFault(
        "Neither `docker compose` nor docker-compose is here. Install Docker Engine with its "
        "compose plugin."
    )
