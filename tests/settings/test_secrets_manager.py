"""AWS Secrets Manager, as moto's server plays it: the same code that asks the real one."""

from __future__ import annotations

import json
import socket
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from aiguardian.settings import secrets_manager
from aiguardian.settings.aws import Aws
from aiguardian.settings.read import read
from aiguardian.settings.secrets_manager import fetch_secrets
from aiguardian.settings.sources import SecretsUnavailable, Sources

NAME = "codeguardians-gateway/production"
CANARY = "aws-canary-71b2"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the packages that play AWS, not of ours
        moto = pytest.importorskip("moto.server", reason="moto plays AWS")
        server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(secrets_manager, "TRIES", 1)
    monkeypatch.setattr(secrets_manager, "READ_S", 60.0)  # moto loads while it answers


class Vault:
    """Secrets in the emulated AWS."""

    def __init__(self, endpoint: str) -> None:
        import boto3

        self.endpoint = endpoint
        self._client = boto3.client(
            "secretsmanager", endpoint_url=endpoint, region_name="us-east-1"
        )

    def put(self, name: str, value: Any) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        try:
            self._client.create_secret(Name=name, SecretString=text)
        except self._client.exceptions.ResourceExistsException:
            self._client.put_secret_value(SecretId=name, SecretString=text)

    def put_bytes(self, name: str, value: bytes) -> None:
        self._client.create_secret(Name=name, SecretBinary=value)

    def where(self, name: str = NAME) -> Aws:
        return Aws(enabled=True, name=name, endpoint=self.endpoint)


@pytest.fixture
def vault(endpoint: str) -> Iterator[Vault]:
    import urllib.request

    yield Vault(endpoint)
    request = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")
    urllib.request.urlopen(request, timeout=60).close()


def test_the_whole_hierarchy_becomes_variables(vault: Vault) -> None:
    vault.put(NAME, {"SECRET_KEY": CANARY, "ALLOWED_HOSTS": "a.example", "PORT": 8000})
    vault.put(
        f"{NAME}/database",
        {
            "username": "app",
            "password": "p@ss/w:rd",
            "host": "db.internal",
            "port": 5433,
            "database": "guard",
            "engine": "postgres",
        },
    )
    vault.put(f"{NAME}/redis", {"host": "cache", "port": "6380", "password": "r", "tls": True})
    vault.put(f"{NAME}/optional", {"STRIPE_SECRET_KEY": "sk_test_1"})
    values = fetch_secrets(vault.where())
    assert values == {
        "SECRET_KEY": CANARY,
        "ALLOWED_HOSTS": "a.example",
        "PORT": "8000",
        "DATABASE_USER": "app",
        "DATABASE_PASSWORD": "p@ss/w:rd",
        "DATABASE_HOST": "db.internal",
        "DATABASE_PORT": "5433",
        "DATABASE_NAME": "guard",
        "REDIS_HOST": "cache",
        "REDIS_PORT": "6380",
        "REDIS_PASSWORD": "r",
        "REDIS_TLS": "true",
        "STRIPE_SECRET_KEY": "sk_test_1",
    }
    settings = read(values)
    address = settings.redis.address()
    assert address is not None
    assert address.reveal() == "rediss://:r@cache:6380/0"


def test_one_secret_is_enough(vault: Vault) -> None:
    vault.put(NAME, {"SECRET_KEY": CANARY})
    assert fetch_secrets(vault.where()) == {"SECRET_KEY": CANARY}


def test_what_stands_below_wins(vault: Vault) -> None:
    vault.put(NAME, {"DATABASE_PASSWORD": "old", "CLERK_SECRET_KEY": "old"})
    vault.put(f"{NAME}/database", {"password": "rotated", "dbname": "guard"})
    vault.put(f"{NAME}/optional", {"CLERK_SECRET_KEY": "new"})
    assert fetch_secrets(vault.where()) == {
        "DATABASE_PASSWORD": "rotated",
        "DATABASE_NAME": "guard",
        "CLERK_SECRET_KEY": "new",
    }


def test_fields_that_are_no_scalar_are_left_out(vault: Vault) -> None:
    vault.put(NAME, {"SECRET_KEY": None, "ALLOWED_HOSTS": ["a"], "PORT": {"x": 1}, "DEBUG": False})
    assert fetch_secrets(vault.where()) == {"DEBUG": "false"}


def test_a_secret_by_its_arn_has_nothing_below_it(vault: Vault) -> None:
    vault.put(NAME, {"SECRET_KEY": CANARY})
    vault.put(f"{NAME}/redis", {"host": "cache"})
    arn = vault._client.describe_secret(SecretId=NAME)["ARN"]
    assert fetch_secrets(vault.where(arn)) == {"SECRET_KEY": CANARY}


def test_a_missing_secret_is_named(vault: Vault) -> None:
    with pytest.raises(SecretsUnavailable) as caught:
        fetch_secrets(vault.where("not/there"))
    assert "'not/there'" in str(caught.value)
    assert "ResourceNotFoundException" in str(caught.value)


@pytest.mark.parametrize(
    "text", [CANARY, f'["{CANARY}"]', f'{{"A": "{CANARY}"', f'{{"A": "{CANARY}"}} x', "null"]
)
def test_a_secret_that_is_no_json_object_is_named_and_not_shown(vault: Vault, text: str) -> None:
    vault.put(NAME, {})
    vault.put(f"{NAME}/redis", text)
    with pytest.raises(SecretsUnavailable) as caught:
        fetch_secrets(vault.where())
    assert f"{NAME}/redis" in str(caught.value)
    assert CANARY not in str(caught.value)


def test_a_binary_secret_is_named(vault: Vault) -> None:
    vault.put_bytes(NAME, CANARY.encode())
    with pytest.raises(SecretsUnavailable, match="binary"):
        fetch_secrets(vault.where())


def test_aws_that_is_away_is_told_within_its_time() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        where = Aws(enabled=True, endpoint=f"http://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(SecretsUnavailable, match="EndpointConnectionError"):
            fetch_secrets(where)


def test_without_credentials_it_is_said(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(SecretsUnavailable, match="NoCredentialsError"):
        fetch_secrets(vault.where())


@pytest.mark.parametrize("region", ["", "no such region!", "x" * 500])
def test_a_region_that_is_none_is_said(region: str) -> None:
    with pytest.raises(SecretsUnavailable, match="AWS"):
        fetch_secrets(Aws(enabled=True, region=region, endpoint="http://127.0.0.1:1"))


def test_a_rotated_secret_is_seen_at_the_next_look(vault: Vault) -> None:
    environ = {"AWS_SECRETS_ENABLED": "true", "AWS_ENDPOINT_URL": vault.endpoint}
    sources = Sources(environ, fetch_secrets)
    vault.put(NAME, {"UNIFIED_API_KEY": "one", "REDIS_PASSWORD": "same"})
    before = sources.gather()
    vault.put(NAME, {"UNIFIED_API_KEY": "two", "REDIS_PASSWORD": "same"})
    after = sources.gather()
    assert after.changed(before) == {"UNIFIED_API_KEY"}
    assert after.origins["UNIFIED_API_KEY"] == "aws"
