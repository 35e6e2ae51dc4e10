"""The lock files hold what the project asks for, by hash, from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"
LOCKS = [RUNTIME, DEV]


def pins(lock: str) -> dict[str, set[str]]:
    """Each package with the versions it is pinned to; one per Python version may differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text(lock), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def text(lock: str) -> str:
    return (ROOT / lock).read_text("utf-8")


def asked_for() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = project["project"]["dependencies"]
    return {RUNTIME: runtime, DEV: runtime + project["dependency-groups"]["dev"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_direct_dependency_is_pinned(lock: str) -> None:
    names = {
        re.split(r"[^\w.-]", asked)[0].lower().replace("_", "-") for asked in asked_for()[lock]
    }
    assert names <= pins(lock).keys()


@pytest.mark.parametrize("lock", LOCKS)
def test_pins_satisfy_the_project(lock: str) -> None:
    for asked in asked_for()[lock]:
        rule = re.match(r"([\w-]+)(?:\[\w+\])?(>=|==)([\d.]+)", asked)
        assert rule, f"{asked}: this test reads only >= and =="
        name, operator, wanted = rule.groups()
        for version in pins(lock)[name.lower()]:
            numbers = [tuple(map(int, re.findall(r"\d+", v)[:3])) for v in (version, wanted)]
            assert version == wanted if operator == "==" else numbers[0] >= numbers[1]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    entries = re.split(r"^(?=[\w.-]+==)", text(lock), flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_is_in_a_lock(lock: str) -> None:
    assert not re.findall(r"\w+://|@ |^-(?!-hash)|^ *--(?!hash)\S+", text(lock), re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_heavy_enters(lock: str) -> None:
    refused = re.compile(
        r"torch|nvidia-|triton|tensorflow|transformers|onnxruntime-gpu|spacy|scikit-learn"
    )
    assert not [name for name in pins(lock) if refused.match(name)]


def test_the_development_lock_only_adds() -> None:
    more = pins(DEV)
    assert {name: more.get(name) for name in pins(RUNTIME)} == pins(RUNTIME)
