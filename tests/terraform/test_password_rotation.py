"""Both rotations: the cache's password on a real Redis, the database's on an emulated RDS."""

from __future__ import annotations

import importlib
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_redis import RealRedis, real_redis

FOLDER = Path(__file__).parents[2] / "terraform/modules/rotation/function"
NAMES = ("createSecret", "setSecret", "testSecret", "finishSecret")

# the function's modules, which are no part of the package and find each other by their names
sys.path.insert(0, str(FOLDER))
try:
    steps, cache, database = map(importlib.import_module, ("steps", "cache", "database"))
finally:
    sys.path.remove(str(FOLDER))
for shadow in ("steps", "cache", "database"):
    del sys.modules[shadow]


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
        self.user = cache.CacheUser(
            self.cache, "service", "service", "127.0.0.1", redis.port, sign_in=sign_in
        )
        self.rotation = steps.Rotation(secrets, self.user, sleep=pytest.fail)

    def rotate(self, token: str, *names: str) -> None:
        for step in names or NAMES:
            self.rotation.do(step, "redis", token=token)

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        answer = self.secrets.get_secret_value(SecretId="redis", VersionStage=stage)
        value: dict[str, Any] = json.loads(answer["SecretString"])
        return value


def sign_in(user: Any, password: str) -> None:
    """As the function does, without TLS: the server of the tests has none."""
    with socket.create_connection((user.host, user.port), timeout=5) as plain:
        cache.sign_in(plain, user.name, password)


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
    sign_in(rotating.user, value["password"])


def test_the_password_before_stays_valid_until_the_next_rotation(rotating: Rotating) -> None:
    passwords = []
    for token in TOKENS:
        rotating.rotate(token)
        passwords.append(rotating.value()["password"])
    first, second, third = passwords
    assert len({*passwords}) == 3
    sign_in(rotating.user, second)
    sign_in(rotating.user, third)
    with pytest.raises(PermissionError):
        sign_in(rotating.user, first)


def test_each_step_can_be_called_again(rotating: Rotating) -> None:
    for step in NAMES:
        rotating.rotate(TOKENS[0], step, step)
    sign_in(rotating.user, rotating.value()["password"])


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
    user = rotating.user
    with socket.create_connection((user.host, user.port), timeout=5) as plain:
        cache.sign_in(plain, user.name, rotating.value()["password"])
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
    users: Any = rotating.cache
    users.describe_users = lambda *, UserId: {"Users": [{"Status": "modifying"}]}  # noqa: N803 - AWS's name
    slow = steps.Rotation(rotating.secrets, rotating.user, sleep=slept.append)
    slow.do("createSecret", "redis", token=TOKENS[0])
    with pytest.raises(TimeoutError):
        slow.do("setSecret", "redis", token=TOKENS[0])
    assert sum(slept) == steps.READY_WITHIN_S


def test_the_function_finds_its_user_in_its_variables() -> None:
    variables = {"CACHE_USER_ID": "id", "CACHE_USER_NAME": "name", "CACHE_HOST": "host",
                 "CACHE_PORT": "6379"}  # fmt: skip
    user = cache.CacheUser.from_environment(variables, None)
    assert (user.id, user.name, user.host, user.port) == ("id", "name", "host", 6379)
    with pytest.raises(KeyError, match="CACHE_PORT"):
        cache.CacheUser.from_environment(
            {name: one for name, one in variables.items() if name != "CACHE_PORT"}, None
        )


class Instance:
    """A database's instance in the emulated RDS, and its secret as Terraform writes it."""

    def __init__(self, secrets: Any) -> None:
        import boto3

        self.secrets = secrets
        self.rds = boto3.client("rds", region_name="us-east-1")
        self.rds.create_db_instance(
            DBInstanceIdentifier="it", Engine="postgres", DBInstanceClass="db.t4g.small",
            AllocatedStorage=20, MasterUsername="aiguardian", MasterUserPassword="the-first-one",
        )  # fmt: skip
        value = {"database": "aiguardian", "username": "aiguardian", "password": "the-first-one"}
        secrets.create_secret(Name="database", SecretString=json.dumps(value))
        self.owner = database.DatabaseUser(self.rds, "it")
        self.rotation = steps.Rotation(secrets, self.owner, sleep=pytest.fail)

    @property
    def password(self) -> str:
        """What RDS holds, which its interface tells nobody."""
        from moto.rds.models import rds_backends

        instance: Any = rds_backends["123456789012"]["us-east-1"].databases["it"]
        return str(instance._master_user_password)

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        answer = self.secrets.get_secret_value(SecretId="database", VersionStage=stage)
        found: dict[str, Any] = json.loads(answer["SecretString"])
        return found

    def rotate(self, token: str, *names: str) -> None:
        for name in names or NAMES:
            self.rotation.do(name, "database", token=token)


@pytest.fixture
def instance(secrets: Any) -> Instance:
    return Instance(secrets)


def test_the_database_and_its_secret_change_together(instance: Instance) -> None:
    seen = [instance.password]
    for token in TOKENS:
        instance.rotate(token)
        value = instance.value()
        assert instance.password == value["password"]
        assert (value["database"], value["username"]) == ("aiguardian", "aiguardian")
        assert value["host"]
        assert value["port"] == 5432
        seen.append(value["password"])
    assert len(set(seen)) == 4


def test_a_secret_that_says_another_password_than_rds_is_healed(instance: Instance) -> None:
    value = instance.value() | {"password": "of-an-apply-that-was-cut-off"}
    instance.secrets.put_secret_value(SecretId="database", SecretString=json.dumps(value))
    instance.rotate(TOKENS[0])
    assert instance.password == instance.value()["password"]


def test_each_step_on_the_database_can_be_called_again(instance: Instance) -> None:
    for name in NAMES:
        instance.rotate(TOKENS[0], name, name)
    assert instance.password == instance.value()["password"]


def test_a_password_that_rds_has_not_taken_is_not_made_current(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.rotate(TOKENS[0], "createSecret")
    found = instance.rds.describe_db_instances(DBInstanceIdentifier="it")["DBInstances"][0]
    for state in (
        {"PendingModifiedValues": {"MasterUserPassword": "****"}},
        {"DBInstanceStatus": "resetting-master-credentials"},
    ):
        answer = {"DBInstances": [found | state]}
        monkeypatch.setattr(
            instance.rds, "describe_db_instances", lambda answer=answer, **_: answer
        )
        with pytest.raises(PermissionError, match="not taken"):
            instance.rotate(TOKENS[0], "testSecret")
    assert instance.value()["password"] == "the-first-one"


def test_aws_trying_the_function_changes_nothing(instance: Instance) -> None:
    """A schedule that begins later is tried with the step testSecret alone, on a version that
    holds nothing yet."""
    instance.rotate(TOKENS[0], "testSecret")
    assert instance.value()["password"] == instance.password == "the-first-one"
