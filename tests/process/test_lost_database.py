"""The database away, slow, read-only or full: the right answer, a metric, and no restart."""

from __future__ import annotations

import resource
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import psutil
import pytest
from processes import SECRET_KEY, UNIFIED_KEY, Reply, Running, running, wait_until
from relay import Relay, relay

pytestmark = pytest.mark.process

KEYS = {"SECRET_KEY": SECRET_KEY, "UNIFIED_API_KEY": UNIFIED_KEY}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    pgserver = pytest.importorskip("pgserver", reason="pgserver starts the PostgreSQL")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the package that starts it, not of ours
            try:
                server = pgserver.get_server(folder)
            except Exception as error:  # noqa: BLE001 - whatever it is, this machine cannot
                pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}")
        yield server
        server.cleanup()


@pytest.fixture
def wire(postgres: Any) -> Iterator[Relay]:
    """The way to the server."""
    folder = parse_qs(urlsplit(postgres.get_uri()).query)["host"][0]
    with relay(f"{folder}/.s.PGSQL.5432") as one:
        yield one


@pytest.fixture
def database(postgres: Any) -> str:
    """The name of an empty database."""
    name = f"t{uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name};")
    return name


def served_from(wire: Relay, database: str, home: Path, **more: str) -> Any:
    url = f"postgresql://postgres@127.0.0.1:{wire.port}/{database}?sslmode=disable"
    return running("serve", home=home, DATABASE_URL=url, **KEYS, **more)


def keeps(gateway: Running, **envelope: Any) -> Reply:
    """A request that writes to the database before it is answered."""
    payload = {"text": "Call Jane on +44 20 7946 0958.", "redact": "pseudonymize"}
    return gateway.judge(
        "", service_type="securityguard", session_id="s", payload=payload, **envelope
    )


def judges(gateway: Running) -> Reply:
    """A request that needs no database."""
    return gateway.judge("How many tokens are these?")


def state(gateway: Running) -> tuple[int, str]:
    ready = gateway.ask("GET", "/health/ready")
    return ready.status, ready.json()["dependencies"]["database"]


def is_told_as_up(gateway: Running) -> bool:
    return gateway.metric("aiguardian_dependency_up", dependency="database") == 1


def recovers(gateway: Running) -> None:
    """It serves again, without a restart, and tells so."""
    wait_until(lambda: keeps(gateway).status == 200)
    wait_until(lambda: state(gateway) == (200, "ready"))
    assert is_told_as_up(gateway)


def stays_up_without(gateway: Running) -> None:
    """What needs no database is served; what does is a 503 that says when to try again."""
    wait_until(lambda: state(gateway)[1] == "not_ready")
    assert not is_told_as_up(gateway)
    assert judges(gateway).status == 200
    refused = keeps(gateway)
    assert refused.status == 503
    assert refused.error()["code"] == "not_available"
    assert int(refused.headers["retry-after"]) >= 1
    assert gateway.ask("GET", "/health/live").status == 200
    assert gateway.ask("GET", "/health").json()["status"] == "degraded"


def test_absent_at_the_start_and_optional(wire: Relay, database: str, tmp_path: Path) -> None:
    wire.cut()
    with served_from(wire, database, tmp_path) as gateway:
        stays_up_without(gateway)
        wait_until(lambda: state(gateway) == (200, "not_ready"))
        wire.open()
        recovers(gateway)


def test_absent_at_the_start_and_required(wire: Relay, database: str, tmp_path: Path) -> None:
    wire.cut()
    with served_from(wire, database, tmp_path, DATABASE_REQUIRED="true") as gateway:
        wait_until(lambda: state(gateway) == (503, "not_ready"))
        assert gateway.ask("GET", "/health/live").status == 200, "it waits and is not killed"
        wire.open()
        recovers(gateway)


def test_lost_and_found(wire: Relay, database: str, tmp_path: Path) -> None:
    with served_from(wire, database, tmp_path) as gateway:
        recovers(gateway)
        wire.cut()
        stays_up_without(gateway)
        wire.open()
        recovers(gateway)


def test_silent_and_back(wire: Relay, database: str, tmp_path: Path) -> None:
    with served_from(wire, database, tmp_path) as gateway:
        recovers(gateway)
        wire.hold()
        late = keeps(gateway, timeout=1.0)
        assert late.status in {503, 504}
        assert late.seconds < 10.0  # 1.0 by the caller's word; the rest is patience
        assert judges(gateway).status == 200
        wait_until(lambda: state(gateway)[1] == "not_ready")
        wire.let_go()
        recovers(gateway)


def test_read_only_and_back(wire: Relay, database: str, tmp_path: Path, postgres: Any) -> None:
    with served_from(wire, database, tmp_path) as gateway:
        recovers(gateway)
        postgres.psql(f"ALTER DATABASE {database} SET default_transaction_read_only = on;")
        wire.cut()
        wire.open()
        wait_until(lambda: keeps(gateway).status == 503)
        assert judges(gateway).status == 200
        postgres.psql(f"ALTER DATABASE {database} RESET default_transaction_read_only;")
        wire.cut()
        wire.open()
        recovers(gateway)


def test_a_full_disk_and_room_again(tmp_path: Path) -> None:
    with running("serve", home=tmp_path, **KEYS) as gateway:
        recovers(gateway)
        process = psutil.Process(gateway.process.pid)
        unlimited = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (1, unlimited[1]))  # no file may grow
        refused = wait_until(lambda: (told := keeps(gateway)).status == 503 and told)
        assert refused.error()["code"] == "not_available"
        assert judges(gateway).status in {200, 503}
        assert gateway.ask("GET", "/health/live").status == 200
        process.rlimit(resource.RLIMIT_FSIZE, unlimited)
        recovers(gateway)
