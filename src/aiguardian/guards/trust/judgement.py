"""The words that all parts of TrustGuard share: source, claim, evidence, check.

Offsets are half-open code-point positions: those of a claim and of a check lie in the text that is
judged, those of evidence in the source that it quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import Struct

Outcome = Literal["supported", "contradicted", "silent"]
"""What a check found in the evidence: the same, something else in its place, or nothing on it."""

Verdict = Literal["supported", "contradicted", "unsupported", "not_checkable"]

ClaimKind = Literal["sentence", "item", "row", "answer"]
"""`answer`: a few words that only say something together with the question they answer."""


class Source(Struct, frozen=True):
    """One text that the answer may rest on. `index` is its place in the request, from 0."""

    index: int
    id: str
    text: str


class Claim(Struct, frozen=True):
    """One statement of the judged text: `text` stands at `start` to `end` there."""

    text: str
    start: int
    end: int
    kind: ClaimKind = "sentence"
    question: str = ""
    """The question that the claim answers, if one is known."""
    subject: str = ""
    """What the claim is about where its own words don't say it: a list's heading, the header of
    the table that a row stands in."""
    not_checkable: str = ""
    """Why nothing can be checked here (question, opinion, greeting ...); empty for a claim."""

    @property
    def is_checkable(self) -> bool:
        """Whether the claim states something that a source could confirm."""
        return not self.not_checkable

    @property
    def statement(self) -> str:
        """The claim as a reader understands it: after its heading or the question it answers."""
        before = self.question if self.kind == "answer" else self.subject
        return f"{before} {self.text}" if before else self.text


class Evidence(Struct, frozen=True):
    """A passage of a source, one to five sentences or table rows: `sources[source].text[start:
    end]`. `score` in [0, 1] says how much of the claim's words it shares."""

    source: int
    start: int
    end: int
    text: str
    score: float = 0.0


class Check(Struct, frozen=True):
    """What one exact check says of a claim. Several checks of a name may speak of one claim."""

    name: str
    """Of the check, `family` or `family.part`: `number`, `date`, `entity`, `table.sum` ..."""
    outcome: Outcome
    score: float
    """In [0, 1], how sure the outcome is. 1.0 only for what cannot be read otherwise."""
    message: str
    """One sentence that names both sides: 'The text says 45 %, the source says 54 %.'"""
    start: int = -1
    end: int = -1
    """The words of the judged text that it is about; -1 for the claim as a whole."""
    evidence: Evidence | None = None
    """Where the source says it, narrower than the evidence looked at; None where nowhere."""


class Examined(Struct, frozen=True):
    """A claim with all that was found out about it, before a verdict."""

    claim: Claim
    evidence: tuple[Evidence, ...] = ()
    """Best first."""
    checks: tuple[Check, ...] = ()
    features: Mapping[str, float] = msgspec.field(default_factory=dict)
    """What the combiner reads: see `features.py`. A name that is missing was not looked at."""
