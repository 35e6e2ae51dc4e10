"""setup-external and validate: the services outside that an installation is told of."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiguardian.operator.aws import MEND, Place, ask, tried
from aiguardian.operator.configured import fetched
from aiguardian.operator.doing import Doing
from aiguardian.operator.env_file import read_env, write_env
from aiguardian.operator.faults import OperatorFault
from aiguardian.settings.groups import Setting, all_settings
from aiguardian.settings.read import SettingsError, read
from aiguardian.settings.sources import Sources

ASKED: dict[str, tuple[str, ...]] = {
    "PostgreSQL": ("DATABASE_URL",),
    "Redis": ("REDIS_URL",),
    "the model's provider": ("UPSTREAM_BASE_URL", "UPSTREAM_API_KEY", "UPSTREAM_KIND"),
    "Clerk": ("CLERK_ENABLED", "CLERK_SECRET_KEY"),
    "Stripe": ("STRIPE_ENABLED", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
    "callers": ("ALLOWED_HOSTS", "ALLOWED_ORIGINS"),
}
"""What is asked for, by service, in this order."""

Ask = Callable[[str], str]


def known_settings() -> dict[str, Setting]:
    """Every setting by its variable."""
    return {setting.variable.name: setting for setting in all_settings()}


def given_values(
    plain: Sequence[str], from_environment: Sequence[str], environ: Mapping[str, str]
) -> dict[str, str]:
    """The values that flags name: NAME=VALUE, and names of variables of this environment.

    A secret is taken from the environment only: arguments can be read by every user of a machine.
    Raises `OperatorFault`.
    """
    known, values = known_settings(), {}
    for one in plain:
        name, sign, value = one.partition("=")
        setting = _known(known, name)
        if not sign:
            raise OperatorFault(f"--set wants {name}=VALUE.")
        if setting.is_secret:
            raise OperatorFault(
                f"{name} is secret: put it into the environment and say --from-env {name}."
            )
        values[name] = value
    for name in from_environment:
        _known(known, name)
        if not environ.get(name):
            raise OperatorFault(f"--from-env {name}: the environment has no such variable.")
        values[name] = environ[name]
    return values


def asked_values(
    held: Mapping[str, str], *, ask_plain: Ask = input, ask_secret: Ask = getpass.getpass
) -> dict[str, str]:
    """The values that a person types; an empty answer keeps what is there."""
    known, values = known_settings(), {}
    for names in ASKED.values():
        for name in names:
            setting = known.get(name)
            if setting is None:
                continue
            state = "set" if held.get(name) else "not set"
            about = f"{name} ({state}). {setting.variable.about} [{setting.variable.example}]: "
            answer = (ask_secret if setting.is_secret else ask_plain)(about).strip()
            if answer:
                values[name] = answer
    return values


def check(values: Mapping[str, str]) -> list[str]:
    """What is wrong with the settings that these variables give, with the files and the secret in
    AWS that they name; no value of a secret in it."""
    try:
        read(Sources(values, fetched).gather().values)
    except SettingsError as error:
        return list(error.faults)
    return []


def keep_in_file(path: Path, values: Mapping[str, str], doing: Doing) -> None:
    """Put the values into the file. Raises `OperatorFault` where they would be wrong."""
    _refuse_lines(values)
    held = read_env(path)
    changed = sorted(name for name, value in values.items() if held.get(name) != value)
    if not changed:
        doing.say(f"{path}: nothing changes")
        return
    _refuse_faults(check({**held, **values}))
    doing.step(f"write {', '.join(changed)} to {path}", lambda: write_env(path, values))


def keep_in_aws(
    place: Place, values: Mapping[str, str], doing: Doing, *, started_with: Mapping[str, str]
) -> None:
    """Put the values into the secret NAME/optional. Raises `OperatorFault` where they would be
    wrong, or where what the gateway's task is `started_with` would win over them."""
    client, name = place.client("secretsmanager"), f"{place.secret}/optional"
    held = _held(client, name)
    changed = sorted(one for one, value in values.items() if (held or {}).get(one) != value)
    if not changed:
        doing.say(f"{name}: nothing changes")
        return
    refuse_wrong(place, values, started_with=started_with)
    text = json.dumps({**(held or {}), **values})

    def write() -> None:
        if held is None:
            ask(f"create the secret {name}", client.create_secret, Name=name, SecretString=text)
        else:
            ask(f"write the secret {name}", client.put_secret_value, SecretId=name,
                SecretString=text)  # fmt: skip

    doing.step(f"write {', '.join(changed)} to the secret {name}", write)


def refuse_wrong(
    place: Place, values: Mapping[str, str], *, started_with: Mapping[str, str]
) -> None:
    """Raises `OperatorFault` for settings that would be wrong, or without effect, with these
    values in one of the environment's secrets. `started_with` is what its gateway's task gives
    it, secrets' place included; without it, the secrets stand for all there is."""
    for name in values:
        if started_with.get(name):
            raise OperatorFault(
                f"{name} is given to the gateway's task itself, which wins over secrets: change it "
                f"in terraform/environments/{place.environment} (gateway_settings)."
            )
    if started_with:
        asked = {"AWS_ENDPOINT_URL": place.endpoint} if place.endpoint else {}
        _refuse_faults(check({**started_with, **asked, **values}))
        return
    client = place.client("secretsmanager")
    kept = [_held(client, name) or {} for name in (place.secret, f"{place.secret}/optional")]
    _refuse_faults(check({**kept[0], **kept[1], **values}))


def _held(client: Any, name: str) -> dict[str, Any] | None:
    """What the secret holds; None where there is none, or nothing in it yet. Raises
    `OperatorFault`."""
    code, answer = tried(f"read the secret {name}", client.get_secret_value, SecretId=name)
    if code == "ResourceNotFoundException":
        return None
    if code:
        raise OperatorFault(f"AWS refused to read the secret {name}: {code}.{MEND.get(code, '')}")
    try:
        value = json.loads(answer["SecretString"])
    except (KeyError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise OperatorFault(f"The secret {name} is not a JSON object: mend it by hand first.")
    return value


def _known(known: Mapping[str, Setting], name: str) -> Setting:
    if name not in known:
        raise OperatorFault(f"There is no setting {name[:64]}: docs/configuration.md lists them.")
    return known[name]


def _refuse_lines(values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if "\n" in value or "\r" in value:
            raise OperatorFault(f"{name} has a line end in it, which a .env file cannot hold.")


def _refuse_faults(faults: Sequence[str]) -> None:
    if faults:
        raise OperatorFault("These settings would be wrong:\n  - " + "\n  - ".join(faults))
