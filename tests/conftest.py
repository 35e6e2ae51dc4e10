"""What every test may use; nothing here starts a process or reaches beyond this machine."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A shared machine is sometimes slow: how long an example takes says nothing about the code.
settings.register_profile(
    "quiet", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("quiet")


@pytest.fixture(autouse=True)
def _environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests leaks into them."""
    from aiguardian.settings.groups import all_settings

    for name in {setting.variable.name for setting in all_settings()} & set(os.environ):
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _logging_left_as_it_was() -> Iterator[None]:
    """`telemetry.log.configure` replaces handlers, commands turn logging off: put it back."""
    root = logging.getLogger()
    names = ("aiguardian", "uvicorn", "uvicorn.error", "uvicorn.access", "asyncio")
    before = [(one, one.handlers[:], one.level) for one in (root, *map(logging.getLogger, names))]
    yield
    for logger, handlers, level in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)
    logging.disable(logging.NOTSET)
