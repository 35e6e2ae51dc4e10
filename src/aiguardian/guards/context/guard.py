"""ContextGuard: where a conversation drifts, contradicts itself or builds up; and its memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import UNSET

from aiguardian.errors import InvalidField
from aiguardian.guards.context.analysis import Analysis, analyze
from aiguardian.guards.context.conversation import (
    Conversation,
    conversation,
    scope_of,
    sent_turns,
)
from aiguardian.guards.context.memories import Memories, Scope, Selection
from aiguardian.guards.context.memory_report import forgotten, recalled, remembered
from aiguardian.guards.context.reader import Reader, Scorer
from aiguardian.guards.context.schemas import ContextPayload, ContextReport, Shift
from aiguardian.guards.context.screening import Screen, sort_out
from aiguardian.guards.context.self_tests import SELF_TESTS
from aiguardian.guards.context.verdict import contradictions, decide, findings
from aiguardian.ml.encoder import load_encoder
from aiguardian.processor import Caller, Processor, SelfTest, Unjudged


class ContextGuard(Processor[ContextPayload]):
    """Judges a turn against its conversation, and keeps what is to be remembered."""

    name: ClassVar[str] = "contextguard"
    version: ClassVar[str] = "1.0"
    capabilities: ClassVar[tuple[str, ...]] = ("analyze", "remember", "recall", "forget")
    payload = ContextPayload
    report = ContextReport

    def __init__(
        self,
        memories: Memories,
        screen: Screen,
        *,
        encoder: Callable[[], Scorer] = load_encoder,
    ) -> None:
        """`screen` judges what is to enter the memory."""
        self._memories = memories
        self._screen = screen
        self._reader = Reader(encoder)
        self._operations = {
            "analyze": self._analyze,
            "remember": self._remember,
            "recall": self._recall,
            "forget": self._forget,
        }

    def process(self, payload: ContextPayload, caller: Caller) -> ContextReport:
        """The report on the operation asked for."""
        report = self._operations[payload.operation](payload, caller)
        report.operation = payload.operation
        return report

    def self_tests(self) -> Sequence[SelfTest]:
        """Known conversations with the verdict each must get."""
        return SELF_TESTS

    def runs_here(self, payload: ContextPayload) -> bool:
        """True for whatever may touch the memory: it is kept where `export` looks for it."""
        sends_all = payload.history is not None or payload.messages is not None
        return payload.operation != "analyze" or not sends_all

    def _analyze(self, payload: ContextPayload, caller: Caller) -> ContextReport:
        whole = conversation(payload, caller, memories=self._memories)
        found = analyze(whole, goal=payload.goal, reader=self._reader, deadline=caller.deadline)
        return _report(whole, found)

    def _remember(self, payload: ContextPayload, caller: Caller) -> ContextReport:
        if not caller.session_id:
            raise InvalidField(
                "remember needs a session_id to keep turns under.", field="session_id"
            )
        turns = sent_turns(payload)
        if not turns:
            raise InvalidField("Send what to remember: text, history or messages.", field="text")
        sifted = sort_out(turns, self._screen, caller.deadline)
        kept = self._memories.remember(scope_of(caller), sifted.clean, deadline=caller.deadline)
        return remembered(turns, sifted, kept)

    def _recall(self, payload: ContextPayload, caller: Caller) -> ContextReport:
        query = payload.query if payload.query is not None else payload.text
        if query is None:
            raise InvalidField("recall needs a query.", field="query")
        found = self._memories.recall(
            self._scope(payload, caller),
            query,
            max_tokens=payload.max_tokens,
            deadline=caller.deadline,
        )
        return recalled(query, found)

    def _forget(self, payload: ContextPayload, caller: Caller) -> ContextReport:
        what = Selection(tuple(payload.ids or ()), payload.older_than_s)
        receipt = self._memories.forget(
            self._scope(payload, caller), what, deadline=caller.deadline
        )
        self._reader.forget()
        return forgotten(receipt)

    def _scope(self, payload: ContextPayload, caller: Caller) -> Scope:
        if payload.scope == "user" and not caller.user_id:
            raise InvalidField('scope "user" needs a user_id.', field="user_id")
        if payload.scope == "session" and not caller.session_id:
            raise InvalidField(
                f'{payload.operation} needs a session_id, or a user_id and scope "user".',
                field="session_id",
            )
        return scope_of(caller, whole_user=payload.scope == "user")


def _report(whole: Conversation, found: Analysis) -> ContextReport:
    text, scores = whole.newest.text, found.topics.scores
    escalation, decision = found.escalation, decide(found)
    shifts = found.shifts
    return ContextReport(
        text_length=len(text),
        risk=round(escalation.risk, 4),
        flagged=escalation.is_escalating,
        confidence_score=decision.confidence,
        decision=decision,
        findings=findings(found, text),
        unjudged=_unjudged(whole, found) or UNSET,
        drift_score=round(found.topics.drift, 4),
        topic_shift=bool(scores) and scores[-1] >= found.topics.threshold,
        topic_shift_score=round(scores[-1], 4) if scores else 0.0,
        topic_began=shifts[-1][0] if shifts else 0,
        shifts=[Shift(turn=turn, score=round(score, 4)) for turn, score in shifts],
        goal_alignment=UNSET if found.goal_alignment is None else round(found.goal_alignment, 4),
        escalation=round(escalation.risk, 4) if escalation.is_escalating else 0.0,
        escalation_signs=list(escalation.signs),
        contradictions=contradictions(found),
        resolved=found.resolved if found.resolved != text else UNSET,
        turns=len(whole.turns) + whole.left_out,
    )


def _unjudged(whole: Conversation, found: Analysis) -> list[Unjudged]:
    """What of the history was not read. It has no place in the text sent: an empty span."""
    oldest = found.read[0] if found.read else found.newest
    skipped = sum(bool(turn.text.strip()) for turn in whole.turns[: oldest - whole.left_out])
    skipped += whole.left_out
    if not skipped:
        return []
    reason = f"{skipped} older turns were not read for topics and escalation: the newest are."
    return [Unjudged(start=0, end=0, reason=reason)]
