from __future__ import annotations

import pytest

from aiguardian.guards.security.code.find import blocks, code_hits
from aiguardian.guards.security.code.languages import guess
from aiguardian.guards.security.code.python.regexes import is_catastrophic
from aiguardian.guards.security.code.tree import PIECE, pieces

PYTHON = "import os\n\ndef ping(host):\n    os.system('ping ' + host)\n"


def languages(text: str, *, is_code: bool = False) -> list[str]:
    return [block.language for block in blocks(text, is_code=is_code)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Here:\n\n```python\n{PYTHON}```\nDone.", ["python"]),
        (f"Here:\n\n```\n{PYTHON}```\n", ["python"]),
        ("```js\nlet a = 1;\n```\n\n```go\nx := 1\n```", ["javascript", "go"]),
        (f"Try this.\n\n{PYTHON}\nThat should work.", ["python"]),
        ("```json\n{}\n```", []),
        ("We import the goods from France. Then we return home.", []),
        ("Dear all,\n\nif you can come, tell me.\n\nBest,\nAnna", []),
        ("买了三个苹果。\n然后回家。", []),
        ("", []),
    ],
)
def test_code_is_found_in_fences_and_in_lines_that_surely_are_code(
    text: str, expected: list[str]
) -> None:
    assert languages(text) == expected


def test_all_of_a_code_text_is_read() -> None:
    assert languages(PYTHON, is_code=True) == ["python"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PYTHON, "python"),
        ("const a = require('fs');\nlet b = () => 1;", "javascript"),
        (
            "public class A {\n  private int x = 1;\n  @Override\n  public void f() throws E {}\n}",
            "java",
        ),
        ("package main\n\nfunc main() {\n\tx := 1\n}", "go"),
        ("#include <stdio.h>\nint main(void) { char b[3]; }", "c"),
        ("<?php\n$a = $_GET['x'];\necho $a;", "php"),
        ("#!/bin/bash\nif [ -f x ]; then\n  rm x\nfi", "bash"),
        ("SELECT a FROM t;\nINSERT INTO t VALUES (1);", "sql"),
        ('fn main() { let mut x: &str = "a"; std::process::exit(1); }', None),
        ("hello", None),
    ],
)
def test_the_language_is_guessed(text: str, language: str | None) -> None:
    assert guess(text) == language


def test_prose_about_code_is_no_finding() -> None:
    text = "Never call os.system with user input; use subprocess.run([...]) and avoid eval()."
    assert list(code_hits(text, is_code=False, check=lambda: None)) == []


def test_pieces_cover_the_text_and_are_bounded() -> None:
    text = "x = 1\n" * 40_000
    spans = list(pieces(text, 0, len(text)))
    assert "".join(text[start:end] for start, end in spans) == text
    assert max(end - start for start, end in spans) <= PIECE


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"([a-z]+)*\d", r"(\w+\s?)+$", r"(.*)*x"])
def test_an_exponential_expression_is_recognised(pattern: str) -> None:
    assert is_catastrophic(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(\w+,)*", r"a+b+", r"(?:ab)+", r"[a-z]{1,3}", r"(", "", r"(a{1,3})+"]
)
def test_a_linear_or_broken_expression_is_not(pattern: str) -> None:
    assert not is_catastrophic(pattern)


DEEP = [
    ("python", "x = " + "(" * 400 + "1" + ")" * 400 + "\n"),
    ("python", "".join("    " * n + "if a:\n" for n in range(60)) + "    " * 60 + "os.system(b)\n"),
    ("javascript", "f(" * 300 + "eval(x)" + ")" * 300 + ";\n"),
]


@pytest.mark.parametrize(("language", "code"), DEEP)
def test_code_that_nests_too_deep_is_named_as_not_read(language: str, code: str) -> None:
    text = f"```{language}\n{code}```\n"
    unread: list[tuple[int, int]] = []
    list(code_hits(text, is_code=False, check=lambda: None, unread=unread))
    assert unread
    assert all(0 <= start < end <= len(text) for start, end in unread)


def test_ordinary_code_is_read_whole() -> None:
    unread: list[tuple[int, int]] = []
    text = "def f(a):\n    if a:\n        return [g(b) for b in a]\n    return {}\n"
    list(code_hits(text, is_code=True, check=lambda: None, unread=unread))
    assert unread == []
