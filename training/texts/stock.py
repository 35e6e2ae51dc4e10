"""The stock that documents are made from: carriers, written topics and public prose."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from training.texts.carriers import CARRIERS, SHORT, mixed_topic
from training.texts.filling import Carrier, Filled, Topic, fill
from training.texts.phrase_files import sections

PLACES = ("start", "middle", "end", "aside")
PUBLIC_SHARE = 0.4
"""Of English documents, those filled with public prose, where there is some."""
FOREIGN_SHARE = 0.06
"""Of documents with an English insert, those filled with prose of any language."""
OTHER_SHARE = 0.15
"""Of documents with a foreign insert, those in English; as many again are in a third language."""


@dataclass(frozen=True, slots=True)
class Stock:
    """Documents with an insert at a drawn place. `public` holds public topics by language."""

    public: dict[str, list[Topic]]

    def document(self, insert: str, rng: Random) -> Filled:
        """A document, as a rule in English. An empty insert leaves it clean."""
        return _filled(CARRIERS, self._topic(rng), insert, rng)

    def foreign_document(self, lang: str, insert: str, rng: Random) -> Filled:
        """A document in that language, at times in another one."""
        drawn = rng.random()
        if drawn < OTHER_SHARE:
            return self.document(insert, rng)
        return _filled(SHORT, self._foreign_topic(lang, drawn, rng), insert, rng)

    def _topic(self, rng: Random) -> Topic:
        drawn = rng.random()
        if not self.public or drawn > PUBLIC_SHARE:
            return mixed_topic(rng)
        return self._public_topic("" if drawn < FOREIGN_SHARE else "en", rng)

    def _foreign_topic(self, lang: str, drawn: float, rng: Random) -> Topic:
        lines = sections("languages").get(lang, ())
        written = tuple(line for line in lines if line[:2] not in ("+ ", "- "))
        if self.public and drawn < 2 * OTHER_SHARE:
            return self._public_topic("", rng)
        if lang in self.public and (not written or rng.random() < 0.5):
            return self._public_topic(lang, rng)
        return Topic(("{company}: {date}", "{person}"), written) if written else mixed_topic(rng)

    def _public_topic(self, lang: str, rng: Random) -> Topic:
        """A public topic in the language, in any one when it is empty."""
        return rng.choice(self.public[lang or rng.choice(sorted(self.public))])


def _filled(carriers: tuple[Carrier, ...], topic: Topic, insert: str, rng: Random) -> Filled:
    seed, place = str(rng.random()), rng.choice(PLACES)
    return fill(rng.choice(carriers), topic, seed=seed, insert=insert, place=place)
