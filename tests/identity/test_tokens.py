"""A person's token: taken when it is Clerk's and for us and now, and in no other case."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from issuer import ISSUER, ORG, PARTY, USER, Issuer, claims, public, rsa, token

from aiguardian.errors import NotAvailable, Unauthenticated
from aiguardian.identity import claims as rules
from aiguardian.identity import jwks, tokens
from aiguardian.identity.jwks import FRESH_S, LAST_GOOD_S, PAUSE_S, KeySource, read_keys
from aiguardian.identity.tokens import ClerkTokens, read_roles
from aiguardian.settings.groups import Secret
from aiguardian.settings.identity import Identity
from aiguardian.storage.people import Change, MemoryPeople

SETTINGS = Identity(
    clerk_enabled=True, clerk_issuer=ISSUER + "/", clerk_parties=(PARTY, "https://other.example")
)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    issuer: Issuer
    tokens: ClerkTokens
    people: MemoryPeople
    clock: Clock
    source: KeySource


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    one = Issuer()
    async with one.serve():
        yield one


@pytest.fixture
async def desk(issuer: Issuer) -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield opened(issuer, session)


def opened(issuer: Issuer, session: aiohttp.ClientSession, settings: Identity = SETTINGS) -> Desk:
    clock, people = Clock(), MemoryPeople()
    source = KeySource(issuer.url, lambda: session, clock=clock)
    found = ClerkTokens(settings, source, people, name_key=b"k" * 32, clock=clock)
    return Desk(issuer, found, people, clock, source)


# Whom a token makes


async def test_a_token_makes_a_person_of_an_organisation(desk: Desk) -> None:
    given = token()
    assert desk.tokens.is_ours(given)
    assert desk.tokens.known(given) is None
    person = await desk.tokens.look_up(given)
    assert (person.tenant, person.user_id) == (ORG, USER)
    assert person.scopes == {"guards", "proxy", "admin", "read"}
    assert not person.is_operator
    assert USER not in person.key_id
    assert desk.tokens.known(given) == person
    again = await desk.tokens.look_up(token(claims(exp=int(time.time()) + 90)))
    assert again.key_id == person.key_id, "a person is called the same in each session"


ROLES = {
    "version 2": ({"o": {"id": ORG, "rol": "member"}}, ORG, {"guards", "proxy"}),
    "version 1": ({"o": None, "org_id": ORG, "org_role": "org:admin"}, ORG, None),
    "no organisation": ({"o": None}, USER, {"guards", "proxy"}),
    "a role that is not named": ({"o": {"id": ORG, "rol": "guest"}}, ORG, set()),
    "an admin of nothing": ({"o": None, "org_role": "org:admin"}, USER, {"guards", "proxy"}),
    "a role of ours": (
        {"o": None, "role": "admin", "scopes": ["admin"]},
        USER,
        {"guards", "proxy"},
    ),
}


@pytest.mark.parametrize("name", ROLES)
async def test_rights_come_from_the_role(desk: Desk, name: str) -> None:
    said, tenant, scopes = ROLES[name]
    person = await desk.tokens.look_up(token(claims(**said)))
    assert person.tenant == tenant
    assert person.scopes == ({"guards", "proxy", "admin", "read"} if scopes is None else scopes)


def test_roles_are_read_as_the_setting_has_them() -> None:
    assert read_roles(("org:owner=admin+read", "viewer=read")) == {
        "owner": {"admin", "read"},
        "viewer": {"read"},
    }


# Attacks and mistakes

NOW = int(time.time())
WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 60},
    "no end": {"exp": None},
    "an end in words": {"exp": "never"},
    "an end that is true": {"exp": True},
    "not yet": {"nbf": NOW + 600},
    "made in the future": {"iat": NOW + 600},
    "another issuer": {"iss": "https://evil.example"},
    "an issuer that begins alike": {"iss": ISSUER + ".evil.example"},
    "no issuer": {"iss": None},
    "another application": {"azp": "https://evil.example"},
    "no application": {"azp": None},
    "another audience": {"aud": "other"},
    "several audiences": {"aud": ["other", "another"]},
    "a sign-in that is not complete": {"sts": "pending"},
    "nobody": {"sub": None},
    "an empty subject": {"sub": ""},
    "a machine": {"sub": "mch_123"},
    "a subject with a path": {"sub": "user_../../x"},
    "our own tenant": {"o": {"id": "default", "rol": "admin"}},
    "an organisation with a line feed": {"o": {"id": "org_x\ny", "rol": "admin"}},
    "an organisation that is a list": {"o": [ORG]},
}


@pytest.mark.parametrize("name", WRONG_CLAIMS)
async def test_a_token_that_is_not_for_us_now_is_refused(desk: Desk, name: str) -> None:
    given = token(claims(**WRONG_CLAIMS[name]))
    with pytest.raises(Unauthenticated) as caught:
        await desk.tokens.look_up(given)
    assert "evil" not in caught.value.message
    assert desk.tokens.known(given) is None


def unsigned(header: dict[str, Any], said: dict[str, Any], signature: str = "AA") -> bytes:
    parts = (json.dumps(one).encode() for one in (header, said))
    encoded = [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts]
    return ".".join((*encoded, signature)).encode()


def confused() -> bytes:
    """HS256 with the public key as its secret."""
    begun = unsigned({"alg": "HS256", "typ": "JWT", "kid": "one"}, claims(), "")
    made = hmac.digest(rsa("one").as_pem(private=False), begun[:-1], "sha256")
    return begun + base64.urlsafe_b64encode(made).rstrip(b"=")


HEAD = {"alg": "RS256", "typ": "JWT", "kid": "one"}


def encoded(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def with_parts(number: int, part: bytes) -> bytes:
    """A good token with one part changed."""
    parts = token().split(b".")
    parts[number] = part
    return b".".join(parts)


FORGED: dict[str, Callable[[], bytes]] = {
    "none": lambda: unsigned(HEAD | {"alg": "none"}, claims()),
    "None": lambda: unsigned(HEAD | {"alg": "None"}, claims()),
    "none without signature": lambda: unsigned(HEAD | {"alg": "none"}, claims(), ""),
    "no algorithm": lambda: unsigned({"kid": "one"}, claims()),
    "HS256 with the public key": lambda: confused(),
    "RS512": lambda: unsigned(HEAD | {"alg": "RS512"}, claims()),
    "PS256": lambda: unsigned(HEAD | {"alg": "PS256"}, claims()),
    "ES256": lambda: unsigned(HEAD | {"alg": "ES256"}, claims()),
    "two algorithms": lambda: unsigned(HEAD | {"alg": ["RS256", "none"]}, claims()),
    "no key": lambda: token(kid=None),
    "another's key": lambda: token(key="stranger"),
    "another's key under our key's id": lambda: token(key="stranger", kid="one"),
    "a key with a path": lambda: token(kid="../../../../dev/null"),
    "a key with SQL": lambda: token(kid="x' UNION SELECT 'secret"),
    "a key with a command": lambda: token(kid="|touch /tmp/x"),
    "a key of bytes": lambda: token(kid="\x00"),
    "a very long key": lambda: token(kid="k" * 1_000),
    "a key that is a list": lambda: unsigned(HEAD | {"kid": ["one"]}, claims()),
    "its own key": lambda: token(key="stranger", kid="one", jwk=public("stranger")),
    "critical extensions": lambda: unsigned(HEAD | {"crit": ["exp"]}, claims()),
    "an encrypted one": lambda: unsigned(HEAD | {"typ": "JWE"}, claims()),
    "another payload": lambda: with_parts(1, encoded(json.dumps(claims(sub="user_root")).encode())),
    "another signature": lambda: token()[:-8] + b"AAAAAAAA",
    "no signature": lambda: with_parts(2, b""),
    "two parts": lambda: token().rpartition(b".")[0],
    "four parts": lambda: token() + b".AA",
    "padding": lambda: with_parts(0, token().partition(b".")[0] + b"=="),
    "white space": lambda: b" " + token(),
    "a line feed": lambda: token() + b"\n",
    "not JSON": lambda: token(b"not json"),
    "a list": lambda: token(b"[]"),
    "nothing": lambda: b"",
    "huge": lambda: b"eyJ" + b"A" * 100_000 + b".e30.AA",
    "bytes": lambda: b"eyJ\xff.\xff.\xff",
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_is_refused(desk: Desk, name: str) -> None:
    given = FORGED[name]()
    with pytest.raises(Unauthenticated) as caught:
        await desk.tokens.look_up(given)
    assert "SELECT" not in caught.value.message
    assert desk.tokens.known(given) is None
    assert await desk.tokens.look_up(token()), "and the next good one is taken"


def test_only_what_names_our_issuer_is_looked_at(desk: Desk) -> None:
    for given in (
        b"",
        b"sk-vendors",
        token(claims(iss="https://login.vendor.example")),
        b"eyJ" + b"A" * 100_000,
        b"eyJhbGciOiJSUzI1NiJ9.bm90IGpzb24.AA",
        b"eyJhbGciOiJSUzI1NiJ9.!.AA",
    ):
        assert not desk.tokens.is_ours(given)
    assert desk.tokens.is_ours(unsigned({"alg": "none"}, claims()))


async def test_the_audience_is_checked_when_it_is_set(issuer: Issuer, desk: Desk) -> None:
    with pytest.raises(Unauthenticated):
        await desk.tokens.look_up(token(claims(aud="aiguardian")))
    settings = Identity(clerk_enabled=True, clerk_issuer=ISSUER, clerk_audience="aiguardian")
    async with aiohttp.ClientSession() as session:
        ours = opened(issuer, session, settings)
        for aud in ("aiguardian", ["other", "aiguardian"]):
            assert await ours.tokens.look_up(token(claims(aud=aud, azp=None)))
        for wrong in (None, "other", []):
            with pytest.raises(Unauthenticated):
                await ours.tokens.look_up(token(claims(aud=wrong)))


async def test_clocks_may_differ_a_little(desk: Desk) -> None:
    now = int(time.time())
    assert await desk.tokens.look_up(token(claims(exp=now - int(rules.LEEWAY_S) + 2)))
    assert await desk.tokens.look_up(token(claims(nbf=now + 3, iat=now + 3)))


# Keys that turn, and an issuer that is out of reach


async def test_keys_are_fetched_once_for_many_tokens(desk: Desk) -> None:
    for number in range(5):
        await desk.tokens.look_up(token(claims(sid=f"sess_{number}")))
    assert len(desk.issuer.asked) == 1
    assert "Authorization" not in desk.issuer.asked[0]


async def test_a_new_key_is_found_and_made_up_ones_cost_the_issuer_little(desk: Desk) -> None:
    await desk.tokens.look_up(token())
    desk.issuer.keys.append(public("two"))
    with pytest.raises(Unauthenticated):
        await desk.tokens.look_up(token(key="two"))  # a moment after the last fetch
    desk.clock.now += PAUSE_S
    assert await desk.tokens.look_up(token(key="two"))
    desk.clock.now += PAUSE_S
    for number in range(50):
        with pytest.raises(Unauthenticated):
            await desk.tokens.look_up(token(key="stranger", kid=f"made-up-{number}"))
    assert len(desk.issuer.asked) == 3


async def test_a_key_that_was_withdrawn_ends(desk: Desk) -> None:
    given = token()
    await desk.tokens.look_up(given)
    desk.issuer.keys = [public("two")]
    desk.clock.now += FRESH_S + 1
    await desk.tokens.look_up(token(claims(sid="sess_2")))  # does not wait, but fetches anew
    for _ in range(1_000):
        if len(desk.issuer.asked) == 2 and "one" not in desk.source._keys:
            break
        await asyncio.sleep(0.005)
    desk.clock.now += PAUSE_S
    with pytest.raises(Unauthenticated):
        await desk.tokens.look_up(token(claims(sid="sess_3")))


BROKEN: dict[str, tuple[int, bytes | None]] = {
    "an error": (500, b"{}"),
    "somewhere else": (302, b""),
    "not JSON": (200, b"<html>"),
    "no keys": (200, b'{"keys": []}'),
    "another shape": (200, b'{"keys": {"one": 1}}'),
    "too much": (200, b" " * (jwks.LARGEST_BYTES + 1)),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_the_last_good_keys_serve_while_the_issuer_fails(desk: Desk, name: str) -> None:
    await desk.tokens.look_up(token())
    desk.issuer.status, desk.issuer.body = BROKEN[name]
    desk.clock.now += LAST_GOOD_S - 1
    assert await desk.tokens.look_up(token())
    desk.clock.now += PAUSE_S
    with pytest.raises(NotAvailable):
        await desk.tokens.look_up(token())
    desk.issuer.status, desk.issuer.body = 200, None
    desk.clock.now += PAUSE_S
    assert await desk.tokens.look_up(token())


async def test_an_issuer_that_was_never_reached_is_no_refusal(issuer: Issuer) -> None:
    async with aiohttp.ClientSession() as session:
        desk = opened(issuer, session)
        desk.source._url = "http://127.0.0.1:1/jwks.json"
        with pytest.raises(NotAvailable):
            await desk.tokens.look_up(token())
        desk.source._url = issuer.url
        desk.clock.now += PAUSE_S
        assert await desk.tokens.look_up(token())


def test_the_backend_key_goes_to_clerk_alone() -> None:
    secret = Secret("sk_live_backend")

    def sent(url: str) -> str | None:
        return KeySource(url, lambda: None, secret=secret)._headers.get("Authorization")

    assert sent("https://api.clerk.com/v1/jwks") == "Bearer sk_live_backend"
    for url in (
        "https://clerk.example.com/.well-known/jwks.json",
        "https://api.clerk.com.evil.example/v1/jwks",
        "https://evil.example/api.clerk.com",
    ):
        assert sent(url) is None


def test_only_keys_for_rs256_are_taken() -> None:
    small = {"kty": "RSA", "kid": "small", "n": "z" * 171, "e": "AQAB"}
    large = {"kty": "RSA", "kid": "large", "n": "z" * 5_000, "e": "AQAB"}
    keys = [
        public("one", use="sig", alg="RS256"),
        public("two", use="enc"),
        public("three", alg="RS512"),
        small,
        large,
        {"kty": "oct", "kid": "symmetric", "k": "c2VjcmV0"},
        {"kty": "EC", "kid": "curve", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA", "kid": "broken", "n": "!" * 342, "e": "AQAB"},
        {"kty": "RSA", "kid": "empty"},
        rsa("four").as_dict(private=False) | {"kid": ""},
    ]
    assert set(read_keys(json.dumps({"keys": keys}).encode())) == {"one"}


# What Clerk's webhooks told


async def test_a_banned_user_and_one_who_left_are_refused(desk: Desk) -> None:
    given = token()
    person = await desk.tokens.look_up(given)
    later = time.time() + 10
    desk.people.apply(Change("membership", later, USER, ORG, "member"))
    desk.tokens.forget(person.user_id or "")
    assert desk.tokens.known(given) is None
    assert (await desk.tokens.look_up(given)).scopes == {"guards", "proxy"}, "the later role"
    desk.people.apply(Change("membership", later + 1, USER, ORG, "member", is_gone=True))
    with pytest.raises(Unauthenticated, match="left"):
        await desk.tokens.look_up(given)
    assert await desk.tokens.look_up(token(claims(o=None))), "who is still a user"
    desk.people.apply(Change("user", later + 2, USER, is_barred=True))
    for said in (claims(), claims(o=None)):
        with pytest.raises(Unauthenticated, match="may not sign in"):
            await desk.tokens.look_up(token(said))


async def test_a_role_given_after_an_older_message_is_the_tokens(desk: Desk) -> None:
    desk.people.apply(Change("membership", time.time() - 60, USER, ORG, "member"))
    assert "admin" in (await desk.tokens.look_up(token())).scopes


async def test_without_the_database_the_token_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise NotAvailable("lost")

    monkeypatch.setattr(MemoryPeople, "standing", lost)
    assert await desk.tokens.look_up(token())


async def test_a_known_token_is_looked_at_again_and_ends_with_its_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = token()
    await desk.tokens.look_up(given)
    desk.clock.now += tokens.FRESH_S
    assert desk.tokens.known(given) is None
    await desk.tokens.look_up(given)
    monkeypatch.setattr(desk.tokens, "_now", lambda: time.time() + 3_600)
    assert desk.tokens.known(given) is None
    with pytest.raises(Unauthenticated, match="expired"):
        await desk.tokens.look_up(given)
    assert not desk.tokens.was_known(given)


async def test_known_tokens_are_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_KNOWN", 2)
    given = [token(claims(sid=f"sess_{number}")) for number in range(3)]
    for one in given:
        await desk.tokens.look_up(one)
    assert [desk.tokens.was_known(one) for one in given] == [False, True, True]
    desk.tokens.forget_all()
    assert not any(desk.tokens.was_known(one) for one in given)
