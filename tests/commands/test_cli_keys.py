"""`aiguardian keys`: made, listed, rotated and revoked from a terminal, and all of it audited."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aiguardian.cli import main
from aiguardian.identity.keys import Keys
from aiguardian.settings.groups import Access, Runtime, Secret, Settings
from aiguardian.storage.audit_rows import AuditQuery
from aiguardian.storage.keys import StoredKey
from aiguardian.stores import build_stores

SECRET = "s3cr3t-" + "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIGUARDIAN_HOME", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", SECRET)
    return tmp_path


def created(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert main(["keys", "create", "CI", "--scope", "guards", *more]) == 0
    told = capsys.readouterr()
    (key,) = told.out.split()
    assert key not in told.err
    assert "cannot be shown again" in told.err
    return key


def listed(capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, object]]:
    assert main(["keys", "list", "--json", *more]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_key_is_printed_once_with_what_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    key = created(
        capsys, "--scope", "proxy", "--tenant", "acme", "--limit", "600 requests/minute",
        "--expires-in", "90d", "--policy", "strict",
    )  # fmt: skip
    (told,) = listed(capsys)
    assert told["id"] == key[:15]
    assert told["scopes"] == ["guards", "proxy"]
    assert (told["tenant"], told["policy"], told["is_live"]) == ("acme", "strict", True)
    assert told["limits"] == ["600 requests/minute"]
    assert "digest" not in told
    assert key[16:] not in json.dumps(told)
    assert listed(capsys, "--tenant", "other") == []


def test_rotating_and_revoking_end_the_old_one(capsys: pytest.CaptureFixture[str]) -> None:
    old = created(capsys)
    assert main(["keys", "rotate", old[:15], "--overlap", "0s"]) == 0
    new = capsys.readouterr().out.strip()
    assert main(["keys", "revoke", new[:15]]) == 0
    assert "within seconds" in capsys.readouterr().out
    by_id = {one["id"]: one for one in listed(capsys)}
    assert by_id[new[:15]]["replaces"] == old[:15]
    assert not any(one["is_live"] for one in by_id.values())
    assert main(["keys", "list"]) == 0
    shown = capsys.readouterr().out
    assert "revoked" in shown
    assert "expired" in shown


def test_what_was_done_is_in_the_audit(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    key = created(capsys, "--tenant", "acme")
    assert main(["keys", "revoke", key[:15]]) == 0
    kept = build_stores(settings(home))
    rows = kept.records.audit.page(AuditQuery("acme"), after=None, limit=10)
    entries = [json.loads(row.entry) for row in rows]
    kept.close()
    acts = [(one["act"], one["target"], one["key"]) for one in entries if one["kind"] == "act"]
    assert sorted(acts) == [
        ("keys.create", key[:15], "command-line"),
        ("keys.revoke", key[:15], "command-line"),
    ]


def settings(home: Path) -> Settings:
    return Settings(runtime=Runtime(home=home), access=Access(secret_key=Secret(SECRET)))


def test_a_name_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    kept = build_stores(settings(home))
    blank = StoredKey("", "acme", "", b"", "", ("guards",), 0.0, "unified")
    keys = Keys(kept.identity.keys, kept.identity.secrets)
    keys.create(replace(blank, name="evil\x1b]0;owned\x07\x9b2J Ünïcode\n"))
    kept.close()
    assert main(["keys", "list"]) == 0
    shown = capsys.readouterr().out
    assert "evil?]0;owned??2J Ünïcode?" in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["revoke", "agk_nowhere0000"], 1, "There is no such key"),
        (["rotate", "agk_nowhere0000"], 1, "There is no such key"),
        (["create", "x", "--scope", "guards", "--limit", "many"], 1, "limits"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, said: str
) -> None:
    assert main(["keys", *arguments]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


@pytest.mark.parametrize(
    "arguments",
    [
        ["create", "x"],
        ["create", "x", "--scope", "root"],
        ["create", "x", "--scope", "guards", "--tenant", "../x"],
        ["create", "x", "--scope", "guards", "--expires-in", "soon"],
        ["rotate"],
        [],
    ],
)
def test_wrong_usage_is_a_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["keys", *arguments])
    assert ended.value.code == 2


def test_without_a_secret_key_nothing_is_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY")
    for arguments in (["create", "x", "--scope", "guards"], ["list"]):
        assert main(["keys", *arguments]) == 2
        assert "export SECRET_KEY=" in capsys.readouterr().err
    assert list(home.iterdir()) == []
