"""AWS as moto's server plays it, and a repository with a small catalogue."""

from __future__ import annotations

import json
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rds_certificates import authority

from aiguardian.operator.aws import Place
from aiguardian.operator.doing import Doing

REGION = "us-east-1"
SERVICES = [
    {"name": "codeguardians-gateway", "image": "aiguards-gateway", "target": "gateway",
     "port": 8000, "public": True},
    {"name": "tokenguard", "image": "aiguards-tokenguard", "target": "tokenguard", "port": 8001},
]  # fmt: skip


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the packages that play AWS, not of ours
        moto = pytest.importorskip("moto.server", reason="moto plays AWS")
        server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture
def place(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The production environment of an AWS in which nothing is yet."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    reset = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")
    urllib.request.urlopen(reset, timeout=60).close()
    return Place("production", REGION, endpoint)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "deploy").mkdir(parents=True)
    (folder / "deploy" / "services.json").write_text(json.dumps({"services": SERVICES}))
    return folder


@pytest.fixture
def rds_authorities() -> bytes:
    """A list as AWS publishes it: two authorities of its own."""
    return authority("Amazon Web Services, Inc.") + authority("Amazon Web Services, Inc.")


class Told:
    """What a verb said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def doing(self, **more: Any) -> Doing:
        return Doing(say=self.lines.append, pause=lambda _: None, **more)

    def __contains__(self, text: str) -> bool:
        return any(text in line for line in self.lines)


@pytest.fixture
def told() -> Told:
    return Told()
