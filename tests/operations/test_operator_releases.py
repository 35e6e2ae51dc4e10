"""deploy-prod and rollback against an emulated ECS and ECR."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from aiguardian.operator.authorities import FILE as AUTHORITIES
from aiguardian.operator.aws import Place
from aiguardian.operator.catalogue import Service, chosen, read_catalogue
from aiguardian.operator.command_line import main
from aiguardian.operator.doing import Doing
from aiguardian.operator.faults import OperatorFault
from aiguardian.operator.images import push_images, resolve
from aiguardian.operator.releases import Releases

GATEWAY, GUARD = "codeguardians-gateway", "tokenguard"


class Cloud:
    """A cluster in which both services run version 1.0.0."""

    def __init__(self, place: Place, services: tuple[Service, ...]) -> None:
        self.place, self.services = place, services
        self.ecs, self.ecr = place.client("ecs"), place.client("ecr")
        self.ecs.create_cluster(clusterName=place.cluster)
        for service in services:
            self.ecr.create_repository(repositoryName=service.image, imageTagMutability="IMMUTABLE")
        self.push("1.0.0")
        for image in resolve(place, services, tag="1.0.0"):
            family = place.family(image.service)
            container = {"name": image.service, "image": image.reference, "memory": 512,
                         "environment": [{"name": "A", "value": "b"}]}  # fmt: skip
            beside = {"name": "collector", "image": "collector:1", "memory": 64}
            made = self.ecs.register_task_definition(
                family=family, requiresCompatibilities=["FARGATE"], networkMode="awsvpc",
                cpu="256", memory="1024", containerDefinitions=[container, beside],
            )  # fmt: skip
            self.ecs.create_service(
                cluster=place.cluster,
                serviceName=image.service,
                taskDefinition=made["taskDefinition"]["taskDefinitionArn"],
                desiredCount=1,
            )

    def push(self, tag: str) -> None:
        for service in self.services:
            layer = hashlib.sha256(f"{service.image}{tag}".encode()).hexdigest()
            manifest = {
                "schemaVersion": 2,
                "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                "config": {"mediaType": "a", "size": 1, "digest": f"sha256:{layer}"},
                "layers": [],
            }
            self.ecr.put_image(
                repositoryName=service.image,
                imageTag=tag,
                imageDigest=f"sha256:{layer}",
                imageManifest=json.dumps(manifest),
            )

    def definition(self, service: str) -> dict[str, Any]:
        arn = self.ecs.describe_services(cluster=self.place.cluster, services=[service])[
            "services"
        ][0]["taskDefinition"]
        found: dict[str, Any] = self.ecs.describe_task_definition(taskDefinition=arn)[
            "taskDefinition"
        ]
        return found

    def runs(self) -> list[int]:
        """The revisions that guard and gateway run."""
        return [self.definition(name)["revision"] for name in (GUARD, GATEWAY)]

    def rollout(self, service: str, state: str) -> None:
        """As AWS would tell it; the emulation itself never fails."""
        self.deployment(service)["rolloutState"] = state

    def deployment(self, service: str) -> dict[str, Any]:
        """The emulation's own record of what is being started."""
        from moto.ecs.models import ecs_backends

        backend = ecs_backends["123456789012"][self.place.region]
        found: dict[str, Any] = backend.services[f"{self.place.cluster}:{service}"].deployments[0]
        return found


@pytest.fixture
def cloud(place: Place, root: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    from moto.ecs.models import EC2ContainerServiceBackend

    update = EC2ContainerServiceBackend.update_service

    def update_with_its_deployment(backend: Any, properties: Any) -> Any:
        """As AWS does: the emulation leaves the deployment with the definition before."""
        service = update(backend, properties)
        service.deployments[0]["taskDefinition"] = service.task_definition
        return service

    monkeypatch.setattr(EC2ContainerServiceBackend, "update_service", update_with_its_deployment)
    monkeypatch.setenv("MOTO_ECS_SERVICE_RUNNING", "1")
    return Cloud(place, read_catalogue(root))


def test_guards_come_before_the_gateway_that_asks_them(root: Path) -> None:
    services = read_catalogue(root)
    assert [one.name for one in services] == [GUARD, GATEWAY]
    assert [one.name for one in chosen(services, [GATEWAY])] == [GATEWAY]
    with pytest.raises(OperatorFault, match="no service trustguard"):
        chosen(services, ["trustguard"])


def test_services_run_the_images_of_a_tag_by_their_digests(cloud: Cloud, told: Any) -> None:
    cloud.push("1.1.0")
    images = resolve(cloud.place, cloud.services, tag="1.1.0")
    assert len(Releases(cloud.place, told.doing(dry_run=True)).deploy(images)) == 2
    assert cloud.runs() == [1, 1]
    assert "would register a task of tokenguard" in told
    changes = Releases(cloud.place, told.doing()).deploy(images)
    assert [one.service for one in changes] == [GUARD, GATEWAY]
    for image in images:
        definition = cloud.definition(image.service)
        ours, beside = definition["containerDefinitions"]
        assert ours["image"] == image.reference
        assert "@sha256:" in ours["image"]
        assert ours["environment"] == [{"name": "A", "value": "b"}]
        assert beside["image"] == "collector:1"
        assert (definition["cpu"], definition["networkMode"]) == ("256", "awsvpc")
    assert Releases(cloud.place, told.doing()).deploy(images) == []
    assert cloud.runs() == [2, 2]


def test_what_does_not_start_or_is_not_ready_takes_all_back(cloud: Cloud, told: Any) -> None:
    cloud.push("1.1.0")
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if f":2 as {GATEWAY}" in line:
            cloud.rollout(GATEWAY, "FAILED")
        if line == f"{GATEWAY} goes back":
            cloud.rollout(GATEWAY, "COMPLETED")

    releases = Releases(cloud.place, Doing(say=say, pause=lambda _: None))
    with pytest.raises(OperatorFault, match=r"did not start.*runs what it ran before"):
        releases.deploy(resolve(cloud.place, cloud.services, tag="1.1.0"))
    assert cloud.runs() == [1, 1]
    assert lines.index(f"{GATEWAY} goes back") < lines.index(f"{GUARD} goes back")
    with pytest.raises(OperatorFault, match="not healthy"):
        Releases(cloud.place, told.doing()).deploy(
            resolve(cloud.place, cloud.services, tag="1.1.0"), is_healthy=lambda: False
        )
    assert cloud.runs() == [1, 1]


def test_what_ecs_itself_takes_back_is_no_success(cloud: Cloud) -> None:
    """Its circuit breaker starts a deployment of what ran before, and that one gets steady."""
    cloud.push("1.1.0")
    before = cloud.deployment(GATEWAY)["taskDefinition"]
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)

    def pause(_: float) -> None:
        if not any("goes back" in line for line in lines):
            cloud.deployment(GATEWAY)["taskDefinition"] = before
            cloud.rollout(GATEWAY, "COMPLETED")

    doing = Doing(say=say, pause=pause)
    cloud.rollout(GATEWAY, "IN_PROGRESS")
    with pytest.raises(OperatorFault, match=r"ECS went back.*Every service runs what it ran"):
        Releases(cloud.place, doing).deploy(resolve(cloud.place, cloud.services, tag="1.1.0"))
    assert cloud.runs() == [1, 1]


def test_a_way_back_that_fails_as_well_is_told_with_the_first_reason(
    cloud: Cloud, told: Any
) -> None:
    cloud.push("1.1.0")
    cloud.rollout(GUARD, "FAILED")  # and stays so, whatever is started
    with pytest.raises(OperatorFault, match=r"did not start.*Going back failed as well"):
        Releases(cloud.place, told.doing()).deploy(
            resolve(cloud.place, cloud.services, tag="1.1.0")
        )


def test_a_restart_starts_what_runs_anew(cloud: Cloud, told: Any) -> None:
    before = [cloud.deployment(name)["id"] for name in (GUARD, GATEWAY)]
    assert Releases(cloud.place, told.doing(dry_run=True)).restart(cloud.services) == 2
    assert [cloud.deployment(name)["id"] for name in (GUARD, GATEWAY)] == before
    assert Releases(cloud.place, told.doing()).restart(cloud.services) == 2
    assert not {cloud.deployment(name)["id"] for name in (GUARD, GATEWAY)} & set(before)
    assert cloud.runs() == [1, 1]


def test_whoever_interrupts_is_told_what_runs(cloud: Cloud) -> None:
    cloud.push("1.1.0")
    cloud.rollout(GATEWAY, "IN_PROGRESS")
    lines: list[str] = []

    def pause(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Releases(cloud.place, Doing(say=lines.append, pause=pause)).deploy(
            resolve(cloud.place, cloud.services, tag="1.1.0")
        )
    assert lines[-1].startswith("interrupted. Told to run the new image so far: tokenguard, codeg")


def test_a_service_that_never_gets_steady_is_given_up_in_time(cloud: Cloud, told: Any) -> None:
    cloud.push("1.1.0")
    cloud.rollout(GUARD, "IN_PROGRESS")
    times = iter(range(0, 10_000, 100))
    doing = told.doing(clock=lambda: float(next(times)))
    with pytest.raises(OperatorFault, match="was not steady after 300 seconds"):
        Releases(cloud.place, doing, within_s=300).deploy(
            resolve(cloud.place, cloud.services, tag="1.1.0")
        )


def test_a_rollback_runs_the_image_before_and_once_more_the_one_before_that(
    cloud: Cloud, told: Any
) -> None:
    releases = Releases(cloud.place, told.doing())
    for tag in ("1.1.0", "1.2.0"):
        cloud.push(tag)
        releases.deploy(resolve(cloud.place, cloud.services, tag=tag))
    assert cloud.runs() == [3, 3]
    assert len(releases.roll_back(cloud.services)) == 2
    assert cloud.runs() == [2, 2]
    releases.roll_back(cloud.services)
    assert cloud.runs() == [1, 1]
    assert releases.roll_back(cloud.services) == []
    assert "no earlier image is known" in told


def test_what_terraform_changed_in_a_definition_comes_along(cloud: Cloud, told: Any) -> None:
    place = cloud.place
    old = cloud.definition(GUARD)["containerDefinitions"][0]
    cloud.ecs.register_task_definition(
        family=place.family(GUARD), requiresCompatibilities=["FARGATE"], networkMode="awsvpc",
        cpu="512", memory="2048", containerDefinitions=[{**old, "environment": []}],
    )  # fmt: skip
    cloud.push("1.1.0")
    images = [one for one in resolve(place, cloud.services, tag="1.1.0") if one.service == GUARD]
    releases = Releases(place, told.doing())
    releases.deploy(images)
    found = cloud.definition(GUARD)
    assert (found["revision"], found["cpu"]) == (3, "512")
    assert found["containerDefinitions"][0]["image"] == images[0].reference
    releases.roll_back([one for one in cloud.services if one.name == GUARD])
    assert cloud.definition(GUARD)["revision"] == 2
    releases.deploy(images)  # the definition is there already: it is started, not made again
    assert cloud.definition(GUARD)["revision"] == 3


def test_what_is_missing_is_named_with_what_to_do(cloud: Cloud, told: Any) -> None:
    with pytest.raises(OperatorFault, match=r"no 9\.9\.9 of aiguards-tokenguard, aiguards-gateway"):
        resolve(cloud.place, cloud.services, tag="9.9.9")
    for tag in ("latest", "dev", "", "a b"):
        with pytest.raises(OperatorFault, match="one version forever"):
            resolve(cloud.place, cloud.services, tag=tag)
    elsewhere = Place("staging", cloud.place.region, cloud.place.endpoint)
    with pytest.raises(OperatorFault, match=r"refused to look at tokenguard|has no service"):
        Releases(elsewhere, told.doing()).roll_back(cloud.services)
    other = Service("x", "aiguards-x", "x", 1)
    with pytest.raises(OperatorFault, match="no repository aiguards-x"):
        resolve(cloud.place, (other,), tag="1.0.0")


DOCKER = """#!/bin/sh
echo "$*" >> "$LOG"
if [ "$1" = login ]; then cat > "$LOG.password"; fi
if [ "$1" = push ]; then "$PYTHON" "$PUSHED" "$2"; fi
"""
PUSHED = """
import os, sys, json, boto3
name, tag = sys.argv[1].rsplit("/", 1)[1].split(":")
manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"mediaType": "a", "size": 1, "digest": "sha256:" + "a" * 64}, "layers": []}
boto3.client("ecr").put_image(repositoryName=name, imageTag=tag, imageManifest=json.dumps(manifest))
"""


def test_images_that_the_registry_lacks_are_built_and_pushed_once(
    cloud: Cloud,
    told: Any,
    root: Path,
    tmp_path: Path,
    rds_authorities: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (root / AUTHORITIES).parent.mkdir()
    (root / AUTHORITIES).write_bytes(rds_authorities)
    # No Docker engine runs in tests: a program of that name notes its arguments, and what it is
    # told to push arrives in the emulated registry.
    import sys

    (tmp_path / "docker").write_text(DOCKER)
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "pushed.py").write_text(PUSHED)
    log = tmp_path / "log"
    for name, value in {"LOG": log, "PYTHON": sys.executable, "PUSHED": tmp_path / "pushed.py",
                        "PATH": f"{tmp_path}:{os.environ['PATH']}",
                        "AWS_DEFAULT_REGION": cloud.place.region}.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    push_images(cloud.place, told.doing(dry_run=True), cloud.services, root=root, tag="2.0.0")
    assert not log.exists()
    images = push_images(cloud.place, told.doing(), cloud.services, root=root, tag="2.0.0")
    assert {one.service for one in images} == {GUARD, GATEWAY}
    ran = log.read_text().splitlines()
    named = "build --target tokenguard --tag aiguards-tokenguard:2.0.0 --platform linux/amd64"
    assert f"{named} --build-arg VERSION=2.0.0 --build-arg REVISION=unknown ." in ran
    assert [line.split()[0] for line in ran].count("push") == 2
    assert not [line for line in ran if (tmp_path / "log.password").read_text() in line]
    assert [line.split()[0] for line in ran][-1] == "logout"  # nothing to sign in with stays
    log.unlink()
    push_images(cloud.place, told.doing(), cloud.services, root=root, tag="2.0.0")
    assert not log.exists()


def test_a_rollback_to_an_image_that_is_gone_changes_nothing(cloud: Cloud, told: Any) -> None:
    before = resolve(cloud.place, cloud.services, tag="1.0.0")
    cloud.push("1.1.0")
    releases = Releases(cloud.place, told.doing())
    releases.deploy(resolve(cloud.place, cloud.services, tag="1.1.0"))
    gone = next(one for one in before if one.service == GUARD)
    cloud.ecr.batch_delete_image(
        repositoryName="aiguards-tokenguard", imageIds=[{"imageDigest": gone.digest}]
    )
    runs = cloud.runs()
    with pytest.raises(OperatorFault, match="tokenguard ran before is not in the registry"):
        releases.roll_back(cloud.services[::-1])
    assert cloud.runs() == runs


def test_an_image_is_built_for_the_tasks_processor_and_says_its_commit(
    cloud: Cloud, root: Path, tmp_path: Path, rds_authorities: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (root / AUTHORITIES).parent.mkdir()
    (root / AUTHORITIES).write_bytes(rds_authorities)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "A"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()
    (tmp_path / "docker").write_text('#!/bin/sh\necho "$*" >>"$LOG"\nexit 1\n')
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.chdir(root)
    assert main(["push-containers", "--tag", "2.0.0", "--architecture", "ARM64"]) == 1
    (ran,) = (tmp_path / "log").read_text().splitlines()
    assert "--platform linux/arm64" in ran
    assert f"--build-arg REVISION={commit} " in ran


def test_a_push_that_fails_signs_out_as_well_and_says_what_failed(
    cloud: Cloud, told: Any, root: Path, tmp_path: Path, rds_authorities: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (root / AUTHORITIES).parent.mkdir()
    (root / AUTHORITIES).write_bytes(rds_authorities)
    fails = '#!/bin/sh\necho "$1" >>"$LOG"\n[ "$1" != push ] && [ "$1" != logout ]\n'
    (tmp_path / "docker").write_text(fails)
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(OperatorFault, match=r"docker push .* failed"):
        push_images(cloud.place, told.doing(), cloud.services, root=root, tag="2.0.0")
    assert (tmp_path / "log").read_text().split()[-1] == "logout"


def test_the_verbs_do_the_same(
    cloud: Cloud, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    cloud.push("1.1.0")
    assert main(["deploy-prod", "--tag", "1.1.0"]) == 0
    assert "2 of 2 services changed" in capsys.readouterr().out
    assert main(["health-check", "--environment", "production"]) == 0
    assert "good  tokenguard: 1 of 1 tasks run" in capsys.readouterr().out
    assert main(["rollback", "--service", GATEWAY]) == 0
    assert cloud.runs() == [2, 1]
    assert main(["deploy-prod", "--restart", "--service", GUARD]) == 0
    assert "restart codeguardians-gateway-production-tokenguard:2" in capsys.readouterr().out
    assert main(["deploy-prod", "--restart", "--tag", "1.1.0"]) == 1
    assert "takes no --tag" in capsys.readouterr().err
    assert main(["deploy-prod", "--tag", "1.0.0", "--dry-run"]) == 0
    assert "2 of 2 services would change" in capsys.readouterr().out
    assert main(["health-check", "--environment", "staging"]) == 1
    assert "name another --environment" in capsys.readouterr().err
    assert main(["deploy-prod", "--tag", "nothing"]) == 1
    assert "push-containers --tag nothing first" in capsys.readouterr().err


def test_without_credentials_it_says_how_to_give_them(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # which remembers them
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert main(["rollback", "--region", place.region]) == 1
    assert "AWS_PROFILE" in capsys.readouterr().err
