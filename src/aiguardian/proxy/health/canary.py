"""A question with a known property of its answer, asked of an upstream now and then."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Canary:
    """What to ask whom, and what has to be so of the answer."""

    upstream: str
    model: str
    prompt: str
    contains: str = ""
    """Upper and lower case are the same."""
    matches: str = ""
    """A regular expression that is found somewhere in the answer."""
    within_s: float | None = None
    """From the question to the end of the answer."""
    most_tokens: int = 64

    def fault(self, answer: str, seconds: float) -> str:
        """What is wrong with an answer, without a word of it; empty when nothing is."""
        if not answer.strip():
            return "The answer was empty."
        if self.contains and self.contains.casefold() not in answer.casefold():
            return "The answer lacks the text that `contains` asks for."
        if self.matches and re.search(self.matches, answer) is None:
            return "The answer does not match `matches`."
        if self.within_s is not None and seconds > self.within_s:
            return f"The answer took {seconds:.1f} s; within_s is {self.within_s:g}."
        return ""
