"""Python code: names that do not exist are found, names that do are left alone."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.invented.check import check_code
from aiguardian.guards.trust.judgement import Check
from aiguardian.processor import Deadline


def checks(code: str, packages: list[str] | None = None) -> list[Check]:
    return check_code(code, is_code=True, packages=packages, deadline=Deadline(30))


@pytest.mark.parametrize(
    ("code", "name", "shown"),
    [
        ("from collections import OrderedDictt\n", "name", "OrderedDictt"),
        ("import os.pathh\n", "module", "os.pathh"),
        ("import urllib2\n", "module", "urllib2"),
        ("import os\nos.path.joinn('a')\n", "name", "os.path.joinn"),
        ("import asyncio\nasyncio.run_forever()\n", "name", "asyncio.run_forever"),
        ("import json\njson.dumps({}, pretty=True)\n", "argument", "pretty=True"),
        ("import json as j\nj.loads('x', safe=True)\n", "argument", "safe=True"),
        ("import subprocess\nsubprocess.run(['x'], capture=1)\n", "argument", "capture=1"),
        ("from re import compile\ncompile('x', ignorecase=1)\n", "argument", "ignorecase=1"),
        ("import math\nmath.sqrt(1, 2)\n", "argument", "math.sqrt(1, 2)"),
        ("import datetime as d\nd.datetime.from_iso('x')\n", "name", "d.datetime.from_iso"),
        ("def f():\n    x = []\n    x.push(1)\n", "name", "x.push"),
        ("import os\n'abc'.reverse()\n", "name", "'abc'.reverse"),
        ("import threading\nt = threading.Thread()\nt.kill()\n", "name", "t.kill"),
        ("import os\nprint('x', separator='')\n", "argument", "separator=''"),
        ("import reqeusts\n", "package", "reqeusts"),
        ("# Größe 🙂\nimport os\nos.getcwdd()\n", "name", "os.getcwdd"),
        ("import os\ns = 'ü'; os.getcwdd()\n", "name", "os.getcwdd"),
        (
            "    import os\n    os.getcwdd()\n    if 1:\n        pass\nimport sys\n",
            "syntax",
            "import",
        ),
        ("def f(:\n    pass\n", "syntax", "def f(:"),
    ],
)
def test_what_does_not_exist_is_found(code: str, name: str, shown: str) -> None:
    found = checks(code)
    assert [check.name for check in found] == [f"code.{name}"]
    assert shown in code[found[0].start : found[0].end] or name == "syntax"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "import os\nos.path.join('a', 'b')\n",
        "import os.path\nos.path.exists('a')\n",
        "import os\nos.startfile('x')\n",  # Windows
        "import subprocess\nsubprocess.CREATE_NO_WINDOW\n",
        "import subprocess\nsubprocess.run(['x'], capture_output=True, text=True, cwd='.')\n",
        "import json\njson.dumps({}, cls=Own, own=True)\n",
        "try:\n    import urllib2\nexcept ImportError:\n    import urllib.request\n",
        "import sys\nif sys.version_info < (3,):\n    import urllib2\n",
        "import os\nif hasattr(os, 'getcwdu'):\n    os.getcwdu()\n",
        "import os\ndef f(os):\n    os.nothing()\n",
        "import os\nos = fake()\nos.nothing()\n",
        "def f(x):\n    x = []\n    x.push(1)\n",
        "def print(*a, separator=''):\n    pass\nprint(separator='')\n",
        "import numpy as np\nnp.whatever(1)\n",
        "from .own import x\nimport utils\n",
        "from pathlib import Path\np = Path('x')\np.read_text()\n",
        "import enum\nColour = enum.IntEnum('Colour', 'RED')\nColour.RED\n",
        "import argparse\na = argparse.ArgumentParser().parse_args()\na.verbose\n",
        "import collections.abc\ncollections.abc.Sequence.register(list)\n",
        "import itertools\nitertools.batched([1], 2)\n",
        "%matplotlib inline\n!pip install numpy\nimport os\n",
        "    import os\n    os.getcwd()\n",
    ],
)
def test_what_exists_or_may_exist_is_left_alone(code: str) -> None:
    assert checks(code) == []


def test_a_module_that_is_gone_says_so_and_weighs_less() -> None:
    (check,) = checks("import imp\n")
    assert (check.outcome, check.score) == ("silent", 0.5)
    assert "3.11" in check.message


def test_the_message_names_what_was_meant() -> None:
    (check,) = checks("from collections import OrderedDictt\n")
    assert check.message.endswith("Did you mean OrderedDict?")


def test_a_package_that_was_not_given_is_found() -> None:
    code = "import numpy\nimport cv2\nimport requests\n"
    (check,) = checks(code, ["numpy", "opencv-python"])
    assert (check.name, check.outcome) == ("code.package", "contradicted")
    assert code[check.start : check.end] == "requests"


@pytest.mark.parametrize("name", ["zzqwrtp", "httpx2", "psycopg3", "locker"])
def test_an_unknown_package_alone_says_little(name: str) -> None:
    (check,) = checks(f"import {name}\n")
    assert check.score < 0.5


def test_a_misspelt_package_in_an_install_command_is_found() -> None:
    text = "Run `pip install reqests numpy==1.2 -r x.txt` or `npm i expresss react@18` in a shell."
    found = check_code(text, is_code=False, packages=None, deadline=Deadline(30))
    assert [text[check.start : check.end] for check in found] == ["reqests", "expresss"]


def test_an_example_in_a_docstring_does_not_hide_the_code() -> None:
    code = 'import os\n\ndef f():\n    """Do.\n\n    >>> f()\n    """\n    os.getcwdd()\n'
    assert [check.name for check in checks(code)] == ["code.name"]


def test_an_interactive_session_is_not_judged() -> None:
    assert checks(">>> import os\n>>> os.nothing()\n") == []


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "(" * 50_000,
        "x = " + "-" * 100_000 + "1",
        "x = " + "not " * 30_000 + "1",
        "import os\nx = " + "os" + ".a" * 30_000,
        "import os\n" + "os.nothing()\n" * 5_000,
        "import zzqw\n" * 5_000,
        "if 1:\n" + "".join(" " * n + "if 1:\n" for n in range(1, 200)),
        "import os\n\x00",
        "x = '" + "\\" * 100_000,
        "import os\n" + "lambda: " * 20_000,
        "a = " + "[" * 99 + "]" * 99 + "\nimport os\n",
        "import os\nx = " + "1+" * 40_000 + "1",
        "import os\nx = " + "f(" * 90 + ")" * 90,
        "import os\n" + "x." * 20_000 + "y",
    ],
)
def test_hostile_code_is_read_to_its_end(code: str) -> None:
    assert len(checks(code)) <= 201
