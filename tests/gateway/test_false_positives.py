"""A finding is marked as false, the proposal tells the cost, and a second call applies it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.testclient import TestClient

from aiguardian.app import create_app
from aiguardian.gateway import keeping
from aiguardian.settings.groups import Limits, Runtime, Settings
from aiguardian.settings.policies import Policies

ROOT = "/api/v1/admin/false-positives"
POLICIES = "/api/v1/admin/policies"
MAIL = "Write to jane.doe@example.org about the invoice."
MODERATE = "input: {securityguard: {pii: {action: block, threshold: 0.2}, '*': flag}}\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("policies")
    (folder / "filed.yaml").write_text(MODERATE)
    settings = Settings(
        runtime=Runtime(home=home), limits=Limits(workers=2), policies=Policies(folder=folder)
    )
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(keeping, "KEEP_S", 0.05)  # nearly every test waits for it
        opened = stack.enter_context(
            TestClient(create_app(settings).app, client=("127.0.0.1", 50000))
        )
        opened.base_url = opened.base_url.copy_with(host="localhost")
        yield opened


def judged(client: TestClient, policy: str | None, text: str = MAIL) -> str:
    body = {"text": text, "timeout": 60} | ({"policy": policy} if policy else {})
    reply = client.post("/api/v1/guards/screen", json=body)
    assert reply.status_code == 200, reply.text
    request_id: str = reply.json()["request_id"]
    return request_id


def marked(client: TestClient, request_id: str, **fields: Any) -> Any:
    body = {"request_id": request_id, "category": "pii", "note": "the help desk"} | fields
    for _ in range(200):  # what is recorded is kept in batches
        reply = client.post(ROOT, json=body)
        if reply.status_code != 404:
            break
        time.sleep(0.05)
    return reply


def keep(client: TestClient, name: str) -> None:
    assert client.put(f"{POLICIES}/{name}", json={"text": MODERATE}).status_code == 201


def test_a_threshold_is_proposed_with_its_effect_and_applied(client: TestClient) -> None:
    keep(client, "first")
    others = [judged(client, "first") for _ in range(2)]
    told = marked(client, judged(client, "first"))
    assert told.status_code == 201, told.text
    mark = told.json()["data"]
    (option,) = mark["proposal"]["options"]
    assert mark["proposal"]["guard"] == "securityguard"
    assert (option["kind"], option["passes"]) == ("threshold", "keep")
    assert option["effect"]["blocks_lost"] == 2
    assert set(option["effect"]["changes"][0]["examples"]) == set(others)
    assert client.get(f"{POLICIES}/first").json()["data"]["version"] == 1, "only proposed"

    applied = client.post(f"{ROOT}/{mark['id']}/apply", json={"option": "threshold"})
    assert applied.json()["data"]["applied"] == "threshold"
    kept = client.get(f"{POLICIES}/first").json()["data"]
    assert kept["version"] == 2
    assert f"threshold: {option['threshold']:g}" in kept["text"]
    again = client.post(f"{ROOT}/{mark['id']}/apply", json={"option": "threshold"})
    assert again.status_code == 409
    version = client.get(f"{POLICIES}/first/versions").json()["data"]["items"][0]
    assert mark["id"] in version["note"]
    assert "the help desk" in version["note"]


def test_an_allowed_string_is_applied_and_is_not_told(client: TestClient) -> None:
    keep(client, "second")
    mark = marked(client, judged(client, "second"), value="jane.doe@example.org").json()["data"]
    assert [one["kind"] for one in mark["proposal"]["options"]] == ["threshold", "allow"]
    assert "jane.doe" not in client.get(f"{ROOT}/{mark['id']}").text
    applied = client.post(f"{ROOT}/{mark['id']}/apply", json={"option": "allow"})
    assert applied.status_code == 200
    reply = client.post(
        "/api/v1/guards/screen", json={"text": MAIL, "policy": "second", "timeout": 60}
    )
    assert reply.json()["data"]["decision"]["action"] == "keep"
    (entry,) = client.get("/api/v1/guards/allow-list").json()["data"]["entries"]
    client.delete(f"/api/v1/guards/allow-list/{entry['id']}")


def test_a_policy_that_was_changed_since_is_left_alone(client: TestClient) -> None:
    keep(client, "third")
    mark = marked(client, judged(client, "third")).json()["data"]
    tag = client.get(f"{POLICIES}/third").headers["etag"]
    client.put(
        f"{POLICIES}/third", json={"text": MODERATE + "unjudged: flag\n"}, headers={"If-Match": tag}
    )
    refused = client.post(f"{ROOT}/{mark['id']}/apply", json={"option": "threshold"})
    assert refused.status_code == 409
    assert "changed since" in refused.json()["error"]["message"]


def test_a_file_is_not_changed_but_the_change_is_told(client: TestClient) -> None:
    mark = marked(client, judged(client, "filed")).json()["data"]
    refused = client.post(f"{ROOT}/{mark['id']}/apply", json={"option": "threshold"})
    assert refused.status_code == 409
    threshold = mark["proposal"]["options"][0]["threshold"]
    assert (
        f"set input.securityguard.pii to block from {threshold:g} on there"
        in (refused.json()["error"]["message"])
    )


def test_a_built_in_policy_becomes_one_of_the_tenants(client: TestClient) -> None:
    mark = marked(client, judged(client, "strict")).json()["data"]
    applied = client.post(f"{ROOT}/{mark['id']}/apply", json={"option": "threshold"})
    assert applied.status_code == 200, applied.text
    kept = client.get(f"{POLICIES}/strict")
    assert kept.json()["data"]["origin"] == "stored"
    client.delete(f"{POLICIES}/strict", headers={"If-Match": kept.headers["etag"]})


def test_marks_are_listed_newest_first(client: TestClient) -> None:
    request_id = judged(client, "strict")
    ids = [marked(client, request_id).json()["data"]["id"] for _ in range(3)]
    first = client.get(ROOT, params={"limit": 2}).json()["data"]
    rest = client.get(ROOT, params={"limit": 1, "cursor": first["next_cursor"]}).json()["data"]
    listed = [one["id"] for one in first["items"] + rest["items"]]
    assert listed == ids[::-1]


def test_a_request_that_is_sent_again_marks_once(client: TestClient) -> None:
    request_id = judged(client, "strict")
    marked(client, request_id)  # it is kept by now
    body = {"request_id": request_id, "category": "pii"}
    key = {"Idempotency-Key": "once-and-for-all"}
    first, second = (client.post(ROOT, json=body, headers=key).json()["data"] for _ in range(2))
    assert first == second
    other = client.post(ROOT, json=body | {"note": "another"}, headers=key)
    assert other.status_code == 409


def test_what_cannot_be_marked_is_refused_with_the_reason(client: TestClient) -> None:
    unknown = client.post(ROOT, json={"request_id": "no-such", "category": "pii"})
    assert unknown.status_code == 404
    nobody = marked(client, judged(client, None))
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (409, "conflict")
    request_id = judged(client, "strict")
    marked(client, request_id)  # it is kept by now
    other = marked(client, request_id, category="secrets", guard="securityguard")
    assert (other.status_code, other.json()["error"]["field"]) == (422, "category")
    assert "securityguard.pii" in other.json()["error"]["message"]
    assert marked(client, request_id, category="nothing").json()["error"]["field"] == "guard"
    assert marked(client, request_id, guard="biasguard").status_code == 422
    for name in ("no-such", "0" * 36, "%00"):
        assert client.get(f"{ROOT}/{name}").status_code == 404
    assert client.post(f"{ROOT}/no-such/apply", json={"option": "allow"}).status_code == 404
    mark = marked(client, request_id).json()["data"]
    wrong = client.post(f"{ROOT}/{mark['id']}/apply", json={"option": "allow"})
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "option")


@pytest.mark.parametrize(
    "body",
    [{}, {"request_id": "x"}, {"request_id": "", "category": "pii"}, {"request_id": 5},
     {"request_id": "x", "category": "pii", "more": 1},
     {"request_id": "x" * 65, "category": "pii"},
     {"request_id": "x\0", "category": "pii"},
     {"request_id": "x", "category": "pii", "note": "a\0b"}],
)  # fmt: skip
def test_a_body_that_is_none_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post(ROOT, json=body).status_code == 422


def test_an_organisation_sees_only_its_own(client: TestClient) -> None:
    made = client.post(
        "/api/v1/admin/keys", json={"name": "theirs", "tenant": "other", "scopes": ["admin"]}
    )
    theirs = {"X-API-Key": made.json()["data"]["key"]}
    request_id = judged(client, "strict")
    mark = marked(client, request_id).json()["data"]
    assert client.get(f"{ROOT}/{mark['id']}", headers=theirs).status_code == 404
    apply = {"option": "threshold"}
    assert client.post(f"{ROOT}/{mark['id']}/apply", json=apply, headers=theirs).status_code == 404
    assert client.get(ROOT, headers=theirs).json()["data"]["items"] == []
    body = {"request_id": request_id, "category": "pii"}
    assert client.post(ROOT, json=body, headers=theirs).status_code == 404
