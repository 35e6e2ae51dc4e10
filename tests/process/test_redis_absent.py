"""A gateway started before its Redis: limits of its own, then shared ones without a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import UNIFIED_KEY, running, wait_until
from real_redis import real_redis

pytestmark = pytest.mark.process


def test_a_redis_that_is_needed_and_comes_late(tmp_path: Path) -> None:
    with real_redis(tmp_path) as server:
        server.kill()
        env = {
            "REDIS_URL": server.url,
            "REDIS_REQUIRED": "true",
            "RATE_LIMIT_PER_USER": "3 requests/day",
            "UNIFIED_API_KEY": UNIFIED_KEY,
        }
        with running("serve", home=tmp_path, **env) as gateway:

            def ready() -> int:
                return gateway.ask("GET", "/health/ready").status

            def judged(user: str) -> list[int]:
                return [gateway.judge("x", user_id=user).status for _ in range(4)]

            wait_until(lambda: ready() == 503)
            assert gateway.metric("aiguardian_redis_up") == 0
            assert judged("jane") == [200, 200, 200, 429], "whoever comes is served within limits"
            assert gateway.metric("aiguardian_limits_decided_here_total") >= 4
            server.start()
            wait_until(lambda: ready() == 200)
            assert gateway.metric("aiguardian_redis_up") == 1
            assert judged("joe") == [200, 200, 200, 429]
            assert server.password not in gateway.log()
