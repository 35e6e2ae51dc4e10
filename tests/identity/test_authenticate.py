"""Who may come in."""

from __future__ import annotations

import pytest

from aiguardian.errors import GatewayError, InvalidRequest, RateLimited, Unauthenticated
from aiguardian.identity.api_key import new_key
from aiguardian.identity.authenticate import (
    INTERNAL,
    UNIFIED,
    Authenticator,
    Failure,
    Proof,
    internal_key,
)
from aiguardian.identity.authenticate import (
    LOCAL as LOCAL_CALLER,
)
from aiguardian.identity.guessing import BURST, Guesses
from aiguardian.identity.principal import ALL_SCOPES, Principal
from aiguardian.settings.groups import Access, Runtime, Secret, Settings

KEY, SECRET = "unified-" + "k" * 40, "s" * 64
LOCAL, FAR = ("127.0.0.1", 1), ("203.0.113.9", 1)


def settings(
    environment: str = "production",
    *,
    key: str | None = KEY,
    secret: str | None = SECRET,
    former: str | None = None,
) -> Settings:
    return Settings(
        runtime=Runtime(environment=environment),  # type: ignore[arg-type]  # a literal
        access=Access(
            unified_api_key=Secret(key) if key else None,
            secret_key=Secret(secret) if secret else None,
            secret_key_previous=Secret(former) if former else None,
        ),
    )


def may_enter(
    given: Settings, headers: dict[bytes, bytes], client: tuple[str, int] | None = FAR
) -> bool:
    try:
        Authenticator(given).check(headers, client)
    except Unauthenticated:
        return False
    return True


@pytest.mark.parametrize("environment", ["production", "staging", "test"])
def test_outside_development_loopback_needs_a_key_too(environment: str) -> None:
    assert not may_enter(settings(environment), {}, LOCAL)
    assert may_enter(settings(environment), {b"x-api-key": KEY.encode()}, LOCAL)


def test_both_keys_open_and_no_other() -> None:
    given = settings()
    assert may_enter(given, {b"x-api-key": KEY.encode()})
    assert may_enter(given, {b"x-api-key": internal_key(given).encode()})
    for wrong in (b"", b"\xff", KEY.encode()[:-1], KEY.encode() + b" ", SECRET.encode()):
        assert not may_enter(given, {b"x-api-key": wrong})


def test_a_refusal_repeats_no_key() -> None:
    for headers in ({}, {b"x-api-key": KEY[:-1].encode()}):
        with pytest.raises(Unauthenticated) as caught:
            Authenticator(settings()).check(headers, FAR)
        assert KEY[:-1] not in caught.value.message


def test_without_any_key_set_nobody_enters_and_an_empty_key_least() -> None:
    given = settings(key=None, secret=None)
    assert internal_key(given) == ""
    assert not may_enter(given, {b"x-api-key": b""})
    assert not may_enter(given, {b"x-api-key": b"anything"})


def test_the_internal_key_follows_from_the_secret_and_does_not_show_it() -> None:
    one, other = settings(secret="a" * 64), settings(secret="b" * 64)
    assert internal_key(one) == internal_key(settings(secret="a" * 64))
    assert internal_key(one) != internal_key(other)
    assert "a" * 8 not in internal_key(one)
    assert not may_enter(one, {b"x-api-key": internal_key(other).encode()})


@pytest.mark.parametrize(
    ("client", "is_local"),
    [
        (("127.0.0.1", 1), True),
        (("127.255.0.3", 1), True),
        (("::1", 1), True),
        (("0.0.0.1", 1), False),
        (("10.0.0.1", 1), False),
        (("169.254.0.1", 1), False),
        (("::", 1), False),
        (("127.0.0.1.evil.example", 1), False),
        (("localhost", 1), False),
        (("", 1), False),
        (None, False),
    ],
)
def test_development_is_open_to_loopback_addresses_only(
    client: tuple[str, int] | None, is_local: bool
) -> None:
    assert may_enter(settings("development"), {}, client) is is_local
    assert may_enter(settings("development"), {b"x-api-key": KEY.encode()}, client)


@pytest.mark.parametrize("header", [b"x-forwarded-for", b"forwarded"])
def test_a_proxy_on_this_machine_speaks_for_others(header: bytes) -> None:
    assert not may_enter(settings("development"), {header: b""}, LOCAL)
    assert may_enter(settings("development"), {header: b"x", b"x-api-key": KEY.encode()}, LOCAL)


def test_a_wrong_key_does_no_harm_on_loopback_in_development() -> None:
    assert may_enter(settings("development"), {b"x-api-key": b"old"}, LOCAL)


def test_an_instance_takes_the_key_of_the_secret_before() -> None:
    old, new = settings(secret="a" * 64), settings(secret="b" * 64, former="a" * 64)
    assert internal_key(new) != internal_key(old)
    for given in (old, new):
        assert may_enter(new, {b"x-api-key": internal_key(given).encode()})
    assert not may_enter(old, {b"x-api-key": internal_key(new).encode()})


# Which header proves it, and what must go no further


class Ring:
    """Knows one stored key, once it was looked up."""

    def __init__(self, key: bytes, *, is_new: bool = False) -> None:
        self.key, self.is_new = key, is_new

    def known(self, given: bytes) -> Principal | None:
        return Principal("agk_1") if given == self.key and not self.is_new else None

    def was_known(self, given: bytes) -> bool:
        return self.known(given) is not None

    async def look_up(self, given: bytes) -> Principal:
        if given != self.key:
            raise Unauthenticated("The key is not known here.")
        self.is_new = False
        return Principal("agk_1")

    def is_ours(self, given: bytes) -> bool:
        return given.startswith(b"eyJ")


STORED, TOKEN = new_key()[1].encode(), b"eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
NAMED = KEY.encode()


def proof(headers: dict[bytes, bytes], environment: str = "production") -> Proof:
    gate = Authenticator(settings(environment), keys=Ring(STORED), tokens=Ring(TOKEN))
    found = gate.check(headers, LOCAL if environment == "development" else FAR)
    assert found is not None
    return found


PROVED: dict[str, tuple[dict[bytes, bytes], str, bytes]] = {
    "unified": ({b"x-api-key": NAMED}, UNIFIED, b"x-api-key"),
    "unified as bearer": ({b"authorization": b"Bearer " + NAMED}, UNIFIED, b"authorization"),
    "stored": ({b"x-api-key": STORED}, "agk_1", b"x-api-key"),
    "stored as bearer": ({b"authorization": b"bearer  " + STORED}, "agk_1", b"authorization"),
    "a person": ({b"authorization": b"Bearer " + TOKEN}, "agk_1", b"authorization"),
    "ours beside a vendor's": (
        {b"x-api-key": b"sk-ant-vendors", b"authorization": b"Bearer " + STORED},
        "agk_1",
        b"authorization",
    ),
    "a vendor's beside ours": (
        {b"x-api-key": NAMED, b"authorization": b"Bearer sk-vendors"},
        UNIFIED,
        b"x-api-key",
    ),
    "another scheme": (
        {b"x-api-key": NAMED, b"authorization": b"Basic dTpw"}, UNIFIED, b"x-api-key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
@pytest.mark.parametrize("environment", ["production", "development"])
def test_the_header_that_proved_it_is_named(name: str, environment: str) -> None:
    headers, caller, header = PROVED[name]
    found = proof(headers, environment)
    assert (found.principal.key_id, found.credential) == (caller, header)


def test_a_vendors_key_on_loopback_is_no_credential_of_ours() -> None:
    for headers in (
        {b"authorization": b"Bearer sk-vendors"},
        {b"x-api-key": b"sk-ant-vendors"},
        {b"authorization": b"Bearer " + b"x" * 10_000},
    ):
        found = proof(headers, "development")
        assert (found.principal.key_id, found.credential) == (LOCAL_CALLER, None)


@pytest.mark.parametrize("other", [STORED, NAMED, TOKEN])
def test_two_credentials_of_ours_are_refused(other: bytes) -> None:
    with pytest.raises(InvalidRequest):
        proof({b"x-api-key": NAMED, b"authorization": b"Bearer " + other})


@pytest.mark.parametrize("environment", ["production", "development"])
async def test_what_looks_like_a_key_of_ours_is_never_waved_through(environment: str) -> None:
    gate = Authenticator(settings(environment), keys=Ring(STORED))
    for wrong in (b"agk_", b"agk_wrong", new_key()[1].encode()):
        for headers in ({b"x-api-key": wrong}, {b"authorization": b"Bearer " + wrong}):
            assert gate.check(headers, LOCAL) is None
            with pytest.raises(Unauthenticated):
                await gate.look_up(headers)


async def test_a_guards_own_instance_knows_no_stored_key() -> None:
    gate = Authenticator(settings())
    assert gate.check({b"x-api-key": STORED}, FAR) is None
    with pytest.raises(Unauthenticated):
        await gate.look_up({b"x-api-key": STORED})


async def test_a_new_key_is_looked_up() -> None:
    gate = Authenticator(settings(), keys=Ring(STORED, is_new=True))
    headers = {b"authorization": b"Bearer " + STORED}
    assert gate.check(headers, FAR) is None
    assert await gate.look_up(headers) == Proof(Principal("agk_1"), b"authorization")
    assert gate.check(headers, FAR)


def test_rights_of_those_who_are_no_stored_key() -> None:
    assert proof({b"x-api-key": NAMED}).principal == Principal(UNIFIED, is_operator=True)
    assert proof({}, "development").principal == Principal(LOCAL_CALLER, is_operator=True)
    key = internal_key(settings()).encode()
    told = {b"x-api-key": key, b"x-aiguardian-tenant": b"acme"}
    gateway = proof(told).principal
    assert (gateway.key_id, gateway.tenant) == (INTERNAL, "acme")
    assert gateway.scopes == {"guards", "read"}
    assert proof({b"x-api-key": NAMED}).principal.scopes == ALL_SCOPES


# Guessing


class Guesser:
    """Counts the failures that the gate tells of."""

    def __init__(self, ring: Ring | None = None) -> None:
        self.told: list[Failure] = []
        self.guesses = Guesses(clock=lambda: 0.0)
        self.gate = Authenticator(
            settings(), keys=ring or Ring(STORED), guesses=self.guesses,
            on_failure=self.told.append,
        )  # fmt: skip

    async def tries(self, key: bytes, address: str = "203.0.113.9") -> type[GatewayError] | None:
        headers = {b"x-api-key": key} if key else {}
        try:
            if self.gate.check(headers, (address, 1), address) is None:
                await self.gate.look_up(headers, address)
        except GatewayError as error:
            return type(error)
        return None


@pytest.mark.parametrize("wrong", [b"guess", new_key()[1].encode(), b"agk_"])
async def test_a_guesser_is_slowed_and_nobody_else(wrong: bytes) -> None:
    guesser = Guesser()
    assert {await guesser.tries(wrong) for _ in range(BURST)} == {Unauthenticated}
    assert await guesser.tries(wrong) is RateLimited
    assert await guesser.tries(NAMED) is RateLimited, "nothing from there is compared"
    assert await guesser.tries(STORED) is None, "it was verified lately"
    assert await guesser.tries(NAMED, "203.0.113.10") is None
    assert await guesser.tries(wrong, "203.0.113.10") is Unauthenticated
    assert guesser.told.count("wrong") == BURST + 1
    assert guesser.told.count("slowed") == 2


async def test_an_address_from_which_the_key_came_is_not_slowed() -> None:
    guesser = Guesser()
    assert await guesser.tries(NAMED) is None
    for _ in range(BURST):
        await guesser.tries(b"an old key")
    assert await guesser.tries(NAMED) is None
    assert await guesser.tries(b"an old key") is RateLimited


async def test_a_stored_key_that_is_new_here_waits_where_a_guesser_is() -> None:
    guesser = Guesser(Ring(STORED, is_new=True))
    for _ in range(BURST):
        await guesser.tries(b"agk_wrong")
    assert await guesser.tries(STORED) is RateLimited


async def test_a_persons_new_token_is_taken_from_where_a_guesser_is() -> None:
    guesses = Guesses(clock=lambda: 0.0)
    tokens = Ring(TOKEN, is_new=True)
    gate = Authenticator(settings(), keys=Ring(STORED), tokens=tokens, guesses=guesses)
    for _ in range(BURST + 1):
        guesses.note("203.0.113.9")
    headers = {b"authorization": b"Bearer " + TOKEN}
    assert gate.check(headers, FAR, "203.0.113.9") is None
    assert await gate.look_up(headers, "203.0.113.9")


async def test_who_sends_nothing_guesses_nothing() -> None:
    guesser = Guesser()
    assert {await guesser.tries(b"") for _ in range(2 * BURST)} == {Unauthenticated}
    assert set(guesser.told) == {"missing"}
