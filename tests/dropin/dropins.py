"""A gateway for the tests of the drop-in endpoints."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from asgi import Client

from aiguardian.app import Program, create_app
from aiguardian.settings.groups import Access, Limits, Policies, Runtime, Secret, Settings

KEY = "unified-key-for-tests-0123456789abcdef"


@contextlib.asynccontextmanager
async def gateway(
    home: Path, *, policies: Policies | None = None, is_open: bool = True
) -> AsyncIterator[tuple[Client, Program]]:
    """One that runs; `is_open` to callers without a key."""
    program = create_app(
        Settings(
            runtime=Runtime(environment="development" if is_open else "test", home=home),
            access=Access(unified_api_key=Secret(KEY)),
            limits=Limits(workers=2),
            policies=policies or Policies(),
        )
    )
    async with program.run():
        await program.tester.run()  # so that every model is loaded
        yield Client(program.app), program
