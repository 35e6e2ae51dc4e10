"""Values from the environment, files and AWS: who wins, and what is said of faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from aiguardian.doctor import listing
from aiguardian.settings.aws import Aws
from aiguardian.settings.checks import look_alikes
from aiguardian.settings.groups import all_settings
from aiguardian.settings.read import SettingsError, read
from aiguardian.settings.sources import (
    Gathered,
    Noted,
    SecretsUnavailable,
    Sourced,
    Sources,
)

CANARY = "source-canary-4d1e"


def never(_: Aws) -> Mapping[str, str]:
    raise AssertionError("AWS is not asked unless it is enabled")


def says(**values: str) -> Callable[[Aws], Mapping[str, str]]:
    return lambda _: values


def gathered(
    environ: Mapping[str, str], fetch: Callable[[Aws], Mapping[str, str]] = never
) -> Gathered:
    return Sources(environ, fetch).gather()


def faults(
    environ: Mapping[str, str], fetch: Callable[[Aws], Mapping[str, str]] = never
) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        gathered(environ, fetch)
    assert CANARY not in str(caught.value)
    return caught.value.faults


def written(folder: Path, value: str | bytes) -> str:
    path = folder / "secret"
    path.write_bytes(value if isinstance(value, bytes) else value.encode())
    return str(path)


def test_the_environment_is_taken_as_it_is() -> None:
    environ = {"PORT": "9000", "PATH": "/bin", "DEBUG": " "}
    found = gathered(environ)
    assert found.values == environ
    assert found.origins == {"PORT": "environment"}


def test_a_file_holds_the_value(tmp_path: Path) -> None:
    path = written(tmp_path, f" {CANARY}\n")
    found = gathered({"DATABASE_PASSWORD_FILE": path})
    assert found.values["DATABASE_PASSWORD"] == CANARY
    assert found.origins == {"DATABASE_PASSWORD": "file"}
    settings = read(found.values)
    assert settings.database.password is not None
    assert settings.database.password.reveal() == CANARY


def test_every_setting_can_stand_in_a_file_and_none_is_named_like_one(tmp_path: Path) -> None:
    names = [setting.variable.name for setting in all_settings()]
    path = written(tmp_path, "x")
    found = gathered({f"{name}_FILE": path for name in names if name != "AWS_SECRETS_ENABLED"})
    assert set(found.origins.values()) == {"file"}
    assert not {f"{name}_FILE" for name in names} & set(names)


def test_an_empty_file_is_no_value(tmp_path: Path) -> None:
    found = gathered({"UNIFIED_API_KEY_FILE": written(tmp_path, "\n")})
    assert found.origins == {}
    assert read(found.values).access.unified_api_key is None


def test_a_value_and_its_file_together_are_a_fault(tmp_path: Path) -> None:
    environ = {"SECRET_KEY": CANARY, "SECRET_KEY_FILE": written(tmp_path, CANARY)}
    (fault,) = faults(environ)
    assert fault == "SECRET_KEY: set, and SECRET_KEY_FILE too; keep one of them."


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\xff\xfe" + CANARY.encode(), "not UTF-8"), (CANARY.encode() * 5_000, "is longer than")],
)
def test_a_file_that_cannot_be_read_is_named_and_not_shown(
    tmp_path: Path, content: bytes, why: str
) -> None:
    (fault,) = faults({"SECRET_KEY_FILE": written(tmp_path, content)})
    assert fault.startswith("SECRET_KEY_FILE: ")
    assert why in fault


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    told = faults({"SECRET_KEY_FILE": "/nowhere/a", "REDIS_PASSWORD_FILE": str(tmp_path)})
    assert len(told) == 2
    assert "No such file" in "".join(told)
    assert "directory" in "".join(told)


def test_a_file_variable_is_no_look_alike() -> None:
    assert look_alikes({"DATABASE_PASSWORD_FILE": "/x", "POSTGRES_PASSWORD_FILE": "/x"}) == []


def test_an_unknown_setting_of_ours_has_no_file_either(tmp_path: Path) -> None:
    found = gathered({"AIGUARDIAN_NONSENSE_FILE": written(tmp_path, "x")})
    with pytest.raises(SettingsError, match="AIGUARDIAN_NONSENSE_FILE"):
        read(found.values)


def test_the_environment_and_files_win_over_aws(tmp_path: Path) -> None:
    environ = {
        "AWS_SECRETS_ENABLED": "true",
        "SECRET_KEY": "from-the-environment",
        "REDIS_PASSWORD_FILE": written(tmp_path, "from-a-file"),
        "UNIFIED_API_KEY": "",
    }
    fetch = says(SECRET_KEY=CANARY, REDIS_PASSWORD=CANARY, UNIFIED_API_KEY="from-aws", PATH="/evil")
    found = gathered(environ, fetch)
    assert found.values["SECRET_KEY"] == "from-the-environment"
    assert found.values["REDIS_PASSWORD"] == "from-a-file"
    assert found.values["UNIFIED_API_KEY"] == "from-aws"
    assert "PATH" not in found.values
    assert found.origins == {
        "AWS_SECRETS_ENABLED": "environment",
        "SECRET_KEY": "environment",
        "REDIS_PASSWORD": "file",
        "UNIFIED_API_KEY": "aws",
    }


def test_secrets_cannot_say_where_the_secrets_are() -> None:
    environ = {"AWS_SECRETS_ENABLED": "yes"}
    found = gathered(environ, says(AWS_SECRETS_NAME="elsewhere", AWS_REGION="mars"))
    assert found.origins == {"AWS_SECRETS_ENABLED": "environment"}


def test_aws_is_asked_where_the_environment_says() -> None:
    asked: list[Aws] = []

    def fetch(where: Aws) -> Mapping[str, str]:
        asked.append(where)
        return {}

    gathered({"AWS_SECRETS_ENABLED": "1"}, fetch)
    gathered(
        {
            "AWS_SECRETS_ENABLED": "true",
            "AWS_SECRETS_NAME": "mine/staging",
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": "http://localhost:5000",
        },
        fetch,
    )
    assert (asked[0].name, asked[0].region, asked[0].endpoint) == (
        "codeguardians-gateway/production",
        "us-east-1",
        None,
    )
    assert (asked[1].name, asked[1].region) == ("mine/staging", "eu-central-1")
    assert asked[1].endpoint == "http://localhost:5000"


def test_secrets_that_cannot_be_had_stop_the_start() -> None:
    def fetch(_: Aws) -> Mapping[str, str]:
        raise SecretsUnavailable("AWS did not give the secret 'x': ResourceNotFoundException.")

    (fault,) = faults({"AWS_SECRETS_ENABLED": "true"}, fetch)
    assert fault.startswith("AWS_SECRETS_NAME: AWS did not give the secret 'x'")


def test_what_has_changed_is_named() -> None:
    before = Gathered({"A": "1", "B": "2"}, {"A": "file", "B": "aws"})
    after = Gathered({"A": "1", "B": "3", "C": "4"}, {"A": "file", "B": "aws", "C": "aws"})
    assert after.changed(before) == {"B", "C"}
    assert before.changed(after) == {"B", "C"}
    assert before.changed(before) == set()


@pytest.mark.parametrize(
    ("origins", "can_change"),
    [({}, False), ({"A": "environment"}, False), ({"A": "aws"}, True), ({"A": "file"}, True)],
)
def test_only_files_and_aws_can_change_while_it_runs(
    origins: dict[str, object], can_change: bool
) -> None:
    sourced = Sourced(Sources({}, never), Gathered({}, origins))  # type: ignore[arg-type]  # any word
    assert sourced.can_change is can_change


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://app@h:5432/d?sslmode=require", "postgresql://app:p%40%2F@h:5432/d?sslmode=require"),
        ("postgresql://app:own@h/d", "postgresql://app:own@h/d"),
        ("postgresql://app@h/d?password=own", "postgresql://app@h/d?password=own"),
        ("sqlite:////data/kept.db", "sqlite:////data/kept.db"),
        ("redis://h:6379/0", "redis://:p%40%2F@h:6379/0"),
        ("rediss://app@h", "rediss://app:p%40%2F@h"),
        ("redis://:own@h/0", "redis://:own@h/0"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
    ],
)  # fmt: skip
def test_a_password_beside_an_address_completes_it(url: str, address: str) -> None:
    kind = "REDIS" if url.startswith(("redis", "unix")) else "DATABASE"
    settings = read({f"{kind}_URL": url, f"{kind}_PASSWORD": "p@/"})
    found = settings.redis.address() if kind == "REDIS" else settings.database.address()
    assert found is not None
    assert found.reveal() == address


def test_the_doctor_says_where_each_value_is_from_and_masks_secrets(tmp_path: Path) -> None:
    environ = {
        "AWS_SECRETS_ENABLED": "true",
        "PORT": "9000",
        "REDIS_PASSWORD_FILE": written(tmp_path, CANARY),
    }
    found = gathered(environ, says(UNIFIED_API_KEY=CANARY, RATE_LIMIT_PER_KEY="9 usd/day soft"))
    lines = listing(read(found.values), found.origins)
    shown = {line[3:].split()[0]: line for line in lines}
    masked = f"******** ({len(CANARY)} characters)"
    assert (
        shown["UNIFIED_API_KEY"]
        == f" * {'UNIFIED_API_KEY':34} {masked}  (from AWS Secrets Manager)"
    )
    assert shown["REDIS_PASSWORD"] == f" * {'REDIS_PASSWORD':34} {masked}  (from a file)"
    assert shown["RATE_LIMIT_PER_KEY"].split()[2:5] == ["9", "usd/day", "soft"]
    assert shown["PORT"] == f" * {'PORT':34} 9000"
    assert shown["HOST"] == f"   {'HOST':34} 127.0.0.1"
    assert CANARY not in "".join(lines)


# Values that files name: any variable, wherever it stands


def test_a_file_may_name_any_variable_wherever_it_stands(tmp_path: Path) -> None:
    environ = {
        "HERE": "from the environment",
        "MOUNTED_FILE": written(tmp_path, f" {CANARY} \n"),
        "LOST_FILE": str(tmp_path / "nowhere"),
        "AWS_SECRETS_ENABLED": "true",
    }
    fetch = says(MOUNTED="aws", STORED="aws", HERE="aws", UPSTREAM_API_KEY="k", EMPTY=" ")
    sources = Sources(environ, fetch)
    sourced = Sourced(sources, sources.gather())
    found = sourced.named
    assert found["HERE"] == "from the environment"
    assert found["MOUNTED"] == CANARY, "a file wins over AWS, as for settings"
    assert found["STORED"] == "aws"
    assert found["UPSTREAM_API_KEY"] == "k", "a setting's value too"
    assert [found.get(name) for name in ("LOST", "EMPTY", "NONE")] == [None] * 3
    assert sourced.can_change
    assert "STORED" not in sourced.gathered.values, "it is no setting"


def test_what_was_used_is_noted_and_a_change_is_seen() -> None:
    values = {"A": "1", "B": "2"}
    noted = Noted(values)
    assert (noted["A"], noted.get("C")) == ("1", None)
    values["B"] = "3"
    assert not noted.has_changed(), "nobody asked for it"
    values["C"] = "4"
    assert noted.has_changed()
    assert (noted.uses("C"), noted.uses("B")) == (True, False)
