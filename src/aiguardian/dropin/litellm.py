"""LiteLLM's generic guardrail API: the texts of a call, and what is to become of them.

Source: LiteLLM's documentation, "Generic Guardrail API", as of October 2026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import Struct, UnsetType

from aiguardian.errors import GuardFailed, InvalidField
from aiguardian.gateway.decode import convert
from aiguardian.gateway.reading import is_by_rule, unjudged_parts
from aiguardian.gateway.screened import ScreenReport
from aiguardian.proxy.carriers.carrier import Carrier
from aiguardian.proxy.carriers.chat import read_call, read_tools
from aiguardian.proxy.carriers.collect import Collector, Speaker
from aiguardian.proxy.carriers.speakers import ASSISTANT, TOOL, USER, speaker_of

MOST_CARRIERS = 512
"""Texts, tools and calls in one request; the author's choice."""


class GuardrailRequest(Struct, frozen=True, kw_only=True):
    """What LiteLLM sends. Fields beyond these say who calls, and are not judged."""

    input_type: Literal["request", "response"]
    texts: list[str] | None = None
    images: list[str] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_calls: list[dict[str, Any]] | None = None
    structured_messages: list[dict[str, Any]] | None = None
    litellm_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """The parts of a request that are judged, and why others are not."""

    texts: tuple[Carrier, ...]
    """One for each of `texts`, in order."""
    beside: tuple[Carrier, ...]
    """Tools and calls of tools: judged, but LiteLLM takes no other ones back."""
    unjudged: tuple[str, ...]
    session_id: str | None
    """Under which placeholders are kept: the same for the request and its response."""


def read_call_body(body: dict[str, Any]) -> tuple[GuardrailRequest, Call]:
    """The request and its parts. Raises `InvalidField`."""
    asked = convert(body, GuardrailRequest)
    speakers = _speakers(asked)
    parts = (asked.texts, asked.tools, asked.tool_calls)
    if sum(len(each or ()) for each in parts) > MOST_CARRIERS:
        raise InvalidField(f"At most {MOST_CARRIERS} texts, tools and calls.", field="texts")
    stray = ASSISTANT if asked.input_type == "response" else USER
    texts = tuple(
        _carrier(text, speakers.get(text, stray), number)
        for number, text in enumerate(asked.texts or ())
    )
    found = Collector(TOOL)
    read_tools(asked.tools, found, ("tools",))
    for number, call in enumerate(asked.tool_calls or ()):
        read_call(call, found, ("tool_calls", number))
    beside = found.carriers()
    unjudged = [f"{path}: {reason}" for path, reason in beside.unjudged]
    unjudged += [f"images[{at}]: an image is not judged" for at in range(len(asked.images or ()))]
    name = asked.litellm_call_id
    return asked, Call(
        texts, beside.texts, tuple(unjudged), f"litellm/{name}"[:256] if name else None
    )


def _carrier(text: str, speaker: Speaker, number: int) -> Carrier:
    return Carrier(f"texts[{number}]", text, speaker.direction, speaker.role, speaker.trusted)


def _speakers(asked: GuardrailRequest) -> Mapping[str, Speaker]:
    """Who said each text of the messages. LiteLLM sends all texts in one list; where two speakers
    say the same, the one who is trusted less counts."""
    found: dict[str, Speaker] = {}
    for message in asked.structured_messages or ():
        speaker = speaker_of(message.get("role"))
        for text in _texts_of(message.get("content")):
            known = found.get(text)
            if known is None or _standing(speaker) < _standing(known):
                found[text] = speaker
    return found


def _standing(speaker: Speaker) -> int:
    """How far a speaker's instructions are meant: a tool's are not, the application's are."""
    return 2 if speaker.trusted else {"tool": 0, "input": 1, "output": 1}[speaker.direction]


def _texts_of(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content if isinstance(content, list) else []
    return [
        part["text"]
        for part in parts
        if isinstance(part, dict) and isinstance(part.get("text"), str)
    ]


def answer(
    asked: GuardrailRequest,
    call: Call,
    reports: Sequence[ScreenReport | None],
    *,
    blocks_unjudged: bool,
) -> dict[str, Any]:
    """LiteLLM's answer. `reports` are those of the texts, then of what is beside them; None where
    the policy has no rules. Raises `GuardFailed` where only the want of a verdict blocks."""
    unjudged = list(call.unjudged)
    texts = [carrier.text for carrier in call.texts]
    reason = ""
    for number, (carrier, report) in enumerate(
        zip((*call.texts, *call.beside), reports, strict=True)
    ):
        if report is None:
            continue
        unjudged += [f"{carrier.path}: {gap}" for gap in unjudged_parts(report)]
        reason = reason or _objection(report, is_text=number < len(texts))
        if number < len(texts) and not isinstance(report.output, UnsetType):
            texts[number] = report.output
    if blocks_unjudged and unjudged:
        reason = reason or f"A part was not judged: {unjudged[0]}"
    told: dict[str, Any] = {"action": "NONE"}
    if reason:
        told = {"action": "BLOCKED", "blocked_reason": reason}
    elif texts != (asked.texts or []):
        told = {"action": "GUARDRAIL_INTERVENED", "texts": texts}
    return told | {"aiguardian": {"unjudged": list(dict.fromkeys(unjudged))}}


def _objection(report: ScreenReport, *, is_text: bool) -> str:
    """Why the call must not go on; empty when it may."""
    decision = report.decision
    if decision.action == "block":
        if not is_by_rule(report):
            raise GuardFailed(decision.reason, retry_after_s=1)
        return decision.reason
    if decision.action == "rewrite" and not is_text:
        return f"{decision.reason} It must be rewritten, which LiteLLM allows for texts only."
    return ""
