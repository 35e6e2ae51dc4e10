"""Gateways behind nginx are restarted one after the other under load: no caller notices."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks.reverse_proxy import find_nginx
from benchmarks.rolling_restart import roll, stack

pytestmark = pytest.mark.process


@pytest.mark.skipif(find_nginx() is None, reason="nginx is not installed here")
def test_no_request_fails_and_every_stream_ends_while_gateways_are_restarted(
    tmp_path: Path,
) -> None:
    with stack(tmp_path, count=2, leave_s=0.4, idle="200ms") as (url, gateways):
        tally, _ = asyncio.run(roll(url, gateways, callers=6, streaming=3, pace=300))
    assert not tally.failed
    assert tally.good["text"] > 100
    assert tally.good["stream"] > 3
