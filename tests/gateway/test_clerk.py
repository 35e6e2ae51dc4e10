"""People who sign in with Clerk: what they may do, and how Clerk tells of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from asgi import Reply
from house import House, opened
from issuer import ISSUER, ORG, PARTY, USER, Issuer, claims, token

from aiguardian.errors import NotAvailable
from aiguardian.gateway.clerk_webhook import PATH
from aiguardian.settings.groups import Secret
from aiguardian.settings.identity import Identity

OTHER = "user_other"
KEY = b"k" * 24
PROCESS = "/api/v1/guards/process"


def settings(url: str, secret: bytes | None = KEY) -> Identity:
    return Identity(
        clerk_enabled=True,
        clerk_issuer=ISSUER,
        clerk_jwks_url=url,
        clerk_parties=(PARTY,),
        clerk_webhook_secret=secret and Secret(f"whsec_{base64.b64encode(secret).decode()}"),
    )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    issuer = Issuer()
    async with issuer.serve(), opened(tmp_path, settings(issuer.url)) as one:
        yield one


async def ask(house: House, said: dict[str, Any], path: str, body: Any = None) -> Reply:
    raw = b"" if body is None else json.dumps(body).encode()
    method = "GET" if body is None else "POST"
    given = token(claims(**said)).decode()
    return await house.ask(method, path, "", raw, authorization=f"Bearer {given}")


ADMIN: dict[str, Any] = {}
MEMBER = {"o": {"id": ORG, "rol": "member"}}
COLLEAGUE = MEMBER | {"sub": OTHER}
STRANGER = {"sub": OTHER, "o": {"id": "org_other", "rol": "admin"}}


def text(**more: Any) -> dict[str, Any]:
    return {"service_type": "tokenguard", "payload": {"text": "hello"}, **more}


async def test_a_person_may_what_the_role_may(house: House) -> None:
    for said, path, body, status in (
        (ADMIN, PROCESS, text(), 200),
        (ADMIN, "/api/v1/admin/keys", None, 200),
        (ADMIN, "/metrics", None, 403),
        (MEMBER, PROCESS, text(), 200),
        (MEMBER, "/api/v1/admin/keys", None, 403),
        (MEMBER, "/metrics", None, 403),
        ({"o": {"id": ORG, "rol": "guest"}}, PROCESS, text(), 403),
        ({"o": None}, PROCESS, text(), 200),
        ({"exp": 1}, PROCESS, text(), 401),
        ({"iss": "https://evil.example"}, PROCESS, text(), 401),
    ):
        assert (await ask(house, said, path, body)).status == status, (said, path)


async def test_a_person_acts_for_nobody_else(house: House) -> None:
    line = b"\n".join(json.dumps(text(user_id=one)).encode() for one in (USER, OTHER))
    for said, user, status in (
        (MEMBER, USER, 200),
        (MEMBER, None, 200),
        (MEMBER, OTHER, 403),
        (ADMIN, OTHER, 200),
    ):
        assert (await ask(house, said, PROCESS, text(user_id=user))).status == status
        asked = {"text": "hello", "guards": ["tokenguard"], "user_id": user}
        assert (await ask(house, said, "/api/v1/guards/screen", asked)).status == status
        wanted = {"user_id": user, "session_id": "s"}
        export = "/api/v1/guards/memory/export"
        assert (await ask(house, said, export, wanted)).status == status
        restore = {"text": "x", **wanted}
        assert (await ask(house, said, "/api/v1/guards/restore", restore)).status == status
    given = token(claims(**MEMBER)).decode()
    reply = await house.ask(
        "POST",
        "/api/v1/guards/batch",
        "",
        line,
        authorization=f"Bearer {given}",
        content_type="application/x-ndjson",
    )
    assert [one["success"] for one in reply.lines()] == [True, False]
    assert reply.lines()[1]["error"]["code"] == "forbidden"


async def test_a_session_is_the_persons_own(house: House) -> None:
    hide = {
        "service_type": "securityguard",
        "session_id": "chat-1",
        "payload": {
            "text": "write to jane.doe@example.org", "redact": "pseudonymize", "checks": ["pii"],
        },
    }  # fmt: skip
    hidden = (await ask(house, MEMBER, PROCESS, hide)).json()["data"]["output"]
    asked = {"session_id": "chat-1", "text": hidden}
    for said, knows in ((COLLEAGUE, False), (STRANGER, False), (MEMBER, True)):
        told = (await ask(house, said, "/api/v1/guards/restore", asked)).json()["data"]
        assert ("jane.doe@example.org" in told["output"]) is knows


async def test_a_memory_is_the_persons_own_under_the_names_it_gave(house: House) -> None:
    remember = {
        "service_type": "contextguard",
        "session_id": "chat/1",
        "payload": {"operation": "remember", "text": "My favourite colour is violet."},
    }
    assert (await ask(house, MEMBER, PROCESS, remember)).status == 200
    export = "/api/v1/guards/memory/export"
    for wanted in ({"session_id": "chat/1"}, {"user_id": USER}):
        told = (await ask(house, MEMBER, export, wanted)).json()["data"]
        assert [one["session"] for one in told["sessions"]] == ["chat/1"]
    told = (await ask(house, COLLEAGUE, export, {"session_id": "chat/1"})).json()["data"]
    assert told["sessions"] == []
    assert (await ask(house, COLLEAGUE, export, {"user_id": USER})).status == 403
    recall = {
        "service_type": "contextguard",
        "session_id": "chat/1",
        "payload": {"operation": "recall", "query": "favourite colour"},
    }
    for said, count in ((COLLEAGUE, 0), (MEMBER, 1)):
        found = (await ask(house, said, PROCESS, recall)).json()["data"]["memories"]
        assert len(found) == count


# Webhooks


def event(kind: str, at: float, **data: Any) -> bytes:
    told = {"object": "event", "type": kind, "timestamp": int(at * 1_000), "data": data}
    return json.dumps(told).encode()


def membership(kind: str, at: float, *, role: str = "org:member", user: str = USER) -> bytes:
    return event(
        f"organizationMembership.{kind}",
        at,
        id="orgmem_1",
        role=role,
        organization={"id": ORG, "name": "Acme"},
        public_user_data={"user_id": user, "identifier": "jane@acme.example"},
    )


async def deliver(
    house: House,
    body: bytes,
    message: str = "msg_1",
    *,
    at: float | None = None,
    key: bytes = KEY,
    **headers: str,
) -> Reply:
    stamp = str(int(time.time() if at is None else at))
    signed = f"{message}.{stamp}.".encode() + body
    made = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    given = {"svix_id": message, "svix_timestamp": stamp, "svix_signature": f"v1,{made}"}
    return await house.ask("POST", PATH, "", body, **(given | headers))


async def test_a_message_changes_who_may_at_once(house: House) -> None:
    later = time.time() + 10
    assert (await ask(house, ADMIN, "/api/v1/admin/keys")).status == 200
    assert (await deliver(house, membership("updated", later))).status == 200
    assert (await ask(house, ADMIN, "/api/v1/admin/keys")).status == 403
    assert (await deliver(house, membership("deleted", later + 1), "msg_2")).status == 200
    assert (await ask(house, ADMIN, PROCESS, text())).status == 401
    assert (await deliver(house, membership("updated", later), "msg_3")).status == 200
    assert (await ask(house, ADMIN, PROCESS, text())).status == 401, "an older one comes late"
    banned = event("user.updated", later, id=OTHER, banned=True)
    assert (await ask(house, COLLEAGUE, PROCESS, text())).status == 200
    assert (await deliver(house, banned, "msg_4")).status == 200
    assert (await ask(house, COLLEAGUE, PROCESS, text())).status == 401


async def test_who_signs_out_is_out_at_once(house: House) -> None:
    assert (await ask(house, MEMBER, PROCESS, text())).status == 200
    ended = event("session.ended", time.time(), id="sess_1", user_id=USER)
    assert (await deliver(house, ended)).status == 200
    assert (await ask(house, MEMBER, PROCESS, text())).status == 401
    assert (await ask(house, MEMBER | {"sid": "sess_2"}, PROCESS, text())).status == 200


async def test_a_message_counts_once(house: House) -> None:
    body = membership("created", time.time())
    for was_known in (False, True, True):
        told = (await deliver(house, body)).json()["data"]
        assert told == {"message": "msg_1", "was_known": was_known}
    for kind in ("session.created", "email.created", "nonsense", "user.signedIn"):
        assert (await deliver(house, event(kind, 1.0, id="x"), f"msg_{kind}")).status == 200


async def test_who_is_deleted_is_forgotten(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    remember = {
        "service_type": "contextguard",
        "session_id": "chat-1",
        "payload": {"operation": "remember", "text": "My favourite colour is violet."},
    }
    assert (await ask(house, MEMBER, PROCESS, remember)).status == 200
    await deliver(house, membership("created", time.time()))
    deleted = event("user.deleted", time.time(), id=USER, deleted=True)
    recording = house.program.recording
    assert recording is not None

    def lost(*_: object) -> None:
        raise NotAvailable("The database is lost.")

    with monkeypatch.context() as broken:
        broken.setattr(type(recording.erasure), "erase", lost)
        assert (await deliver(house, deleted, "msg_2")).status == 503, "Svix sends it again"
    told = (await deliver(house, deleted, "msg_2")).json()["data"]
    assert told["was_known"] is False
    assert (await ask(house, MEMBER, PROCESS, text())).status == 401
    key = house.key(tenant=ORG)
    wanted = json.dumps({"user_id": USER}).encode()
    left = await house.ask("POST", "/api/v1/guards/memory/export", key, wanted)
    assert left.json()["data"]["sessions"] == []


async def test_no_key_outlives_its_organisation(house: House) -> None:
    key, other = house.key(tenant=ORG), house.key(tenant="org_other")
    body = json.dumps(text()).encode()
    assert (await house.ask("POST", PROCESS, key, body)).status == 200
    deleted = event("organization.deleted", time.time(), id=ORG, deleted=True)
    assert (await deliver(house, deleted)).status == 200
    assert (await house.ask("POST", PROCESS, key, body)).status == 401
    assert (await house.ask("POST", PROCESS, other, body)).status == 200
    assert (await ask(house, ADMIN, PROCESS, text())).status == 401


async def test_a_message_that_clerk_did_not_sign_changes_nothing(house: House) -> None:
    body = event("user.deleted", time.time(), id=USER, deleted=True)
    now = time.time()
    for reply in (
        await deliver(house, body, key=b"x" * 24),
        await deliver(house, body, at=now - 600),
        await deliver(house, body, at=now + 600),
        await deliver(house, body, svix_signature=""),
        await deliver(house, body, svix_signature="v1"),
        await deliver(house, body, svix_signature="v1,!!!"),
        await deliver(house, body, svix_signature="v2,AAAA v1,AAAA"),
        await deliver(house, body, svix_id=""),
        await deliver(house, body, svix_id="msg_other"),
        await deliver(house, body, svix_timestamp="soon"),
        await deliver(house, body, svix_timestamp="nan"),
        await house.ask("POST", PATH, "", body),
        await house.ask("POST", PATH, "", body, authorization="Bearer x"),
    ):
        assert reply.status == 400
        assert reply.error()["code"] == "invalid_request"
    assert (await ask(house, ADMIN, PROCESS, text())).status == 200


async def test_a_signed_message_that_is_none_is_refused(house: House) -> None:
    for number, body in enumerate(
        (
            b"[]",
            b"{}",
            b"nonsense",
            b"\xff\xfe",
            event("user.deleted", 1.0, deleted=True),
            event("organizationMembership.created", 1.0, id="orgmem_1"),
            event("user.created", 1.0, id="x" * 1_000),
        )
    ):
        reply = await deliver(house, body, f"msg_{number}")
        assert reply.status in {400, 422}, body


async def test_without_clerk_its_endpoint_says_so(tmp_path: Path) -> None:
    issuer = Issuer()
    unset = (Identity(), Identity(clerk_enabled=True), settings("http://127.0.0.1:1", secret=None))
    for number, given in enumerate(unset):
        async with issuer.serve(), opened(tmp_path / str(number), given) as house:
            reply = await deliver(house, b"{}")
            assert reply.status == 503
            assert "CLERK_WEBHOOK_SECRET" in reply.error()["message"]


async def test_keys_that_cannot_be_fetched_are_no_refusal(tmp_path: Path) -> None:
    async with opened(tmp_path, settings("http://127.0.0.1:1/jwks")) as house:
        reply = await ask(house, ADMIN, PROCESS, text())
        assert reply.status == 503
        assert reply.header("retry-after")
        key = house.key("guards")
        assert (await house.ask("POST", PROCESS, key, json.dumps(text()).encode())).status == 200
