"""Parts of a stream that come whole: tool calls, notes, finished items. Judged as one, at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiguardian.proxy.carriers.carrier import Carrier, Carriers, rewritten
from aiguardian.proxy.carriers.collect import Collector
from aiguardian.proxy.carriers.echo import without_echo
from aiguardian.proxy.carriers.edits import Edit
from aiguardian.proxy.carriers.speakers import ASSISTANT
from aiguardian.proxy.stream.hold import Holding, Label, Whole, judged_whole
from aiguardian.proxy.stream.steps import Blocked, Judging

_MOST_REMEMBERED = 1024

Read = Callable[[Collector], None]
"""Reads an object into a collector, with paths from the object inwards."""


class Ledger:
    """What became of texts, so that one that comes again gets the same and no second question.

    `by_text` is for streams that repeat their texts: what came of one counts without its context.
    """

    def __init__(self, holding: Holding, *, by_text: bool = False) -> None:
        self._holding = holding
        self._by_text = by_text
        self._known: dict[tuple[str, str, str], Whole] = {}
        self.unjudged: list[tuple[str, str]] = []
        """Path and reason of the parts that hold nothing that can be judged."""

    def note(self, text: str, direction: str, whole: Whole, context: str = "") -> None:
        """Remember what became of a text after this context."""
        if len(self._known) >= _MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        key = self._key(direction, text, context)
        if key not in self._known or whole.edits or whole.blocked:
            self._known[key] = whole

    def judged(self, carrier: Carrier, path: str, context: str = "") -> Judging[Whole]:
        """What becomes of the text; asks only when it is new."""
        known = self._known.get(self._key(carrier.direction, carrier.text, context))
        if known is None:
            place = f"{path}.{carrier.path}".strip(".")
            label = Label(place, carrier.direction, carrier.role, carrier.known)
            known = yield from judged_whole(carrier.text, label, self._holding, context)
            self.note(carrier.text, carrier.direction, known, context)
        return known

    def leave_out(self, path: str, reason: str) -> None:
        """Note a part that is not judged, once. Raises `Blocked` where none may pass."""
        if (path, reason) not in self.unjudged:
            self.unjudged.append((path, reason))
        if self._holding.refuses_unjudged:
            raise Blocked(f"A part was not judged: {path}: {reason}")

    def _key(self, direction: str, text: str, context: str) -> tuple[str, str, str]:
        return direction, text, "" if self._by_text else context

    def mended(self, value: Any, path: str, read: Read) -> Judging[Any]:
        """The object with its texts judged, rewritten and restored. Raises `Blocked`."""
        found = Collector(ASSISTANT, joins=False)
        read(found)
        carriers = found.carriers()
        for place, reason in carriers.unjudged:
            self.leave_out(f"{path}.{place}".strip("."), reason)
        outcome = yield from judged_in_order(carriers, path, self)
        for whole in outcome.values():
            if whole.blocked is not None:
                raise Blocked(whole.blocked)
        return mended_with(carriers, value, outcome, self._holding)


def judged_in_order(carriers: Carriers, path: str, ledger: Ledger) -> Judging[dict[int, Whole]]:
    """What becomes of each carrier, up to the first that is blocked."""
    outcome: dict[int, Whole] = {}
    contexts: dict[str, str] = {}  # by run
    for position, carrier in enumerate(carriers.texts):
        context = contexts.get(carrier.run, "")
        outcome[position] = yield from ledger.judged(carrier, path, context)
        if carrier.run:
            contexts[carrier.run] = outcome[position].context
        if outcome[position].blocked is not None:
            break
    return outcome


def mended_with(carriers: Carriers, value: Any, outcome: dict[int, Whole], holding: Holding) -> Any:
    """The object with what became of its texts; no log-probabilities where one was changed."""
    edits: dict[int, tuple[Edit, ...]] = {at: each.edits for at, each in outcome.items()}
    is_changed = any(edits.values())
    if not is_changed and holding.restore is None:
        return value
    new = rewritten(carriers, value, edits, holding.restore)
    return without_echo(new) if is_changed else new
