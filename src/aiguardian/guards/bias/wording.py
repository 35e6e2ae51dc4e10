"""The lexical dimensions of a text: which listed words it uses and what they add up to."""

from __future__ import annotations

from collections.abc import Collection

from aiguardian.guards.bias.gender_coded import (
    coding_score,
    find_gender_coded,
    is_job_advertisement,
)
from aiguardian.guards.bias.generic_he import find_generic_he
from aiguardian.guards.bias.hits import Hit, category_score
from aiguardian.guards.bias.listed import find_listed
from aiguardian.guards.bias.passages import Passages
from aiguardian.guards.bias.phrases import Word
from aiguardian.processor import Deadline


def find_wording(
    parts: Passages, cut: list[Word], dimensions: Collection[str] | None, deadline: Deadline
) -> tuple[list[Hit], dict[str, float]]:
    """Listed words, and the score of each lexical dimension among `dimensions` (None: all, with
    `gender_coded` in job advertisements only). `cut` are the words of `parts.prose`."""
    hits: list[Hit] = []
    scores: dict[str, float] = {}
    if dimensions is None or "exclusionary_language" in dimensions:
        found = [*find_listed("exclusionary_language", parts, cut), *find_generic_he(parts)]
        scores["exclusionary_language"] = category_score(found, parts)
        hits += found
    deadline.check()
    if dimensions is None or "loaded_language" in dimensions:
        found = list(find_listed("loaded_language", parts, cut))
        scores["loaded_language"] = category_score(found, parts)
        hits += found
    deadline.check()
    if "gender_coded" in dimensions if dimensions else is_job_advertisement(parts.prose):
        hits += find_gender_coded(parts, cut)
        scores["gender_coded"] = coding_score(cut)
    return hits, scores
