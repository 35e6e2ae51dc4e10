"""The work grows with the text and no faster, whatever the text repeats."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from aiguardian.guards.security.secrets.scan import find_secrets

REPEATED = [
    "AKIA", "eyJ", "eyJhbGciOiJIUzI1NiJ9.", "-----BEGIN ", "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "-----END RSA PRIVATE KEY-----", "password=", 'password="', "password" + " " * 30, "://a:",
    "key", "sk-", '"kty"{', "curl -u a:", "mysql -p", "ghp_", "0123456789abcdef", "пароль:",
    "비밀번호:", ";base64," + "A" * 70, "IBAAKCAQ", 'name="token" value', "xoxb-1-", "=" * 8, "\\n",
    "token: ", "secret_", "&sig=", "login a password ", "s.", "12345678:AA", "LS0tLS1CRUdJTi",
    "kQ7+xB2/" * 8 + "\n", "kQ7+xB2/" * 8, '"d": "', "a_", "following password\n", 'setKey("',
    "token || '", "curl -u aB3dE6gH9jK2:",
]  # fmt: skip


def _calls(text: str) -> int:
    """Function calls, built-in and our own, that one scan makes: a clock that never varies."""
    count = 0

    def see(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    find_secrets("warm")
    sys.setprofile(see)
    try:
        find_secrets(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", REPEATED)
def test_twice_the_text_makes_at_most_twice_the_calls(piece: str) -> None:
    once = _calls(piece * (8_000 // len(piece)))
    twice = _calls(piece * (16_000 // len(piece)))
    assert twice <= 2.2 * once + 100


@pytest.mark.parametrize("piece", ["AKIA", "eyJ", "-----BEGIN ", "password=", "://a:", "A", "\x00"])
def test_a_mebibyte_of_one_thing_is_scanned(piece: str) -> None:
    find_secrets(piece * (1_048_576 // len(piece.encode())))


def test_a_caller_who_is_gone_stops_the_scan() -> None:
    class Gone(Exception):
        pass

    seen = 0

    def check() -> None:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise Gone

    with pytest.raises(Gone):
        find_secrets("password = hunter2\n" * 1_000, check=check)
