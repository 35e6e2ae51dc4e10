"""SQL: statements put together in the database, wide grants, passwords as text.

By expressions over single statements: dialects differ so much that a tree of one grammar is an
error in most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from aiguardian.guards.security.code.finding import Finding

LONGEST = 2_000


class Shape(NamedTuple):
    """A weak statement."""

    key: str
    text: re.Pattern[str]
    score: float
    why: str


def _shape(key: str, text: str, score: float, why: str) -> Shape:
    return Shape(key, re.compile(text, re.IGNORECASE), score, why)


SHAPES = (
    _shape(
        "sql",
        r"\bEXEC(?:UTE)?(?:\s+IMMEDIATE)?\s*\(?\s*(?:'[^']{0,400}'|@?\w{1,60})\s*(?:\|\||\+)\s*@?\w",
        0.75,
        "a statement is put together and run",
    ),
    _shape("sql", r"\bEXEC(?:UTE)?\s*\(\s*@\w", 0.65, "a variable is run as a statement"),
    _shape(
        "sql",
        r"\bSET\s+@\w{1,60}\s*=\s*N?'[^']{0,400}'\s*\+\s*@\w|\bCONCAT\s*\(\s*'\s*(?:SELECT|INSERT|UPDATE|DELETE|DROP)\b",
        0.65,
        "a statement is put together",
    ),
    _shape(
        "sql",
        r":=\s*'\s*(?:SELECT|INSERT|UPDATE|DELETE|DROP)\b[^']{0,400}'\s*\|\|\s*\w",
        0.65,
        "a statement is put together",
    ),
    _shape("grant", r"\bGRANT\s+ALL\b", 0.65, "far more is granted than a program needs"),
    _shape(
        "grant",
        r"\bGRANT\b[^;]{1,400}\bTO\s+(?:PUBLIC|'[^']{0,60}'@'%')|\bWITH\s+SUPERUSER\b",
        0.6,
        "far more is granted than a program needs",
    ),
    _shape(
        "credential",
        r"\b(?:IDENTIFIED\s+(?:WITH\s+\w+\s+)?BY|PASSWORD\s*=?)\s*\(?\s*'(?![*$%:{?<])[^'\s]{3,80}'",
        0.65,
        "the password stands in the code",
    ),
    _shape(
        "plaintext",
        r"\bINSERT\s+INTO\s+[\w.`\"]{0,60}user[\w.`\"]{0,40}\s*\([^)]{0,400}\bpassw(?:or)?d\b[^)]{0,400}\)\s*VALUES\s*\((?![^)]{0,400}(?:crypt|hash|sha2|\$2[aby]\$|\$argon|[?:@%$]))",
        0.55,
        "a password is stored as text",
    ),
    _shape(
        "hash",
        r"\b(?:MD5|SHA1|HASHBYTES\s*\(\s*'(?:MD5|SHA1))\s*\(?\s*[@\w']",
        0.55,
        "the hash no longer resists collisions",
    ),
    _shape(
        "shell",
        r"\bxp_cmdshell\b|\bCOPY\b[^;]{0,300}\b(?:FROM|TO)\s+PROGRAM\b|\bsys_exec\s*\(",
        0.75,
        "the database runs commands of the system",
    ),
    _shape(
        "path",
        r"\bINTO\s+(?:OUT|DUMP)FILE\b|\bLOAD_FILE\s*\(",
        0.55,
        "the database reads or writes files",
    ),
)


def sql_findings(text: str, start: int, end: int) -> Iterator[Finding]:
    """The weak statements of `text[start:end]`; each statement is looked at once."""
    while start < end:
        stop = text.find(";", start, min(end, start + LONGEST))
        stop = min(end, start + LONGEST) if stop < 0 else stop + 1
        statement = text[start:stop]
        for shape in SHAPES:
            found = shape.text.search(statement)
            if found is not None:
                yield Finding(
                    shape.key, start + found.start(), start + found.end(), shape.score, shape.why
                )
        start = stop
