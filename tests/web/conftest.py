"""A gateway as strangers meet it, outside of development: whoever asks needs a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from aiguardian.app import Program, create_app
from aiguardian.settings.groups import Access, Runtime, Secret, Settings

KEY = "a-key-for-tests-only-0123456789abcdef"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The gateway with all its guards."""
    return create_app(
        Settings(
            runtime=Runtime(environment="test", home=tmp_path),
            access=Access(unified_api_key=Secret(KEY)),
        )
    )


@pytest.fixture
def guards(program: Program) -> list[str]:
    """The names of the guards that are here."""
    return program.directory.names()


@pytest.fixture
def client(program: Program) -> Iterator[TestClient]:
    """A client with a key, of a gateway that runs."""
    with TestClient(program.app, headers={"X-API-Key": KEY}, follow_redirects=False) as client:
        yield client
