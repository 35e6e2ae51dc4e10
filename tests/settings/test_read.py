"""Settings from the environment: every type, all faults at once, and no secret in any of them."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian import doctor
from aiguardian.settings.checks import look_alikes, not_yet
from aiguardian.settings.groups import (
    GUARD_NAMES,
    Database,
    Redis,
    Secret,
    Settings,
    all_settings,
)
from aiguardian.settings.read import SettingsError, read
from aiguardian.storage.address import PostgresAddress, read_address

CANARY = "kanarienvogel-7Qx9"
GOOD_KEY = secrets.token_hex(32)
PRODUCTION = {"ENVIRONMENT": "production", "SECRET_KEY": GOOD_KEY}


def faults(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(environ)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return caught.value.faults


def test_without_variables_all_is_default() -> None:
    assert read({}) == Settings()
    assert read({"HOME": "/root", "PATH": "/bin", "LANG": "C"}) == Settings()


def test_defaults_are_safe() -> None:
    settings = read({})
    assert settings.is_development
    assert settings.runtime.host == "127.0.0.1"
    assert (settings.runtime.port, settings.runtime.log_level) == (8000, "INFO")
    assert not settings.runtime.debug
    assert settings.access.secret_key is None
    assert settings.access.allowed_origins == ()
    assert not settings.database.enabled
    assert all(settings.guards.instances(guard) == () for guard in GUARD_NAMES)


READ: list[tuple[str, str, str, Any]] = [
    ("AIGUARDIAN_KEEP_ALIVE_S", "330", "limits.keep_alive_s", 330),
    ("DATABASE_SSLMODE", "Verify-Full", "database.sslmode", "verify-full"),
    ("DATABASE_SSLROOTCERT", "/etc/rds.pem", "database.sslrootcert", Path("/etc/rds.pem")),
    ("ENVIRONMENT", "Production", "runtime.environment", "production"),
    ("ENVIRONMENT", "staging", "runtime.environment", "staging"),
    ("DEBUG", "true", "runtime.debug", True),
    ("DEBUG", "YES", "runtime.debug", True),
    ("DEBUG", "1", "runtime.debug", True),
    ("DEBUG", "off", "runtime.debug", False),
    ("DEBUG", "0", "runtime.debug", False),
    ("LOG_LEVEL", "warning", "runtime.log_level", "WARNING"),
    ("PORT", "0", "runtime.port", 0),
    ("PORT", " 65535 ", "runtime.port", 65535),
    ("HOST", "::", "runtime.host", "::"),
    ("AIGUARDIAN_HOME", "/tmp/x y", "runtime.home", Path("/tmp/x y")),
    ("AIGUARDIAN_BODY_TIMEOUT_S", "0.5", "limits.body_timeout_s", 0.5),
    ("AIGUARDIAN_DRAIN_S", "1e2", "limits.drain_s", 100.0),
    ("AIGUARDIAN_QUEUE", "+7", "limits.queue", 7),
    (
        "ALLOWED_HOSTS",
        "a.example, *.b.example,,[::1]",
        "access.allowed_hosts",
        ("a.example", "*.b.example", "[::1]"),
    ),
    ("ALLOWED_ORIGINS", "*", "access.allowed_origins", ("*",)),
    ("TOKENGUARD_URL", "http://a:1,https://b", "guards.tokenguard", ("http://a:1", "https://b")),
    ("OTEL_TRACES_SAMPLER_ARG", "1", "tracing.sample_ratio", 1.0),
    ("DATABASE_PORT", "1", "database.port", 1),
    ("REDIS_DB", "15", "redis.database", 15),
]


@pytest.mark.parametrize(("name", "raw", "where", "value"), READ)
def test_a_value_is_read(name: str, raw: str, where: str, value: Any) -> None:
    group, field = where.split(".")
    environ = {**(PRODUCTION if value == "production" else {}), name: raw}
    assert getattr(getattr(read(environ), group), field) == value


def test_home_knows_the_tilde() -> None:
    assert read({"AIGUARDIAN_HOME": "~/x"}).runtime.home == Path.home() / "x"


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_value_is_none(empty: str) -> None:
    environ = {setting.variable.name: empty for setting in all_settings()}
    assert read(environ) == Settings()


WRONG = [
    ("ENVIRONMENT", "prod", "is not one of development, test, staging, production"),
    ("DEBUG", "maybe", "is not true or false"),
    ("LOG_LEVEL", "LOUD", "is not one of DEBUG, INFO"),
    ("PORT", "eight", "is not a whole number"),
    ("PORT", "80.5", "is not a whole number"),
    ("PORT", "-1", "is less than 0"),
    ("PORT", "65536", "is more than 65535"),
    ("PORT", "9" * 400, "is not a whole number"),
    ("AIGUARDIAN_KEEP_ALIVE_S", "0", "is less than 1"),
    ("AIGUARDIAN_KEEP_ALIVE_S", "3601", "is more than 3600"),
    ("AIGUARDIAN_KEEP_ALIVE_S", "7.5", "is not a whole number"),
    ("DATABASE_SSLMODE", "on", "is not one of disable, allow, prefer, require, verify-ca"),
    ("AIGUARDIAN_BODY_TIMEOUT_S", "soon", "is not a number"),
    ("AIGUARDIAN_BODY_TIMEOUT_S", "nan", "is not a finite number"),
    ("AIGUARDIAN_BODY_TIMEOUT_S", "inf", "is not a finite number"),
    ("AIGUARDIAN_BODY_TIMEOUT_S", "0", "is less than 0.1"),
    ("OTEL_TRACES_SAMPLER_ARG", "2", "is more than 1"),
    ("TOKENGUARD_URL", "tokenguard:8001", "is not an http:// or https:// URL"),
    ("TOKENGUARD_URL", "http://", "is not an http:// or https:// URL"),
    ("TOKENGUARD_URL", "ftp://x", "is not an http:// or https:// URL"),
    ("TOKENGUARD_URL", "http://x:99999", "is not a URL"),
    ("TOKENGUARD_URL", "http://x:0", "has port 0"),
    ("TOKENGUARD_URL", "http://a..b:8001", "is not a URL"),
    ("TOKENGUARD_URL", f"http://{'x' * 70}", "is not a URL"),
    ("TOKENGUARD_URL", "http://x/?a=1", "has a query or fragment"),
    ("TOKENGUARD_URL", f"http://u:{CANARY}@x", "carries a user or password"),
    ("HEALTHGUARD_URL", "http://[::1", "is not a URL"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "is not an http:// or https:// URL"),
    ("UPSTREAM_BASE_URL", "api.openai.com/v1", "is not an http:// or https:// URL"),
    ("UPSTREAM_BASE_URL", "https://me:secret@api.example", "carries a user or password"),
    ("ALLOWED_ORIGINS", "app.example.com", "is not an origin"),
    ("ALLOWED_ORIGINS", "https://app.example.com/", "is not an origin"),
    ("ALLOWED_HOSTS", "https://api.example.com", "is not a host name"),
    ("ALLOWED_HOSTS", "api.example.com:8000", "is not a host name"),
    ("ALLOWED_HOSTS", "api.*.com", "is not a host name"),
    ("DATABASE_URL", f"mysql://u:{CANARY}@h/d", "is not a PostgreSQL or SQLite address"),
    ("DATABASE_URL", CANARY, "is not a PostgreSQL or SQLite address"),
    ("REDIS_URL", f"http://:{CANARY}@h", "is not a Redis address"),
    ("DATABASE_ENABLED", "true", "neither DATABASE_URL nor DATABASE_HOST"),
    ("AWS_ENDPOINT_URL", "localhost:5000", "is not an http:// or https:// URL"),
    ("STRIPE_API_BASE", "http://user@stripe", "is not an http:// or https:// URL"),
    ("BILLING_RETURN_URL", "javascript:alert(1)", "is not an http:// or https:// URL"),
    ("RATE_LIMIT_PER_KEY", "600", "is not an amount, a unit"),
    ("RATE_LIMIT_PER_IP", "9 requests/day, 9 requests/86400s", "count the same"),
    ("AIGUARDIAN_QUEU", "1", "Did you mean AIGUARDIAN_QUEUE?"),
    ("AIGUARDIAN_XYZZY_PLUGH_FOO", CANARY, "aiguardian doctor lists all"),
    ("AIGUARDIAN_SECRET_KEY", CANARY, "Did you mean SECRET_KEY?"),
]


@pytest.mark.parametrize(("name", "raw", "fault"), WRONG)
def test_a_wrong_value_is_named_with_its_mend_and_no_secret(
    name: str, raw: str, fault: str
) -> None:
    (told,) = faults(**{name: raw})
    assert told.startswith(name + ":")
    assert fault in told
    assert CANARY not in told
    assert (
        f"{name}=" in told
        or "Did you mean" in told
        or name.startswith(("AIGUARDIAN_X", "DATABASE_E"))
    )
    assert len(told) < 400


def test_all_faults_are_told_at_once() -> None:
    told = faults(**{name: raw for name, raw, _ in WRONG if name != "DATABASE_ENABLED"})
    assert {one.partition(":")[0] for one in told} == {
        name for name, _, _ in WRONG if name != "DATABASE_ENABLED"
    }


def test_every_example_is_a_value_that_is_accepted() -> None:
    for setting in all_settings():
        name, example = setting.variable.name, setting.variable.example
        if "<" in example:
            continue
        more = {
            "ENVIRONMENT": PRODUCTION,
            "DATABASE_ENABLED": {"DATABASE_HOST": "h"},
            "CLERK_ENABLED": {"CLERK_ISSUER": "https://clerk.example.com"},
            "TRUST_JUDGE_URL": {"TRUST_JUDGE_MODEL": "m"},
            "TRUST_JUDGE_MODEL": {"TRUST_JUDGE_URL": "http://h"},
        }.get(name, {})
        read({**more, name: example})


def test_faults_show_no_more_of_a_value_than_helps() -> None:
    (told,) = faults(PORT="x" * 10_000)
    assert len(told) < 300


@pytest.mark.parametrize("name", [s.variable.name for s in all_settings() if s.is_secret])
def test_a_secret_is_shown_nowhere(name: str) -> None:
    prefix = {"DATABASE_URL": "postgresql://u:", "REDIS_URL": "redis://:"}.get(name, "")
    value = f"{prefix}{CANARY}{'@h/0' if prefix else ''}"
    settings = read({name: value})
    for shown in (repr(settings), str(settings), f"{settings.access} {settings.database}"):
        assert CANARY not in shown
    assert "********" in repr(settings)


def test_a_secret_hands_out_its_value_only_when_asked() -> None:
    secret = Secret(CANARY)
    assert (repr(secret), str(secret), f"{secret}", len(secret)) == (*["********"] * 3, len(CANARY))
    assert secret.reveal() == CANARY
    assert not hasattr(secret, "__dict__")


def test_the_fields_that_hold_secrets_are_secret() -> None:
    told = {setting.variable.name: setting.is_secret for setting in all_settings()}
    looks_secret = {name for name in told if re.search(r"KEY|PASSWORD|SECRET", name)}
    not_secret = {"AWS_SECRETS_ENABLED", "AWS_SECRETS_NAME", "AIGUARDIAN_SECRETS_POLL_S"}
    not_secret |= {"RATE_LIMIT_PER_KEY", "SECRET_KEY_OVERLAP_S"}
    assert all(told[name] for name in looks_secret - not_secret)
    assert told["DATABASE_URL"]
    assert told["REDIS_URL"]
    assert not told["PORT"]


# Production

BAD_KEYS = {
    "missing": ("", "not set"),
    "63 characters": (secrets.token_hex(32)[:63], "has 63 characters"),
    "the word changeme": (f"changeme{secrets.token_hex(32)}", "guessable"),
    "the words change-this": (f"{secrets.token_hex(32)}-change-this", "guessable"),
    "your secret key": ("your-secret-key-" + "q8Zr" * 20, "guessable"),
    "django's": ("django-insecure-" + secrets.token_hex(32), "guessable"),
    "one letter": ("a" * 64, "guessable"),
    "few letters": ("abcdefg" * 9 + "ab", "guessable"),
    "a piece over and over": (secrets.token_hex(16) * 2, "guessable"),
    "digits in order": ("0123456789" * 7, "guessable"),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_production_refuses_a_key_that_can_be_guessed(name: str) -> None:
    key, fault = BAD_KEYS[name]
    (told,) = faults(ENVIRONMENT="production", SECRET_KEY=key)
    assert told.startswith("SECRET_KEY: ")
    assert fault in told
    assert "secrets.token_hex(32)" in told
    assert not key or key not in told
    assert read({"ENVIRONMENT": "development", "SECRET_KEY": key}).is_development


@given(st.binary(min_size=48, max_size=64).filter(lambda raw: len(set(raw)) > 24))
def test_production_takes_random_keys(raw: bytes) -> None:
    read({**PRODUCTION, "SECRET_KEY": raw.hex()})


def test_production_refuses_debug_and_any_origin_at_once() -> None:
    told = faults(**PRODUCTION, DEBUG="true", ALLOWED_ORIGINS="https://a.example,*")
    assert [one.partition(":")[0] for one in told] == ["DEBUG", "ALLOWED_ORIGINS"]
    assert all("For example: " in one for one in told)
    read({**PRODUCTION, "DEBUG": "false", "ALLOWED_ORIGINS": "https://a.example"})


@pytest.mark.parametrize("environment", ["development", "test", "staging"])
def test_elsewhere_they_are_allowed(environment: str) -> None:
    read({"ENVIRONMENT": environment, "DEBUG": "true", "ALLOWED_ORIGINS": "*"})


# Names that look like ours


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ALLOWED_ORIGNS", "ALLOWED_ORIGINS"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("SECRETKEY", "SECRET_KEY"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("TOKENGAURD_URL", "TOKENGUARD_URL"),
        ("ENVIROMENT", "ENVIRONMENT"),
        ("UNIFIED_APIKEY", "UNIFIED_API_KEY"),
    ],
)
def test_a_name_that_is_nearly_ours_is_told_with_the_right_one(name: str, meant: str) -> None:
    assert look_alikes({name: CANARY}) == [f"{name} is not a setting. Did you mean {meant}?"]


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "LANG",
        "HOSTNAME",
        "SHELL",
        "TERM",
        "PWD",
        "USER",
        "LOGNAME",
        "EDITOR",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "KUBERNETES_PORT",
        "AWS_ACCESS_KEY_ID",
        "POSTGRES_USER",
        "_",
    ],
)
def test_names_of_others_are_left_alone(name: str) -> None:
    assert look_alikes({name: "x"}) == []
    assert read({name: "x"}) == Settings()


def test_our_own_names_are_no_look_alikes() -> None:
    assert look_alikes({setting.variable.name: "x" for setting in all_settings()}) == []


def test_a_name_is_left_alone_when_the_right_one_is_set_too() -> None:
    assert look_alikes({"ALLOWED_HOST": "x", "ALLOWED_HOSTS": "y"}) == []


def test_what_is_accepted_and_not_acted_on_is_told() -> None:
    assert not_yet(Settings()) == []
    told = not_yet(
        read(
            {
                "DATABASE_PASSWORD": CANARY,
                "DATABASE_HOST": "h",
            }
        )
    )
    assert [one.partition(":")[0] for one in told] == ["DATABASE_*"]
    assert CANARY not in " ".join(told)


# Addresses from their parts


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_any_password_survives_in_an_address(password: str) -> None:
    for address in (
        Database(host="h", user="u@:/", password=Secret(password), name="d b").address(),
        Redis(host="h", password=Secret(password)).address(),
    ):
        assert address is not None
        parts = urlsplit(address.reveal())
        assert unquote(parts.password or "") == password
        assert parts.hostname == "h"
        assert password not in repr(address) or password == "*"


def test_an_address_is_put_together_from_its_parts() -> None:
    parts = read(
        {
            "DATABASE_HOST": "pg",
            "DATABASE_USER": "us er",
            "POSTGRES_PASSWORD": "p@ss:w/rd#1?%",
            "REDIS_HOST": "cache",
            "REDIS_PORT": "1",
            "REDIS_DB": "3",
        }
    )
    database, redis = parts.database.address(), parts.redis.address()
    assert database is not None
    assert redis is not None
    assert database.reveal() == (
        "postgresql+asyncpg://us%20er:p%40ss%3Aw%2Frd%231%3F%25@pg:5432/aiguardian"
    )
    assert redis.reveal() == "redis://cache:1/3"


@pytest.mark.parametrize(
    ("mode", "authorities", "query"),
    [
        ("", "", ""),
        ("require", "", "?sslmode=require"),
        ("VERIFY-CA", "", "?sslmode=verify-ca"),
        ("", "/etc/ssl/rds.pem", "?sslrootcert=%2Fetc%2Fssl%2Frds.pem"),
        ("verify-full", "/a b/ü&c.pem", "?sslmode=verify-full&sslrootcert=%2Fa+b%2F%C3%BC%26c.pem"),
    ],
)
def test_an_address_from_parts_says_how_tls_is_meant(
    mode: str, authorities: str, query: str
) -> None:
    parts = {"DATABASE_HOST": "pg", "DATABASE_SSLMODE": mode, "DATABASE_SSLROOTCERT": authorities}
    address = read(parts).database.address()
    assert address is not None
    assert address.reveal() == f"postgresql+asyncpg://aiguardian@pg:5432/aiguardian{query}"
    understood = read_address(address.reveal())
    assert isinstance(understood, PostgresAddress)
    assert understood.ssl == (mode.lower() or "prefer")
    assert understood.ssl_files == ({"sslrootcert": authorities} if authorities else {})


def test_a_url_says_itself_how_tls_is_meant() -> None:
    url = "postgresql://u:p@h/d?sslmode=verify-full"
    database = read({"DATABASE_URL": url, "DATABASE_SSLMODE": "disable"}).database.address()
    assert database is not None
    assert database.reveal() == url


def test_a_url_goes_before_parts_and_one_password_before_the_other() -> None:
    database = Database(url=Secret("postgresql://x"), host="h").address()
    assert database is not None
    assert database.reveal() == "postgresql://x"
    both = Database(host="h", password=Secret("a"), postgres_password=Secret("b")).address()
    assert both is not None
    assert ":a@" in both.reveal()
    assert Database().address() is None
    assert Redis(password=Secret("x")).address() is None


# The reference


def test_the_reference_lists_every_setting_once() -> None:
    rows = doctor.reference().splitlines()[2:]
    names = [re.match(r"\| `(\w+)` \|", row) for row in rows]
    assert [one and one[1] for one in names] == [s.variable.name for s in all_settings()]
    assert len({one[1] for one in names if one}) == len(rows)
    assert all(row.count(" | ") == 3 for row in rows)


def test_the_configuration_page_holds_the_reference() -> None:
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    if not page.exists():
        pytest.skip("there is no such page")
    assert doctor.reference() in page.read_text("utf-8")


def test_settings_are_read_from_what_is_handed_in_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9")
    assert read({}).runtime.port == 8000
    assert read(os.environ).runtime.port == 9
