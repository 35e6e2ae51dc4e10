from __future__ import annotations

import pytest

from aiguardian.guards.security.code.find import code_hits
from aiguardian.guards.security.hits import Hit
from tests.guards.security.code.samples import SAFE, WEAK


def hits(text: str) -> list[Hit]:
    return list(code_hits(text, is_code=True, check=lambda: None))


@pytest.mark.parametrize("name", WEAK)
def test_a_weakness_is_found_with_its_number(name: str) -> None:
    cwe, text = WEAK[name]
    assert cwe in {hit.type for hit in hits(text)}


@pytest.mark.parametrize("name", SAFE)
def test_the_same_done_right_is_no_finding(name: str) -> None:
    assert hits(SAFE[name]) == []


@pytest.mark.parametrize(
    "text", ["", "\n", "def f(:\n  os.system(", "x = (", "\ud800 = eval(\udfff)"]
)
def test_empty_and_broken_code_is_read(text: str) -> None:
    assert isinstance(hits(text), list)


def test_a_finding_behind_broken_lines_is_found() -> None:
    text = "def broken(:\n    pass\n\ndef run(cmd):\n    import os\n    os.system('x ' + cmd)\n"
    assert "CWE-78" in {hit.type for hit in hits(text)}


def test_syntax_of_python_3_12_is_read() -> None:
    text = (
        "import os\ntype Name = str\n"
        "def run[T](name: Name, rest: T) -> T:\n"
        "    os.system(f\"echo {f'{name!r:>{10}}'} {'\\n'.join(['a'])}\")\n    return rest\n"
    )
    assert "CWE-78" in {hit.type for hit in hits(text)}


def test_python_2_is_read() -> None:
    assert "CWE-94" in {hit.type for hit in hits("def go(code):\n    print 'x'\n    exec code\n")}


def test_offsets_count_code_points() -> None:
    text = "# 说明 🙂\nimport os\ndef f(näme):\n    os.system('é' + näme)\n"
    (hit,) = hits(text)
    assert text[hit.start : hit.end] == "os.system('é' + näme)" == hit.value


def test_a_hit_tells_the_weakness_and_the_fix_but_not_the_code() -> None:
    (hit,) = hits("import os\ndef f(host):\n    os.system('ping ' + host)\n")
    assert hit.detector == "code.python.shell"
    assert hit.message.startswith("OS command injection (CWE-78)")
    assert hit.suggestion
    assert "ping" not in hit.message


def test_a_parameter_scores_lower_than_a_request() -> None:
    weak = hits("import os\ndef f(host):\n    os.system('ping ' + host)\n")
    sure = hits("import os\n@app.route('/')\ndef f():\n    os.system(request.args['x'])\n")
    assert 0.5 < weak[0].score < sure[0].score < 1


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "x = " + "(" * 10_000 + "1" + ")" * 10_000,
        "x = " + "[" * 10_000,
        "x = " + " + ".join(["a"] * 10_000),
        "f(" * 10_000,
        "if a:\n" * 3_000,
        "".join(" " * depth + "if a:\n" for depth in range(300)),
        "x = a" + ".b" * 10_000,
        "x = " + "not " * 10_000 + "a",
        "@a\n" * 5_000 + "def f(): pass\n",
    ],
    ids=range(10),
)
def test_deep_nesting_ends(text: str) -> None:
    assert isinstance(hits(text), list)


def test_functions_that_call_each_other_end() -> None:
    text = "".join(
        f"def f{n}(x):\n    return " + f"f{n + 1}(x) + f{n + 1}(x) + f{n + 2}(x)\n"
        for n in range(60)
    )
    assert hits(text + "def f60(x):\n    return f0(x)\n") == []


def test_branches_do_not_multiply() -> None:
    text = "def f(x):\n" + "    if x: y = x\n    else: y = 1\n" * 2_000
    assert hits(text) == []


def test_a_mebibyte_is_read_and_the_deadline_is_looked_at() -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    function = (
        "def f(a, b):\n    total = a + b\n    for one in range(3):\n        total += "
        "one\n    return total\n\n"
    )
    text = (
        function * (1_048_576 // len(function))
        + "import os\ndef g(name):\n    os.system('rm ' + name)\n"
    )
    found = list(code_hits(text, is_code=True, check=look))
    assert [hit.type for hit in found] == ["CWE-78"]
    assert looks > 100


def test_a_passed_deadline_stops_the_search() -> None:
    def refuse() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        list(code_hits("import os\nos.system(x)\n", is_code=True, check=refuse))
