"""An emulated AWS on a port, with what its emulator leaves unanswered answered, and what it forgets
remembered.

    python -m tests.terraform.emulated_aws PORT
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.awslambda.models import LambdaBackend
from moto.budgets.responses import BudgetsResponse
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.guardduty.models import Detector
from moto.rds.models import DBParameterGroup
from moto.server import main
from moto.stepfunctions.responses import StepFunctionResponse

_tags: dict[str, Any] = {}
"""Tags by ARN, or by name where the ARN is not known yet."""


def register_scalable_target(response: Any) -> str:
    """Register a scaling target as the emulator does, and remember its tags."""
    answer = str(_register_scalable_target(response))
    _tags.setdefault(json.loads(answer)["ScalableTargetARN"], response._get_param("Tags", {}))
    return answer


_register_scalable_target = ApplicationAutoScalingResponse.register_scalable_target


def target_tags(response: Any) -> str:
    """The tags of a scaling target."""
    return json.dumps({"Tags": _tags.get(response._get_param("ResourceARN"), {})})


def create_budget(response: Any) -> str:
    """Make a budget as the emulator does, and remember its tags."""
    _tags[response._get_param("Budget")["BudgetName"]] = response._get_param("ResourceTags", [])
    return str(_create_budget(response))


_create_budget = BudgetsResponse.create_budget


def budget_tags(response: Any) -> str:
    """The tags of a budget, whose ARN ends with its name."""
    name = response._get_param("ResourceARN").rpartition("/")[2]
    return json.dumps({"ResourceTags": _tags.get(name, [])})


def subscribers(response: Any) -> str:
    """Whom a budget's notice goes to, from what the budget was made with."""
    wanted = response._get_param("Notification")
    budgets = response.backend.budgets[response.current_account]
    budget = budgets[response._get_param("BudgetName")]
    found = [
        one.subscribers
        for one in budget.notifications
        if all(one.details.get(key) == value for key, value in wanted.items())
    ]
    return json.dumps({"Subscribers": found[0] if found else []})


def create_service(response: Any) -> Any:
    """Make an ECS service as the emulator does, and keep what it drops of the request."""
    answer = _create_service(response)
    service = answer.result["service"]
    service.capacity_provider_strategy = response._get_param("capacityProviderStrategy")
    service.availability_zone_rebalancing = response._get_param("availabilityZoneRebalancing")
    service.enable_ecs_managed_tags = response._get_param("enableECSManagedTags")
    service.health_check_grace_period_seconds = response._get_param("healthCheckGracePeriodSeconds")
    service.launch_type = None  # where there is a strategy, AWS names none
    return answer


_create_service = EC2ContainerServiceResponse.create_service


def update_service(backend: Any, properties: Any) -> Any:
    """Change an ECS service as the emulator does, and what its deployment starts with it."""
    service = _update_service(backend, properties)
    for deployment in service.deployments:
        deployment["taskDefinition"] = service.task_definition
    return service


_update_service = EC2ContainerServiceBackend.update_service


def invoke(backend: Any, function_name: str, qualifier: Any, body: Any, **_: Any) -> str:
    """Run a function's own package with its own variables, in a process of its own; the emulator
    needs Docker for that. RuntimeError when it fails, with what it said."""
    function = backend.get_function(function_name, qualifier)
    module, _, name = function.handler.rpartition(".")
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "function.zip")
        package.write_bytes(function.code_bytes)
        call = (
            f"import json, sys; sys.path.insert(0, {str(package)!r}); import {module}; "
            f"{module}.{name}(json.loads(sys.argv[1]), None)"
        )
        done = subprocess.run(
            [sys.executable, "-c", call, body if isinstance(body, str) else json.dumps(body)],
            env={
                **os.environ,
                **function.environment_vars,
                "AWS_DEFAULT_REGION": backend.region_name,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{function_name} failed: {done.stderr[-2000:]}")
    return "null"


def update_detector(
    detector: Any, enable: Any, frequency: Any, sources: Any, features: Any
) -> None:
    """Change a detector as the emulator does, but one feature at a time: it replaces them all."""
    changed = {one["name"] for one in features or ()}
    kept = [one for one in detector.features if one["name"] not in changed]
    _update_detector(detector, enable, frequency, sources, [*kept, *(features or ())])


_update_detector = Detector.update


def update_parameters(group: Any, changed: Iterable[dict[str, Any]]) -> None:
    """Set a database's parameters; whoever reads them asks for those that a user set."""
    _update_parameters(group, [{**one, "Source": "user"} for one in changed])


_update_parameters = DBParameterGroup.update_parameters


def no_versions(_response: Any) -> str:
    """Nobody publishes versions of the state machine."""
    return json.dumps({"stateMachineVersions": []})


def definition_is_json(response: Any) -> str:
    """A state machine's definition is accepted when it is JSON; no more is checked here."""
    json.loads(response._get_param("definition"))
    return json.dumps({"result": "OK", "diagnostics": [], "truncated": False})


def complete() -> None:
    """Put these answers in the place of the emulator's own."""
    ApplicationAutoScalingResponse.register_scalable_target = register_scalable_target
    ApplicationAutoScalingResponse.list_tags_for_resource = target_tags
    BudgetsResponse.create_budget = create_budget
    BudgetsResponse.describe_subscribers_for_notification = subscribers
    BudgetsResponse.list_tags_for_resource = budget_tags
    DBParameterGroup.update_parameters = update_parameters
    Detector.update = update_detector
    EC2ContainerServiceBackend.update_service = update_service
    EC2ContainerServiceResponse.create_service = create_service
    LambdaBackend.invoke = invoke
    StepFunctionResponse.list_state_machine_versions = no_versions
    StepFunctionResponse.validate_state_machine_definition = definition_is_json


if __name__ == "__main__":
    complete()
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
