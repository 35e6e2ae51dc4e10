"""Keys over HTTP, as an administrator meets them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from asgi import Client, Reply
from house import UNIFIED, House, opened

from aiguardian.gateway.admin import keys as endpoints
from aiguardian.storage import keys as rules

PATH = endpoints.PATH
TEXT = b'{"service_type": "tokenguard", "text": "hello"}'
PROCESS = "/api/v1/guards/process"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as one:
        yield one


async def send(house: House, method: str, path: str, body: Any = None, **headers: str) -> Reply:
    raw = b"" if body is None else json.dumps(body).encode()
    return await house.ask(method, path, UNIFIED, raw, **headers)


async def made(house: House, **wanted: Any) -> tuple[str, dict[str, Any]]:
    reply = await send(house, "POST", PATH, {"name": "CI", "scopes": ["guards"], **wanted})
    assert reply.status == 201, reply.body
    data = reply.json()["data"]
    return data["key"], data["about"]


async def test_a_key_is_told_once_and_works_at_once(house: House) -> None:
    wanted = {
        "scopes": ["read", "guards", "guards"],
        "limits": ["600 requests/minute"],
        "policy": "strict",
        "expires_at": time.time() + 3_600,
    }
    key, about = await made(house, **wanted)
    assert key.startswith(about["id"] + "_")
    assert about["scopes"] == ["guards", "read"]
    assert (about["tenant"], about["created_by"], about["is_live"]) == ("default", "unified", True)
    assert (await house.ask("POST", PROCESS, key, TEXT)).status == 200
    assert (await house.ask("POST", PROCESS, "", TEXT, authorization=f"Bearer {key}")).status == 200
    for path in (PATH, f"{PATH}/{about['id']}"):
        shown = (await send(house, "GET", path)).body.decode()
        assert about["id"] in shown
        assert key not in shown
        assert key[16:] not in shown


async def test_nothing_of_a_key_lies_in_the_files(house: House, tmp_path: Path) -> None:
    key, _ = await made(house)
    await house.ask("POST", PROCESS, key, TEXT)
    files = await asyncio.to_thread(lambda: [one for one in tmp_path.rglob("*") if one.is_file()])
    assert any(file.suffix == ".db" for file in files)
    for file in files:
        assert key[16:].encode() not in await asyncio.to_thread(file.read_bytes), file


WRONG: dict[str, tuple[Any, str]] = {
    "no name": ({"name": ""}, "name"),
    "a long name": ({"name": "x" * 101}, "name"),
    "no right": ({"scopes": []}, "scopes"),
    "a right that is none": ({"scopes": ["root"]}, "scopes"),
    "a limit that is none": ({"limits": ["many"]}, "limits"),
    "a policy that is none": ({"policy": "nope"}, "policy"),
    "a policy with a path": ({"policy": "../../etc/passwd"}, "policy"),
    "an end that has passed": ({"expires_at": 1.0}, "expires_at"),
    "an end in milliseconds": ({"expires_at": 1.9e12}, "expires_at"),
    "an organisation with a path": ({"tenant": "a/b"}, "tenant"),
    "a digest": ({"digest": "00"}, "digest"),
    "an id": ({"id": "agk_mine"}, "id"),
}


async def test_what_is_wrong_is_named(house: House) -> None:
    for name, (body, field) in WRONG.items():
        reply = await send(house, "POST", PATH, {"name": "CI", "scopes": ["guards"], **body})
        assert reply.status == 422, name
        assert reply.error()["field"].split(".")[0] == field, name
    assert (await send(house, "GET", PATH)).json()["data"]["items"] == []


async def test_lists_come_in_pages(house: House) -> None:
    names = [(await made(house, name=f"key {number}"))[1]["name"] for number in range(5)]
    found, path = [], f"{PATH}?limit=2"
    for _ in range(3):
        data = (await send(house, "GET", path)).json()["data"]
        found += [one["name"] for one in data["items"]]
        path = f"{PATH}?limit=2&cursor={data['next_cursor']}"
    assert found == names[::-1]
    assert data["next_cursor"] is None


BAD_QUERIES = (
    "limit=0", "limit=201", "limit=x", "limit=1&limit=2", "cursor=!!", "cursor=e30", "nope=1",
    "cursor=WzFd", "limit=%C3%28", "limit=" + "1" * 5_000,
)  # fmt: skip


async def test_a_query_that_is_wrong_is_refused(house: House) -> None:
    for query in BAD_QUERIES:
        assert (await send(house, "GET", f"{PATH}?{query}")).status == 422, query[:80]


async def test_a_change_needs_the_version_and_is_in_force_at_once(house: House) -> None:
    key, about = await made(house)
    path = f"{PATH}/{about['id']}"
    assert (await house.ask("POST", PROCESS, key, TEXT)).status == 200
    tag = (await send(house, "GET", path)).header("etag") or ""
    change = {"scopes": ["read"], "name": "new", "policy": "observe", "limits": ["9 usd/day"]}
    assert (await send(house, "PATCH", path, change)).status == 428
    assert (await send(house, "PATCH", path, change, if_match='"other"')).status == 412
    reply = await send(house, "PATCH", path, change, if_match=tag)
    assert reply.status == 200
    told = reply.json()["data"]
    assert {name: told[name] for name in change} == change
    assert (told["version"], told["expires_at"]) == (2, None)
    assert (await house.ask("POST", PROCESS, key, TEXT)).status == 403
    assert (await send(house, "PATCH", path, change, if_match=tag)).status == 412
    cleared = {"policy": None, "expires_at": time.time() + 60}
    told = (await send(house, "PATCH", path, cleared, if_match=reply.header("etag") or "")).json()
    assert told["data"]["policy"] is None
    assert told["data"]["name"] == "new"


async def test_an_unchanged_key_is_not_sent_again(house: House) -> None:
    _, about = await made(house)
    path = f"{PATH}/{about['id']}"
    tag = (await send(house, "GET", path)).header("etag") or ""
    for held in (tag, f'"x", W/{tag}', "*"):
        reply = await send(house, "GET", path, if_none_match=held)
        assert (reply.status, reply.body) == (304, b"")
        assert reply.header("etag") == tag
    assert (await send(house, "GET", path, if_none_match='"other"')).status == 200


async def test_rotation_gives_the_rights_on_and_lets_both_work(house: House) -> None:
    old, about = await made(house, scopes=["guards", "read"], limits=["600 requests/minute"])
    path = f"{PATH}/{about['id']}"
    reply = await send(house, "POST", path + "/rotate", {"overlap_s": 60})
    assert reply.status == 201
    new, told = reply.json()["data"]["key"], reply.json()["data"]["about"]
    assert told["replaces"] == about["id"]
    assert (told["scopes"], told["limits"]) == (about["scopes"], about["limits"])
    for key in (old, new):
        assert (await house.ask("POST", PROCESS, key, TEXT)).status == 200
    ends_at = (await send(house, "GET", path)).json()["data"]["expires_at"]
    assert 0 < ends_at - time.time() <= 60
    again = await send(house, "POST", path + "/rotate", {"overlap_s": 0})
    assert again.status == 201
    assert (await house.ask("POST", PROCESS, old, TEXT)).status == 401
    assert (await send(house, "POST", path + "/rotate", {})).status == 409
    assert (await send(house, "POST", path + "/rotate", {"overlap_s": -1})).status == 422


async def test_a_revoked_key_is_refused_at_once_and_may_be_deleted(house: House) -> None:
    key, about = await made(house)
    path = f"{PATH}/{about['id']}"
    assert (await house.ask("POST", PROCESS, key, TEXT)).status == 200
    tag = (await send(house, "GET", path)).header("etag") or ""
    assert (await send(house, "DELETE", path, if_match=tag)).status == 409
    reply = await send(house, "POST", path + "/revoke")
    assert reply.json()["data"]["is_live"] is False
    assert (await house.ask("POST", PROCESS, key, TEXT)).status == 401
    assert (await send(house, "POST", path + "/revoke")).status == 200
    assert (await send(house, "DELETE", path)).status == 428
    assert (await send(house, "DELETE", path, if_match=reply.header("etag") or "")).status == 200
    assert (await send(house, "GET", path)).status == 404


async def test_a_request_that_is_sent_again_makes_no_second_key(house: House) -> None:
    body = {"name": "CI", "scopes": ["guards"]}
    first = await send(house, "POST", PATH, body, idempotency_key="one")
    again = await send(house, "POST", PATH, body, idempotency_key="one")
    assert (first.status, again.status) == (201, 201)
    assert again.header("idempotent-replayed") == "true"
    assert again.json()["data"]["about"] == first.json()["data"]["about"]
    assert first.json()["data"]["key"]
    assert again.json()["data"]["key"] is None, "it is told once"
    other = await send(house, "POST", PATH, {**body, "name": "x"}, idempotency_key="one")
    assert other.status == 409
    assert len((await send(house, "GET", PATH)).json()["data"]["items"]) == 1
    key = house.key("admin")
    raw = json.dumps(body).encode()
    theirs = await house.ask("POST", PATH, key, raw, idempotency_key="one")
    assert theirs.json()["data"]["key"], "another caller's word is another's"
    for wrong in ("", "x" * 256, "a b", "\xff"):
        assert (await send(house, "POST", PATH, body, idempotency_key=wrong)).status == 422


async def test_a_request_that_failed_may_be_sent_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"name": "CI", "scopes": ["guards"]}
    with monkeypatch.context() as full:
        full.setattr(rules, "MOST_KEYS", 0)
        assert (await send(house, "POST", PATH, body, idempotency_key="one")).status == 409
    assert (await send(house, "POST", PATH, body, idempotency_key="one")).status == 201


async def test_only_the_operator_makes_keys_for_another_organisation(house: House) -> None:
    _, about = await made(house, tenant="acme", scopes=["admin"])
    assert about["tenant"] == "acme"
    acme = house.key("admin", tenant="acme")
    reply = await house.ask("POST", PATH, acme, b'{"name": "n", "scopes": ["proxy"]}')
    assert reply.json()["data"]["about"]["tenant"] == "acme"
    everyones = (await send(house, "GET", PATH)).json()["data"]["items"]
    assert {one["tenant"] for one in everyones} == {"acme"}
    assert (await send(house, "GET", f"{PATH}?tenant=other")).json()["data"]["items"] == []


async def test_the_metrics_of_all_are_for_the_operator_to_give(house: House) -> None:
    theirs, ours = house.key("admin", "read"), house.key("read", tenant="default")
    assert (await house.ask("GET", "/metrics", theirs)).status == 403
    assert (await house.ask("GET", "/metrics", ours)).status == 200
    body = {"name": "n", "scopes": ["metrics"]}
    reply = await house.ask("POST", PATH, theirs, json.dumps(body).encode())
    assert (reply.status, reply.error()["field"]) == (403, "scopes")
    key, about = await made(house, scopes=["metrics"], tenant="acme")
    assert (await house.ask("GET", "/metrics", key)).status == 200
    path = f"{PATH}/{about['id']}"
    tag = (await house.ask("GET", path, theirs)).header("etag") or ""
    more = json.dumps({"scopes": ["metrics", "read"]}).encode()
    assert (await house.ask("PATCH", path, theirs, more, if_match=tag)).status == 403
    rotated = await house.ask("POST", path + "/rotate", theirs, b"{}")
    assert rotated.status == 201, "who rotates gives nothing that was not there"


async def test_a_header_that_decides_may_stand_once(house: House) -> None:
    client = Client(house.program.app, peer=("203.0.113.9", 1))
    for name, value in (("authorization", "Bearer x"), ("x-api-key", "x"), ("if-match", "x")):
        reply = await client.call(
            "GET", PATH, headers={"x-api-key": UNIFIED, name: value}, repeated=[(name, value)]
        )
        assert reply.status == 400


BAD_IDS = (
    "agk_'%20OR%201=1--", "agk_%0d%0aX-Injected:%201", "..%2f..%2fetc", "%00", "x" * 9_000,
)  # fmt: skip


async def test_an_id_that_is_none_is_not_found(house: House) -> None:
    for name in BAD_IDS:
        reply = await send(house, "GET", f"{PATH}/{name}")
        assert reply.status == 404, name[:80]
        assert reply.header("x-injected") is None
