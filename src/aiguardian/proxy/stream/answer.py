"""An answer that came at once, judged by the same segments as a stream of it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from aiguardian.proxy.carriers.carrier import Carriers
from aiguardian.proxy.carriers.read import Kind, answer_carriers
from aiguardian.proxy.stream.hold import Holding, Whole
from aiguardian.proxy.stream.objects import Ledger, judged_in_order, mended_with
from aiguardian.proxy.stream.steps import Judging


class Answer(Struct, frozen=True):
    """What may go of an answer."""

    body: Any
    """The body with its texts rewritten and restored; None when it was blocked."""
    blocked: str | None
    """The reason, when a verdict blocked it."""
    text: str
    """What a stream had released of the first choice before the block: for `blocked_answer`."""
    unjudged: tuple[tuple[str, str], ...]
    """Path and reason of the parts that hold nothing that can be judged."""


def guarded_answer(
    kind: Kind, body: Any, holding: Holding, *, sent: dict[str, Any] | None = None
) -> Judging[Answer]:
    """Judge an answer to the request `sent`. Raises `InvalidField` for a malformed one."""
    carriers: Carriers = answer_carriers(kind, body, sent=sent)
    if holding.refuses_unjudged and carriers.unjudged:
        path, reason = carriers.unjudged[0]
        return Answer(None, f"A part was not judged: {path}: {reason}", "", carriers.unjudged)
    outcome = yield from judged_in_order(carriers, "", Ledger(holding))
    last = outcome.get(len(outcome) - 1)
    if last is not None and last.blocked is not None:
        text = "" if holding.mode == "hold" else _shown(carriers, outcome)
        return Answer(None, last.blocked, text, carriers.unjudged)
    return Answer(mended_with(carriers, body, outcome, holding), None, "", carriers.unjudged)


def _shown(carriers: Carriers, outcome: dict[int, Whole]) -> str:
    """The text that readers would have seen: of one choice, or of all items of a response."""
    shown = [
        (carriers.texts[place].run, whole.text)
        for place, whole in outcome.items()
        if carriers.texts[place].run and carriers.texts[place].direction == "output"
    ]
    return "".join(
        text for run, text in shown if run == shown[0][0] or not run.startswith("choices")
    )
