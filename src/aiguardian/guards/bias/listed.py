"""Categories `exclusionary_language` and `loaded_language`: listed words in the author's own voice.

English only. A listed word is left out when it is quoted, in code or part of a name ("Chairman
Mao"); a nominal adjective ("the blind") also where it describes a noun ("the blind man").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from aiguardian.guards.bias.hits import Hit
from aiguardian.guards.bias.lexicon import Term, lexicon
from aiguardian.guards.bias.nominal import stands_alone
from aiguardian.guards.bias.passages import Passages
from aiguardian.guards.bias.phrases import Match, Word

Listed = Literal["exclusionary_language", "loaded_language"]
FILES: dict[Listed, str] = {"exclusionary_language": "exclusionary", "loaded_language": "loaded"}

_NOMINAL_TEXT = (
    "the blind|the deaf|the disabled|the handicapped|the elderly|the homeless|the mentally ill|"
    "the blacks|the gays|the jews"
)
NOMINAL = frozenset(_NOMINAL_TEXT.split("|"))


def find_listed(category: Listed, parts: Passages, cut: list[Word]) -> Iterator[Hit]:
    """Every listed word that counts, in order; `cut` are the words of `parts.prose`."""
    for match in lexicon(FILES[category]).find(parts.prose, cut):
        term = match.entry
        if term is None:
            continue
        start, end = cut[match.first].start, cut[match.last - 1].end
        if parts.is_quoted(start, end) or _is_in_a_name(parts.prose, cut, match):
            continue
        if term.phrase in NOMINAL and not stands_alone(parts.prose, cut, match.last):
            continue
        yield _hit(category, start, end, term)


def _hit(category: Listed, start: int, end: int, term: Term) -> Hit:
    label = "a listed slur" if term.kind == "slur" else f'"{term.phrase}"'
    why = "is against a group of people" if term.kind == "slur" else term.why
    return Hit(
        start=start,
        end=end,
        category=category,
        kind=term.kind,
        score=term.score,
        message=f"{label[:1].upper() + label[1:]} {why}.",
        suggestion=term.suggestion,
        is_insertable=term.is_insertable,
    )


def _is_in_a_name(prose: str, cut: list[Word], match: Match[Term | None]) -> bool:
    """Whether the term and a neighbour on its line are capitalised, though no heading is: "Crazy
    Horse", "Chairman Mao"."""
    first = cut[match.first]
    found = prose[first.start : cut[match.last - 1].end]
    if not found[0].isupper() or found.isupper():
        return False
    after = cut[match.last] if match.last < len(cut) else None
    if after is not None and prose[cut[match.last - 1].end : after.start] == " ":
        return prose[after.start].isupper() and not prose[after.start : after.end].isupper()
    before = cut[match.first - 1] if match.first else None
    return (
        before is not None
        and prose[before.end : first.start] == " "
        and prose[before.start].isupper()
        and before.folded not in ("the", "a", "an", "our", "my")
    )
