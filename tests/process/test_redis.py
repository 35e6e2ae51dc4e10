"""Gateways that share a Redis: lost, frozen and back again, without a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import UNIFIED_KEY, Running, running, wait_until
from real_redis import real_redis

pytestmark = pytest.mark.process

DECIDED_HERE = "aiguardian_limits_decided_here_total"


def is_up(gateway: Running) -> bool:
    return gateway.metric("aiguardian_redis_up") == 1


def judged(gateway: Running) -> int:
    return gateway.judge("How many tokens is this?", user_id="jane").status


def test_two_gateways_keep_one_limit_through_the_loss_of_redis(tmp_path: Path) -> None:
    with real_redis(tmp_path) as server:
        env = {
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(server.port),
            "REDIS_PASSWORD": server.password,
            "RATE_LIMIT_PER_USER": "20 requests/day",
            "UNIFIED_API_KEY": UNIFIED_KEY,
        }
        homes = [tmp_path / name for name in ("one", "two")]
        for home in homes:
            home.mkdir()
        with running("serve", home=homes[0], **env) as one:
            with running("serve", home=homes[1], **env) as two:
                wait_until(lambda: is_up(one) and is_up(two))
                wait_until(lambda: "Redis answers" in one.log() and "Redis answers" in two.log())
                # Nor was it called lost before it was asked.
                assert "does not answer" not in one.log() + two.log()
                passed = 0
                while 200 in (statuses := [judged(one), judged(two)]):
                    passed += statuses.count(200)
                # On a busy machine an answer of Redis's may come too late to be waited for.
                alone = sum(each.metric(DECIDED_HERE) for each in (one, two))
                assert 20 <= passed <= 20 + alone

            server.freeze()
            slow = one.judge("x", user_id="jane")
            assert slow.status in {200, 429}
            assert slow.seconds < 5.0  # 0.05 for Redis; the rest is patience with this machine
            server.thaw()

            server.kill()
            wait_until(lambda: one.ask("GET", "/health/live").status == 200)
            assert judged(one) in {200, 429}
            server.start()
            wait_until(lambda: judged(one) == 200)  # a new Redis has counted nothing yet
            assert server.password not in one.log()
            assert server.password not in Path(f"/proc/{one.process.pid}/cmdline").read_text()
            wait_until(lambda: "Redis is lost" in one.log())
