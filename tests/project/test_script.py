"""`scripts/aiguardian.sh` as its users meet it, without installing anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/aiguardian.sh"
VERBS = ("dev", "doctor", "test", "check", "setup", "help")
OPERATED = (
    "compose-up",
    "compose-down",
    "prod",
    "setup-external",
    "setup-secrets",
    "validate",
    "push-containers",
    "deploy-prod",
    "rollback",
    "health-check",
    "logs",
    "backup",
    "restore",
)
"""The verbs that the program's own command line takes over."""


def call(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        text=True,
        capture_output=True,
        timeout=60,
        **options,  # type: ignore[call-overload]
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small stand-in for the project, installed already, in a folder with spaces."""
    root = tmp_path / "a project of mine"
    (root / "scripts").mkdir(parents=True)
    (root / ".venv/bin").mkdir(parents=True)
    shutil.copy(SCRIPT, root / "scripts")
    (root / ".venv/bin/python").symlink_to(sys.executable)
    (root / ".venv/.project").write_text(f"{root.resolve()}\n")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (root / lock).write_text("")
        (root / ".venv" / f".{lock}").write_text("")
    program = root / ".venv/bin/aiguardian"
    program.write_text('#!/bin/sh\necho "$PWD|$AIGUARDIAN_HOME|$PORT|$*"\nexec sleep "${NAP:-0}"\n')
    program.chmod(0o755)
    return root


@pytest.mark.parametrize("verb", ["help", "-h", "--help"])
def test_help_names_every_verb_from_another_folder(verb: str, tmp_path: Path) -> None:
    told = call(SCRIPT, verb, cwd=tmp_path)
    assert told.returncode == 0
    assert all(f"\n  {verb} " in told.stdout for verb in (*VERBS, *OPERATED))


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "help"])
def test_help_and_a_dry_run_of_a_verb_install_and_run_nothing(verb: str, tmp_path: Path) -> None:
    root = tmp_path / "fresh"
    (root / "scripts").mkdir(parents=True)
    shutil.copy(SCRIPT, root / "scripts")
    told = call("sh", root / "scripts/aiguardian.sh", verb, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert f"aiguardian.sh {verb} [--dry-run]" in told.stdout
    done = call("sh", root / "scripts/aiguardian.sh", verb, "--dry-run")
    assert (done.returncode, done.stdout) == (0, "")
    assert "would create .venv and install requirements" in done.stderr
    assert sorted(path.name for path in root.rglob("*")) == ["aiguardian.sh", "scripts"]


def test_a_dry_run_names_what_would_be_run_with_its_arguments(project: Path) -> None:
    done = call("sh", project / "scripts/aiguardian.sh", "dev", "--dry-run", "--port", 9)
    assert done.returncode == 0
    assert "requirements.lock is installed" in done.stderr
    assert "would run: aiguardian serve --port 9" in done.stderr
    (project / "requirements.lock").write_text("newer\n")
    done = call("sh", project / "scripts/aiguardian.sh", "dev", "--dry-run")
    assert "would install requirements.lock into .venv" in done.stderr


def test_no_verb_is_help() -> None:
    assert call(SCRIPT).stdout == call(SCRIPT, "help").stdout


def test_an_unknown_verb_exits_2_and_shows_help() -> None:
    told = call(SCRIPT, "dve")
    assert told.returncode == 2
    assert told.stdout == ""
    assert "unknown verb: dve" in told.stderr
    assert "Usage:" in told.stderr


def test_dev_hands_over_with_defaults_in_a_path_with_spaces(project: Path, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"PORT", "AIGUARDIAN_HOME"}}
    told = call(project / "scripts/aiguardian.sh", "dev", "--x y", cwd=tmp_path, env=environment)
    root = project.resolve()
    assert told.stdout == f"{root}|||serve --x y\n"  # the program's own defaults hold there
    assert told.stderr == ""


def test_dev_honours_port_and_a_home_relative_to_the_caller(project: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PORT": "9", "AIGUARDIAN_HOME": "state"}
    told = call(project / "scripts/aiguardian.sh", "dev", cwd=tmp_path, env=environment)
    assert told.stdout == f"{project.resolve()}|{tmp_path.resolve()}/state|9|serve\n"


def test_dev_works_with_stdin_closed_and_through_a_link(project: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project / "scripts/aiguardian.sh")
    told = call("sh", "-c", f"'{tmp_path}/link' dev <&-")
    assert told.returncode == 0
    assert told.stdout.endswith("|serve\n")


@pytest.mark.parametrize("verb", OPERATED)
def test_an_operators_verb_reaches_its_command_line(verb: str, tmp_path: Path) -> None:
    told = call(sys.executable, "-m", "aiguardian.operator", verb, "--help", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert f"aiguardian.sh {verb}" in told.stdout
    assert "--dry-run" in told.stdout


def test_the_script_hands_over_with_the_callers_folder(project: Path, tmp_path: Path) -> None:
    python = project / ".venv/bin/python"
    python.unlink()
    python.write_text('#!/bin/sh\n[ "$1" = -m ] && echo "$PWD|$*" && exec cat\nexit 0\n')
    python.chmod(0o755)
    script = project / "scripts/aiguardian.sh"
    told = call(script, "restore", "a b", "--yes", cwd=tmp_path, input="typed")
    handed = f"-m aiguardian.operator --caller {tmp_path.resolve()} restore a b --yes"
    assert told.stdout == f"{project.resolve()}|{handed}\ntyped"


def faked(project: Path, program: str, body: str) -> None:
    path = project / ".venv/bin" / program
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def with_faked_tools(project: Path) -> Path:
    """A project whose tools all succeed, and whose Python notes how pytest is called."""
    notes = project / "called"
    for tool in ("ruff", "mypy", "lint-imports", "bandit", "shellcheck"):
        faked(project, tool, "exit 0")
    faked(
        project,
        "python",
        f"""[ "$2" != pytest ] || echo "$*" >>"{notes}"
case "$*" in
    *pytest*FAILS*) exit 1 ;;
    *pytest*tests/process*) echo the other share; exit "${{SHARE_FAILS:-0}}" ;;
esac""",
    )
    return notes


def test_all_tests_run_in_two_shares_that_leave_nothing_out(project: Path) -> None:
    notes = with_faked_tools(project)
    told = call(project / "scripts/aiguardian.sh", "test")
    assert told.returncode == 0, told.stderr
    assert told.stdout.endswith("the other share\n")
    first, second = sorted(notes.read_text().splitlines(), key=lambda line: "--ignore" in line)
    folders = {word for word in first.split() if word.startswith("tests/")}
    left_out = {word for word in second.split() if word.startswith("--ignore=")}
    assert folders == {word.removeprefix("--ignore=") for word in left_out}
    assert all((ROOT / folder).is_dir() for folder in folders)


def test_a_failure_in_either_share_is_one_of_the_whole(project: Path) -> None:
    with_faked_tools(project)
    script = project / "scripts/aiguardian.sh"
    told = call(script, "test", env=os.environ | {"SHARE_FAILS": "1"})
    assert told.returncode == 1
    assert "a test failed" in told.stderr
    assert call(script, "test", "FAILS").returncode == 1
    assert call(script, "test", "tests/project").returncode == 0


def test_dev_becomes_the_program_so_that_signals_reach_it(project: Path) -> None:
    started = subprocess.Popen(
        [project / "scripts/aiguardian.sh", "dev"],
        env=os.environ | {"NAP": "60"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline()  # the program runs
    started.terminate()
    assert started.wait(timeout=10) == -15
    started.stdout.close()


def test_a_moved_project_builds_its_environment_anew(project: Path) -> None:
    (project / ".venv/.project").write_text("/somewhere/else\n")
    told = call(project / "scripts/aiguardian.sh", "dev", env=without_pythons(project))
    assert told.returncode == 1
    assert "moved or copied" in told.stderr
    assert not (project / ".venv").exists()


def test_without_a_usable_python_the_message_says_what_was_tried(project: Path) -> None:
    shutil.rmtree(project / ".venv")
    told = call(project / "scripts/aiguardian.sh", "dev", env=without_pythons(project))
    assert told.returncode == 1
    assert "3.11, 3.12 or 3.13" in told.stderr
    assert "python3.12 is not there, or does not start" in told.stderr
    assert "PYTHON=" in told.stderr


def without_pythons(project: Path) -> dict[str, str]:
    """An environment whose PATH has the plain tools and no Python, no uv."""
    tools = project / "tools"
    tools.mkdir()
    for name in ("sh", "env", "cat", "cmp", "cp", "rm", "chmod", "dirname", "readlink"):
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    return {"PATH": str(tools), "HOME": str(project)}


def test_the_python_that_was_asked_for_is_not_replaced_by_another(project: Path) -> None:
    shutil.rmtree(project / ".venv")
    environment = os.environ | {"PYTHON": "/nonexistent/python"}
    told = call(project / "scripts/aiguardian.sh", "dev", env=environment)
    assert told.returncode == 1
    assert "/nonexistent/python is not there" in told.stderr


def test_scripts_pass_shellcheck() -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    scripts = [*ROOT.glob("scripts/*.sh"), ROOT / ".ci/run"]
    told = call(shellcheck, *scripts)
    assert told.stdout == ""


def test_ci_runs_the_command_of_the_readme() -> None:
    command = "./scripts/aiguardian.sh test"
    assert command in (ROOT / "README.md").read_text()
    assert f"exec {command}\n" in (ROOT / ".ci/run").read_text()


def test_make_alone_lists_every_target() -> None:
    if not shutil.which("make"):
        pytest.skip("no make here")
    told = call("make", "-s", "-C", ROOT, env=os.environ | {"MAKEFLAGS": ""})
    for target in ("setup", "check", "fix", "test", "run", "bench", "docs", "lock", "audit"):
        assert f"  {target} " in told.stdout
