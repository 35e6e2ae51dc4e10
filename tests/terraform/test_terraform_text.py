"""What can be said of the Terraform code by reading it: quick, and without Terraform."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from terraform import costs, packaging, readme
from tests.terraform import checks, first_keys
from tests.terraform.plan_policy import RULES
from tests.terraform.rehearsal import ACCEPTED

ROOT = Path(__file__).parents[2]
CODE = ROOT / "terraform"
FILES = sorted(CODE.rglob("*.tf"))
MODULES = sorted(path for path in (CODE / "modules").iterdir() if path.is_dir())
ENVIRONMENTS = sorted((CODE / "environments").iterdir())
ROOTS = [CODE / "account", CODE / "bootstrap", *ENVIRONMENTS]


def catalogue() -> list[dict[str, object]]:
    services: list[dict[str, object]] = json.loads(
        (ROOT / "deploy/services.json").read_text("utf-8")
    )["services"]
    return services


def named(directory: Path) -> str:
    return str(directory.relative_to(CODE))


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_the_code_is_formatted() -> None:
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", str(CODE)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("directory", readme.directories(), ids=named)
def test_each_readme_says_what_the_code_says(directory: Path) -> None:
    written = (directory / "README.md").read_text("utf-8")
    assert written == readme.readme(directory), "run: python terraform/readme.py"
    title, _, about = written.partition("\n\n")
    assert title == f"# {directory.name}"
    assert not about.startswith(("Modules:", "Makes:", "##")), "main.tf begins without a word"


@pytest.mark.parametrize("directory", readme.directories(), ids=named)
def test_each_input_and_output_is_described(directory: Path) -> None:
    for path in directory.glob("*.tf"):
        for kind, name, body in readme._BLOCK.findall(path.read_text("utf-8")):
            block = readme.Block(kind, name, body)
            assert block.value("description"), f"{path}: {name}"
            assert kind == "output" or block.value("type"), f"{path}: {name}"


def test_packages_hold_the_source_beside_them() -> None:
    for path, folder in packaging.PACKAGES.items():
        assert path.read_bytes() == packaging.package(folder), "run: python terraform/packaging.py"


@pytest.mark.parametrize("directory", MODULES, ids=named)
def test_each_module_is_tested(directory: Path) -> None:
    tests = (directory / "tests" / f"{directory.name}.tftest.hcl").read_text("utf-8")
    assert tests.count("assert {") + tests.count("expect_failures") >= 2


@pytest.mark.parametrize("path", FILES, ids=named)
def test_the_provider_is_pinned_and_modules_are_our_own(path: Path) -> None:
    text = path.read_text("utf-8")
    for version in re.findall(r'^\s+version = "([^"]+)"', text, re.MULTILINE):
        assert version == "~> 5.100"
    for source in re.findall(r'^  source\s+= "([^"]+)"', text, re.MULTILINE):
        assert source.startswith("../")


def test_each_modules_tests_are_run_and_those_of_one_by_an_emulated_aws() -> None:
    assert sorted([*checks.tested(), first_keys.MODULE]) == MODULES


@pytest.mark.parametrize("directory", ROOTS, ids=named)
def test_what_is_applied_is_locked(directory: Path) -> None:
    lock = (directory / ".terraform.lock.hcl").read_text("utf-8")
    assert 'version     = "5.100.0"' in lock
    assert lock.count("h1:") >= 2, "the lock knows one platform only"
    assert lock.count("zh:") >= 10


@pytest.mark.parametrize("directory", [CODE / "account", *ENVIRONMENTS], ids=named)
def test_each_environment_has_a_state_of_its_own_that_is_locked(directory: Path) -> None:
    backend = (directory / "backend.tf").read_text("utf-8")
    assert f'"{directory.name}/terraform.tfstate"' in backend
    assert re.search(r"use_lockfile\s+= true", backend)
    assert re.search(r"encrypt\s+= true", backend)


def test_the_second_regions_state_is_not_lost_with_the_first_region() -> None:
    regions = {
        one.name: re.findall(
            r'^ +region += "(.+)"$', (one / "backend.tf").read_text(), re.MULTILINE
        )
        for one in ENVIRONMENTS
    }
    defaults = re.findall(
        r'variable "region" \{.*?default += "(.+?)"',
        (CODE / "environments/dr/variables.tf").read_text("utf-8"),
        re.DOTALL,
    )
    assert regions["dr"] == defaults
    assert regions["dr"] != regions["production"]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_door_is_open_but_the_load_balancers(path: Path) -> None:
    text = path.read_text("utf-8")
    rules = re.findall(
        r'^resource "aws_vpc_security_group_ingress_rule" "\w+" \{\n(.*?)^\}',
        text,
        re.MULTILINE | re.DOTALL,
    )
    for rule in rules:
        if "0.0.0.0/0" in rule or "::/0" in rule:
            assert path.parent.name == "alb"
            assert re.search(r"from_port\s+= 443$", rule, re.MULTILINE)
    assert not re.search(r"^\s+(ingress|egress) \{", text, re.MULTILINE)
    assert not re.search(r"assign_public_ip\s+= true", text)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_nothing_secret_is_written_where_terraform_keeps_it(path: Path) -> None:
    text = path.read_text("utf-8")
    kept = r"^\s+(password|auth_token|passwords|secret_string|secret_binary)\s+="
    assert not re.search(kept, text, re.MULTILINE)
    assert "random_password" not in text or "ephemeral" in text


@pytest.mark.parametrize("path", FILES, ids=named)
def test_secrets_are_named_whole_and_images_by_digest(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"secret:[^\"]*\*\"", text)
    assert ":latest" not in text


def test_each_skip_of_a_scanner_is_argued() -> None:
    for path in FILES:
        for check, why in re.findall(r"#checkov:skip=(\w+):?(.*)", path.read_text("utf-8")):
            assert len(why.split()) >= 2, f"{path}: {check} is skipped without a reason"


def test_every_service_of_the_catalogue_fits_fargate() -> None:
    for service in catalogue():
        cpu, memory = service["cpu"], service["memory_mib"]
        assert cpu in {256, 512, 1024, 2048, 4096, 8192, 16384}
        assert isinstance(cpu, int)
        assert isinstance(memory, int)
        assert 2 * cpu <= memory <= 8 * cpu


def test_what_a_guard_is_handed_is_there_from_the_first_start() -> None:
    first = (CODE / "modules/first-keys/outputs.tf").read_text("utf-8")
    written = set(re.findall(r"^    ([A-Z_]+)\s+= ephemeral", first, re.MULTILINE))
    for service in catalogue():
        if not service["public"]:
            needs = service["needs"]
            assert isinstance(needs, dict)
            assert set(needs["secrets"]) <= written, "ECS starts no task without each of them"


def test_every_alarm_has_its_section() -> None:
    page = (ROOT / "docs/aws.md").read_text("utf-8")
    headings = re.findall(r"^#+ +(.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    named_ones = set(re.findall(r"docs/aws\.md#([\w-]+)", text))
    named_ones |= set(re.findall(r'^\s+runbook\s+= "([\w-]+)"', text, re.MULTILINE))
    assert named_ones
    assert named_ones <= anchors


def test_the_estimate_in_the_documents_is_the_computed_one() -> None:
    assert costs.document() in (ROOT / "docs/aws.md").read_text("utf-8"), (
        "put the output of `python terraform/costs.py` into docs/aws.md"
    )


def test_the_documents_name_each_difference_that_is_accepted() -> None:
    rows = re.findall(
        r"^\| `(aws_\w+)` \| (`.+`) \| \w",
        (ROOT / "docs/aws.md").read_text("utf-8"),
        re.MULTILINE,
    )
    listed = {(kind, name) for kind, names in rows for name in re.findall(r"`(\w+)`", names)}
    assert listed == ACCEPTED.keys()


@pytest.mark.parametrize("name", ["production", "staging", "dr"])
def test_the_estimate_counts_what_the_environment_has(name: str) -> None:
    text = (CODE / "environments" / name / "main.tf").read_text("utf-8")
    counted = next(one for key, one in costs.ENVIRONMENTS.items() if key.startswith(name))
    assert f'"{counted.database}"' in text
    assert f'"{counted.cache}"' in text
    nats = {"true": 3, "false": 1, "local.serving": 1}
    found = re.search(r"nat_per_zone\s+= (\S+)", text)
    assert found is not None
    assert counted.nats == nats[found[1]]
    found = re.search(r"private_endpoints\s+= (\S+)", text)
    assert found is not None
    assert bool(counted.endpoints) == (found[1] == "true")


def test_the_policy_knows_what_holds_data() -> None:
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    kinds = set(re.findall(r'^resource "(aws_\w+)"', text, re.MULTILINE))
    holders = {
        "aws_backup_vault", "aws_cloudtrail", "aws_cloudwatch_log_group", "aws_db_instance",
        "aws_ecr_repository", "aws_elasticache_replication_group", "aws_secretsmanager_secret",
        "aws_sns_topic",
    }  # fmt: skip
    assert holders <= kinds
    assert holders <= RULES.keys()
