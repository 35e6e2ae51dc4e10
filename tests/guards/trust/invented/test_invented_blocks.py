"""Code blocks of a text: which are judged, by their language, and syntax with its line."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.invented.blocks import code_blocks
from aiguardian.guards.trust.invented.check import check_code
from aiguardian.guards.trust.judgement import Check
from aiguardian.processor import Deadline


def checks(text: str) -> list[Check]:
    return check_code(text, is_code=False, packages=None, deadline=Deadline(30))


def fenced(language: str, code: str) -> str:
    return f"Use this:\n\n```{language}\n{code}\n```\n"


@pytest.mark.parametrize(
    ("language", "code", "line"),
    [
        ("python", "x = 1\ny = (2", 2),
        ("js", "const a = 1;\nfunction ( {", 2),
        ("java", "class A {\n  void f() { int x = ; }\n}", 2),
        ("go", "package main\n\nfunc main( {\n}", 3),
        ("c", "int main(void) {\n  return 0 +;\n}", 2),
        ("php", "<?php\n$x = ;\n", 2),
        ("bash", "echo $(ls\n", 1),
        ("sql", "SELEC * FROM t;", 1),
    ],
)
def test_a_syntax_error_is_found_with_its_line(language: str, code: str, line: int) -> None:
    (check,) = checks(fenced(language, code))
    assert check.name == "code.syntax"
    assert check.message.startswith(f"Line {line} of the")


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "def f(x):\n    ...\n"),
        ("js", "const f = async (x) => { await x?.y ?? 1; };"),
        ("js", "const x = <div>{y}</div>;"),
        ("java", "class A {\n  // ...\n  void f() { }\n}"),
        ("java", "int x = 1;\nSystem.out.println(x);"),
        ("go", 'x := map[string]int{"a": 1}\nfmt.Println(x)'),
        ("c", "#include <stdio.h>\nint main(void) { return 0; }"),
        ("php", "$x = [1, 2];\necho $x[0];"),
        ("bash", 'for f in *.txt; do echo "$f"; done'),
        ("sql", "SELECT a, count(*) FROM t WHERE b > 1 GROUP BY a;"),
        ("js", "function f() {\n  ...\n}"),
        ("text", "func main( {"),
        ("cpp", "template<typename T> T f(T x) { return x; }"),
        ("", "Usage: run [options] <file>"),
        ("json", '{"a": }'),
    ],
)
def test_code_that_parses_or_that_no_grammar_reads_is_left_alone(language: str, code: str) -> None:
    assert checks(fenced(language, code)) == []


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("const fs = require('fs');\nfs.readFileAsync('x');", "fs.readFileAsync"),
        ("import { readFilee } from 'node:fs';", "readFilee"),
        ("import path from 'path';\npath.combine('a');", "path.combine"),
        ("import * as os from 'os';\nos.cpuCount();", "os.cpuCount"),
        ("const x = JSON.parsee('1');", "JSON.parsee"),
        ("const x = Math.clamp(1, 2, 3);", "Math.clamp"),
        ("import x from 'node:filesystem';", "node:filesystem"),
        ("import x from 'expresss';", "expresss"),
    ],
)
def test_invented_javascript_names_are_found(code: str, shown: str) -> None:
    text = fenced("javascript", code)
    (check,) = checks(text)
    assert text[check.start : check.end] == shown


@pytest.mark.parametrize(
    "code",
    [
        "const fs = require('fs/promises');\nfs.readFile('x');",
        "import fs, { readFile } from 'node:fs';\nfs.readFileSync('x');",
        "import x from './own';\nimport y from '@/lib/y';",
        "const util = require('util');\nutil.promisify(f);",
        "const z = Object.groupBy(a, f);",
        "// fs.readFileAsync('x')\nconst a = `JSON.parsee`;",
        "const url = require('url');\nfunction f(url) { return url.anything; }",
        "Math.own = 1;\nMath.own;",
        "import express from 'express';\nimport { useState } from 'react';",
    ],
)
def test_javascript_names_that_exist_are_left_alone(code: str) -> None:
    assert checks(fenced("js", code)) == []


def test_an_open_fence_is_not_judged() -> None:
    assert checks("```python\ndef f(:\n") == []


def test_a_fence_in_a_docstring_does_not_hide_the_code() -> None:
    text = 'import os\n\ndef f():\n    """Do.\n\n    ```python\n    f()\n    ```\n    """\n'
    (block,) = code_blocks(text, is_code=True)
    assert (block.start, block.end) == (0, len(text))


@pytest.mark.parametrize("language", ["js", "java", "go", "c", "php", "bash", "sql", "python"])
@pytest.mark.parametrize("unit", ['f("', "({[", "/*", "`${", "require('", "import {a", "<a ", "\\"])
def test_hostile_code_is_read_to_its_end(language: str, unit: str) -> None:
    checks(fenced(language, unit * (30_000 // len(unit))))
