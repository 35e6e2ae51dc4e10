"""In which language a piece of code is written."""

from __future__ import annotations

import re
from typing import NamedTuple

FENCED = {
    **dict.fromkeys(("python", "py", "python3", "py3", "ipython", "pycon", "gyp"), "python"),
    **dict.fromkeys(
        ("javascript", "js", "jsx", "mjs", "node", "typescript", "ts", "tsx"), "javascript"
    ),
    **dict.fromkeys(("java", "kotlin"), "java"),
    **dict.fromkeys(("go", "golang"), "go"),
    **dict.fromkeys(("c", "h", "cpp", "c++", "cc", "hpp", "cxx"), "c"),
    **dict.fromkeys(("php", "phtml"), "php"),
    **dict.fromkeys(("bash", "sh", "shell", "zsh", "console", "shell-session"), "bash"),
    **dict.fromkeys(("sql", "mysql", "postgresql", "tsql", "plsql", "sqlite", "pgsql"), "sql"),
}
"""The info word of a fence, by the grammar that reads it."""
SAMPLE = 8_192
_LINES = re.MULTILINE


class Feature(NamedTuple):
    """What a language's lines look like, and how much one such line says."""

    language: str
    pattern: re.Pattern[str]
    weight: int


FEATURES = (
    Feature(
        "python",
        re.compile(
            r"^[ \t]{0,40}(?:def \w+[(\[]|class \w+[(:]|async def |elif .{1,200}:|"
            r"except\b.{0,80}:)",
            _LINES,
        ),
        4,
    ),
    Feature(
        "python",
        re.compile(
            r"^[ \t]{0,40}(?:from [\w.]+ import |import [\w.]+(?: as \w+)?[ \t]*$|"
            r"@\w+[\w.]*|with .{1,200}:[ \t]*$|print\b)",
            _LINES,
        ),
        3,
    ),
    Feature(
        "python",
        re.compile(r"^[ \t]{0,40}(?:if|for|while|try|else)\b[^{};\n]{0,200}:[ \t]*$", _LINES),
        3,
    ),
    Feature("python", re.compile(r"\b(?:self\.\w|None\b|True\b|False\b|__name__)", _LINES), 1),
    Feature(
        "javascript",
        re.compile(
            r"\b(?:const|let|var) [\w{\[][^=\n]{0,80}=|=>|\bfunction\b[ \w]{0,60}\(|"
            r"\brequire\(|===|\bmodule\.exports",
            _LINES,
        ),
        3,
    ),
    Feature("javascript", re.compile(r"\b(?:document|window|console|process|JSON)\.\w", _LINES), 2),
    Feature(
        "java",
        re.compile(
            r"^[ \t]{0,40}(?:public|private|protected)\s+[\w<>\[\], ]{1,80}[({=;]|"
            r"^import (?:static )?[\w.*]{1,120};|\bthrows \w|\bnew [A-Z]\w+[<(]|@Override",
            _LINES,
        ),
        3,
    ),
    Feature(
        "go",
        re.compile(
            r"^package \w+[ \t]*$|^func [(\w]|:=|^import \($|\bfmt\.\w|\berr != nil", _LINES
        ),
        4,
    ),
    Feature(
        "c",
        re.compile(
            r"^[ \t]{0,20}#[ \t]*(?:include|define|ifdef|ifndef)\b|\b(?:char|int|void|"
            r"size_t|unsigned|struct)\s*\*?\s*\w+\s*[\[(;=]|->\w|\bsizeof\b|\bstd::",
            _LINES,
        ),
        3,
    ),
    Feature(
        "php",
        re.compile(
            r"<\?php|\$\w+\s*=[^=]|\$this->|\$_(?:GET|POST|REQUEST|COOKIE)|"
            r"^[ \t]{0,40}echo [^\n]{1,200};",
            _LINES,
        ),
        4,
    ),
    Feature(
        "bash",
        re.compile(
            r"\A#!.{0,40}sh\b|^[ \t]{0,20}(?:fi|done|esac)\b|\bthen[ \t]*$|"
            r"^\s{0,20}(?:sudo|apt-get|curl|wget|chmod|rm|export|source) |\$\{\w|\"\$\w",
            _LINES,
        ),
        4,
    ),
    Feature(
        "rust",
        re.compile(
            r"\bfn \w{1,60}\s*[<(]|\blet mut \b|\bimpl\b|\b(?:use|pub) \w{1,40}(?:::|\s)|"
            r"\w::\w|\bunsafe \{|&(?:mut |self|str)|#\[\w",
            _LINES,
        ),
        3,
    ),
    Feature(
        "csharp",
        re.compile(
            r"^[ \t]{0,20}using [\w.]{1,80};|^[ \t]{0,20}namespace |\bstring \w|\{ get;|"
            r"\bvar \w{1,40} = new |\boverride \b|\bConsole\.",
            _LINES,
        ),
        3,
    ),
    Feature(
        "ruby",
        re.compile(r"^[ \t]{0,40}(?:end|def \w[^:\n]{0,80}|require ['\"])[ \t]*$", _LINES),
        3,
    ),
    Feature(
        "sql",
        re.compile(
            r"^\s{0,20}(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (?:TABLE|USER|"
            r"PROCEDURE|OR)|ALTER|DROP|GRANT|EXEC(?:UTE)?|DECLARE)\b",
            _LINES | re.IGNORECASE,
        ),
        4,
    ),
)
_CODE_LINE = re.compile(
    r"^[ \t]{0,40}(?:(?:def|class|import|async|func|package|public|private|protected|static|const"
    r"|let|var|function|#include|elif|return|echo)\b.{0,200}[(:;={\w]|from [\w.]{1,80} import |@\w+"
    r"|[\w.$\[\]'\"]{1,80}\s*[-+]?=\s*\S|[\w.$>-]{1,80}\(.{0,200}\)[;:{]?[ \t]*$|"
    r"[{}\])]+[;,]?[ \t]*$"
    r"|(?:if|for|while|with|try|except|else|switch|catch)\b.{0,200}[:{][ \t]*$|"
    r"<\?php|\S.{0,200};[ \t]*$)"
)
UNREAD = frozenset({"rust", "csharp", "ruby"})
"""Languages that are told apart only so that no other language's rules judge them."""
FEWEST_LINES = 3
"""Lines that must look like code before text outside a fence is read as code."""


def guess(text: str) -> str | None:
    """The language with the most evidence; None where there is none or we do not read it."""
    sample = text[:SAMPLE]
    scores: dict[str, int] = {}
    for feature in FEATURES:
        count = min(12, sum(1 for _ in feature.pattern.finditer(sample)))
        scores[feature.language] = scores.get(feature.language, 0) + feature.weight * count
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= 3 and best not in UNREAD else None


def code_runs(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Half-open spans of lines outside fences that surely are code.

    At least `FEWEST_LINES` lines that look like code, with at most one other line between two.
    """
    runs: list[tuple[int, int]] = []
    begin, stop, count, others = -1, -1, 0, 0
    place = start
    while place < end:
        line_end = text.find("\n", place, end)
        line_end = end if line_end < 0 else line_end + 1
        line = text[place : min(line_end, place + 400)].rstrip("\n")
        is_indented = line[:1] in " \t" and begin >= 0
        if _CODE_LINE.match(line):
            begin = place if begin < 0 else begin
            stop, count, others = line_end, count + 1, 0
        elif line.strip() and not is_indented:
            others += 1
        if others > 1:
            runs += [(begin, stop)] if count >= FEWEST_LINES else []
            begin, count, others = -1, 0, 0
        place = line_end
    return [*runs, (begin, stop)] if count >= FEWEST_LINES else runs
