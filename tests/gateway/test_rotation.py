"""Secrets that change in files while a gateway runs: taken up, or told to need a restart."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from asgi import PROCESS, Client, Running, running
from processors import Guard

from aiguardian.rotating import add_rotation, live_settings
from aiguardian.settings.groups import all_settings
from aiguardian.settings.read import read
from aiguardian.settings.sources import Sourced, Sources
from aiguardian.storage.address import PostgresAddress, read_address
from aiguardian.storage.engine import Database

TEXT = {"service_type": "tokenguard", "text": "x"}
OLD, NEW = "old-canary-" + "a1" * 16, "new-canary-" + "b2" * 16


class Mounted:
    """A folder of secrets, as an orchestrator mounts it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environ = {"ENVIRONMENT": "test", "AIGUARDIAN_HOME": str(folder / "home")}

    def put(self, name: str, value: str) -> None:
        path = self._folder / name
        path.write_text(value)
        self.environ[f"{name}_FILE"] = str(path)

    def take_away(self, name: str) -> None:
        (self._folder / name).unlink()


@pytest.fixture
def mounted(tmp_path: Path) -> Mounted:
    found = Mounted(tmp_path)
    found.put("UNIFIED_API_KEY", OLD)
    return found


def never(_: object) -> Any:
    raise AssertionError("AWS is not enabled")


@contextlib.asynccontextmanager
async def gateway(mounted: Mounted) -> AsyncIterator[Running]:
    sources = Sources(mounted.environ, never)
    sourced = Sourced(sources, sources.gather())
    guards: Any = {"tokenguard": Guard()}
    async with running(guards, read(sourced.gathered.values)) as one:
        add_rotation(one.program, sourced)
        yield one


async def status(one: Running, key: str) -> int:
    client = Client(one.program.app, peer=("192.0.2.1", 5000))
    return (await client.post(PROCESS, TEXT, x_api_key=key)).status


async def look(one: Running) -> None:
    assert one.program.rotation is not None
    await one.program.rotation.look()


async def test_a_new_unified_key_is_taken_up_and_the_old_one_ends(mounted: Mounted) -> None:
    async with gateway(mounted) as one:
        assert [await status(one, OLD), await status(one, NEW)] == [200, 401]
        mounted.put("UNIFIED_API_KEY", NEW + "\n")
        await look(one)
        assert [await status(one, OLD), await status(one, NEW)] == [401, 200]
        assert one.metric("aiguardian_secrets_rotated_total", outcome="applied") == 1
        assert "UNIFIED_API_KEY changed and is used from now on" in one.log()
        assert "canary" not in one.log()


async def test_a_look_that_finds_nothing_new_changes_nothing(mounted: Mounted) -> None:
    async with gateway(mounted) as one:
        await look(one)
        assert one.metric("aiguardian_secrets_rotated_total") == 0
        assert await status(one, OLD) == 200


async def test_what_cannot_be_taken_up_needs_a_restart_and_says_so(mounted: Mounted) -> None:
    mounted.put("SECRET_KEY", OLD * 2)
    async with gateway(mounted) as one:
        mounted.put("SECRET_KEY", NEW * 2)
        await look(one)
        await look(one)
        assert one.metric("aiguardian_secrets_rotated_total", outcome="restart_needed") == 1
        assert "SECRET_KEY changed; a restart is needed to use it" in one.log()
        assert "canary" not in one.log()


async def test_a_file_that_is_gone_leaves_the_last_value_in_force(mounted: Mounted) -> None:
    async with gateway(mounted) as one:
        mounted.take_away("UNIFIED_API_KEY")
        await look(one)
        await look(one)
        assert await status(one, OLD) == 200
        assert one.metric("aiguardian_secrets_readable") == 0
        assert one.log().count("the last ones stay") == 1
        mounted.put("UNIFIED_API_KEY", NEW)
        await look(one)
        assert await status(one, NEW) == 200
        assert one.metric("aiguardian_secrets_readable") == 1


async def test_a_wrong_value_leaves_the_last_ones_in_force(mounted: Mounted) -> None:
    mounted.put("DATABASE_URL", "postgresql://u:canary-one@h/d")
    async with gateway(mounted) as one:
        mounted.put("DATABASE_URL", "mysql://u:canary-two@h/d")
        mounted.put("UNIFIED_API_KEY", NEW)
        await look(one)
        assert [await status(one, OLD), await status(one, NEW)] == [200, 401]
        assert "canary" not in one.log()


async def test_an_address_that_cannot_be_read_leaves_the_last_in_force(mounted: Mounted) -> None:
    mounted.put("DATABASE_URL", "postgresql://u:canary-one@h/d")
    async with gateway(mounted) as one:
        one.program.database = Database(read_address("postgresql://u:canary-one@h/d"))
        mounted.put("DATABASE_URL", "postgresql://u:canary-two@h/d?no_such_parameter=1")
        await look(one)
        assert one.metric("aiguardian_secrets_rotated_total", outcome="restart_needed") == 1
        assert "could not be used: InvalidAddress" in one.log()
        mounted.put("DATABASE_URL", "postgresql://u:canary-three@h/d")
        await look(one)
        assert one.metric("aiguardian_secrets_rotated_total", outcome="applied") == 1
        address = one.program.database.address
        assert isinstance(address, PostgresAddress)
        assert address.password == "canary-three"
        assert "canary" not in one.log()


async def test_nothing_is_looked_for_where_nothing_can_change(tmp_path: Path) -> None:
    sources = Sources({"ENVIRONMENT": "test", "UNIFIED_API_KEY": OLD}, never)
    sourced = Sourced(sources, sources.gather())
    guards: Any = {"tokenguard": Guard()}
    async with running(guards, read(sourced.gathered.values)) as one:
        add_rotation(one.program, sourced)
        assert one.program.rotation is None


async def test_every_live_setting_exists_once(mounted: Mounted) -> None:
    async with gateway(mounted) as one:
        names = [name for live in live_settings(one.program) for name in live.names]
    assert len(names) == len(set(names))
    known = {setting.variable.name for setting in all_settings()}
    assert set(names) <= known
