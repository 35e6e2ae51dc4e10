"""The settings that the program itself would run with, for verbs that touch what it keeps."""

from __future__ import annotations

from collections.abc import Mapping

from aiguardian.operator.faults import OperatorFault
from aiguardian.settings.aws import Aws
from aiguardian.settings.groups import Settings
from aiguardian.settings.read import SettingsError, read
from aiguardian.settings.sources import Sources


def settings_here(environ: Mapping[str, str]) -> Settings:
    """From the environment, its *_FILE files and AWS, as `serve` reads them. Raises
    `OperatorFault`."""
    try:
        return read(Sources(environ, fetched).gather().values)
    except SettingsError as error:
        faults = "\n  - ".join(error.faults)
        raise OperatorFault(f"The settings are wrong:\n  - {faults}") from None


def fetched(where: Aws) -> dict[str, str]:
    """What AWS Secrets Manager holds there; raises `SecretsUnavailable`."""
    from aiguardian.settings.secrets_manager import fetch_secrets  # boto3, half a second

    return fetch_secrets(where)
