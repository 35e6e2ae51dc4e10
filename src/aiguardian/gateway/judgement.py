"""What guards said of one text, on its way to being recorded: the only place that holds both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from aiguardian.gateway.judge_spending import spend_judge
from aiguardian.guards.security.hits import Hit
from aiguardian.guards.security.redaction import mask, private_parts, redacted
from aiguardian.guards.security.verdict import MOST_FINDINGS
from aiguardian.processor import Decision, Finding, Report, Unjudged
from aiguardian.settings.recording import Store
from aiguardian.storage.request_rows import RecordedText, RecordedVerdict
from aiguardian.telemetry.exchange import Exchange
from aiguardian.text.chat import Message, conversation_text

if TYPE_CHECKING:
    from aiguardian.gateway.screened import ScreenReport

PRIVATE = ("secrets", "pii")
"""The checks of SecurityGuard that must have been made for a text to count as redacted."""
REDACTOR = "securityguard"
_WHOLE = (0.0, 1.0)


class Judgement(Struct, frozen=True):
    """A text and the reports on it."""

    text: str | Sequence[Message] | None
    """None: there was no room to hold it."""
    direction: str
    policy: str
    action: str
    reports: Mapping[str, Report | Raw]
    versions: Mapping[str, str]
    """By guard, of these and perhaps of others."""
    missing: Mapping[str, str]
    """The error's code, by guard."""
    is_piece: bool = False
    """Whether the text is a piece of a stream, cut anywhere."""

    @property
    def characters(self) -> int:
        """About how much memory its text takes."""
        if isinstance(self.text, str):
            return len(self.text)
        return sum(len(one.content or "") for one in self.text or ())


def tell_of_reports(
    exchange: Exchange,
    versions: Mapping[str, str],
    report: ScreenReport,
    *,
    text: str | Sequence[Message] | None,
    direction: str,
    is_piece: bool = False,
) -> None:
    """Hand what was said of one text to whoever keeps it. Of a piece of one, whose ends may cut
    what must be masked, no text is kept. `versions` are those of all guards."""
    spend_judge(exchange, report.reports.values())
    if exchange.on_judged is None:
        return
    judgement = Judgement(
        text=text,
        direction=direction,
        policy=report.policy or "",
        action=report.decision.action,
        reports=report.reports,
        versions=versions,
        missing={one.guard: one.code for one in report.unjudged} if report.unjudged else {},
        is_piece=is_piece,
    )
    exchange.on_judged(exchange, judgement)


class _Entity(Struct):
    type: str
    start: int
    end: int


class _Said(Struct):
    """The part of a report that is recorded, from this process or from an instance."""

    decision: Decision
    text_length: int = 0
    flagged: bool = False
    risk: float = 0.0
    alarms: list[str] = []
    categories: dict[str, float] = {}
    findings: list[Finding] = []
    unjudged: list[Unjudged] | UnsetType = UNSET
    entities: list[_Entity] = []


def recorded(one: Judgement, store: Store) -> tuple[RecordedText, str]:
    """What is kept of it, and its text as far as that may be kept, else nothing."""
    said = {guard: _said(report) for guard, report in one.reports.items()}
    text, withheld = _kept_text(one, said.get(REDACTOR), store)
    guards = {
        guard: _verdict(report, one.versions.get(guard, "")) for guard, report in said.items()
    }
    guards |= {guard: RecordedVerdict(missing=code) for guard, code in one.missing.items()}
    kept = RecordedText(
        direction=one.direction,
        policy=one.policy,
        action=one.action,
        guards=guards,
        withheld=withheld,
    )
    return kept, text


def _said(report: Report | Raw) -> _Said:
    if isinstance(report, Raw):
        return msgspec.json.decode(report, type=_Said)
    return _Said(
        decision=report.decision,
        text_length=report.text_length,
        flagged=report.flagged,
        risk=report.risk,
        alarms=report.alarms,
        categories=getattr(report, "categories", {}),
        findings=report.findings,
        unjudged=report.unjudged,
        entities=getattr(report, "entities", []),
    )


def _verdict(said: _Said, version: str) -> RecordedVerdict:
    scores = dict(said.categories)
    for finding in said.findings:
        scores[finding.category] = max(scores.get(finding.category, 0.0), finding.score)
    gaps = () if isinstance(said.unjudged, UnsetType) else said.unjudged
    return RecordedVerdict(
        version=version,
        action=said.decision.action,
        confidence=_short(said.decision.confidence),
        flagged=said.flagged,
        risk=_short(said.risk),
        alarms=tuple(said.alarms),
        categories={name: _short(score) for name, score in scores.items()},
        unjudged=tuple(dict.fromkeys(gap.reason for gap in gaps)) if gaps else (),
    )


def _short(score: float) -> float:
    """To four digits; most are nothing or all."""
    return score if score in _WHOLE else round(score, 4)


def _kept_text(one: Judgement, said: _Said | None, store: Store) -> tuple[str, str]:
    """The text, or why there is none."""
    if one.is_piece:
        return "", "it was judged in pieces, as it came"
    if one.text is None:
        return "", "too many texts were waiting to be kept"
    text = one.text if isinstance(one.text, str) else conversation_text(list(one.text))
    if store == "full":
        return text, ""
    if said is None:
        return "", "securityguard did not judge it"
    if any(check not in said.categories for check in PRIVATE):
        return "", "securityguard did not look for secrets and personal data"
    if not isinstance(said.unjudged, UnsetType):
        return "", "securityguard could not judge all of it"
    if said.text_length != len(text):
        return "", "securityguard judged another form of it"
    hits = [_private(entity) for entity in said.entities]
    if len(hits) >= MOST_FINDINGS:
        return "", "it holds more private parts than are listed"
    return redacted(text, private_parts(hits), mask), ""


def _private(entity: _Entity) -> Hit:
    return Hit(
        check="pii",
        type=entity.type,
        start=entity.start,
        end=entity.end,
        score=1.0,
        detector="",
        message="",
    )
