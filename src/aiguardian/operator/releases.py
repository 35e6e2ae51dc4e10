"""deploy-prod and rollback: services run an image by its digest, and come back when it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiguardian.operator.aws import Place, ask, tried
from aiguardian.operator.catalogue import Service
from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.images import Image

REGISTERED = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
    "placementConstraints", "requiresCompatibilities", "cpu", "memory", "runtimePlatform",
    "ephemeralStorage", "proxyConfiguration", "pidMode", "ipcMode",
)  # fmt: skip
"""Of a task definition, what makes another one; the rest is AWS's own record of it."""
PATIENCE_S = 900.0
"""For a service to become steady: pulling, starting, probes, and the drain of the old tasks."""


@dataclass(frozen=True, slots=True)
class Change:
    """A service that was told to run another task definition, and what it ran before."""

    service: str
    before: str
    after: str


class Releases:
    """Changes what an environment's services run."""

    def __init__(self, place: Place, doing: Doing, *, within_s: float = PATIENCE_S) -> None:
        self._place = place
        self._doing = doing
        self._within_s = within_s
        self._ecs = place.client("ecs")

    def deploy(
        self, images: Sequence[Image], *, is_healthy: Callable[[], bool] = lambda: True
    ) -> list[Change]:
        """Run these images, in their order, each service steady before the next begins.

        When one does not get steady, or the environment is not healthy in the end, every service
        that was changed goes back to what it ran. Raises `OperatorFault`. Whoever interrupts it is
        told what runs by then.
        """
        changes: list[Change] = []
        try:
            for image in images:
                change = self._deployed(image)
                if change is not None:
                    changes.append(change)
                    self._wait(change.service, change.after)
            if changes and not self._doing.dry_run and not is_healthy():
                raise OperatorFault("The environment is not healthy with these images.")
        except OperatorFault as fault:
            raise OperatorFault(f"{fault} {self._undone(changes)}") from None
        except KeyboardInterrupt:
            self._tell_interrupted(changes)
            raise
        return changes

    def restart(self, services: Sequence[Service]) -> int:
        """Start what each service runs anew, one steady before the next, and return their number:
        ECS hands a task the secrets as they are when it starts. Raises `OperatorFault`."""
        for service in services:
            now = self._running(service.name)
            self._start(service.name, now, anew=True)
            self._wait(service.name, now)
        return len(services)

    def roll_back(self, services: Sequence[Service]) -> list[Change]:
        """Run what each service ran before its image was changed last. Raises `OperatorFault`,
        before anything is changed where the registry has an image no more."""
        changes = []
        for service in services:
            now = self._running(service.name)
            before = self._before(service.name, now)
            if before is None:
                self._doing.say(f"{service.name}: no earlier image is known; it stays")
                continue
            self._check_kept(service, before)
            changes.append(Change(service.name, now, before))
        for change in changes:
            self._start(change.service, change.after)
        for change in changes:
            self._wait(change.service, change.after)
        return changes

    def _check_kept(self, service: Service, definition: str) -> None:
        image = _image_in(self._definition(definition), service.name)
        digest = image.rpartition("@")[2]
        code, _ = tried(
            f"look for {service.image}@{digest[:19]}",
            self._place.client("ecr").describe_images,
            repositoryName=service.image,
            imageIds=[{"imageDigest": digest}],
        )
        if code == "ImageNotFoundException":
            raise OperatorFault(
                f"The image that {service.name} ran before is not in the registry any more. "
                "Nothing was changed. Run a version that is: deploy-prod --tag …"
            )

    def _deployed(self, image: Image) -> Change | None:
        """From the newest definition of the family, not the running one: what Terraform changed
        in it comes along."""
        now = self._running(image.service)
        newest = self._definition(self._place.family(image.service))
        arn: str | None = newest["taskDefinitionArn"]
        has_image = _image_in(newest, image.service) == image.reference
        if has_image and arn == now:
            self._doing.say(f"{image.service} runs {image.digest[:19]} already")
            return None
        if not has_image:
            arn = self._doing.step(
                f"register a task of {image.service} with {image.digest[:19]}",
                lambda: self._register(newest, image),
            )
        if arn is not None:
            self._start(image.service, arn)
        return Change(image.service, now, arn or now)

    def _register(self, definition: dict[str, Any], image: Image) -> str:
        made = {key: definition[key] for key in REGISTERED if definition.get(key)}
        made["containerDefinitions"] = [
            {**one, "image": image.reference} if one["name"] == image.service else one
            for one in definition["containerDefinitions"]
        ]
        answer = ask("register a task definition", self._ecs.register_task_definition, **made)
        arn: str = answer["taskDefinition"]["taskDefinitionArn"]
        return arn

    def _start(self, service: str, definition: str, *, anew: bool = False) -> None:
        def start() -> None:
            ask(
                f"update {service}",
                self._ecs.update_service,
                cluster=self._place.cluster,
                service=service,
                taskDefinition=definition,
                forceNewDeployment=anew,
            )

        verb = "restart" if anew else "start"
        self._doing.step(f"{verb} {definition.rpartition('/')[2]} as {service}", start)

    def _wait(self, service: str, definition: str) -> None:
        """Return when the service runs this definition steadily. Raises `OperatorFault`."""
        if self._doing.dry_run:
            return
        if not self._doing.until(
            lambda: self._is_steady(service, definition), within_s=self._within_s
        ):
            raise OperatorFault(f"{service} was not steady after {self._within_s:g} seconds.")
        self._doing.say(f"{service} is steady")

    def _is_steady(self, service: str, definition: str) -> bool:
        described = self._described(service)
        primary = next(
            (one for one in described["deployments"] if one["status"] == "PRIMARY"), None
        )
        if primary is None:
            return False
        if primary.get("rolloutState") == "FAILED":
            raise OperatorFault(f"{service} did not start: {primary.get('rolloutStateReason')}.")
        if primary["taskDefinition"] != definition:
            # ECS's circuit breaker, or the alarm on errors, has begun a deployment of its own: it
            # gets steady, too, with what ran before
            raise OperatorFault(f"{service} did not start: ECS went back to what it ran.")
        is_alone = len(described["deployments"]) == 1
        has_all = described["runningCount"] >= described["desiredCount"]
        return is_alone and has_all and primary.get("rolloutState", "COMPLETED") == "COMPLETED"

    def _undone(self, changes: Sequence[Change]) -> str:
        """Take the changes back; what came of it, in words."""
        if not changes:
            return "Nothing was changed."
        try:
            for change in reversed(changes):
                self._doing.say(f"{change.service} goes back")
                self._start(change.service, change.before)
            for change in changes:
                self._wait(change.service, change.before)
        except OperatorFault as fault:
            return f"Going back failed as well: {fault} The verbs health-check and logs say more."
        return "Every service runs what it ran before."

    def _tell_interrupted(self, changes: Sequence[Change]) -> None:
        names = ", ".join(one.service for one in changes) or "no service"
        self._doing.say(
            f"interrupted. Told to run the new image so far: {names}. "
            "The same deploy-prod goes on from here; rollback goes back."
        )

    def _running(self, service: str) -> str:
        arn: str = self._described(service)["taskDefinition"]
        return arn

    def _described(self, service: str) -> dict[str, Any]:
        answer = ask(
            f"look at {service}",
            self._ecs.describe_services,
            cluster=self._place.cluster,
            services=[service],
        )
        for found in answer["services"]:
            if found["status"] == "ACTIVE":
                described: dict[str, Any] = found
                return described
        raise OperatorFault(
            f"The cluster {self._place.cluster} has no service {service}: terraform apply in "
            f"terraform/environments/{self._place.environment} first."
        )

    def _definition(self, arn: str) -> dict[str, Any]:
        answer = ask(
            "read a task definition", self._ecs.describe_task_definition, taskDefinition=arn
        )
        definition: dict[str, Any] = answer["taskDefinition"]
        return definition

    def _before(self, service: str, now: str) -> str | None:
        """The newest task definition before this one with another image."""
        image = _image_in(self._definition(now), service)
        pages = self._ecs.get_paginator("list_task_definitions").paginate(
            familyPrefix=self._place.family(service), status="ACTIVE"
        )
        found = ask("list task definitions", lambda: list(pages))
        arns: list[str] = [arn for page in found for arn in page["taskDefinitionArns"]]
        for arn in sorted(arns, key=_revision, reverse=True):
            is_older = _revision(arn) < _revision(now)
            if is_older and _image_in(self._definition(arn), service) != image:
                return arn
        return None


def _revision(arn: str) -> int:
    return int(arn.rpartition(":")[2])


def _image_in(definition: dict[str, Any], service: str) -> str:
    for container in definition["containerDefinitions"]:
        if container["name"] == service:
            image: str = container["image"]
            return image
    raise OperatorFault(f"The task definition of {service} has no container of that name.")
