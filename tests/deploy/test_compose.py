"""The compose files: what is there, who may reach it, and what each container may do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from deploy_files import ROOT, read_yaml

OURS = 7
FILES = ("docker-compose.yml", "docker-compose.prod.yml", "docker-compose.monitoring.yml")


@pytest.mark.parametrize("name", FILES)
def test_a_file_follows_the_published_schema(name: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(ROOT / name)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_thirteen_containers_are_there_without_a_profile(
    compose: dict[str, Any], services: dict[str, Any]
) -> None:
    others = {"postgres", "redis", "elasticsearch", "kibana", "prometheus", "grafana"}
    assert set(compose["services"]) == set(services) | others
    assert not any("profiles" in one for one in compose["services"].values())
    assert compose["networks"]["aiguards-network"]["name"] == "aiguards-network"


def test_only_port_8000_is_published(compose: dict[str, Any]) -> None:
    published = {name: one["ports"] for name, one in compose["services"].items() if "ports" in one}
    [port] = published.pop("codeguardians-gateway")
    assert port.endswith(":8000:8000")
    assert published == {}


def test_what_people_look_at_is_published_on_loopback_only() -> None:
    watching = read_yaml("docker-compose.monitoring.yml")["services"]
    ports = [port for one in watching.values() for port in one.get("ports", ())]
    assert len(ports) == 5
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", FILES[::2])
def test_every_container_is_hardened_and_bounded(name: str) -> None:
    for service, one in read_yaml(name)["services"].items():
        if "image" not in one:
            continue  # an addition to a service of the first file
        assert one["cap_drop"] == ["ALL"], service
        assert one["security_opt"] == ["no-new-privileges:true"], service
        assert "privileged" not in one
        assert one["user"].split(":")[0] != "0" or service == "filebeat", service
        assert {"cpus", "mem_limit", "pids_limit"} <= set(one), service
        assert one["networks"] == ["aiguards-network"], service
        # Both write beside their configuration at the first start (said where they are).
        assert one["read_only"] or service in {"elasticsearch", "kibana"}, service


def test_every_container_of_the_stack_tells_its_health(compose: dict[str, Any]) -> None:
    assert all("healthcheck" in one for one in compose["services"].values())
    for one in compose["services"].values():
        waited = one.get("depends_on", {}).values()
        assert all(condition["condition"] == "service_healthy" for condition in waited)


def test_no_password_stands_in_a_file_and_none_has_a_default(compose: dict[str, Any]) -> None:
    for service, one in compose["services"].items():
        for variable, value in one.get("environment", {}).items():
            if variable.endswith(("PASSWORD", "SECRET_KEY", "METRICS_KEY", "ENCRYPTION_KEY")):
                assert value.startswith(("${", "$$")), (service, variable)
                is_optional = variable in {"CLERK_SECRET_KEY", "STRIPE_SECRET_KEY"}
                assert is_optional or ":?" in value, (service, variable)


def test_no_image_has_a_tag_that_moves(compose: dict[str, Any]) -> None:
    watching = read_yaml("docker-compose.monitoring.yml")["services"]
    for one in (*compose["services"].values(), *watching.values()):
        image = one.get("image", "x:1.0")
        if not image.startswith("aiguards-"):
            assert image.rpartition(":")[2].count(".") >= 1, image
            assert "latest" not in image


def test_the_stop_is_longer_than_the_drain(compose: dict[str, Any]) -> None:
    from aiguardian.settings.groups import Limits

    limits = Limits()
    for name, one in compose["services"].items():
        if one.get("image", "").startswith("aiguards-"):
            assert int(one["stop_grace_period"].removesuffix("s")) > limits.drain_s, name


def test_production_takes_its_database_and_redis_from_elsewhere() -> None:
    services = read_yaml("docker-compose.prod.yml")["services"]
    environment = services["codeguardians-gateway"]["environment"]
    assert (environment["DATABASE_HOST"], environment["REDIS_HOST"]) == ("", "")
    assert {name for name, one in services.items() if one.get("profiles")} == {"postgres", "redis"}


@pytest.mark.parametrize("path", ["deploy/kibana/start.sh"])
def test_scripts_that_containers_run_pass_shellcheck(path: str) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    if not shellcheck.exists():
        pytest.skip("shellcheck is not installed")
    done = subprocess.run([str(shellcheck), str(ROOT / path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_dockerfile_passes_hadolint() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("hadolint is not installed")
    done = subprocess.run([hadolint, str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
