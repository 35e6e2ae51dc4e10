"""The page /docs works with the cable cut, and runs no code but its own."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

import pytest
from starlette.testclient import TestClient

from aiguardian.web.docs import ASSETS

WEB = files("aiguardian.web")
NOT_FETCHED = ("http://www.w3.org/",)
"""Names of XML namespaces; nothing is loaded from there."""


def linked(html: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^"]+)"', html)


def test_page_names_no_address_elsewhere(client: TestClient) -> None:
    html = client.get("/docs").text
    assert len(linked(html)) == len(ASSETS) + 1  # and the document, for those without JavaScript
    assert "//" not in html
    for name in ("docs.js", "docs.css", "icon.svg"):
        own = (WEB / "page" / name).read_text("utf-8")
        code = "\n".join(line for line in own.splitlines() if not line.startswith("//"))
        assert not [
            address for address in re.findall(r"\w+://[^\"\s]*", code)
            if not address.startswith(NOT_FETCHED)
        ]  # fmt: skip


def test_every_file_of_the_page_is_served_for_long(client: TestClient) -> None:
    for address in linked(client.get("/docs").text):
        reply = client.get(f"/{address}")
        assert reply.status_code == 200
        assert reply.headers["x-content-type-options"] == "nosniff"
        if address != "openapi.json":
            name, digest = address.removeprefix("docs/").split("?v=")
            assert hashlib.sha256(reply.content).hexdigest().startswith(digest)
            assert reply.headers["content-type"] == ASSETS[name][1]
            assert "immutable" in reply.headers["cache-control"]


def test_page_allows_its_own_files_only(client: TestClient) -> None:
    reply = client.get("/docs")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(
        rule.strip().split(" ", 1) for rule in reply.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert not re.search(r"<script>|<style>|\son\w+=|style=", reply.text)


@pytest.mark.parametrize(
    "name",
    [
        "nope.js",
        "..%2fdocs.py",
        "%2e%2e/docs.py",
        "swagger/LICENSE",
        "LICENSE",
        "docs.js/",
        "",
    ],
)
def test_no_other_file_is_served(client: TestClient, name: str) -> None:
    reply = client.get(f"/docs/{name}")
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "not_found"


def test_vendored_files_are_those_that_were_published() -> None:
    for digest, name in re.findall(
        r"^([0-9a-f]{64})  (\S+)$", (WEB / "swagger" / "VERSION").read_text("utf-8"), re.MULTILINE
    ):
        assert hashlib.sha256((WEB / "swagger" / name).read_bytes()).hexdigest() == digest
    assert "Apache License" in (WEB / "swagger" / "LICENSE").read_text("utf-8")


def test_start_page_leads_to_the_docs(client: TestClient) -> None:
    reply = client.get("/")
    assert reply.status_code == 307
    assert reply.headers["location"] == "docs"


def test_pages_need_a_key_outside_of_development(client: TestClient) -> None:
    for path in ("/", "/docs", "/docs/docs.js", "/openapi.json"):
        assert client.get(path, headers={"x-api-key": "wrong"}).status_code == 401
