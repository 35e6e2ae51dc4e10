"""deploy/services.json is the one catalogue: whatever names a service, port or limit equals it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from deploy_files import ROOT, read_yaml

from aiguardian.settings.groups import GUARD_NAMES, Guards, all_settings
from aiguardian.telemetry.log import SERVICE

Services = dict[str, dict[str, Any]]
FARGATE = {256: {512, 1024, 2048}, 512: set(range(1024, 4097, 1024))} | {
    1024: set(range(2048, 8193, 1024))
}
"""The pairs of CPU units and MiB that Fargate offers (AWS's documentation of task definitions)."""


def test_the_catalogue_holds_the_gateway_and_the_guards_in_their_order(services: Services) -> None:
    assert list(services) == [SERVICE, *GUARD_NAMES]
    assert [service["port"] for service in services.values()] == list(range(8000, 8007))
    assert [name for name, service in services.items() if service["public"]] == [SERVICE]


def test_every_size_is_one_that_fargate_offers(services: Services) -> None:
    for service in services.values():
        assert service["memory_mib"] in FARGATE[service["cpu"]], service["name"]
        assert 1 <= service["scaling"]["min"] <= service["scaling"]["max"]


def test_every_secret_is_a_setting_that_is_secret(services: Services) -> None:
    secret = {setting.variable.name for setting in all_settings() if setting.is_secret}
    for service in services.values():
        assert set(service["needs"]["secrets"]) <= secret, service["name"]


def test_the_settings_name_the_catalogues_ports_in_their_examples(services: Services) -> None:
    examples = {s.field: s.variable.example for s in all_settings() if s.group == "guards"}
    for name in GUARD_NAMES:
        assert examples[name] == f"http://{name}:{services[name]['port']}"
        assert hasattr(Guards(), name)


@pytest.mark.parametrize("name", [SERVICE, *GUARD_NAMES])
def test_compose_runs_a_service_as_the_catalogue_says(
    name: str, services: Services, compose: dict[str, Any]
) -> None:
    wanted, given = services[name], compose["services"][name]
    assert given["image"] == f"{wanted['image']}:${{AIGUARDS_TAG:-dev}}"
    assert given["build"]["target"] == wanted["target"]
    assert given["environment"]["PORT"] == str(wanted["port"])
    assert float(given["cpus"]) * 1024 == wanted["cpu"]
    assert given["mem_limit"] == f"{wanted['memory_mib']}m"
    assert given["healthcheck"]["test"][-1] == wanted["ready_path"]
    assert bool(given.get("ports")) is wanted["public"]
    gateway = compose["services"][SERVICE]
    if name != SERVICE:
        url = gateway["environment"][f"{name.upper()}_URL"]
        assert url == f"http://{name}:{wanted['port']}"
        assert gateway["depends_on"][name] == {"condition": "service_healthy"}


def test_a_service_gets_no_secret_that_the_catalogue_does_not_list(
    services: Services, compose: dict[str, Any]
) -> None:
    secret = {setting.variable.name for setting in all_settings() if setting.is_secret}
    stores = {"DATABASE_PASSWORD", "REDIS_PASSWORD"}
    for name, service in services.items():
        given = set(compose["services"][name]["environment"]) & secret
        needs = service["needs"]
        allowed = set(needs["secrets"]) | (stores if needs["database"] else set())
        allowed.add("SECRET_KEY_PREVIOUS")  # of a rotation; it may be empty
        assert given <= allowed, name


@pytest.mark.parametrize("name", [SERVICE, *GUARD_NAMES])
def test_the_dockerfile_has_a_target_a_service(name: str, services: Services) -> None:
    text = ROOT.joinpath("Dockerfile").read_text(encoding="utf-8")
    target, port = services[name]["target"], services[name]["port"]
    stage = text.split(f"FROM base AS {target}\n")[1].split("\nFROM ")[0]
    assert f'title="{services[name]["image"]}"' in stage
    assert f"ENV PORT={port}\n" in stage
    assert f"EXPOSE {port}\n" in stage
    assert f'CMD ["guard", "{name}"]' in stage or (name == SERVICE and 'CMD ["serve"]' in stage)


def test_prometheus_scrapes_each_service(services: Services) -> None:
    jobs = {
        job["job_name"]: job
        for job in read_yaml("deploy", "prometheus", "prometheus.yml")["scrape_configs"]
    }
    for name, service in services.items():
        [looked_up] = jobs[name]["dns_sd_configs"]
        assert (looked_up["names"], looked_up["port"]) == ([name], service["port"])
        assert jobs[name]["metrics_path"] == service["metrics_path"]


def test_the_document_lists_the_catalogue(services: Services) -> None:
    text = ROOT.joinpath("docs", "containers.md").read_text(encoding="utf-8")
    table = text.split("<!-- catalogue: a test compares it with deploy/services.json -->")[1]
    rows = re.findall(
        r"^\| `([\w-]+)` \| `([\w-]+)` \| (\d+) \| (\d+) \| (\d+) \|",
        table.split("<!-- /catalogue -->")[0],
        re.MULTILINE,
    )
    assert rows == [
        (name, service["image"], *(str(service[key]) for key in ("port", "cpu", "memory_mib")))
        for name, service in services.items()
    ]


def test_the_stack_and_aws_run_the_same_major_of_postgresql(compose: dict[str, Any]) -> None:
    variables = ROOT.joinpath("terraform", "modules", "database", "variables.tf").read_text("utf-8")
    major = re.search(r'"engine_version" \{.*?default\s+= "(\d+)"', variables, re.DOTALL)
    assert major is not None
    assert compose["services"]["postgres"]["image"].startswith(f"postgres:{major[1]}.")
    # From 18 on the image has a folder for each major, below the one volume.
    assert compose["services"]["postgres"]["environment"]["PGDATA"].split("/")[-2] == major[1]
