"""setup-secrets: the program's own keys in AWS Secrets Manager. No value is printed, and none
touches the disk."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiguardian.operator.aws import Place, ask, tried
from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault

GENERATED = {"SECRET_KEY": 48, "UNIFIED_API_KEY": 32, "METRICS_KEY": 32}
"""Bytes of randomness in each. In hexadecimal, so that nothing on the way reads one amiss."""
PREVIOUS = {"SECRET_KEY": "SECRET_KEY_PREVIOUS"}  # aiguardian: allow - names
"""Where the former values of a key stay valid, newest first. What they closed must still open, so
that none is ever dropped."""


def setup_keys(
    place: Place,
    doing: Doing,
    *,
    rotated: Sequence[str] = (),
    taken: Mapping[str, str] | None = None,
    random: Callable[[int], str] = secrets.token_hex,
) -> list[str]:
    """Complete the secret; return the names of what was added or changed.

    `rotated` keys get a new value, the old one beside it where it can stay valid; `taken` values
    are put in as they are. What is there stays. Raises `OperatorFault`.
    """
    client = place.client("secretsmanager")
    exists, held = _held(client, place.secret)
    values = dict(held)
    for name in rotated:
        _rotate(name, values, random)
    for name, size in GENERATED.items():
        if not values.get(name):
            values[name] = random(size)
    values |= taken or {}
    changed = sorted(name for name in values if values[name] != held.get(name))
    if not changed:
        doing.say(f"{place.secret}: nothing is missing")
        return []
    names = ", ".join(changed)
    told = f"write {names} to the secret" if exists else f"create with {names} the secret"
    doing.step(
        f"{told} {place.secret}", lambda: _write(client, place.secret, values, exists=exists)
    )
    if not exists:
        doing.say(
            "Terraform makes this secret, too, with a key of its own and copies: where you use it, "
            "apply it first, or import the secret into its state"
        )
    return changed


def _rotate(name: str, values: dict[str, Any], random: Callable[[int], str]) -> None:
    if name not in GENERATED:
        raise OperatorFault(f"{name} is not rotated here. Rotated are: {', '.join(GENERATED)}.")
    old = values.get(name)
    values[name] = random(GENERATED[name])
    if old and name in PREVIOUS:
        former = [str(old), *str(values.get(PREVIOUS[name], "")).split(",")]
        values[PREVIOUS[name]] = ",".join(dict.fromkeys(one for one in former if one))


def _held(client: Any, name: str) -> tuple[bool, dict[str, Any]]:
    """Whether the secret is there, and its values."""
    code, answer = tried(f"read the secret {name}", client.get_secret_value, SecretId=name)
    if code == "ResourceNotFoundException":
        described, _ = tried(f"look for the secret {name}", client.describe_secret, SecretId=name)
        return not described, {}
    if code:
        raise OperatorFault(f"AWS refused to read the secret {name}: {code}.")
    try:
        values = json.loads(answer["SecretString"])
    except (KeyError, ValueError):
        values = None
    if not isinstance(values, dict):
        raise OperatorFault(f"The secret {name} is not a JSON object: mend it by hand first.")
    return True, values


def _write(client: Any, name: str, values: Mapping[str, Any], *, exists: bool) -> None:
    text = json.dumps(values)
    if exists:
        ask(f"write the secret {name}", client.put_secret_value, SecretId=name, SecretString=text)
        return
    ask(f"create the secret {name}", client.create_secret, Name=name, SecretString=text)
