"""What the tests of a deployment share."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from deploy_files import ROOT, read_yaml

# The scripts of the folder are programs, not a package.
sys.path[:0] = [str(ROOT / "deploy" / folder) for folder in ("", "image", "grafana")]


@pytest.fixture(scope="session")
def services() -> dict[str, dict[str, Any]]:
    """The catalogue by name."""
    text = ROOT.joinpath("deploy", "services.json").read_text(encoding="utf-8")
    return {service["name"]: service for service in json.loads(text)["services"]}


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """docker-compose.yml."""
    loaded: dict[str, Any] = read_yaml("docker-compose.yml")
    return loaded
