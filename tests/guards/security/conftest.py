"""The guard as the program builds it, with the models that ship."""

from __future__ import annotations

import pytest

from aiguardian.guards.security.guard import SecurityGuard
from aiguardian.guards.security.judging import trained_detectors
from aiguardian.storage.allow_list import MemoryAllowList
from aiguardian.storage.pseudonyms import MemoryPseudonyms


@pytest.fixture(scope="session")
def guard() -> SecurityGuard:
    return SecurityGuard(
        trained_detectors(b"c" * 32),
        pseudonyms=MemoryPseudonyms(1000.0),
        allow_list=MemoryAllowList(),
        allow_list_key=b"a" * 32,
    )
