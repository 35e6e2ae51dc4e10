"""Settings of identity: each fault is named with its mend, and no secret is shown."""

from __future__ import annotations

import pytest

from aiguardian.settings.checks import not_yet
from aiguardian.settings.groups import Secret
from aiguardian.settings.identity import Identity
from aiguardian.settings.read import SettingsError, read
from aiguardian.storage.sealing import secrets_of

GOOD = {"CLERK_ENABLED": "true", "CLERK_ISSUER": "https://clerk.example.com/"}

FAULTY = {
    "TRUSTED_PROXIES": ["10.0.0.1/8", "proxy.example.com", "10.0.0.0/33", "10.0.0.0/8;::1"],
    "CLERK_ISSUER": [
        "clerk.example.com", "http://clerk.example.com", "https://u:p@clerk.example.com",
        "https://clerk.example.com?x=1", "ftp://clerk.example.com", "https://[::1",
    ],
    "CLERK_JWKS_URL": ["http://10.0.0.1/latest", "file:///etc/passwd", "//x"],
    "CLERK_AUTHORIZED_PARTIES": ["app.example.com", "https://app.example.com/path"],
    "CLERK_ROLES": ["admin", "admin=root", "admin=", "=guards", "admin=guards proxy", "A=guards"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in FAULTY.items() for value in values]
)
def test_a_wrong_value_is_named_with_a_right_one(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read({**GOOD, name: value})
    (fault,) = caught.value.faults
    assert fault.startswith(f"{name}: ")
    assert "For example: " in fault


def test_clerk_needs_an_issuer_and_is_fine_with_one() -> None:
    without = read({"CLERK_ENABLED": "true", "CLERK_SECRET_KEY": "sk_live_x"})
    assert not without.identity.takes_tokens
    (told,) = [one for one in not_yet(without) if "CLERK" in one]
    assert "CLERK_ISSUER" in told
    given = read(GOOD).identity
    assert given.takes_tokens
    assert not [one for one in not_yet(read(GOOD)) if "CLERK" in one]
    assert given.issuer() == "https://clerk.example.com"
    assert given.jwks_url() == "https://clerk.example.com/.well-known/jwks.json"
    assert read({"CLERK_ISSUER": "http://localhost:8080"}).identity.clerk_enabled is False


def test_lists_are_read_with_their_white_space_and_the_defaults_are_good() -> None:
    given = read(
        {
            "TRUSTED_PROXIES": " 10.0.0.0/8 , 2001:db8::/32, 192.0.2.7 ",
            "CLERK_ROLES": "org:admin=admin+read, member=guards",
            "CLERK_AUTHORIZED_PARTIES": "https://a.example,chrome-extension://abc",
        }
    ).identity
    assert given.trusted_proxies == ("10.0.0.0/8", "2001:db8::/32", "192.0.2.7")
    assert given.clerk_roles == ("org:admin=admin+read", "member=guards")
    assert read({}).identity == Identity()


def test_former_secrets_are_read_and_never_shown() -> None:
    settings = read({"SECRET_KEY": "new", "SECRET_KEY_PREVIOUS": "former-one, earlier-one"})
    found = secrets_of(settings.access)
    assert found is not None
    assert found.values == (b"new", b"former-one", b"earlier-one")
    assert "-one" not in repr(settings)
    assert isinstance(settings.access.secret_key_previous, Secret)
    (told,) = [one for one in not_yet(read({"SECRET_KEY_PREVIOUS": "old"})) if "PREVIOUS" in one]
    assert "without SECRET_KEY" in told
