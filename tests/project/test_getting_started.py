"""Every example of docs/getting-started.md does what the page says, on a gateway in a process."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "getting-started.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ON_THE_PAGE = "http://127.0.0.1:8000"
PATIENCE_S = 60.0
PROGRAM = [sys.executable, "-m", "aiguardian"]


def block(language: str, *, holds: str = "") -> str:
    """The first block in a language that holds a text."""
    return next(code for kind, code in BLOCKS if kind == language and holds in code)


def after(code: str) -> str:
    """The block that follows one: what the page says comes out."""
    place = next(i for i, (_, other) in enumerate(BLOCKS) if other == code)
    return BLOCKS[place + 1][1]


def assert_is_part(sample: Any, real: Any) -> None:
    """All of the sample is in the real answer; "…" stands for anything or more of it. Scores may
    change with a model."""
    if isinstance(sample, dict):
        assert set(sample) - {"…"} <= set(real)
        for key in set(sample) - {"…"}:
            assert_is_part(sample[key], real[key])
    elif isinstance(sample, list):
        for one, other in zip(sample, real, strict=True):
            assert_is_part(one, other)
    elif isinstance(sample, str):
        assert sample == "…" or without_scores(real) == without_scores(sample)
    elif isinstance(sample, float):
        assert real == pytest.approx(sample, abs=0.01)
    else:
        assert real == sample


def without_scores(text: str) -> str:
    return re.sub(r"\b[01]\.\d+", "#", text)


@contextmanager
def gateway(folder: Path, **settings: str) -> Iterator[str]:
    """A gateway like the page's, started in `folder`; gives its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given |= {"AIGUARDIAN_HOME": str(folder / "home"), "PORT": str(port)} | settings
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [*PROGRAM, "serve"], cwd=folder, env=given, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not is_ready(f"http://127.0.0.1:{port}"):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "not ready in time"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        log.close()


def is_ready(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/health/ready", timeout=5).close()
    except OSError:
        return False
    return True


def run(command: list[str], **more: Any) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_curl_answers(command: str, url: str) -> None:
    """A command of the page prints what the page shows after it."""
    printed = run(["bash", "-c", command.replace(ON_THE_PAGE, url)])
    assert_is_part(json.loads(after(command)), json.loads(printed))


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with gateway(tmp_path_factory.mktemp("started")) as url:
        yield url


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@needs_curl
def test_the_first_verdict_is_the_one_on_the_page(started: str) -> None:
    assert_curl_answers(block("bash", holds="/guards/process"), started)


def test_the_client_of_openai_prints_what_the_page_says(started: str) -> None:
    pytest.importorskip("openai")
    code = block("python")
    assert run([sys.executable, "-c", code.replace(ON_THE_PAGE, started)]) == after(code)


def test_the_page_with_all_endpoints_is_there(started: str) -> None:
    with urllib.request.urlopen(f"{started}/docs", timeout=PATIENCE_S) as answer:
        assert b"AIGuardian" in answer.read()


@needs_curl
def test_the_policy_of_the_page_is_good_and_refuses_what_it_says(tmp_path: Path) -> None:
    start = block("bash", holds="AIGUARDIAN_POLICY=")
    settings = dict(re.findall(r"(\w+)=(\S+)", start))
    path = tmp_path / settings["AIGUARDIAN_POLICIES"] / f"{settings['AIGUARDIAN_POLICY']}.yaml"
    path.parent.mkdir()
    path.write_text(block("yaml"), "utf-8")
    command, told = block("console").splitlines()
    [*_, named] = command.split()
    assert run([*PROGRAM, "policy", "check", named], cwd=tmp_path) == f"{told}\n"
    with gateway(tmp_path, **settings) as url:
        assert_curl_answers(block("bash", holds="/v1/chat/completions"), url)
