"""The vendor's library for Bedrock: the only module that imports it, and that only when asked.

It blocks, so its calls run in threads of their own.
"""

from __future__ import annotations

from typing import Any

from aiguardian.proxy.account import Account
from aiguardian.proxy.faults import (
    UpstreamFault,
    broke_off,
    malformed,
    timed_out,
    unreachable,
)

THREADS = 64
"""Answers of one upstream at once; a stream keeps a thread to its end. More wait their turn."""


def connect(account: Account) -> Any:
    """A client. Half a second at the first call: it loads the library. Without a key of the
    account's own, AWS's usual places have one (environment, profile, the instance's role)."""
    import boto3  # type: ignore[import-untyped]  # no type information in the wheel
    from botocore import UNSIGNED  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    terms: dict[str, Any] = {"signature_version": UNSIGNED} if account.api_key else {}
    client = boto3.session.Session().client(
        "bedrock-runtime",
        region_name=account.region,
        endpoint_url=account.base_url or None,
        config=Config(
            connect_timeout=account.connect_s,
            read_timeout=account.silence_s,
            retries={"total_max_attempts": 1},  # ours are counted by the breaker
            max_pool_connections=THREADS,
            **terms,
        ),
    )
    if account.api_key:
        word = f"Bearer {account.api_key.reveal()}"

        def sign(request: Any, **_: Any) -> None:
            request.headers["Authorization"] = word

        client.meta.events.register("before-send.bedrock-runtime", sign)
    return client


def fault_of(error: Exception) -> tuple[int, str] | UpstreamFault:
    """Status and AWS's code of a refusal; the fault where no answer came at all.

    Raises the error again when it is none of the library's.
    """
    from botocore import exceptions as known
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    if isinstance(error, known.ClientError):
        told = error.response
        status = int(told.get("ResponseMetadata", {}).get("HTTPStatusCode", 502))
        return (status if status >= 400 else 502), str(told.get("Error", {}).get("Code", ""))
    if isinstance(error, known.ReadTimeoutError | ReadTimeoutError):
        return timed_out("did not answer in time")
    if isinstance(error, known.ParamValidationError):
        return 400, "ParamValidationError"
    if isinstance(error, known.NoCredentialsError | known.PartialCredentialsError):
        return UpstreamFault(
            "upstream_error", "No AWS credentials were found for Bedrock.", status=502
        )
    if isinstance(error, known.ConnectionError | known.HTTPClientError):
        return unreachable()
    if isinstance(error, HTTPError):  # in the middle of a body the library lets them through
        return broke_off()
    if isinstance(error, known.BotoCoreError):
        return malformed("is none that AWS's library can read")
    raise error
