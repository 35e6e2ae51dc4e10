"""What the tasks of an environment are started with, as far as an operator may read it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from aiguardian.operator.aws import MEND, Place, ask, tried
from aiguardian.operator.catalogue import Service
from aiguardian.operator.faults import OperatorFault


class NotStarted(OperatorFault):
    """No such service runs, or it may not be looked at."""


def plain_values(place: Place, service: Service) -> dict[str, str]:
    """The variables that ECS gives to the service's tasks as they are, no secret among them. Raises
    `NotStarted`, `OperatorFault`."""
    container = _container(place, service)
    return {one["name"]: one["value"] for one in container.get("environment", ())}


def task_values(place: Place, service: Service) -> tuple[dict[str, str], list[str]]:
    """The variables that ECS gives to the service's tasks, secrets among them, and what is wrong
    with those that it takes from elsewhere. Raises `NotStarted`, `OperatorFault`."""
    container = _container(place, service)
    values = {one["name"]: one["value"] for one in container.get("environment", ())}
    faults = []
    client = place.client("secretsmanager")
    for one in container.get("secrets", ()):
        name, source = one["name"], one["valueFrom"]
        value, fault = _handed(client, source)
        if fault:
            faults.append(f"{service.name}: {name}: {fault}")
        else:
            values[name] = value
    return values, faults


def _container(place: Place, service: Service) -> dict[str, Any]:
    client, looked = place.client("ecs"), f"look at {service.name} in {place.cluster}"
    code, told = tried(
        looked, client.describe_services, cluster=place.cluster, services=[service.name]
    )
    if code:
        raise NotStarted(f"AWS refused to {looked}: {code}.{MEND.get(code, '')}")
    running = [one for one in told["services"] if one["status"] == "ACTIVE"]
    if not running:
        raise NotStarted(
            f"The cluster {place.cluster} has no service {service.name}: terraform apply in "
            f"terraform/environments/{place.environment} first."
        )
    described = ask(
        "read a task definition",
        client.describe_task_definition,
        taskDefinition=running[0]["taskDefinition"],
    )
    containers: Sequence[dict[str, Any]] = described["taskDefinition"]["containerDefinitions"]
    for container in containers:
        if container["name"] == service.name:
            return container
    raise OperatorFault(f"The task definition of {service.name} has no container of that name.")


def _handed(client: Any, source: str) -> tuple[str, str]:
    """The value that ECS would hand over, or what is wrong: `ARN:KEY::`, as it names them."""
    words = source.split(":")
    arn, key = ":".join(words[:7]), "".join(words[7:8])
    code, answer = tried(f"read the secret {arn}", client.get_secret_value, SecretId=arn)
    if code:
        return "", f"the secret {words[6] if len(words) > 6 else arn} cannot be read: {code}."
    text = str(answer.get("SecretString", ""))
    if not key:
        return text, ""
    try:
        value = json.loads(text).get(key)
    except (ValueError, AttributeError):
        value = None
    if not value:
        return "", f"the secret {words[6]} has no {key}: no task starts without it."
    return str(value), ""
