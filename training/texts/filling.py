"""What a carrier is filled with: sentences of a topic, and at one place an inserted text.

A carrier asks a `Filling` for prose and side notes and thereby offers places. It is run twice with
the same random numbers: once to count the places, once with the insert at the place chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from training.texts.phrase_files import sections
from training.texts.phrases import expand

OPEN, CLOSE = "\ue000", "\ue001"
"""Marks around the insert (private use area), taken out once the carrier is whole."""

Carrier = Callable[["Filling"], str]


@dataclass(frozen=True, slots=True)
class Topic:
    """Sentences that belong together, and titles for them; both may hold slots."""

    titles: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """A carrier made: its text, its name, and the half-open span of the insert, if there is one."""

    text: str
    carrier: str
    span: tuple[int, int] | None


@dataclass(slots=True)
class Filling:
    """The supply of one carrier. `places` lists what it has offered so far."""

    rng: Random
    topic: Topic
    insert: str = ""
    target: int = -1
    places: list[str] = field(default_factory=list)
    supply: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """The next sentence of the topic; none comes twice before all came."""
        if not self.supply:
            self.supply = list(self.topic.sentences)
            self.rng.shuffle(self.supply)
        return expand(self.supply.pop(), self.rng)

    def title(self) -> str:
        """A title of the topic."""
        return expand(self.rng.choice(self.topic.titles), self.rng)

    def say(self, phrase: str) -> str:
        """A phrase of the carrier's own with its slots filled."""
        return expand(phrase, self.rng)

    def count(self, least: int, most: int) -> int:
        """How many of something."""
        return self.rng.randint(least, most)

    def body(self, least: int = 2, most: int = 6, *, joint: str = " ") -> str:
        """So many sentences. Offers a place before, among and after them."""
        lines = [self.sentence() for _ in range(self.count(least, most))]
        middle = self.rng.randint(1, max(1, len(lines) - 1))
        around = self.rng.choice((joint, joint, "\n", "\n\n"))
        for kind, at in (("start", 0), ("middle", middle), ("end", len(lines))):
            if self._takes(kind):
                text = joint.join(lines[:at]), self.insert, joint.join(lines[at:])
                return around.join(part for part in text if part)
        return joint.join(lines)

    def aside(self) -> str:
        """A note at the side: a comment, a caption, a footer. Offers itself as a place."""
        note = self.say(self.rng.choice(sections("asides")["aside"]))
        return self.insert if self._takes("aside") else note

    def commented(self, sign: str) -> str:
        """A note at the side in which each line starts with the sign of a comment."""
        return "\n".join(f"{sign} {line}".rstrip() for line in self.aside().splitlines())

    def _takes(self, kind: str) -> bool:
        self.places.append(kind)
        return len(self.places) - 1 == self.target


def fill(carrier: Carrier, topic: Topic, *, seed: str, insert: str = "", place: str = "") -> Filled:
    """The carrier with the insert at a place of that kind, at any place if it offers none."""
    name = getattr(carrier, "__name__", "carrier")
    probe = Filling(Random(seed), topic)
    text = carrier(probe)
    if not insert:
        return Filled(text, name, None)
    wanted = [at for at, kind in enumerate(probe.places) if kind == place]
    target = Random(seed).choice(wanted or range(len(probe.places)))
    marked = carrier(Filling(Random(seed), topic, OPEN + insert + CLOSE, target))
    return unmarked(marked, name)


def unmarked(marked: str, name: str) -> Filled:
    """The text without the marks, which say where the insert stands. A comment sign may stand
    between two lines of the insert; each mark occurs once."""
    start, end = marked.index(OPEN), marked.index(CLOSE) - 1
    return Filled(marked.replace(OPEN, "").replace(CLOSE, ""), name, (start, end))
