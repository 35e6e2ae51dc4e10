"""One written example of the training data: what a generator in this folder yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """A text, what it is, and the family that keeps it on one side of every split.

    `label` is 1 for an attack and 0 for benign text. `category` names the kind of text
    (direct_injection, benign_hard, ...). `family` names the idea or template behind it, without
    the language: no family straddles training and validation. `lang` is an ISO 639-1 code.
    `origin` says where such a text comes in: typed by a user, or inside a document or tool
    result. `span` is the half-open code-point span of an embedded attack, where there is one.
    """

    text: str
    label: int
    category: str
    family: str
    lang: str = "en"
    origin: Literal["user", "document"] = "user"
    span: tuple[int, int] | None = None
