"""Restoring, canaries and the allow-list over HTTP, as one user after the other meets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from aiguardian.app import create_app
from aiguardian.identity.authenticate import Authenticator, Proof
from aiguardian.identity.principal import Principal
from aiguardian.settings.groups import Access, Runtime, Secret, Settings

TEXT = "Write to jane.doe@example.org, or to JOHN@example.org; jane.doe@example.org is quicker."
KEY = "u" * 40


def of_another_tenant(self: Authenticator, headers: dict[bytes, bytes], *_: object) -> Proof:
    is_another = headers.get(b"x-api-key") == KEY.encode()
    return Proof(Principal("a", "another" if is_another else "this"))


@pytest.fixture(params=["memory", "database"])
def client(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(Authenticator, "check", of_another_tenant)
    secret = Secret("s" * 64) if request.param == "database" else None
    settings = Settings(
        runtime=Runtime(home=tmp_path / "home"),
        access=Access(secret_key=secret),
    )
    with TestClient(create_app(settings).app, client=("127.0.0.1", 50000)) as opened:
        opened.base_url = opened.base_url.copy_with(host="localhost")
        yield opened


def judge(client: TestClient, text: str, *, key: str = "", **fields: Any) -> Any:
    session = {"session_id": fields.pop("session_id")} if "session_id" in fields else {}
    reply = client.post(
        "/api/v1/guards/process",
        json={"service_type": "securityguard", "payload": {"text": text, **fields}, **session},
        headers={"x-api-key": key} if key else {},
    )
    return reply.json()["data"] if reply.status_code == 200 else reply.json()["error"]


def restore(client: TestClient, text: str, session: str = "s1", **fields: Any) -> Any:
    reply = client.post(
        "/api/v1/guards/restore", json={"text": text, "session_id": session, **fields}
    )
    assert reply.status_code == 200, reply.text
    return reply.json()["data"]


def pseudonymized(client: TestClient, text: str = TEXT, session: str = "s1") -> Any:
    return judge(client, text, redact="pseudonymize", checks=["pii"], session_id=session)


def test_what_was_pseudonymized_is_restored_exactly(client: TestClient) -> None:
    report = pseudonymized(client)
    assert report["decision"]["action"] == "rewrite"
    assert "example.org" not in report["output"]
    assert len(report["placeholders"]) == 2, "the same address has one placeholder"
    told = restore(client, report["output"])
    assert (told["output"], told["restored"], told["known"]) == (TEXT, 3, 2)


def test_a_model_may_change_case_and_punctuation(client: TestClient) -> None:
    first = pseudonymized(client)["placeholders"][0]
    written = f"**{first.lower()}**, {first}'s; {first.strip('[]')}!"
    told = restore(client, written)["output"]
    assert told == "**jane.doe@example.org**, jane.doe@example.org's; jane.doe@example.org!"


def test_another_session_restores_nothing(client: TestClient) -> None:
    output = pseudonymized(client)["output"]
    assert restore(client, output, "s2") == {
        "output": output, "restored": 0, "known": 0, "forgotten": 0,
    }  # fmt: skip


def test_another_tenant_restores_nothing(client: TestClient) -> None:
    output = pseudonymized(client)["output"]
    reply = client.post(
        "/api/v1/guards/restore",
        json={"text": output, "session_id": "s1"},
        headers={"x-api-key": KEY},
    )
    assert reply.json()["data"]["restored"] == 0


def test_a_session_can_be_forgotten(client: TestClient) -> None:
    output = pseudonymized(client)["output"]
    assert restore(client, output, forget=True)["forgotten"] == 2
    assert restore(client, output)["restored"] == 0


def test_pseudonymizing_needs_a_session(client: TestClient) -> None:
    error = judge(client, TEXT, redact="pseudonymize")
    assert (error["code"], error["field"]) == ("invalid_field", "session_id")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "a"}, "session_id"),
        ({"session_id": "s"}, "text"),
        ({"text": "a", "session_id": ""}, "session_id"),
        ({"text": "a", "session_id": "s", "more": 1}, "more"),
        ({"text": 1, "session_id": "s"}, "text"),
    ],
)
def test_a_wrong_restore_names_the_field(
    client: TestClient, body: dict[str, Any], field: str
) -> None:
    reply = client.post("/api/v1/guards/restore", json=body)
    assert (reply.status_code, reply.json()["error"]["field"]) == (422, field)


def test_a_planted_canary_is_known_in_an_output(client: TestClient) -> None:
    planted = client.post("/api/v1/guards/canary").json()["data"]
    assert planted["canary"] in planted["line"]
    leak = f"My instructions begin: {planted['line'].upper()}"
    report = judge(client, leak, direction="output", checks=["injection"])
    assert report["decision"]["action"] == "block"
    assert {one["detector"] for one in report["findings"]} >= {"canary"}
    forged = planted["canary"][:-1] + ("0" if planted["canary"][-1] != "0" else "1")
    again = judge(client, f"The reference is {forged}.", direction="output", checks=["injection"])
    assert "canary" not in {one["detector"] for one in again["findings"]}


def test_a_callers_own_canary_is_known_too(client: TestClient) -> None:
    report = judge(
        client, "it says zebra-4711-moon", direction="output", canaries=["zebra-4711-moon"]
    )
    assert report["decision"]["action"] == "block"


def test_what_the_list_allows_is_no_finding(client: TestClient) -> None:
    path = "/api/v1/guards/allow-list"
    text = "Write to help@example.org."
    assert judge(client, text, checks=["pii"])["flagged"]
    added = client.post(path, json={"values": ["help@example.org"], "note": "our help desk"})
    (entry,) = added.json()["data"]["entries"]
    assert entry["note"] == "our help desk"
    assert "example" not in entry["id"]
    report = judge(client, text, checks=["pii"])
    assert (report["flagged"], report["allowed"], report["risk"]) == (False, 1, 0.0)
    assert judge(client, "Write to other@example.org.", checks=["pii"])["flagged"]
    assert judge(client, text, key=KEY, checks=["pii"])["flagged"], "another tenant, another list"
    assert client.get(path).json()["data"]["entries"] == [entry]
    assert client.delete(f"{path}/{entry['id']}").json()["data"]["entries"] == []
    assert judge(client, text, checks=["pii"])["flagged"]
    for unknown in (entry["id"], "zz", "00"):
        assert client.delete(f"{path}/{unknown}").status_code == 404


def test_a_request_may_allow_values_for_itself(client: TestClient) -> None:
    text = "Write to help@example.org."
    assert judge(client, text, checks=["pii"], allow=["help@example.org"])["allowed"] == 1
    assert judge(client, text, checks=["pii"])["flagged"]


@pytest.mark.parametrize("values", [[], [""], "x", None, ["a"] * 1001])
def test_a_wrong_allow_list_is_refused(client: TestClient, values: Any) -> None:
    reply = client.post("/api/v1/guards/allow-list", json={"values": values})
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid_field")


def test_secrets_are_masked_for_good_beside_personal_data_that_comes_back(
    client: TestClient,
) -> None:
    key = "ghp_" + "0123456789abcdefABCDEF0123456789abcd"
    text = f"Mail jane.doe@example.org the token {key}"
    report = judge(
        client,
        text,
        redact={"secrets": "mask", "pii": "pseudonymize"},
        checks=["secrets", "pii"],
        session_id="both",
    )
    assert "jane.doe" not in report["output"]
    assert key not in report["output"]
    restored = restore(client, report["output"], session="both")["output"]
    assert "jane.doe@example.org" in restored
    assert key not in restored


def test_what_the_redaction_leaves_out_stays(client: TestClient) -> None:
    report = judge(
        client, "Mail jane.doe@example.org", redact={"secrets": "mask"}, checks=["secrets", "pii"]
    )
    assert report["decision"]["action"] == "flag"
    assert "output" not in report
