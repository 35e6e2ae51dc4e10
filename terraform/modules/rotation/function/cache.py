"""The password of a cache's user. The new one is added beside the old one, so clients that still
use the old one go on until the next rotation."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from steps import Rotation

GRANTED = "on ~* &* +@all -@admin -@dangerous +info"
"""What the service may do: all of its data, nothing of the server's management."""


def handle(event: Mapping[str, str], _context: object) -> None:
    """Do the step that `event` names. Called by Secrets Manager."""
    import boto3  # part of the Lambda runtime

    owner = CacheUser.from_environment(os.environ, boto3.client("elasticache"))
    rotation = Rotation(boto3.client("secretsmanager"), owner)
    rotation.do(event["Step"], event["SecretId"], token=event["ClientRequestToken"])


@dataclass(frozen=True)
class CacheUser:
    """A user of ElastiCache, and where it signs in."""

    cache: Any
    id: str
    name: str
    host: str
    port: int
    sign_in: Callable[[CacheUser, str], None]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], cache: Any) -> CacheUser:
        """Return the user that the function's variables name; KeyError when one is missing."""
        return cls(
            cache=cache,
            id=environ["CACHE_USER_ID"],
            name=environ["CACHE_USER_NAME"],
            host=environ["CACHE_HOST"],
            port=int(environ["CACHE_PORT"]),
            sign_in=sign_in_over_tls,
        )

    def value(self, password: str, _held: dict[str, Any]) -> dict[str, Any]:
        """Where the cache is, and the whole address."""
        return {
            "host": self.host,
            "port": self.port,
            "username": self.name,
            "password": password,
            "database": 0,
            "tls": True,
            "url": f"rediss://{self.name}:{password}@{self.host}:{self.port}/0",
        }

    def change(self, password: str, held: dict[str, Any]) -> None:
        """Make both passwords valid: the new one, and the one that clients still have."""
        current = held.get("password")
        self.cache.modify_user(
            UserId=self.id,
            AccessString=GRANTED,
            AuthenticationMode={
                "Type": "password",
                "Passwords": [password, current] if current else [password],
            },
        )

    def has_changed(self) -> bool:
        """Whether ElastiCache is done with the user."""
        user = self.cache.describe_users(UserId=self.id)["Users"][0]
        return bool(user["Status"] == "active")

    def try_it(self, password: str) -> None:
        """Sign in as a client would."""
        self.sign_in(self, password)


def sign_in_over_tls(user: CacheUser, password: str) -> None:
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
