"""The row of the format table, and the alphabets that its shapes are written in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

ALNUM = "[A-Za-z0-9]"
UPPER = "[A-Z0-9]"
LOWER = "[a-z0-9]"
HEX = "[0-9a-f]"
ANYHEX = "[0-9A-Fa-f]"
WORD = "[A-Za-z0-9_-]"
BASE64 = "[A-Za-z0-9+/]"
UUID = HEX + "{8}-" + HEX + "{4}-" + HEX + "{4}-" + HEX + "{4}-" + HEX + "{12}"

# A tail of exactly so many word characters: one more, hyphen or not, makes it something else.
_EXACT_WORD_TAIL = re.compile(re.escape(WORD) + r"\{[0-9]+\}$")


@dataclass(frozen=True)  # without slots: a pattern is kept in its row once it was needed
class Format:
    """A credential whose issuer documents its shape: `lead` characters, `literal`, then `rest`.

    Every repetition in `rest` is bounded, so that one row looks at a bounded neighbourhood.
    A group named `value` narrows the span that is reported.
    """

    type: str
    issuer: str
    literal: str
    """The fixed part; it is what the scan looks for, without regard to case. Empty: the shape
    is tried where a run of 15 or more letters, digits, `_` and `-` begins."""
    rest: str
    """Regular expression for what follows the literal, matched with regard to case."""
    score: float = 0.95
    check: Callable[[str], bool] | None = None
    """True when the checksum or structure of the whole value holds."""
    must_check: bool = False
    """Report only when `check` holds; otherwise a value that fails it scores a little lower."""
    lead: str = ""
    """Alphabet, as a class, of what stands before the literal; empty when it comes first."""
    lead_max: int = 0

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The whole shape, compiled when the literal first occurs in a text: most never do."""
        before = f"{self.lead}{{1,{self.lead_max}}}?" if self.lead else ""
        behind = WORD if _EXACT_WORD_TAIL.search(self.rest) else ALNUM
        shape = f"{before}{re.escape(self.literal)}{self.rest}(?!{behind})"
        return re.compile(shape)
