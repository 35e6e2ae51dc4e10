"""One gateway for all of these tests: the next test shows whether it survived the last."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from started_gateway import Gateway, started


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with started(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway
