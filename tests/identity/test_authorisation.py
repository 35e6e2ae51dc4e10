"""Every endpoint, for every role: a new one without a row in this table fails here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from house import House, opened

from aiguardian.app import Program
from aiguardian.identity.principal import SCOPES, Scope
from aiguardian.settings.identity import RIGHTS

OPEN, SIGNED, ANY = "open", "signed", "any"
"""Without a key; with a signed message; with any key."""

TABLE: dict[tuple[str, str], str] = {
    ("GET", "/health"): OPEN,
    ("GET", "/health/live"): OPEN,
    ("GET", "/health/ready"): OPEN,
    ("GET", "/metrics"): "metrics",
    ("GET", "/"): ANY,
    ("GET", "/docs"): ANY,
    ("GET", "/docs/{name}"): ANY,
    ("GET", "/openapi.json"): ANY,
    ("GET", "/api/v1/guards/services"): ANY,
    ("GET", "/api/v1/guards/health"): ANY,
    ("GET", "/api/v1/guards/health/{service}"): ANY,
    ("POST", "/api/v1/guards/process"): "guards",
    ("POST", "/api/v1/guards/screen"): "guards",
    ("POST", "/api/v1/guards/batch"): "guards",
    ("POST", "/api/v1/guards/check"): "guards",
    ("POST", "/api/v1/guards/restore"): "guards",
    ("POST", "/api/v1/guards/canary"): "guards",
    ("POST", "/api/v1/guards/memory/export"): "guards",
    ("GET", "/api/v1/guards/allow-list"): "guards",
    ("POST", "/api/v1/guards/allow-list"): "admin",
    ("DELETE", "/api/v1/guards/allow-list/{id}"): "admin",
    ("POST", "/v1/chat/completions"): "proxy",
    ("POST", "/v1/responses"): "proxy",
    ("POST", "/v1/messages"): "proxy",
    ("POST", "/v1/completions"): "proxy",
    ("POST", "/v1/embeddings"): "proxy",
    ("GET", "/v1/models"): "proxy",
    ("POST", "/v1/moderations"): "guards",
    ("POST", "/v1alpha1/comments:analyze"): "guards",
    ("POST", "/v1alpha1/comments:suggestscore"): "guards",
    ("GET", "/$discovery/rest"): "guards",
    ("POST", "/analyze/prompt"): "guards",
    ("POST", "/analyze/output"): "guards",
    ("POST", "/scan/prompt"): "guards",
    ("POST", "/scan/output"): "guards",
    ("POST", "/beta/litellm_basic_guardrail_api"): "guards",
    ("GET", "/mcp/{server}"): "proxy",
    ("POST", "/mcp/{server}"): "proxy",
    ("DELETE", "/mcp/{server}"): "proxy",
    ("GET", "/api/v1/admin/mcp/{server}/tools"): "read",
    ("POST", "/api/v1/admin/mcp/{server}/forget"): "admin",
    ("POST", "/api/v1/webhooks/clerk"): SIGNED,
    ("POST", "/api/v1/webhooks/stripe"): SIGNED,
    ("GET", "/api/v1/admin/limits"): "read",
    ("GET", "/api/v1/billing"): "read",
    ("POST", "/api/v1/billing/checkout"): "admin",
    ("POST", "/api/v1/billing/portal"): "admin",
    ("GET", "/api/v1/admin/keys"): "read",
    ("POST", "/api/v1/admin/keys"): "admin",
    ("GET", "/api/v1/admin/keys/{id}"): "read",
    ("PATCH", "/api/v1/admin/keys/{id}"): "admin",
    ("DELETE", "/api/v1/admin/keys/{id}"): "admin",
    ("POST", "/api/v1/admin/keys/{id}/rotate"): "admin",
    ("POST", "/api/v1/admin/keys/{id}/revoke"): "admin",
    ("GET", "/api/v1/admin/policies"): "read",
    ("POST", "/api/v1/admin/policies/validate"): "read",
    ("GET", "/api/v1/admin/policies/{name}"): "read",
    ("PUT", "/api/v1/admin/policies/{name}"): "admin",
    ("DELETE", "/api/v1/admin/policies/{name}"): "admin",
    ("GET", "/api/v1/admin/policies/{name}/versions"): "read",
    ("POST", "/api/v1/admin/policies/{name}/rollback"): "admin",
    ("GET", "/api/v1/admin/false-positives"): "read",
    ("POST", "/api/v1/admin/false-positives"): "admin",
    ("GET", "/api/v1/admin/false-positives/{id}"): "read",
    ("POST", "/api/v1/admin/false-positives/{id}/apply"): "admin",
    ("GET", "/api/v1/admin/audit"): "read",
    ("GET", "/api/v1/admin/audit/export"): "admin",
    ("GET", "/api/v1/admin/audit/verify"): "read",
    ("GET", "/api/v1/admin/audit/checkpoints"): "read",
    ("GET", "/api/v1/admin/usage"): "read",
    ("GET", "/api/v1/admin/retention"): "read",
    ("POST", "/api/v1/admin/retention/runs"): "admin",
    ("POST", "/api/v1/admin/privacy/export"): "admin",
    ("POST", "/api/v1/admin/privacy/erase"): "admin",
}
"""The right that each endpoint asks for."""

OPERATORS_ONLY = {
    "/api/v1/admin/audit/verify",
    "/api/v1/admin/audit/checkpoints",
    "/api/v1/admin/retention/runs",
}
"""About all organisations: no key of one of them opens these."""

WIDER: dict[str, set[str]] = {"read": {"admin"}}
"""The rights that include this one."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as one:
        yield one


def endpoints(program: Program) -> dict[tuple[str, str], Any]:
    return {
        (method, route.path): route.app
        for route in program.routes
        for method in route.methods or ()
        if method != "HEAD"
    }


def filled(path: str) -> str:
    return re.sub(r"{\w+}", "unheard-of", path)


async def test_every_endpoint_has_its_row_and_declares_what_it_says(house: House) -> None:
    found = endpoints(house.program)
    assert found.keys() - TABLE.keys() == set(), "a new endpoint needs a row"
    assert TABLE.keys() - found.keys() == set(), "a row without an endpoint"
    for (method, path), right in TABLE.items():
        declared = found[method, path].needs(method)
        assert declared == (None if right in {OPEN, SIGNED, ANY} else right), path


async def test_without_a_valid_credential_only_probes_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as past:
        past.setattr(house.keys, "_now", lambda: 0.0)
        late = house.key(expires_at=1.0)
    ended = house.key()
    found = house.keys
    found.revoke(found.get(ended[:15], None))
    unknown = house.key()
    found.revoke(found.get(unknown[:15], None))
    found.remove(found.get(unknown[:15], None))
    for (method, path), right in TABLE.items():
        for key in ("", "a guess", ended, late, unknown):
            reply = await house.ask(method, filled(path), key)
            if right in {OPEN, SIGNED}:
                assert reply.status not in {401, 403}, path
            else:
                assert reply.status == 401, (path, key[:4])
                assert reply.header("www-authenticate")


@pytest.mark.parametrize("scope", SCOPES)
async def test_each_right_opens_what_it_is_for_and_nothing_else(house: House, scope: Scope) -> None:
    key = house.key(scope)
    for (method, path), right in TABLE.items():
        reply = await house.ask(method, filled(path), key)
        may = right in {OPEN, SIGNED, ANY, scope} or scope in WIDER.get(right, set())
        may = may and path not in OPERATORS_ONLY
        assert reply.status != 401, path
        assert (reply.status == 403) is not may, (method, path, reply.body)


def test_settings_know_the_same_rights() -> None:
    assert SCOPES == RIGHTS


# What belongs to one organisation is not there for another, whatever its rights


async def made(house: House, key: str, path: str, body: bytes) -> dict[str, Any]:
    reply = await house.ask("POST", path, key, body)
    assert reply.status in {200, 201}, reply.body
    data: dict[str, Any] = reply.json()["data"]
    return data


async def test_keys_of_another_organisation_do_not_exist(house: House) -> None:
    acme, other = house.key(tenant="acme"), house.key(tenant="other")
    made_key = await made(house, acme, "/api/v1/admin/keys", b'{"name": "n", "scopes": ["guards"]}')
    mine = f"/api/v1/admin/keys/{made_key['about']['id']}"
    seen = await house.ask("GET", mine, acme)
    tag = seen.header("etag") or ""
    absent = await house.ask("GET", "/api/v1/admin/keys/agk_nowhere0000", other)
    for method, path, body in (
        ("GET", mine, b""),
        ("PATCH", mine, b"{}"),
        ("DELETE", mine, b""),
        ("POST", mine + "/rotate", b"{}"),
        ("POST", mine + "/revoke", b""),
    ):
        reply = await house.ask(method, path, other, body, if_match=tag)
        assert reply.status == 404
        assert reply.error() == absent.error(), "nor does it show that another has it"
    listed = (await house.ask("GET", "/api/v1/admin/keys", other)).json()["data"]["items"]
    assert {one["tenant"] for one in listed} == {"other"}
    theirs = b'{"name": "n", "scopes": ["guards"], "tenant": "acme"}'
    assert (await house.ask("POST", "/api/v1/admin/keys", other, theirs)).status == 403
    assert (await house.ask("GET", "/api/v1/admin/keys?tenant=acme", other)).status == 403
    assert (await house.ask("POST", mine + "/revoke", acme)).status == 200


async def test_a_list_is_the_organisations_own(house: House) -> None:
    acme, other = house.key(tenant="acme"), house.key(tenant="other")
    told = await made(house, acme, "/api/v1/guards/allow-list", b'{"values": ["jane@acme.org"]}')
    entry = told["entries"][0]["id"]
    reply = await house.ask("GET", "/api/v1/guards/allow-list", other)
    assert reply.json()["data"]["entries"] == []
    assert (await house.ask("DELETE", f"/api/v1/guards/allow-list/{entry}", other)).status == 404
    program = house.key("guards", "proxy", "read")
    seen = await house.ask("GET", "/api/v1/guards/allow-list", program)
    assert [one["id"] for one in seen.json()["data"]["entries"]] == [entry]
    for method, path in (("POST", ""), ("DELETE", f"/{entry}")):  # it disarms the guard for all
        asked = b'{"values": ["x"]}' if method == "POST" else b""
        reply = await house.ask(method, f"/api/v1/guards/allow-list{path}", program, asked)
        assert reply.status == 403
    assert (await house.ask("DELETE", f"/api/v1/guards/allow-list/{entry}", acme)).status == 200
    assert house.program.recording is not None
    await house.program.recording.keeper.keep()
    told = (await house.ask("GET", "/api/v1/admin/audit?kind=act", acme)).json()["data"]["entries"]
    acts = [(one["entry"]["act"], one["entry"].get("target")) for one in told]
    assert acts == [("allow_list.remove", entry), ("allow_list.add", None)]


async def test_placeholders_are_restored_for_their_organisation_only(house: House) -> None:
    acme, again, other = house.key(), house.key("guards"), house.key(tenant="other")
    body = (
        b'{"service_type": "securityguard", "session_id": "s", "payload": {"text": '
        b'"write to jane.doe@example.org", "redact": "pseudonymize", "checks": ["pii"]}}'
    )
    hidden = (await made(house, acme, "/api/v1/guards/process", body))["output"]
    assert "jane.doe" not in hidden
    asked = b'{"session_id": "s", "text": "' + hidden.encode() + b'"}'
    for key, knows in ((other, False), (acme, True), (again, True)):
        told = await made(house, key, "/api/v1/guards/restore", asked)
        assert ("jane.doe@example.org" in told["output"]) is knows


async def test_memories_are_the_organisations_own(house: House) -> None:
    acme, other = house.key(), house.key(tenant="other")
    body = (
        b'{"service_type": "contextguard", "user_id": "jane", "session_id": "s", "payload": '
        b'{"operation": "remember", "text": "My favourite colour is violet."}}'
    )
    await made(house, acme, "/api/v1/guards/process", body)
    for key, sessions in ((other, 0), (acme, 1)):
        told = await made(house, key, "/api/v1/guards/memory/export", b'{"user_id": "jane"}')
        assert len(told["sessions"]) == sessions
