"""The gateway with a guard that does nothing, and all that it owes: a key, a limit, the audit and
usage; with `redacted`, every request recorded, too. `benchmarks.trivial` has none of these.
Usage: python -m benchmarks.recorded PORT none|redacted"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from aiguardian.app import Program
from aiguardian.gateway.server import serve
from aiguardian.gateway.vitals import LiveVitals
from aiguardian.settings.groups import Access, Runtime, Secret, Settings
from aiguardian.settings.rates import RateLimits, read_limits
from aiguardian.settings.recording import Recording
from aiguardian.stores import build_stores
from aiguardian.telemetry.log import SERVICE, configure
from benchmarks.trivial import TrivialGuard

KEY = "benchmark-key-" + "0123456789abcdef" * 2
LIMIT = "1000000000 requests/minute"

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            runtime=Runtime(environment="production", home=Path(folder)),
            access=Access(secret_key=Secret("s" * 64), unified_api_key=Secret(KEY)),
            rates=RateLimits(per_key=read_limits([LIMIT])),
            recording=Recording(store="redacted" if sys.argv[2] == "redacted" else "none"),
        )
        program = Program(
            settings,
            {"tokenguard": TrivialGuard()},
            LiveVitals(settings.runtime.home),
            SERVICE,
            build_stores(settings),
        )
        configure(program.logs, "INFO")
        serve(
            program.app,
            host="127.0.0.1",
            port=int(sys.argv[1]),
            header_timeout_s=10,
            drain_s=1,
            leave_s=0,
            keep_alive_s=75,
            on_listening=lambda _: None,
            on_leaving=lambda: None,
        )
