"""The stretches of code in a text and the language each is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aiguardian.text.fences import fences

LONGEST = 200_000
"""Code points of a block that are looked at: more is a data file."""
LANGUAGES = {
    **dict.fromkeys(("python", "py", "python3", "py3"), "python"),
    **dict.fromkeys(("javascript", "js", "jsx", "mjs", "cjs", "node"), "javascript"),
    **dict.fromkeys(("typescript", "ts", "tsx"), "typescript"),
    **dict.fromkeys(("bash", "sh", "shell", "zsh"), "bash"),
    **dict.fromkeys(("sql", "sqlite"), "sql"),
    **{word: word for word in ("java", "go", "c", "php")},
}
"""The info word of a fence, by language. Dialects that no grammar of ours reads are left out."""
_PYTHON = re.compile(
    r"^(?:from [\w.]+ import |import [\w.]+(?: as \w+)?$|def \w+\(|class \w+[(:]|@\w+|"
    r"(?:if|for|while|with) .{1,80}:$)",
    re.MULTILINE,
)
_JAVASCRIPT = re.compile(
    r"^(?:(?:const|let|var) [\w{\[]|import .{1,200} from ['\"]|(?:async )?function \w|export )",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """Code at `start` to `end` of the text. `is_named` says that the fence names the language."""

    start: int
    end: int
    language: str
    is_named: bool


def code_blocks(text: str, *, is_code: bool) -> Iterator[Block]:
    """The fenced blocks in a known language, or all of a text that is code without a fence."""
    fenced = fences(text)
    if is_code and not (fenced and _opens_with_prose(text[: fenced[0].start])):
        language = guessed(text[:LONGEST])
        if language:
            yield Block(0, len(text), language, is_named=False)
        return
    for fence in fenced:
        word = fence.info.strip("{}.").partition(",")[0]
        language = LANGUAGES.get(word, "")
        if not word:
            language = guessed(text[fence.body_start : fence.body_end][:LONGEST])
        if language and fence.is_closed:
            yield Block(fence.body_start, fence.body_end, language, is_named=bool(word))


def _opens_with_prose(before: str) -> bool:
    """Whether what stands before a fence is no code: a fence in a docstring is none."""
    return not guessed(before[-LONGEST:])


def guessed(code: str) -> str:
    """`python`, `javascript` or empty: code that no fence names is judged only when it is sure."""
    python, javascript = len(_PYTHON.findall(code)), len(_JAVASCRIPT.findall(code))
    if python > javascript:
        return "python"
    return "javascript" if javascript > python else ""
