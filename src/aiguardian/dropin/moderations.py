"""OpenAI's moderation endpoint: its request, and its answer made of BiasGuard's scores.

Source: OpenAI's API reference, "Create moderation", as its Python client 3.54 reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from aiguardian.dropin.bias import Scores, scores_of
from aiguardian.errors import InvalidField
from aiguardian.gateway.decode import convert
from aiguardian.gateway.screened import ScreenReport

MOST_INPUTS = 256
"""Texts in one request; the author's choice, some ten seconds of two cores."""

JUDGED: dict[str, tuple[str, ...]] = {
    "harassment": ("insult", "toxicity"),
    "harassment/threatening": ("threat",),
    "hate": ("hate", "identity_attack"),
    "sexual": ("sexual",),
}
"""The vendor's categories, and those of ours of which the highest score stands for each."""
BOTH = "hate/threatening"
"""Judged as the lower of the scores for hate and for a threat."""
NOT_JUDGED = (
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""No guard here looks for these: always false with a score of 0, and always named as unjudged."""
CATEGORIES = (*JUDGED, BOTH, *NOT_JUDGED)


class ModerationRequest(Struct, frozen=True, kw_only=True):
    """What a client sends. Fields beyond these change nothing."""

    input: str | list[str | dict[str, Any]]
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One text that gets a result of its own, and what beside it was not read."""

    text: str
    unread: tuple[str, ...] = ()


def read_inputs(body: dict[str, Any]) -> list[Input]:
    """The texts of a request, one for each result. Raises `InvalidField`."""
    given = convert(body, ModerationRequest).input
    if isinstance(given, str):
        return [Input(given)]
    if not given or len(given) > MOST_INPUTS:
        raise InvalidField(f"input must have 1 to {MOST_INPUTS} entries.", field="input")
    if all(isinstance(one, str) for one in given):
        return [Input(one) for one in given if isinstance(one, str)]
    return [_of_parts(given)]


def _of_parts(parts: Sequence[Any]) -> Input:
    """Parts of one message: they get one result together."""
    texts: list[str] = []
    unread: list[str] = []
    for number, part in enumerate(parts):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif kind == "image_url":
            unread.append(f"input[{number}]: an image is not judged")
        else:
            raise InvalidField(
                "Must be a part of type text (with text) or image_url.", field=f"input.{number}"
            )
    return Input("\n".join(texts), tuple(unread))


def answer(
    inputs: Sequence[Input], reports: Sequence[ScreenReport], *, answer_id: str, version: str
) -> dict[str, Any]:
    """The vendor's answer. Raises `NotAvailable` where there are no scores."""
    return {
        "id": f"modr-{answer_id}",
        "model": f"aiguardian/biasguard-{version}",
        "results": [
            _result(one, report) for one, report in zip(inputs, reports, strict=True)
        ],
    }  # fmt: skip


def _result(given: Input, report: ScreenReport) -> dict[str, Any]:
    said = scores_of(report)
    flags = {name: _is_flagged(name, said) for name in CATEGORIES}
    unread = [*given.unread, *said.reasons]
    return {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": {name: round(_score(name, said), 6) for name in CATEGORIES},
        "category_applied_input_types": {
            name: ["text"] if _is_judged(name, said) else [] for name in CATEGORIES
        },
        "aiguardian": {
            "decision": report.decision.action,
            "reason": report.decision.reason,
            "policy": report.policy,
            # with a part unread, what was not found may still be there
            "unjudged_categories": [
                name
                for name in CATEGORIES
                if not _is_judged(name, said) or (unread and not flags[name])
            ],
            "unjudged": unread,
        },
    }


def _score(name: str, said: Scores) -> float:
    if name == BOTH:
        return min(_score("hate", said), said.highest("threat"))
    return said.highest(*JUDGED.get(name, ()))


def _is_flagged(name: str, said: Scores) -> bool:
    if name == BOTH:
        return _is_flagged("hate", said) and "threat" in said.alarms
    return bool(said.alarms & {*JUDGED.get(name, ())})


def _is_judged(name: str, said: Scores) -> bool:
    if name == BOTH:
        return _is_judged("hate", said) and said.knows("threat")
    return said.knows(*JUDGED.get(name, ()))
