"""One written example for the toxicity heads: what `toxicity_*.py` in this folder yield."""

from __future__ import annotations

from dataclasses import dataclass

HEADS = ("toxicity", "hate", "identity_attack", "threat", "insult", "sexual", "stereotype")


@dataclass(frozen=True, slots=True)
class ToxicRow:
    """A text and what it is under each head that its author could decide.

    `labels` holds 0 or 1 for some of `HEADS`; a head that is missing says nothing about the text
    (masked in training). `category` names the kind of text (toxic_hate, benign_counter_speech,
    ...). `family` names the idea behind it: no family straddles training and validation, and its
    rows differ in the group they speak of, so that no group's name carries a label. `lang` is an
    ISO 639-1 code.
    """

    text: str
    labels: dict[str, int]
    category: str
    family: str
    lang: str = "en"
