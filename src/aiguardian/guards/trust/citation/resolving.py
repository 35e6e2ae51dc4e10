"""What a citation points to: an entry of the text's own list, a given source, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiguardian.guards.trust.citation.addresses import normal_address
from aiguardian.guards.trust.citation.marks import Mark
from aiguardian.guards.trust.citation.overlap import words
from aiguardian.guards.trust.citation.references import References
from aiguardian.guards.trust.judgement import Source

HEAD = 600
"""Characters of a source in which its title, authors and year stand."""
URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'`|\\^{})\]]{3,2000}", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_NAME_PARTS = re.compile(r"\s*(?:[,;/&]|\band\b|\bund\b)\s*")
TITLE_SHARE = 0.6
"""Of the words of a title or an entry, how many must stand in the head of a source."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a mark resolves to. `fault` is empty when it resolves to something."""

    sources: tuple[int, ...] = ()
    """Places of the given sources it may mean; empty when it only names an entry of the list."""
    fault: str = ""
    """Why it resolves to nothing, as a sentence."""
    score: float = 0.0
    """How sure the fault is."""


@dataclass(slots=True)
class Resolver:
    """Finds what marks point to among the sources and the text's own references."""

    sources: Sequence[Source]
    listed: References
    by_id: dict[str, int] = field(init=False)
    by_url: dict[str, int] = field(init=False)
    _heads: list[str] = field(init=False)
    _entries: dict[str, Target] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_id = {}
        self.by_url = {}
        self._heads = []
        for place, source in enumerate(self.sources):
            self.by_id.setdefault(source.id.strip().lower(), place)
            self._heads.append(f"{source.id}\n{source.text[:HEAD]}".casefold())
            for match in URL.finditer(f"{source.id} {source.text}"):
                self.by_url.setdefault(normal_address(match[0].rstrip(".,;:")), place)

    def resolve(self, mark: Mark) -> Target:
        """The target of a mark."""
        if mark.kind in ("number", "footnote"):
            return self._numbered(mark.value.lower(), is_note=mark.kind == "footnote")
        if mark.kind == "id":
            place = self.by_id.get(mark.value.lower())
            fault = f"No source has the id {mark.value!r}."
            return Target((place,)) if place is not None else Target((), fault, 0.9)
        if mark.kind == "author":
            return self._author(mark)
        return self._address(mark.value) if mark.kind == "url" else self._name(mark.value)

    def _numbered(self, label: str, *, is_note: bool) -> Target:
        if label in self.listed.entries:
            return self._entry(label)
        if self.listed.is_numbered or (is_note and self.listed.entries):
            what = "no note" if is_note else "no entry"
            return Target((), f"The text's own references have {what} {label}.", 0.95)
        if label in self.by_id:
            return Target((self.by_id[label],))
        if not self.sources:
            return Target((), f"Nothing is listed or given that [{label}] could mean.", 0.4)
        if label.isdigit() and 1 <= int(label) <= len(self.sources):
            return Target((int(label) - 1,))
        given = "1 source is" if len(self.sources) == 1 else f"{len(self.sources)} sources are"
        return Target((), f"There is no source {label}: {given} given.", 0.95)

    def _entry(self, label: str) -> Target:
        if label not in self._entries:
            place = self._described(self.listed.entries[label])
            self._entries[label] = Target(() if place is None else (place,))
        return self._entries[label]

    def _described(self, entry: str) -> int | None:
        """The source that an entry of the list describes: by address, id or title."""
        for match in URL.finditer(entry):
            place = self.by_url.get(normal_address(match[0].rstrip(".,;:")))
            if place is not None:
                return place
        plain = entry.strip(" .*_`\"'“”").lower()
        if plain in self.by_id:
            return self.by_id[plain]
        tokens = set(re.findall(r"[\w.-]+", plain))
        named = [place for one, place in self.by_id.items() if one in tokens and not one.isdigit()]
        return named[0] if len(named) == 1 else self._titled(entry)

    def _titled(self, title: str) -> int | None:
        wanted = set(words(title))
        if len(wanted) < 2:
            return None
        shares = [len(wanted.intersection(words(head))) / len(wanted) for head in self._heads[:200]]
        best = max(shares, default=0.0)
        is_clear = best >= TITLE_SHARE and shares.count(best) == 1
        return shares.index(best) if is_clear else None

    def _author(self, mark: Mark) -> Target:
        surname = mark.value.casefold().split()[-1].removesuffix("'s").removesuffix("’s")
        year = mark.year[:4] if mark.year[:1].isdigit() else ""
        entries = [one for one in self.listed.entries.values() if _has_word(one, surname)]
        if entries:
            fitting = [one for one in entries if not year or year in one]
            places = [self._described(one) for one in fitting]
            found = tuple(sorted({place for place in places if place is not None}))
            fault = f"The references list {mark.value} with another year than {mark.year}."
            return Target(found) if fitting else Target((), fault, 0.8)
        named = [place for place, head in enumerate(self._heads) if _has_word(head, surname)]
        named = named or [
            place for place, source in enumerate(self.sources) if surname in source.text.casefold()
        ]
        if not named:
            return self._unnamed_author(mark)
        return self._of_year(mark, named, year)

    def _of_year(self, mark: Mark, named: list[int], year: str) -> Target:
        if not year:
            return Target(tuple(named))
        fitting = tuple(place for place in named if year in _YEAR.findall(self._heads[place]))
        if fitting:
            return Target(fitting)
        dated = [place for place in named if _YEAR.search(self._heads[place])]
        if len(dated) == len(named) == 1 and _is_byline(self._heads[named[0]], mark.value):
            years = ", ".join(sorted(set(_YEAR.findall(self._heads[named[0]])))[:3])
            message = f"The source that names {mark.value} gives the year {years}, not {year}."
            return Target((), message, 0.75)
        return Target(tuple(named))

    def _unnamed_author(self, mark: Mark) -> Target:
        if not mark.is_certain or not (self.sources or self.listed.entries):
            return Target()
        where = "reference" if self.listed.entries and not self.sources else "source"
        return Target((), f"No {where} names {mark.value} ({mark.year}).", 0.8)

    def _name(self, name: str) -> Target:
        whole = self._called(name)
        parts = [name] if whole is not None else _NAME_PARTS.split(name)
        places = [whole] if whole is not None else [self._called(part) for part in parts]
        found = tuple(place for place in places if place is not None)
        if found or not self.sources:
            return Target(found)
        return Target((), f"No source is called {name[:80]!r}.", 0.7)

    def _called(self, name: str) -> int | None:
        plain = name.strip(" .").lower()
        if plain in self.by_id:
            return self.by_id[plain]
        number = re.fullmatch(r"(?:source |document |doc )?\[?(\d{1,4})\]?", plain)
        if number is not None and 1 <= int(number[1]) <= len(self.sources):
            return int(number[1]) - 1
        joined = re.sub(r"[\W_]+", "", plain)
        for one, place in self.by_id.items():
            if joined and joined == re.sub(r"[\W_]+", "", one):
                return place
        with_name = [place for place, head in enumerate(self._heads) if plain in head]
        return with_name[0] if with_name else self._titled(name)

    def _address(self, address: str) -> Target:
        place = self.by_url.get(normal_address(address))
        if place is not None:
            return Target((place,))
        if not self.by_url or any(normal_address(address) in one for one in self.by_url):
            return Target()
        return Target((), f"No source has the address {address[:120]}.", 0.6)


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.casefold()) is not None


def _is_byline(head: str, surname: str) -> bool:
    """Whether a name stands within a line's reach of a year, as authors of a work do."""
    place = head.find(surname.casefold())
    return _YEAR.search(head, max(0, place - 60), place + 120) is not None
