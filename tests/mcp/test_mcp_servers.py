"""The file of MCP servers: what it takes, and what it says of a fault."""

from __future__ import annotations

import pytest

from aiguardian.mcp.seen import definition_digest, objection
from aiguardian.mcp.servers import read_servers
from aiguardian.mcp.upstream import sent_headers
from aiguardian.policy.read import PolicyError
from aiguardian.storage.tools import ToolRecord

GOOD = """
servers:
  docs:
    url: https://mcp.example.com/mcp
    headers:
      Authorization: Bearer ${DOCS_TOKEN}
    passes: [X-Tenant]
    policy: strict
    timeout_s: 5
  plain: {url: "http://127.0.0.1:9000/mcp"}
"""


def test_a_file_is_read_with_values_of_the_environment() -> None:
    servers = read_servers(GOOD, file="mcp.yaml", environ={"DOCS_TOKEN": "t-1"})
    docs = servers["docs"]
    assert docs.headers["authorization"].reveal() == "Bearer t-1"
    assert "t-1" not in repr(docs)
    assert (docs.passes, docs.policy, docs.timeout_s, docs.silence_s) == (
        frozenset({"x-tenant"}), "strict", 5.0, 300.0,
    )  # fmt: skip
    assert servers["plain"].headers == {}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("servers:\n  Docs: {url: 'http://a/'}", 2, "lower-case"),
        ("servers:\n  docs: {}", 2, "needs a url"),
        ("servers:\n  docs: {url: 'ftp://a/'}", 2, "http:// or https://"),
        ("servers:\n  docs: {url: 'http://u:p@a/'}", 2, "belong under headers"),
        ("servers:\n  docs: {url: 'http://[::1'}", 2, "http:// or https://"),
        ("servers:\n  docs:\n    url: http://a/\n    uri: b", 4, "uri"),
        ("servers:\n  docs:\n    url: http://a/\n    headers: {Host: b}", 4, "sets Host"),
        ("servers:\n  docs:\n    url: http://a/\n    headers: {Mcp-Session-Id: b}", 4, "sets Mcp"),
        (
            "servers:\n  docs:\n    url: http://a/\n    headers: {A: '${NONE}'}",
            4,
            "is not set",
        ),
        ("servers:\n  docs:\n    url: http://a/\n    headers: {A: ü}", 4, "ASCII"),
        ("servers:\n  docs:\n    url: http://a/\n    passes: ['a b']", 4, "no name"),
        ("servers:\n  docs:\n    url: http://a/\n    timeout_s: soon", 4, "timeout_s"),
        ("servers:\n  docs: {url: 'http://a/'}\n  docs: {url: 'http://b/'}", 3, "twice"),
        ("hosts: {}", 1, "servers"),
        ("", 1, ""),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, told: str) -> None:
    with pytest.raises(PolicyError) as fault:
        read_servers(text, file="mcp.yaml", environ={})
    assert fault.value.line == line
    assert told in fault.value.message


def test_the_credential_that_proved_the_caller_is_passed_to_nobody() -> None:
    text = "servers:\n  a: {url: 'http://a/', passes: [authorization, x-api-key]}"
    server = read_servers(text, file="f", environ={})["a"]
    caller = {b"authorization": b"Bearer ours", b"x-api-key": b"k", b"mcp-session-id": b"s.tag"}
    sent = sent_headers(server, caller, credential=b"authorization", session="s")
    assert sent == {"x-api-key": "k", "mcp-session-id": "s", "accept-encoding": "identity"}
    assert "mcp-session-id" not in sent_headers(server, caller, credential=None, session=None)


def test_a_definitions_digest_heeds_what_models_read() -> None:
    tool = {"name": "a", "description": "b", "inputSchema": {"type": "object", "x": 1}}
    same = {"inputSchema": {"x": 1, "type": "object"}, "description": "b", "name": "a", "icons": []}
    assert definition_digest(tool) == definition_digest(same)
    for other in ({"description": "c"}, {"annotations": {"title": "d"}}, {"outputSchema": {}}):
        assert definition_digest({**tool, **other}) != definition_digest(tool)


def test_what_changed_is_withheld_only_where_that_was_asked_for() -> None:
    changed = ToolRecord("a", b"1", b"2", is_harmless=True, first_at=0.0, last_at=1.0)
    assert objection(changed, "flag") == ""
    assert "first seen" in objection(changed, "block")
    poisoned = ToolRecord("a", b"", b"2", is_harmless=False, first_at=0.0, last_at=1.0)
    assert "policy" in objection(poisoned, "flag")
