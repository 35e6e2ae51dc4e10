"""Adjectives that stand for people: "the blind", but not "the blind man"."""

from __future__ import annotations

from aiguardian.guards.bias.phrases import Word

_AFTER_NOMINAL_TEXT = (
    "and or but nor who whom whose that which are were is was be been have has had do did can "
    "could will would should may might must need needs deserve live lived want get got to of in "
    "on at by for from with without as than because if when while so not also often always never "
    "into over under among about against"
)
_AFTER_NOMINAL = frozenset(_AFTER_NOMINAL_TEXT.split())


def stands_alone(prose: str, cut: list[Word], last: int) -> bool:
    """Whether no noun follows directly: a stop, a comma, the end or a word that begins no noun."""
    if last >= len(cut) or prose[cut[last - 1].end : cut[last].start].strip(" \t\n"):
        return True
    return cut[last].folded in _AFTER_NOMINAL
