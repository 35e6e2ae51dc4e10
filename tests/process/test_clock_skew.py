"""A gateway whose clock is set forward and back while it runs, by hours and by years."""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from processes import PROCESS, SECRET_KEY, UNIFIED_KEY, Reply, Running, running, wait_until

pytestmark = pytest.mark.process

SITE = """
import mmap, os, struct, time
_told = mmap.mmap(os.open({path!r}, os.O_RDONLY), 8, access=mmap.ACCESS_READ)
_real = time.time
time.time = lambda: _real() + struct.unpack("d", _told[:8])[0]
time.time_ns = lambda: int(time.time() * 1e9)
"""
"""What Python runs first: the time of day is as far off as a file says."""
HOUR_S, DAY_S, YEAR_S = 3_600.0, 86_400.0, 31_557_600.0
RUNS = "/api/v1/admin/retention/runs"


class Clock:
    """The clock of one process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._file = folder / "offset"
        self.set(0.0)
        (folder / "sitecustomize.py").write_text(SITE.format(path=str(self._file)))
        self.folder = folder

    def set(self, offset_s: float) -> None:
        """So far ahead of the true time, or behind it."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("d", offset_s))


def asked(gateway: Running, path: str, body: Any = None, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {"Content-Type": "application/json"} if body is not None else {}
    return gateway.ask("POST", path, json.dumps(body).encode() if body is not None else b"", named)


def judged(gateway: Running, key: str = UNIFIED_KEY, user: str = "joe") -> Reply:
    said = {"service_type": "tokenguard", "text": "x", "user_id": user}
    return asked(gateway, PROCESS, said, X_API_Key=key)


def test_nothing_is_lost_let_in_or_locked_out_by_a_clock_that_jumps(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "site")
    env = {
        "ENVIRONMENT": "staging",
        "SECRET_KEY": SECRET_KEY,
        "UNIFIED_API_KEY": UNIFIED_KEY,
        "RATE_LIMIT_PER_USER": "3 requests/hour",
        "PYTHONPATH": str(clock.folder),
    }
    with running("serve", home=tmp_path, **env) as gateway:
        wanted = {"name": "n", "scopes": ["guards"], "expires_at": time.time() + HOUR_S}
        key = asked(gateway, "/api/v1/admin/keys", wanted).json()["data"]["key"]
        payload = {"text": "jane@example.org", "redact": "pseudonymize", "checks": ["pii"]}
        hide = {"service_type": "securityguard", "session_id": "s", "payload": payload}
        hidden = asked(gateway, PROCESS, hide).json()["data"]["output"]

        # keys end by the time of day, whatever was thought of them before
        statuses = []
        for offset_s in (0.0, 2 * HOUR_S, -2 * HOUR_S, YEAR_S, 0.0):
            clock.set(offset_s)
            statuses.append(judged(gateway, key, user=f"{offset_s}").status)
        assert statuses == [200, 401, 200, 401, 200]

        # a limit is neither lifted nor made endless
        assert [judged(gateway, user="jane").status for _ in range(4)] == [200, 200, 200, 429]
        for offset_s in (DAY_S, YEAR_S, -DAY_S, -YEAR_S):
            clock.set(offset_s)
            refused = judged(gateway, user="jane")
            assert refused.status == 429
            # an hour, in steps of which the last one must be over, too
            assert 0 < int(refused.headers["retry-after"]) <= 1.1 * HOUR_S
            assert judged(gateway, user=f"of {offset_s}").status == 200

        # nothing is old because the clock says so
        clock.set(3 * YEAR_S)
        held = asked(gateway, RUNS)
        assert (held.status, held.error()["code"]) == (503, "not_available")
        assert "set forward" in held.error()["message"]
        clock.set(-3 * YEAR_S)
        gone = asked(gateway, RUNS).json()["data"]["gone"]
        assert {one["rows"] for one in gone.values()} == {0}
        restore = {"session_id": "s", "text": hidden}
        restored = asked(gateway, "/api/v1/guards/restore", restore).json()["data"]
        assert restored["output"] == "jane@example.org"

        # and the audit holds, with every decision in it
        clock.set(0.0)

        def verified() -> Any:
            told = gateway.ask("GET", "/api/v1/admin/audit/verify").json()["data"]
            return told if told["entries"] >= 15 else None

        assert wait_until(verified)["is_whole"]
        assert '"http.response.status_code":500' not in gateway.log()
