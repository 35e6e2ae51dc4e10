"""Where secrets come from in AWS, and how often they are looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from aiguardian.settings.variable import Variable


@dataclass(frozen=True, slots=True)
class Aws:
    """AWS Secrets Manager as a source of settings. Who may read it is boto3's business: the
    task's role, a profile, or AWS_ACCESS_KEY_ID."""

    enabled: Annotated[
        bool, Variable("AWS_SECRETS_ENABLED", "Read settings from AWS Secrets Manager.", "true")
    ] = False
    name: Annotated[
        str,
        Variable(
            "AWS_SECRETS_NAME",
            "The secret: a JSON object of variables. Below it /database, /redis and /optional.",
            "codeguardians-gateway/production",
        ),
    ] = "codeguardians-gateway/production"
    region: Annotated[str, Variable("AWS_REGION", "The AWS region.", "us-east-1")] = "us-east-1"
    endpoint: Annotated[
        str | None,
        Variable(
            "AWS_ENDPOINT_URL",
            "Where AWS is asked, if not at its own address.",
            "https://vpce-….secretsmanager.us-east-1.vpce.amazonaws.com",
        ),
    ] = None
    poll_s: Annotated[
        float,
        Variable(
            "AIGUARDIAN_SECRETS_POLL_S",
            "Between two looks for rotated secrets, in AWS and in *_FILE files; 0: never.",
            "60",
            ge=0,
            le=86400,
        ),
    ] = 60.0
