"""Which parts of a text are its author's own words: not quoted, no code, no address."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from aiguardian.text.fences import without_code
from aiguardian.text.sentences import sentence_spans

_QUOTE = re.compile(
    r'"[^"\n]{1,400}"'
    r"|“[^”\n]{1,400}”"
    r"|„[^“”\n]{1,400}[“”]"
    r"|«[^»\n]{1,400}»"
    r"|‘[^’\n]{1,200}’"
    r"|(?<!\w)'[^'\n]{1,200}'(?!\w)"
    r"|^>[^\n]{0,2000}",
    re.MULTILINE,
)
"""Quotation marks of English, German and French, and Markdown's quoted lines. The nearest false
positive is a pair of inch marks. Each alternative is bounded, so the whole is linear."""


@dataclass(frozen=True, slots=True)
class Passages:
    """A text, how it looks without code and addresses, its sentences and its quotations.

    All spans are half-open code-point offsets into the text sent.
    """

    text: str
    prose: str
    """The same length as `text`: code and addresses are blank."""
    sentences: tuple[tuple[int, int], ...]
    quotes: tuple[tuple[int, int], ...]

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether the span lies within quotation marks."""
        at = bisect_right(self.quotes, (start, len(self.text) + 1)) - 1
        return at >= 0 and end <= self.quotes[at][1]

    def sentence_at(self, start: int) -> tuple[int, int]:
        """The sentence that the position lies in, or the empty span there."""
        at = bisect_right(self.sentences, (start, len(self.text) + 1)) - 1
        if at >= 0 and start < self.sentences[at][1]:
            return self.sentences[at]
        return start, start


def passages(text: str) -> Passages:
    """The parts of a text. A quotation that is all of the text is none: it is what was sent."""
    prose = without_code(text)
    whole = len(text.strip())
    quotes = tuple(quote.span() for quote in _QUOTE.finditer(prose) if len(quote.group()) < whole)
    return Passages(text, prose, tuple(sentence_spans(text)), quotes)
