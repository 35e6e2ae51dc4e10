"""A restore drill, with the operator's own verbs: how long until a lost database is back, and is
all of it there that was acknowledged before the backup began?

A gateway answers requests; it is backed up while it goes on; it is killed (SIGKILL) and its
database is lost with all that lay beside it; it is restored, every entry of the audit is verified,
and it answers again. Once with SQLite, once with a real PostgreSQL. All stays on 127.0.0.1.
Usage: python -m benchmarks.restore_drill [--seconds 20] [--only sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import load, store
from benchmarks.faults import PATH, Server

ROOT = Path(__file__).parent.parent
BODY = (
    b'{"service_type": "tokenguard", "payload": {"text": "How many tokens is this, at what cost?"}}'
)
CONNECTIONS = 4
KINDS = ("sqlite", "postgresql")


@dataclass
class Installation:
    """A gateway's settings, and how its database is lost."""

    home: Path
    env: dict[str, str]
    server: Any = None
    """pgserver's, where there is one."""

    def lose(self) -> None:
        """What a dead disk does: nothing is left of database, journal and checkpoints."""
        shutil.rmtree(self.home)
        if self.server is not None:
            self.server.psql("DROP DATABASE drill WITH (FORCE);")
            self.server.psql("CREATE DATABASE drill;")

    def verb(self, *words: str) -> tuple[float, str]:
        """Seconds, with the program's start, that a verb took, and what it said."""
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "aiguardian.operator", *words],
            cwd=ROOT,
            env={**self.env, "AIGUARDIAN_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{words[0]} failed: {done.stderr}")
        return round(time.perf_counter() - began, 2), done.stdout


@contextlib.contextmanager
def installed(kind: str, folder: Path) -> Iterator[Installation]:
    """An installation whose database is empty."""
    env = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": secrets.token_hex(48),
        "UNIFIED_API_KEY": secrets.token_hex(32),
    }
    home = folder / "home"
    home.mkdir()
    if kind == "sqlite":
        yield Installation(home, env)
        return
    import pgserver  # only here: it starts a PostgreSQL

    server = pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        server.psql("CREATE DATABASE drill;")
        programs = Path(pgserver.__file__).parent / "pginstall" / "bin"
        env["PATH"] = f"{programs}:{env['PATH']}"  # pg_dump of the server's version
        env["DATABASE_URL"] = server.get_uri().replace("/postgres?", "/drill?")
        yield Installation(home, env, server)
    finally:
        server.cleanup()


def drill(kind: str, folder: Path, seconds: float) -> dict[str, Any]:
    """One drill; what it took, and what was lost."""
    with installed(kind, folder) as here:
        gateway = Server("serve", folder=here.home, **here.env)
        try:
            request = load.post(PATH, BODY, x_api_key=here.env["UNIFIED_API_KEY"])
            before = _asked(gateway, request, seconds)
            backup, backup_s = _backed_up(here, gateway, request, folder / "backups")
        finally:
            gateway.end()
        here.lose()
        began = time.perf_counter()
        restore_s, told = here.verb("restore", str(backup), "--yes")
        gateway = Server("serve", folder=here.home, **here.env)
        back_s = round(time.perf_counter() - began, 2)
        try:
            after = _asked(gateway, request, 1.0)
        finally:
            gateway.end()
    entries = int(_said(r"the audit is whole: ([\d,]+) entries", told).replace(",", ""))
    return {
        "database": kind,
        "acknowledged_before_the_backup": before,
        "audit_entries_restored_and_verified": entries,
        "lost_of_those_acknowledged_before": max(0, before - entries),
        "backup_mb": round(sum(one.stat().st_size for one in backup.rglob("*")) / 1e6, 2),
        "backup_s": backup_s,
        "restore_s": float(_said(r"restored in ([\d.]+) seconds", told)),
        "restore_with_the_programs_start_s": restore_s,
        "until_it_answers_again_s": back_s,
        "answered_afterwards": after,
    }


def _asked(gateway: Server, request: bytes, seconds: float) -> int:
    """How many requests were answered well in so long; SystemExit when one was not."""
    told = load.burst(
        ("127.0.0.1", gateway.port), request, connections=CONNECTIONS, seconds=seconds
    )
    if set(told.statuses) != {200}:
        raise SystemExit(f"not all was answered: {told.statuses}")
    return told.requests


def _backed_up(
    here: Installation, gateway: Server, request: bytes, folder: Path
) -> tuple[Path, float]:
    """The backup that was made while requests went on, and its seconds."""
    asking = threading.Thread(target=_asked, args=(gateway, request, 5.0))
    asking.start()
    seconds, _ = here.verb("backup", "--to", str(folder))
    asking.join()
    (backup,) = folder.iterdir()
    return backup, seconds


def _said(pattern: str, told: str) -> str:
    found = re.search(pattern, told)
    if found is None:
        raise SystemExit(f"restore did not say {pattern!r}: {told}")
    return found[1]


def main() -> None:
    """Drill, print, and keep what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="of requests before the backup")
    parser.add_argument("--only", choices=KINDS)
    given = parser.parse_args()
    drills = []
    for kind in KINDS if given.only is None else (given.only,):
        with tempfile.TemporaryDirectory() as name:
            drills.append(drill(kind, Path(name), given.seconds))
        print(drills[-1], flush=True)
    if given.only is None:
        print(store.save("restore_drill", {"drills": drills}, packages=("pgserver",)))


if __name__ == "__main__":
    main()
