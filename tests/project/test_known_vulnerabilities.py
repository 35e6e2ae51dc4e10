"""The look-up of known vulnerabilities: what is found fails, what cannot be asked is told."""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/known_vulnerabilities.py"
WEAK = "urllib3"
"""The one package of which the list here says something."""


class List(BaseHTTPRequestHandler):
    """Speaks as the public list of OSV does."""

    is_clean = False

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = {}
        if not self.is_clean and asked["package"]["name"] == WEAK:
            affected = {"package": {"name": WEAK, "ecosystem": "PyPI"}}
            ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}]
            told = {"vulns": [{"id": "PYSEC-0-1", "affected": [affected | {"ranges": ranges}]}]}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def served(*, is_clean: bool) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_", (List,), {"is_clean": is_clean}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The script over two of the packages that are locked: each look-up takes its time."""
    spec = importlib.util.spec_from_file_location("known_vulnerabilities", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    found: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found  # its dataclasses look there
    spec.loader.exec_module(found)
    all_of_them = found.pinned(found.LOCK.read_text("utf-8"))
    assert len(all_of_them) > 50
    two = [one for one in all_of_them if one.startswith((f"{WEAK}==", "aiohttp=="))]
    found.LOCK = tmp_path_factory.mktemp("locked") / "requirements.lock"
    found.LOCK.write_text("\n".join(two))
    return found


def test_what_is_found_fails_and_is_named(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with served(is_clean=False) as url:
        assert script.main(["-s", "osv", "--osv-url", url]) == 1
    told = capsys.readouterr().out
    assert f"known vulnerability: {WEAK} " in told
    assert "PYSEC-0-1, mended in 99" in told
    assert "SKIPPED" not in told


def test_a_clean_list_passes_even_where_all_must_be_looked_up(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(is_clean=True) as url:
        assert script.main(["--must", "-s", "osv", "--osv-url", url]) == 0
    assert capsys.readouterr().out == "pip-audit: 2 packages looked up, 0 found\n"


def test_without_a_list_it_says_how_many_were_skipped_and_why(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = ["-s", "osv", "--osv-url", "http://127.0.0.1:9/v1/query"]
    assert script.main(nowhere) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("pip-audit SKIPPED: 2 of 2 packages not looked up: ")
    assert "127.0.0.1" in first, "the reason is told"
    assert script.main(["--must", *nowhere]) == 3


def test_a_package_that_the_list_does_not_know_is_counted_apart(script: Any) -> None:
    report = {"dependencies": [
        {"name": "a", "version": "1", "vulns": []},
        {"name": "b", "skip_reason": "Dependency not found"},
    ]}  # fmt: skip
    looked = script.read_report(json.dumps(report))
    assert (looked.known, looked.found, looked.missed) == (1, [], ["Dependency not found"])


def test_the_checks_look_them_up_and_the_workflow_must() -> None:
    assert "known_vulnerabilities.py" in (ROOT / "scripts/aiguardian.sh").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "known_vulnerabilities.py --must" in makefile
    assert "run: make audit" in (ROOT / ".github/workflows/check.yml").read_text("utf-8")
