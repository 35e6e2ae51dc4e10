"""AWS by boto3, which finds its own credentials; what AWS refuses becomes a fault in words."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from aiguardian.operator.faults import OperatorFault

PREFIX = "codeguardians-gateway"
ENVIRONMENTS = ("production", "staging", "dr")
TRIES = 4
_NOT_THERE = (
    " Nothing of that name is in this environment and region: terraform apply in "
    "terraform/environments first, or name another --environment or --region."
)
_NO_RIGHT = " These credentials have no right to it."
_SIGN_IN = " Sign in again (aws sso login), or name another profile (AWS_PROFILE)."
MEND = {
    "AccessDenied": _NO_RIGHT,
    "AccessDeniedException": _NO_RIGHT,
    "ClusterNotFoundException": _NOT_THERE,
    "ExpiredToken": _SIGN_IN,
    "ExpiredTokenException": _SIGN_IN,
    "InvalidClientTokenId": _SIGN_IN,
    "ResourceNotFoundException": _NOT_THERE,
    "UnrecognizedClientException": _SIGN_IN,
}
"""What to do about AWS's commonest answers, by its own codes."""


@dataclass(frozen=True, slots=True)
class Place:
    """One environment in one region. Names are those that Terraform gives."""

    environment: str
    region: str
    endpoint: str | None = None
    """Where AWS is asked, if not at its own address."""

    @property
    def cluster(self) -> str:
        """Of ECS."""
        return f"{PREFIX}-{self.environment}"

    @property
    def secret(self) -> str:
        """The main secret's name."""
        return f"{PREFIX}/{self.environment}"

    def family(self, service: str) -> str:
        """The service's task definitions."""
        return f"{self.cluster}-{service}"

    def log_group(self, service: str) -> str:
        """In CloudWatch."""
        return f"/ecs/{self.cluster}/{service}"

    def client(self, name: str) -> Any:
        """A client of one of AWS's services. Raises `OperatorFault`."""
        import boto3  # type: ignore[import-untyped]  # half a second; AWS ships no types
        from botocore.config import Config  # type: ignore[import-untyped]  # as above
        from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]  # as above

        config = Config(
            connect_timeout=5, retries={"mode": "standard", "total_max_attempts": TRIES}
        )
        try:
            return boto3.client(
                name, region_name=self.region, endpoint_url=self.endpoint, config=config
            )
        except (BotoCoreError, ValueError) as error:
            raise OperatorFault(f"AWS cannot be asked: {error}.") from None


def place(environment: str, region: str | None) -> Place:
    """The environment in the region given, else in AWS_REGION's."""
    where = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not where:
        raise OperatorFault("Which region? Say --region, or set AWS_REGION.")
    return Place(environment, where, os.environ.get("AWS_ENDPOINT_URL"))


def ask(what: str, call: Any, **arguments: Any) -> Any:
    """What AWS answers. Raises `OperatorFault` that names what was asked and AWS's own code."""
    code, answer = tried(what, call, **arguments)
    if code:
        raise OperatorFault(f"AWS refused to {what}: {code}.{MEND.get(code, '')}")
    return answer


def tried(what: str, call: Any, **arguments: Any) -> tuple[str, Any]:
    """AWS's error code, empty when there is none, and its answer."""
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    try:
        return "", call(**arguments)
    except ClientError as error:
        return str(error.response.get("Error", {}).get("Code", "unknown")), None
    except NoCredentialsError:
        raise OperatorFault(
            f"AWS was not asked to {what}: it finds no credentials. Name a profile (AWS_PROFILE), "
            "or sign in (aws sso login)."
        ) from None
    except BotoCoreError as error:  # no network
        raise OperatorFault(f"AWS could not be asked to {what}: {error}") from None
