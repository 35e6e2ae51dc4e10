"""The passwords of the compose stack: made once, never shown, readable by nobody else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from deploy_files import ROOT, read_yaml

SCRIPT = ROOT / "deploy" / "generate_env.py"


def generated(folder: Path) -> tuple[dict[str, str], str]:
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(folder)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = (folder / ".env").read_text().splitlines()
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    assert len(pairs) == len(dict(pairs)), "a name stands twice"
    return dict(pairs), done.stdout


def test_every_variable_that_compose_demands_is_generated(tmp_path: Path) -> None:
    values, _ = generated(tmp_path)
    demanded = set()
    for name in ("docker-compose.yml", "docker-compose.monitoring.yml"):
        demanded |= set(re.findall(r"\$\{(\w+):\?run", (ROOT / name).read_text(encoding="utf-8")))
    assert demanded <= set(values)
    assert all(len(values[name]) >= 48 for name in demanded)
    assert len(set(values.values())) == len(values)


def test_a_second_run_changes_nothing_and_neither_prints_a_value(tmp_path: Path) -> None:
    first, told = generated(tmp_path)
    second, told_again = generated(tmp_path)
    assert first == second
    assert "nothing was missing" in told_again
    assert not [value for value in first.values() if value in told + told_again]


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    os.umask(0)
    try:
        values, _ = generated(tmp_path)
    finally:
        os.umask(0o022)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    folder = tmp_path / "deploy" / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "metrics_key").read_text() == values["METRICS_KEY"]


def test_what_is_mounted_can_be_read_by_the_containers_user(tmp_path: Path) -> None:
    """The parent folder keeps others on the machine out; a mount begins below it."""
    generated(tmp_path)
    mounts = [
        tmp_path / volume.split(":")[0]
        for name in ("docker-compose.yml", "docker-compose.monitoring.yml")
        for one in read_yaml(name)["services"].values()
        for volume in one.get("volumes", ())
        if volume.startswith("./deploy/secrets")
    ]
    assert len(mounts) == 2
    for mount in mounts:
        assert mount.stat().st_mode & 0o777 == (0o755 if mount.is_dir() else 0o444), mount


@pytest.mark.parametrize("line", ["SECRET_KEY=", "SECRET_KEY = ", "# SECRET_KEY=old"])
def test_what_is_set_stays_and_what_is_empty_is_filled(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"REDIS_PASSWORD=mine\n{line}\nMINE=1 = 2\n")
    values, told = generated(tmp_path)
    assert values["REDIS_PASSWORD"] == "mine"
    assert values["MINE"] == "1 = 2"
    assert len(values["SECRET_KEY"]) == 96
    assert "REDIS_PASSWORD" not in told


def test_a_first_run_begins_with_the_example(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text(ROOT.joinpath(".env.example").read_text())
    values, _ = generated(tmp_path)
    assert values["AIGUARDS_TAG"] == "dev"


def test_production_accepts_what_is_generated(tmp_path: Path) -> None:
    from aiguardian.settings.read import read

    values, _ = generated(tmp_path)
    ours = ("SECRET_KEY", "UNIFIED_API_KEY", "METRICS_KEY")
    settings = read({"ENVIRONMENT": "production"} | {name: values[name] for name in ours})
    assert settings.access.metrics_key is not None
