"""Who may come in."""

from __future__ import annotations

import pytest

from aiguardian.errors import Unauthenticated
from aiguardian.identity.authenticate import Authenticator, internal_key
from aiguardian.settings.groups import Access, Runtime, Secret, Settings

KEY, SECRET = "unified-" + "k" * 40, "s" * 64
LOCAL, FAR = ("127.0.0.1", 1), ("203.0.113.9", 1)


def settings(
    environment: str = "production", *, key: str | None = KEY, secret: str | None = SECRET
) -> Settings:
    return Settings(
        runtime=Runtime(environment=environment),  # type: ignore[arg-type]  # a literal
        access=Access(
            unified_api_key=Secret(key) if key else None,
            secret_key=Secret(secret) if secret else None,
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
