"""AWS Secrets Manager: one secret of variables, and up to three below it.

    codeguardians-gateway/production             a JSON object of variables; it must be there
    codeguardians-gateway/production/database    username, password, host, port, database
    codeguardians-gateway/production/redis       username, host, port, password, database, tls
    codeguardians-gateway/production/optional    a JSON object of variables

What stands below wins over the secret above: RDS and ElastiCache rotate what stands there. boto3
is imported here and only when a secret is read; its own rules say who is asking.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from aiguardian.settings.aws import Aws
from aiguardian.settings.sources import SecretsUnavailable

log = logging.getLogger(__name__)

TRIES = 4
"""With botocore's standard backoff: half a second, one and two between them, at the most."""
CONNECT_S, READ_S = 3.0, 5.0
LARGEST = 65_536
"""Bytes: what AWS itself allows."""

_DATABASE = {
    "username": "DATABASE_USER",
    "password": "DATABASE_PASSWORD",  # aiguardian: allow - a name
    "host": "DATABASE_HOST",
    "port": "DATABASE_PORT",
    "database": "DATABASE_NAME",
    "dbname": "DATABASE_NAME",  # as RDS names it
}
_REDIS = {
    "username": "REDIS_USER",
    "password": "REDIS_PASSWORD",  # aiguardian: allow - a name
    "host": "REDIS_HOST",
    "port": "REDIS_PORT",
    "database": "REDIS_DB",
    "tls": "REDIS_TLS",
}
_BELOW: tuple[tuple[str, dict[str, str] | None], ...] = (
    ("optional", None),
    ("database", _DATABASE),
    ("redis", _REDIS),
)
_NOT_THERE = "ResourceNotFoundException"
_ABSENT = frozenset({_NOT_THERE, "AccessDeniedException"})
"""What AWS says of a secret that is not there; without a right to list, of any that one may not
read."""


def fetch_secrets(where: Aws) -> dict[str, str]:
    """Return the variables that the secrets hold. Waits for AWS; call it from a thread.

    Raises `SecretsUnavailable` when the first secret cannot be read, any of them is no JSON object,
    or AWS does not answer.
    """
    client = _client(where)
    values = _strings(_secret(client, where.name, is_needed=True), None, where.name)
    if where.name.startswith("arn:"):  # it names one secret and nothing below it
        return values
    for part, names in _BELOW:
        name = f"{where.name}/{part}"
        values |= _strings(_secret(client, name, is_needed=False), names, name)
    return values


def _client(where: Aws) -> Any:
    import boto3  # type: ignore[import-untyped]  # AWS ships no types
    from botocore.config import Config  # type: ignore[import-untyped]  # as above
    from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]  # as above

    try:
        return boto3.session.Session(region_name=where.region).client(
            "secretsmanager",
            endpoint_url=where.endpoint,
            config=Config(
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
                retries={"mode": "standard", "total_max_attempts": TRIES},
            ),
        )
    except (BotoCoreError, ValueError) as error:
        raise SecretsUnavailable(
            f"AWS cannot be asked in the region {where.region[:64]!r}: {type(error).__name__}. "
            "See AWS_REGION and AWS_ENDPOINT_URL."
        ) from None


def _secret(client: Any, name: str, *, is_needed: bool) -> str | None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = client.get_secret_value(SecretId=name)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _ABSENT and not is_needed:
            if code != _NOT_THERE:
                log.warning("the secret %r may not be read, or is not there: %s", name, code)
            return None
        raise SecretsUnavailable(f"AWS did not give the secret {name!r}: {code}.") from None
    except BotoCoreError as error:
        raise SecretsUnavailable(
            f"AWS could not be asked for the secret {name!r}: {type(error).__name__}."
        ) from None
    text = answer.get("SecretString")
    if not isinstance(text, str):
        raise SecretsUnavailable(f"The secret {name!r} is binary, not a JSON object.")
    return text


def _strings(text: str | None, names: dict[str, str] | None, name: str) -> dict[str, str]:
    """The variables of one secret; with `names`, its fields under their names as variables."""
    if text is None:
        return {}
    try:
        found = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError):
        raise SecretsUnavailable(f"The secret {name!r} is not a JSON object.") from None
    values = {}
    for field, value in found.items():
        variable = field if names is None else names.get(field)
        if variable is not None and isinstance(value, (str, int, float)):
            values[variable] = str(value).lower() if isinstance(value, bool) else str(value)
    return values
