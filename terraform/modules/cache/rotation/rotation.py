"""Changes the password of a cache user, in the four steps that Secrets Manager asks for.

The new password is added beside the old one, so clients that still use the old one go on until the
next rotation. Steps can be called again: each does nothing where its work is done.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

GRANTED = "on ~* &* +@all -@admin -@dangerous +info"
"""What the service may do: all of its data, nothing of the server's management."""

READY_WITHIN_S = 90  # chosen: a change of a user takes ElastiCache 10 to 30 s


def handle(event: Mapping[str, str], _context: object) -> None:
    """Do the step that `event` names. Called by Secrets Manager."""
    import boto3  # part of the Lambda runtime

    rotation = Rotation(
        secrets=boto3.client("secretsmanager"),
        cache=boto3.client("elasticache"),
        user=User.from_environment(os.environ),
        sign_in=sign_in_over_tls,
        sleep=time.sleep,
    )
    rotation.do(event["Step"], event["SecretId"], token=event["ClientRequestToken"])


@dataclass(frozen=True)
class User:
    """The user whose password changes, and where it signs in."""

    id: str
    name: str
    host: str
    port: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> User:
        """Return the user that the function's variables name; KeyError when one is missing."""
        return cls(
            id=environ["CACHE_USER_ID"],
            name=environ["CACHE_USER_NAME"],
            host=environ["CACHE_HOST"],
            port=int(environ["CACHE_PORT"]),
        )


@dataclass(frozen=True)
class Rotation:
    """One rotation over the two services' clients."""

    secrets: Any
    cache: Any
    user: User
    sign_in: Callable[[User, str], None]
    sleep: Callable[[float], None]

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
        password = self.secrets.get_random_password(PasswordLength=64, ExcludePunctuation=True)
        value = self._described(password["RandomPassword"])
        self.secrets.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretString=json.dumps(value),
            VersionStages=["AWSPENDING"],
        )

    def _described(self, password: str) -> dict[str, str | int | bool]:
        user = self.user
        return {
            "host": user.host,
            "port": user.port,
            "username": user.name,
            "password": password,
            "database": 0,
            "tls": True,
            "url": f"rediss://{user.name}:{password}@{user.host}:{user.port}/0",
        }

    def _set(self, secret: str, token: str) -> None:
        pending = self._value(secret, stage="AWSPENDING", token=token)["password"]
        current = self._value(secret, stage="AWSCURRENT").get("password")
        self.cache.modify_user(
            UserId=self.user.id,
            AccessString=GRANTED,
            AuthenticationMode={
                "Type": "password",
                "Passwords": [pending, current] if current else [pending],
            },
        )
        self._wait_until_active()

    def _wait_until_active(self) -> None:
        for _ in range(READY_WITHIN_S // 3):
            user = self.cache.describe_users(UserId=self.user.id)["Users"][0]
            if user["Status"] == "active":
                return
            self.sleep(3)
        raise TimeoutError(f"the cache's user was not active within {READY_WITHIN_S} s")

    def _test(self, secret: str, token: str) -> None:
        pending = self._value(secret, stage="AWSPENDING", token=token)
        self.sign_in(self.user, str(pending["password"]))

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


def sign_in_over_tls(user: User, password: str) -> None:
    """Sign in as a client would; PermissionError when the server does not answer +OK."""
    context = ssl.create_default_context()
    with (
        socket.create_connection((user.host, user.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=user.host) as connection,
    ):
        sign_in(connection, user.name, password)


def sign_in(connection: socket.socket, name: str, password: str) -> None:
    """Send AUTH in the Redis protocol; PermissionError when the answer is not +OK."""
    words = [word.encode() for word in ("AUTH", name, password)]
    parts = [b"$%d\r\n%s\r\n" % (len(word), word) for word in words]
    connection.sendall(b"*3\r\n" + b"".join(parts))
    if not connection.recv(64).startswith(b"+OK"):
        raise PermissionError("the cache did not accept the new password")
