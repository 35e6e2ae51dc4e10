"""`aiguardian scan`, as somebody runs it over a repository."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from aiguardian.cli import main
from aiguardian.scanning.files import PIECE_CHARACTERS, Generated, pieces_of, under

KEY = "AKIA" + "Z7Q2M4XK9B3LWR8T"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIGUARDIAN_HOME", str(tmp_path / "home"))
    project = tmp_path / "project"
    project.mkdir()
    return project


def test_a_secret_is_told_with_its_place_and_without_its_text(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "settings.py").write_text(f'import os\n\nkey = "{KEY}"\n', encoding="utf-8")
    assert main(["scan", str(folder)]) == 1
    told = capsys.readouterr()
    assert f"{folder / 'settings.py'}:3:8: secrets:" in told.out
    assert "1 file, 1 found, 0 not judged" in told.err
    assert KEY not in told.out + told.err


def test_dangerous_code_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "app.py").write_text(
        "import os, sys\ndef main():\n    os.system('ls ' + sys.argv[1])\n", encoding="utf-8"
    )
    assert main(["scan", "--format", "json", str(folder)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(one["line"], one["category"]) for one in told["findings"]] == [(3, "code")]


def test_a_clean_folder_is_left_with_success(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "readme.md").write_text("Nothing here but words.\n", encoding="utf-8")
    assert main(["scan", str(folder)]) == 0
    assert capsys.readouterr().out == ""


def test_a_line_that_is_meant_is_passed_over(folder: Path) -> None:
    (folder / "a.py").write_text(f'key = "{KEY}"  # aiguardian: allow\n', encoding="utf-8")
    assert main(["scan", str(folder)]) == 0


def test_sarif_names_rule_place_and_tool(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.env").write_text(f"AWS_ACCESS_KEY_ID={KEY}\n", encoding="utf-8")
    main(["scan", "--format", "sarif", str(folder)])
    run = json.loads(capsys.readouterr().out)["runs"][0]
    assert run["tool"]["driver"]["name"] == "AIGuardian"
    (result,) = run["results"]
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_what_is_not_judged_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "min.js").write_text("x" * 30_000, encoding="utf-8")
    (folder / "latin.txt").write_bytes(b"caf\xe9 au lait")
    (folder / "image.png").write_bytes(b"\x89PNG\0\0")
    assert main(["scan", str(folder)]) == 0
    told = capsys.readouterr().err
    assert "min.js: made by a program" in told
    assert "latin.txt: no UTF-8" in told
    assert "3 files, 0 found, 2 not judged" in told


def test_a_path_that_is_not_there_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", str(folder / "nowhere")]) == 2
    assert "nowhere: No such file" in capsys.readouterr().err


def test_an_unknown_check_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scan", "--checks", "secrets,spelling"])
    assert "no such check: 'spelling'" in capsys.readouterr().err


def test_what_git_ignores_is_left_out(folder: Path) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / ".gitignore").write_text("local.env\n", encoding="utf-8")
    (folder / "local.env").write_text(f"KEY={KEY}\n", encoding="utf-8")
    (folder / "kept.txt").write_text("kept\n", encoding="utf-8")
    assert {path.name for path in under([folder])} == {".gitignore", "kept.txt"}
    assert [path.name for path in under([folder], ["*.txt"])] == [".gitignore"]


def test_a_long_file_keeps_its_lines_over_several_pieces(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    line = "a line like any other\n"
    path.write_text(line * (PIECE_CHARACTERS // len(line) + 100) + "last\n", encoding="utf-8")
    pieces = list(pieces_of(path))
    assert len(pieces) == 2
    at = pieces[1].text.index("last")
    assert pieces[1].line_of(at) == PIECE_CHARACTERS // len(line) + 101
    assert pieces[1].column_of(at) == 1


def test_a_file_of_one_endless_line_is_generated(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text("[" + "1," * 20_000 + "1]", encoding="utf-8")
    with pytest.raises(Generated):
        list(pieces_of(path))
