"""What is wrong with the code of a text: syntax, and names that do not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from aiguardian.guards.trust.invented.blocks import LONGEST, Block, code_blocks
from aiguardian.guards.trust.invented.grammar import GRAMMARS, TRUST, first_fault
from aiguardian.guards.trust.invented.installs import installed_packages
from aiguardian.guards.trust.invented.javascript_names import javascript_names
from aiguardian.guards.trust.invented.python_names import python_names
from aiguardian.guards.trust.invented.python_tree import python_code
from aiguardian.guards.trust.judgement import Check
from aiguardian.processor import Deadline

OTHER_LANGUAGE = 3
"""Lines with an error, from which on the block is taken for another language or for a sketch."""


def check_code(
    text: str, *, is_code: bool, packages: Collection[str] | None, deadline: Deadline
) -> list[Check]:
    """The findings in the fenced blocks of a text, or in all of it (`is_code`), in order.

    `code.syntax`: it does not parse (the message names the line of the block). `code.module`,
    `code.name`, `code.argument`: not in the standard library of Python or Node. `code.package`:
    not among `packages` where they are given; else unknown, which alone says little, or one
    letter from a known one. Only names that surely mean the standard library are judged.
    """
    found: list[Check] = list(installed_packages(text, packages))
    for block in code_blocks(text, is_code=is_code):
        deadline.check()
        if block.end - block.start <= LONGEST:
            found.extend(_block(text, block, packages, deadline))
    return sorted(found, key=lambda check: (check.start, check.end))


def _block(
    text: str, block: Block, packages: Collection[str] | None, deadline: Deadline
) -> Iterator[Check]:
    if block.language == "python":
        yield from _python(text, block, packages, deadline)
        return
    if block.language in ("javascript", "typescript"):
        yield from javascript_names(text, block.start, block.end, packages, deadline.check)
    if block.language in GRAMMARS and block.is_named:
        yield from _syntax(text, block, deadline)


def _python(
    text: str, block: Block, packages: Collection[str] | None, deadline: Deadline
) -> Iterator[Check]:
    code = python_code(text, block.start, block.end)
    if code.fault:
        message = f"Line {code.line} of the Python code is no Python: {code.fault.rstrip('.')}."
        score = 0.9 if block.is_named else 0.6
        start, end = code.line_span(code.line)
        yield Check("code.syntax", "contradicted", score, message, start, max(end, start + 1))
    yield from python_names(code, packages, deadline.check)


def _syntax(text: str, block: Block, deadline: Deadline) -> Iterator[Check]:
    fault = first_fault(text[block.start : block.end], block.language, deadline.check)
    if fault is None or fault.lines >= OTHER_LANGUAGE:
        return
    what = f"{fault.is_missing!r} is missing" if fault.is_missing else "it does not parse"
    message = f"Line {fault.line} of the {block.language} code is faulty: {what}."
    start, end = block.start + fault.start, block.start + fault.end
    yield Check("code.syntax", "contradicted", TRUST[block.language], message, start, end)
