"""The four steps in which Secrets Manager changes a password. Each can be called again: it does
nothing where its work is done."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

PAUSE_S = 3.0
READY_WITHIN_S = 180.0  # chosen: ElastiCache takes 10 to 30 s, RDS a minute at most


class Owner(Protocol):
    """Whoever has the password that changes."""

    def value(self, password: str, held: dict[str, Any]) -> dict[str, Any]:
        """What the secret holds with this password, from what it holds now."""

    def change(self, password: str, held: dict[str, Any]) -> None:
        """Ask for the password to be changed."""

    def has_changed(self) -> bool:
        """Whether what was asked for is in force."""

    def try_it(self, password: str) -> None:
        """Raises `PermissionError` for a password that does not sign in."""


@dataclass(frozen=True)
class Rotation:
    """One rotation of one secret."""

    secrets: Any
    owner: Owner
    sleep: Callable[[float], None] = time.sleep

    def do(self, step: str, secret: str, *, token: str) -> None:
        """Do one of createSecret, setSecret, testSecret, finishSecret; ValueError for another."""
        stages = self.secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        if "AWSCURRENT" in stages.get(token, ()):
            return
        steps = {
            "createSecret": self._create,
            "setSecret": self._set,
            "testSecret": self._test,
            "finishSecret": self._finish,
        }
        if step not in steps:
            raise ValueError(
                f"{step[:32]!r} is no step of a rotation; steps are {', '.join(steps)}"
            )
        steps[step](secret, token)

    def _create(self, secret: str, token: str) -> None:
        if self._value(secret, stage="AWSPENDING", token=token):
            return
        made = self.secrets.get_random_password(PasswordLength=64, ExcludePunctuation=True)
        value = self.owner.value(made["RandomPassword"], self._value(secret, stage="AWSCURRENT"))
        self.secrets.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretString=json.dumps(value),
            VersionStages=["AWSPENDING"],
        )

    def _set(self, secret: str, token: str) -> None:
        pending = self._value(secret, stage="AWSPENDING", token=token)
        self.owner.change(pending["password"], self._value(secret, stage="AWSCURRENT"))
        self._wait()

    def _wait(self) -> None:
        for _ in range(int(READY_WITHIN_S / PAUSE_S)):
            if self.owner.has_changed():
                return
            self.sleep(PAUSE_S)
        raise TimeoutError(f"the new password was not in force within {READY_WITHIN_S:g} s")

    def _test(self, secret: str, token: str) -> None:
        pending = self._value(secret, stage="AWSPENDING", token=token)
        if pending:  # else AWS only tries whether the function runs
            self.owner.try_it(str(pending["password"]))

    def _finish(self, secret: str, token: str) -> None:
        stages = self.secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = next((one for one, labels in stages.items() if "AWSCURRENT" in labels), None)
        moved = {"RemoveFromVersionId": current} if current else {}
        self.secrets.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, **moved
        )

    def _value(self, secret: str, *, stage: str, token: str | None = None) -> dict[str, Any]:
        """The secret's value at a stage; empty when there is none."""
        version = {"VersionId": token} if token else {}
        try:
            answer = self.secrets.get_secret_value(SecretId=secret, VersionStage=stage, **version)
        except self.secrets.exceptions.ResourceNotFoundException:
            return {}
        value: dict[str, Any] = json.loads(answer["SecretString"])
        return value
