"""The workflows: right by their schema, pinned, and without a right too many."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
NAMES = [one.stem for one in WORKFLOWS]
ALLOWED = {
    ("release", "package"): {"id-token", "attestations"},
    ("release", "publish"): {"id-token"},
    ("release", "images"): {"id-token"},
    ("deploy", "deploy"): {"id-token"},
}
"""The rights to write that a job may have."""


def parsed(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


def test_there_are_the_workflows_of_a_public_repository() -> None:
    assert NAMES == ["build", "check", "deploy", "release"]


def test_they_satisfy_githubs_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    files = [str(one) for one in WORKFLOWS]
    told = subprocess.run(
        [*command, "vendor.github-workflows", *files], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_every_action_is_a_commit_with_its_version_beside(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text("utf-8"))
    assert used
    for one in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one


def test_an_action_has_one_commit_everywhere() -> None:
    text = "".join(one.read_text("utf-8") for one in WORKFLOWS)
    commits: dict[str, set[str]] = {}
    for name, commit in re.findall(r"uses: (\S+)@(\S+)", text):
        commits.setdefault(name, set()).add(commit)
    assert all(len(found) == 1 for found in commits.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_a_job_may_write_only_what_it_needs(path: Path) -> None:
    workflow = parsed(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        writes = {right for right, may in job.get("permissions", {}).items() if may == "write"}
        assert writes == ALLOWED.get((path.stem, name), set())
        assert job["timeout-minutes"] <= 90


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_no_value_from_outside_becomes_part_of_a_command(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "pull_request_target" not in text
    assert "secrets." not in text  # nothing is stored that could leak
    for job in parsed(path)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_make_targets_and_verbs_that_they_call_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z-]+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    script = (ROOT / "scripts/aiguardian.sh").read_text("utf-8")
    for verb in re.findall(r"aiguardian\.sh ([a-z-]+)", text):
        assert f"\n  {verb} " in script


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_a_pipe_fails_when_any_part_of_it_does(path: Path) -> None:
    document = parsed(path)
    commands = [
        step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step
    ]
    has_pipe = any(re.search(r"[^|]\|([^|]|$)", one, re.MULTILINE) for one in commands)
    shell = document.get("defaults", {}).get("run", {}).get("shell")
    assert not has_pipe or shell == "bash"


def test_pipes_are_there_to_be_looked_at() -> None:
    assert sum("defaults" in parsed(path) for path in WORKFLOWS) == 2


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_shellcheck_finds_nothing_in_what_they_run(path: Path) -> None:
    shellcheck = str(Path(sys.executable).with_name("shellcheck"))
    # SC2016: what stands in single quotes is the AWS command line's own language
    command = [shellcheck, "--shell=bash", "--exclude=SC2016", "-"]
    for job in parsed(path)["jobs"].values():
        for step in job["steps"]:
            text = re.sub(r"\$\{\{.*?\}\}", "it", step.get("run", ":"))
            told = subprocess.run(command, input=text, capture_output=True, text=True)
            assert told.returncode == 0, told.stdout
