"""ContextGuard as a caller sees it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from aiguardian.errors import InvalidField, PayloadTooLarge
from aiguardian.guards.context.guard import ContextGuard
from aiguardian.guards.context.memories import Fact, Memory, Recalled, Scope
from aiguardian.guards.context.memory_report import recalled
from aiguardian.guards.context.schemas import ContextPayload, ContextReport
from aiguardian.guards.context.self_tests import SELF_TESTS
from aiguardian.processor import MAX_TEXT_BYTES, Caller, Deadline, SelfTest
from tests.guards.context.conftest import DictMemories

TRAIN = [
    {"role": "user", "content": "Which train goes from Oslo to Bergen in the morning?"},
    {"role": "assistant", "content": "There is one at 8:25 that arrives at 14:57."},
]


def ask(guard: ContextGuard, caller: Caller, **fields: Any) -> ContextReport:
    return guard.process(msgspec.convert(fields, ContextPayload), caller)


@pytest.mark.parametrize("test", SELF_TESTS, ids=lambda test: test.name)
def test_the_self_tests_pass(guard: ContextGuard, stranger: Caller, test: SelfTest) -> None:
    report = ask(guard, stranger, **test.payload)
    assert msgspec.json.decode(msgspec.json.encode(report))["operation"] == "analyze"
    assert report.decision.action == test.expect_action, report.decision
    for name, value in test.expect.items():
        assert getattr(report, name) == value


def test_a_report_names_the_turn_where_a_topic_began(guard: ContextGuard, stranger: Caller) -> None:
    text = "By the way, I need a dentist in Leeds. Can you find one for Friday?"
    report = ask(guard, stranger, text=text, history=TRAIN)
    assert report.topic_shift
    assert report.topic_began == 2
    assert [one.turn for one in report.shifts] == [2]
    assert report.turns == 3


def test_messages_are_a_conversation(guard: ContextGuard, stranger: Caller) -> None:
    messages = [*TRAIN, {"role": "user", "content": "At what time does it arrive?"}]
    report = ask(guard, stranger, messages=messages)
    assert report.turns == 3
    assert report.text_length == len("At what time does it arrive?")


def test_a_contradiction_is_told_with_both_places(guard: ContextGuard, stranger: Caller) -> None:
    history = [{"role": "user", "content": "I live in Oslo."}]
    report = ask(guard, stranger, text="Well, I live in Lima.", history=history)
    (one,) = report.contradictions
    assert (one.turn, one.earlier_turn, one.kind) == (1, 0, "fact")
    assert "Well, I live in Lima."[one.start : one.end] == "I live in Lima"
    assert "contradicts turn 0" in report.decision.reason
    assert report.decision.action == "keep"


def test_a_follow_up_is_written_out(guard: ContextGuard, stranger: Caller) -> None:
    history = [{"role": "user", "content": "What is a heat pump?"}]
    report = ask(guard, stranger, text="How does it work?", history=history)
    assert report.resolved == "How does a heat pump work?"


def test_a_goal_is_served_or_not(guard: ContextGuard, stranger: Caller) -> None:
    goal = "Book a train from Oslo to Bergen."
    serves = ask(guard, stranger, text="Two seats in the morning train.", history=TRAIN, goal=goal)
    strays = ask(guard, stranger, text="Tell me a joke about bakers.", history=[], goal=goal)
    assert serves.goal_alignment > strays.goal_alignment
    assert ask(guard, stranger, text="Hello.", history=[]).goal_alignment is msgspec.UNSET


def test_the_stored_session_is_the_history(guard: ContextGuard, caller: Caller) -> None:
    ask(guard, caller, operation="remember", messages=TRAIN)
    report = ask(guard, caller, text="At what time does it arrive?")
    assert report.turns == 3
    ask(guard, caller, operation="remember", text="At what time does it arrive?")
    assert ask(guard, caller, text="At what time does it arrive?").turns == 3


def test_a_history_that_was_sent_stands_for_the_stored_one(
    guard: ContextGuard, caller: Caller
) -> None:
    ask(guard, caller, operation="remember", messages=TRAIN)
    assert ask(guard, caller, text="Hello.", history=[]).turns == 1


def test_what_is_remembered_is_recalled_and_forgotten(guard: ContextGuard, caller: Caller) -> None:
    stored = ask(guard, caller, operation="remember", messages=TRAIN)
    assert (stored.remembered, stored.merged, stored.refused) == (2, 0, 0)
    found = ask(guard, caller, operation="recall", query="train Bergen")
    assert [one.text for one in found.memories] == [TRAIN[0]["content"]]
    gone = ask(guard, caller, operation="forget")
    assert gone.forgotten == 2
    assert gone.receipt.id == "r1"
    assert ask(guard, caller, operation="recall", query="train").memories == []


def test_a_memory_tells_which_of_its_facts_no_longer_hold() -> None:
    fact = Fact("f1", "I live in Oslo", "t1", 0, 4, 18, valid_from=1.0, valid_to=2.0)
    kept = replace(fact, id="f2", text="I am Ada", valid_to=None)
    one = Memory("t1", "Yes, I live in Oslo", "user", 0, 0.5, facts=(fact, kept))
    found, bare = recalled("home", Recalled((one, replace(one, facts=())), 5)).memories
    assert b"facts" not in msgspec.json.encode(bare)
    assert json.loads(msgspec.json.encode(found))["facts"] == [
        {"text": "I live in Oslo", "start": 4, "end": 18, "valid_from": 1.0, "valid_to": 2.0},
        {"text": "I am Ada", "start": 4, "end": 18, "valid_from": 1.0},
    ]


@pytest.mark.parametrize(
    ("count", "reason"), [(0, "0 memories of"), (1, "1 memory of"), (2, "2 memories of")]
)
def test_the_reason_of_a_recall_counts(count: int, reason: str) -> None:
    one = Memory("t1", "red", "user", 0, 0.5)
    assert recalled("cat", Recalled((one,) * count, 1)).decision.reason.startswith(reason)


def test_poison_is_not_stored_and_the_report_says_so(
    guard: ContextGuard, caller: Caller, memories: DictMemories
) -> None:
    messages = [*TRAIN, {"role": "tool", "content": "poison"}]
    report = ask(guard, caller, operation="remember", messages=messages)
    assert report.refused == 1
    assert report.decision.action == "flag"
    (finding,) = report.findings
    joined = "\n\n".join(str(one["content"]) for one in messages)
    assert joined[finding.start : finding.end] == "poison"
    assert len(memories.held[Scope("k", "u", "s")]) == 2


def test_nothing_but_poison_is_blocked(guard: ContextGuard, caller: Caller) -> None:
    report = ask(guard, caller, operation="remember", text="poison")
    assert report.decision.action == "block"
    assert report.remembered == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "text"),
        ({"operation": "recall"}, "query"),
        ({"operation": "remember"}, "text"),
        ({"messages": TRAIN, "text": "a"}, "messages"),
        ({"messages": TRAIN, "history": TRAIN}, "messages"),
    ],
)
def test_what_is_missing_or_double_is_named(
    guard: ContextGuard, caller: Caller, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidField) as raised:
        ask(guard, caller, **fields)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"operation": "remember", "text": "a"}, "session_id"),
        ({"operation": "recall", "query": "a"}, "session_id"),
        ({"operation": "forget"}, "session_id"),
        ({"operation": "forget", "scope": "user"}, "user_id"),
    ],
)
def test_memory_needs_an_owner(
    guard: ContextGuard, stranger: Caller, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidField) as raised:
        ask(guard, stranger, **fields)
    assert raised.value.field == field


def test_the_user_s_scope_leaves_the_session_out(
    guard: ContextGuard, caller: Caller, memories: DictMemories
) -> None:
    ask(guard, caller, operation="forget", scope="user")
    ask(guard, caller, operation="recall", scope="user", query="a")
    assert Scope("k", "u", "") in memories.held


@pytest.mark.parametrize(
    "text", ["", " \n", "مرحبا، كيف حالك؟", "你好", "\ud800", "👩‍👩‍👧", "a " * 100_000, "\x00"]
)
def test_any_text_is_judged(guard: ContextGuard, stranger: Caller, text: str) -> None:
    report = ask(guard, stranger, text=text, history=[*TRAIN, {"role": "user", "content": ""}])
    assert report.text_length == len(text)
    assert 0.0 <= report.risk <= 1.0


def test_too_long_a_turn_is_refused(guard: ContextGuard, stranger: Caller) -> None:
    with pytest.raises(PayloadTooLarge):
        ask(guard, stranger, text="a" * (MAX_TEXT_BYTES + 1))


def test_a_history_of_ten_thousand_turns_is_bounded_and_told(
    guard: ContextGuard, stranger: Caller
) -> None:
    history = [{"role": "user", "content": f"I have {number % 7} pears."} for number in range(9999)]
    report = ask(guard, stranger, text="I have 90 pears.", history=history)
    assert report.turns == 10_000
    (left_out,) = report.unjudged
    assert left_out.reason.startswith("9936 older turns")
    assert report.contradictions[0].earlier_turn == 9998


def test_little_time_reads_fewer_turns(guard: ContextGuard) -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += 0.004
        return now[0]

    history = [{"role": "user", "content": f"Turn {number}."} for number in range(64)]
    report = ask(guard, Caller(Deadline(0.4, clock=clock)), text="Hello.", history=history)
    assert "older turns were not read" in report.unjudged[0].reason


def test_what_touches_the_memory_runs_where_the_memory_is(guard: ContextGuard) -> None:
    assert guard.runs_here(ContextPayload(operation="forget"))
    assert guard.runs_here(ContextPayload(text="a"))
    assert not guard.runs_here(ContextPayload(text="a", history=[]))
