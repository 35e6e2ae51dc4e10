"""The documents tell the truth where a machine can see it: links, commands, codes, metrics."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aiguardian import __version__, errors
from aiguardian.gateway.envelope import Response, read_payload, read_request
from aiguardian.guards.token.guard import TokenGuard
from aiguardian.processor import Caller, Deadline
from aiguardian.settings.groups import all_settings
from aiguardian.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_ELSEWHERE = re.compile(r"[a-z]+:", re.IGNORECASE)


def prose(page: Path) -> str:
    """The page without its code."""
    return re.sub(r"`[^`\n]*`", "``", _FENCE.sub("", page.read_text("utf-8")))


def anchors(page: Path) -> set[str]:
    """What links may point at: headings as GitHub and GitLab turn them into ids."""
    headings = re.findall(r"^#+ +(.+?) *$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def blocks(page: Path, language: str) -> list[str]:
    return [code for kind, code in _FENCE.findall(page.read_text("utf-8")) if kind == language]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_relative_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(page)):
        if _ELSEWHERE.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_shell_examples_are_valid(page: Path) -> None:
    for code in blocks(page, "bash"):
        checked = subprocess.run(["bash", "-n"], input=code, text=True, capture_output=True)
        assert checked.returncode == 0, f"{code}\n{checked.stderr}"


def test_verbs_and_targets_in_the_documents_exist() -> None:
    script = (ROOT / "scripts/aiguardian.sh").read_text()
    verbs = set(re.findall(r"^  ([\w-]+) +", script, re.MULTILINE))
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        text = page.read_text("utf-8")
        assert set(re.findall(r"scripts/aiguardian\.sh ([\w-]+)", text)) <= verbs, page
        commands = [code for _, code in _FENCE.findall(text)] + re.findall(r"`([^`\n]+)`", text)
        named = {
            name for code in commands for name in re.findall(r"^make ([\w-]+)", code, re.MULTILINE)
        }
        assert named <= targets, page


def test_every_page_is_reached_from_the_index() -> None:
    index = ROOT / "docs/index.md"
    indexes = [index, *ROOT.glob("docs/*/index.md")]  # a folder may have one of its own
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in indexes
        for link in _LINK.findall(prose(page))
    }
    assert {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - linked <= {index}


def test_the_changelog_has_a_section_for_what_runs() -> None:
    sections = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert "Unreleased" in sections or __version__ in sections


def test_every_error_code_is_explained() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    rows = {
        f"| {kind.status} | `{kind.code}` |" for kind in kinds if kind is not errors.GatewayError
    }
    rows.add("| 431 | `headers_too_large` |")  # the server refuses before the gate is reached
    page = (ROOT / "docs/troubleshooting.md").read_text()
    assert set(re.findall(r"^\| \d{3} \| `\w+` \|", page, re.MULTILINE)) == rows


def test_every_metric_is_listed() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    table = page.partition("<!-- metrics:")[2].partition("<!-- /metrics -->")[0]
    listed = set(re.findall(r"^\| `(aiguardian_\w+)` \|", table, re.MULTILINE))
    ours = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in Metrics().registry.collect()
        if family.name.startswith("aiguardian_")
    }
    assert listed == ours


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_settings_named_in_the_documents_exist(page: Path) -> None:
    known = {setting.variable.name for setting in all_settings()} | {"AIGUARDIAN_DATA"}
    text = page.read_text("utf-8")
    named = set(re.findall(r"\bAIGUARDIAN_[A-Z_]*[A-Z]\b", text))
    assert named <= known


def test_shipped_data_is_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text()
    package = ROOT / "src/aiguardian"
    shipped = [path for kind in ("*.gz", "*.npz", "*.bin") for path in package.rglob(kind)]
    assert all(str(path.relative_to(ROOT)) in notice for path in shipped), shipped


def test_the_answer_in_the_readme_has_the_shape_of_a_real_one() -> None:
    readme = ROOT / "README.md"
    command = next(code for code in blocks(readme, "bash") if "curl" in code)
    request = read_request(command.partition("-d '")[2].partition("'")[0].encode())
    guard = TokenGuard()
    payload = read_payload(request.payload, guard.payload)
    report = guard.process(payload, Caller(Deadline(30)))
    sample = json.loads(blocks(readme, "json")[0])
    assert sample.keys() == set(Response.__struct_encode_fields__)
    assert_is_part(sample["data"], msgspec.to_builtins(report))
    assert sample["data"]["tokens"] == msgspec.to_builtins(report.tokens)


def assert_is_part(sample: Any, real: Any) -> None:
    """Every key of the sample is in the real answer, down to the leaves; `…` stands for more."""
    if isinstance(sample, dict):
        assert sample.keys() - {"…"} <= real.keys()
        for key in sample.keys() - {"…"}:
            assert_is_part(sample[key], real[key])
    elif isinstance(sample, list):
        for item in sample:
            assert item == "…" or assert_is_part(item, real[0]) is None
