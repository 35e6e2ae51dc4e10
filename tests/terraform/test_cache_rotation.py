"""The rotation of the cache's password, on a real Redis and an emulated Secrets Manager."""

from __future__ import annotations

import importlib.util
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from real_redis import RealRedis, real_redis

SOURCE = Path(__file__).parents[2] / "terraform/modules/cache/rotation/rotation.py"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def load() -> ModuleType:
    """The function's module, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("cache_rotation", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["cache_rotation"] = module
    spec.loader.exec_module(module)
    return module


rotation = load()


class UsersOfRedis:
    """ElastiCache's two calls about users, carried out on a real Redis."""

    def __init__(self, redis: RealRedis) -> None:
        self._redis = redis
        self.passwords: list[str] = []

    def modify_user(self, *, UserId: str, AccessString: str, AuthenticationMode: Any) -> None:  # noqa: N803 - AWS's names
        self.passwords = AuthenticationMode["Passwords"]
        words = [*AccessString.split(), "resetpass", *(f">{word}" for word in self.passwords)]
        assert self.send("AUTH", RealRedis.password) == b"+OK\r\n"
        assert self.send("ACL", "SETUSER", UserId, *words, authenticated=True) == b"+OK\r\n"

    def describe_users(self, *, UserId: str) -> dict[str, Any]:  # noqa: N803 - AWS's names
        return {"Users": [{"UserId": UserId, "Status": "active"}]}

    def send(self, *words: str, authenticated: bool = False) -> bytes:
        with socket.create_connection(("127.0.0.1", self._redis.port), timeout=5) as plain:
            if authenticated:
                plain.sendall(b"AUTH %s\r\n" % RealRedis.password.encode())
                assert plain.recv(64) == b"+OK\r\n"
            parts = [b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words]
            plain.sendall(b"*%d\r\n" % len(words) + b"".join(parts))
            return plain.recv(1024)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RealRedis]:
    with real_redis(tmp_path) as server:
        yield server


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import boto3
    from moto import mock_aws

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        client.create_secret(Name="redis", SecretString="{}")
        yield client


class Rotating:
    """One secret, its cache, and rotations of it."""

    def __init__(self, secrets: Any, redis: RealRedis) -> None:
        self.secrets = secrets
        self.cache = UsersOfRedis(redis)
        user = rotation.User(id="service", name="service", host="127.0.0.1", port=redis.port)
        self.rotation = rotation.Rotation(
            secrets=secrets, cache=self.cache, user=user, sign_in=sign_in, sleep=pytest.fail
        )

    def rotate(self, token: str, *steps: str) -> None:
        for step in steps or STEPS:
            self.rotation.do(step, "redis", token=token)

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        answer = self.secrets.get_secret_value(SecretId="redis", VersionStage=stage)
        value: dict[str, Any] = json.loads(answer["SecretString"])
        return value


def sign_in(user: Any, password: str) -> None:
    """As the function does, without TLS: the server of the tests has none."""
    with socket.create_connection((user.host, user.port), timeout=5) as plain:
        rotation.sign_in(plain, user.name, password)


@pytest.fixture
def rotating(secrets: Any, redis: RealRedis) -> Rotating:
    return Rotating(secrets, redis)


TOKENS = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(3)]


def test_the_first_rotation_brings_a_password_that_signs_in(rotating: Rotating) -> None:
    rotating.rotate(TOKENS[0])
    value = rotating.value()
    assert len(value["password"]) == 64
    assert value["url"] == (f"rediss://service:{value['password']}@127.0.0.1:{value['port']}/0")
    assert value["tls"] is True
    sign_in(rotating.rotation.user, value["password"])


def test_the_password_before_stays_valid_until_the_next_rotation(rotating: Rotating) -> None:
    passwords = []
    for token in TOKENS:
        rotating.rotate(token)
        passwords.append(rotating.value()["password"])
    first, second, third = passwords
    assert len({*passwords}) == 3
    sign_in(rotating.rotation.user, second)
    sign_in(rotating.rotation.user, third)
    with pytest.raises(PermissionError):
        sign_in(rotating.rotation.user, first)


def test_each_step_can_be_called_again(rotating: Rotating) -> None:
    for step in STEPS:
        rotating.rotate(TOKENS[0], step, step)
    sign_in(rotating.rotation.user, rotating.value()["password"])


def test_a_finished_rotation_is_left_alone(rotating: Rotating) -> None:
    rotating.rotate(TOKENS[0])
    before = rotating.value()
    rotating.rotate(TOKENS[0])
    assert rotating.value() == before


def test_a_password_that_does_not_sign_in_is_not_made_current(rotating: Rotating) -> None:
    rotating.rotate(TOKENS[0])
    before = rotating.value()
    rotating.rotate(TOKENS[1], "createSecret")  # and setSecret never reached the cache
    with pytest.raises(PermissionError, match="did not accept"):
        rotating.rotate(TOKENS[1], "testSecret")
    assert rotating.value() == before


def test_the_service_may_not_manage_the_server(rotating: Rotating) -> None:
    rotating.rotate(TOKENS[0])
    user = rotating.rotation.user
    with socket.create_connection((user.host, user.port), timeout=5) as plain:
        rotation.sign_in(plain, user.name, rotating.value()["password"])
        plain.sendall(b"SET key value\r\n")
        assert plain.recv(64) == b"+OK\r\n"
        plain.sendall(b"CONFIG GET *\r\n")
        assert plain.recv(1024).startswith(b"-NOPERM")
        plain.sendall(b"FLUSHALL\r\n")
        assert plain.recv(1024).startswith(b"-NOPERM")


def test_an_unknown_step_is_named_with_those_that_are(rotating: Rotating) -> None:
    with pytest.raises(ValueError, match="steps are createSecret"):
        rotating.rotate(TOKENS[0], "dropSecret")


def test_a_user_that_is_never_ready_ends_the_rotation(rotating: Rotating) -> None:
    slept: list[float] = []
    cache: Any = rotating.cache
    cache.describe_users = lambda *, UserId: {"Users": [{"Status": "modifying"}]}  # noqa: N803 - AWS's name
    slow = rotation.Rotation(rotating.secrets, cache, rotating.rotation.user, sign_in, slept.append)
    slow.do("createSecret", "redis", token=TOKENS[0])
    with pytest.raises(TimeoutError):
        slow.do("setSecret", "redis", token=TOKENS[0])
    assert sum(slept) == rotation.READY_WITHIN_S
