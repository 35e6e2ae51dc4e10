"""What a request leaves behind: bounded, complete, and with as much of its text as is wanted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from aiguardian.audit.entry import Entry, decode
from aiguardian.audit.journal import MemoryJournal
from aiguardian.audit.persons import Persons
from aiguardian.audit.trail import Trail
from aiguardian.gateway import recording
from aiguardian.gateway.judgement import Judgement, recorded
from aiguardian.gateway.recording import Batch, Recorder, save
from aiguardian.guards.security.schemas import Entity, SecurityReport
from aiguardian.guards.security.verdict import MOST_FINDINGS
from aiguardian.processor import Decision, Finding, Unjudged
from aiguardian.settings.recording import Store
from aiguardian.storage.request_rows import MemoryRequests, RequestQuery
from aiguardian.storage.usage_rows import MemoryUsage, UsageQuery
from aiguardian.telemetry.exchange import Acted, Decided, Exchange, Spent
from aiguardian.text.chat import Message

TEXT = "mail a@b.cd now"
MASKED = "mail [EMAIL_ADDRESS:********] now"


class House:
    """A recorder with its journal in sight."""

    def __init__(self, store: Store = "redacted") -> None:
        self.journal, self.dropped, self.store = MemoryJournal(), 0, store
        trail = Trail(self.journal, "aa", is_required=False, opening={})
        seconds = count(1_000.0)
        self.recorder = Recorder(
            trail,
            Persons(b"p" * 32),
            store=store,
            on_drop=self._drop,
            clock=lambda: next(seconds),
        )
        self.requests, self.usage = MemoryRequests(), MemoryUsage()

    def _drop(self) -> None:
        self.dropped += 1

    def exchange(self, **fields: Any) -> Exchange:
        made = Exchange.begin(
            method="POST",
            request_id=None,
            traceparent=None,
            sample_ratio=0.0,
            started_s=0.0,
            started_ns=0,
        )
        given = {"tenant": "t", "key_id": "k", "user_id": "jane", "guard": "g", "status": 200}
        for name, value in (given | fields).items():
            setattr(made, name, value)
        self.recorder.attach(made)
        return made

    def entries(self) -> list[Entry]:
        return [decode(data) for data in self.journal.waiting().entries]

    def keep(self) -> None:
        while (batch := self.recorder.take()) != Batch([], []):
            save(batch, self.requests, self.usage, store=self.store)


def report(**more: Any) -> SecurityReport:
    given: dict[str, Any] = {
        "text_length": len(TEXT),
        "risk": 0.92,
        "flagged": True,
        "confidence_score": 0.92,
        "decision": Decision("flag", 0.92, "Found."),
        "categories": {"secrets": 0.0, "pii": 0.92},
        "injection_score": 0.0,
        "entities": [Entity(type="email_address", start=5, end=11, score=0.92, validated=True)],
    }
    return SecurityReport(**(given | more))


def judgement(**more: Any) -> Judgement:
    given: dict[str, Any] = {
        "text": TEXT,
        "direction": "input",
        "policy": "default",
        "action": "flag",
        "reports": {"securityguard": report()},
        "versions": {"securityguard": "1.0"},
        "missing": {},
    }
    return Judgement(**(given | more))


def test_a_decision_is_in_the_journal_before_anything_else_happens() -> None:
    house = House()
    exchange = house.exchange(route="/r")
    exchange.decide(Decided(guard="g", action="block", policy="p", unjudged=("late",)))
    opened, entry = house.entries()
    assert opened.kind == "opened"
    assert (entry.guard, entry.action, entry.policy, entry.unjudged) == (
        "g", "block", "p", ("late",),
    )  # fmt: skip
    assert (entry.request, entry.tenant, entry.key) == (exchange.request_id, "t", "k")
    assert len(entry.user) == 32
    assert "jane" not in repr(entry)
    exchange.act(Acted(act="keys.create", target="agk_1", detail=(("n", 1),)))
    assert house.entries()[2].act == "keys.create"


def test_what_the_journal_cannot_take_is_told_to_the_caller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = House()
    exchange = house.exchange()

    def full(_: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(house.journal, "append", full)
    exchange.decide(Decided(guard="g", action="keep"))
    assert exchange.is_unrecorded


def test_a_request_is_kept_with_its_verdicts_and_counted() -> None:
    house = House()
    exchange = house.exchange(action="flag", route="/r")
    exchange.decide(Decided(guard="g", action="flag"))
    assert exchange.on_judged is not None
    exchange.on_judged(exchange, judgement())
    exchange.finish(0.5)
    house.keep()
    (row,) = house.requests.page(RequestQuery("t"), after=None, limit=9)
    assert (row.request_id, row.route, row.seconds) == (exchange.request_id, "/r", 0.5)
    assert row.texts == (MASKED,)
    assert row.judged[0].guards["securityguard"].categories == {"secrets": 0.0, "pii": 0.92}
    assert house.usage.totals(UsageQuery("t"), ())[0].amounts.requests == 1


def test_what_was_spent_is_summed_by_model() -> None:
    house = House()
    for _ in range(3):
        exchange = house.exchange(guard="proxy")
        exchange.decide(Decided(guard="proxy", action="keep"))
        spent = {"model": "m", "upstream": "u", "source": "reported", "input_tokens": 7}
        exchange.spend(Spent(**spent, output_tokens=2, cost_usd=0.25))
        exchange.finish(0.1)
    house.keep()
    (total,) = house.usage.totals(UsageQuery("t"), ("service", "model", "source"))
    assert total.parts == {"service": "proxy", "model": "m", "source": "reported"}
    assert (total.amounts.requests, total.amounts.input_tokens) == (3, 21)
    assert (total.amounts.output_tokens, total.amounts.cost_usd) == (6, 0.75)


def test_a_probe_leaves_nothing() -> None:
    house = House()
    house.exchange(user_id="").finish(0.1)
    assert house.recorder.take() == Batch([], [])
    assert house.entries() == []


def test_callers_turned_away_are_counted_together() -> None:
    house = House()
    for code, status, tenant in (
        ("unauthenticated", 401, ""),
        ("unauthenticated", 401, ""),
        ("forbidden", 403, "t"),
        ("not_found", 404, "t"),
    ):
        house.exchange(error_code=code, status=status, tenant=tenant).finish(0.1)
    house.recorder.count_refused()
    house.recorder.count_refused()
    told = [(one.tenant, one.detail) for one in house.entries() if one.kind == "refused"]
    assert told == [("", {"unauthenticated": 2}), ("t", {"forbidden": 1})]


def test_what_could_not_be_kept_is_kept_later_and_once() -> None:
    house = House()
    for _ in range(3):
        exchange = house.exchange()
        exchange.decide(Decided(guard="g", action="keep"))
        exchange.finish(0.1)
    batch = house.recorder.take()
    save(batch, house.requests, house.usage, store="redacted")  # done, but nobody learnt of it
    house.recorder.put_back(batch)
    house.keep()
    assert len(house.requests.page(RequestQuery("t"), after=None, limit=9)) == 3
    assert house.usage.totals(UsageQuery("t"), ())[0].amounts.requests == 3


def test_too_many_that_wait_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST_WAITING", 2)
    house = House()
    for _ in range(5):
        exchange = house.exchange()
        exchange.decide(Decided(guard="g", action="keep"))
        exchange.finish(0.1)
    house.keep()
    assert house.dropped == 3
    assert house.usage.totals(UsageQuery("t"), ())[0].amounts.requests == 5
    assert len([one for one in house.entries() if one.kind == "decision"]) == 5


def test_texts_that_there_is_no_room_for_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST_CHARACTERS", len(TEXT))
    house = House()
    for _ in range(3):
        exchange = house.exchange()
        exchange.decide(Decided(guard="g", action="keep"))
        house.recorder.judged(exchange, judgement())
        exchange.finish(0.1)
    house.keep()
    rows = house.requests.page(RequestQuery("t"), after=None, limit=9, is_oldest_first=True)
    assert [row.texts for row in rows] == [(MASKED,), (), ()]
    assert rows[1].judged[0].withheld == "too many texts were waiting to be kept"
    later = house.exchange()
    later.decide(Decided(guard="g", action="keep"))
    house.recorder.judged(later, judgement())
    later.finish(0.1)
    house.keep()
    (row, *_) = house.requests.page(RequestQuery("t"), after=None, limit=9)
    assert row.texts == (MASKED,)


def test_lines_of_a_batch_are_told_of_each_by_itself() -> None:
    house = House()
    exchange = house.exchange(guard="")
    for number in range(2):
        line = exchange.line(f"line-{number}")
        line.guard, line.user_id = "g", f"user-{number}"
        line.decide(Decided(guard="g", action="keep"))
        line.finish(0.1)
    exchange.finish(0.5)
    house.keep()
    rows = house.requests.page(RequestQuery("t"), after=None, limit=9, is_oldest_first=True)
    assert [row.request_id for row in rows] == ["line-0", "line-1"]
    assert len({row.user for row in rows}) == 2
    assert exchange.decisions == []


def test_nothing_is_kept_where_nothing_is_wanted() -> None:
    house = House("none")
    exchange = house.exchange()
    assert exchange.on_judged is None
    exchange.decide(Decided(guard="g", action="keep"))
    exchange.finish(0.1)
    house.keep()
    assert house.requests.page(RequestQuery("t"), after=None, limit=9) == []
    assert house.usage.totals(UsageQuery("t"), ())[0].amounts.requests == 1


@pytest.mark.parametrize(
    ("change", "withheld"),
    [
        (lambda: judgement(reports={}), "did not judge"),
        (lambda: of(categories={"pii": 0.9}), "did not look"),
        (lambda: of(unjudged=[Unjudged(start=0, end=1, reason="odd")]), "not judge all"),
        (lambda: of(text_length=len(TEXT) + 1), "another form"),
        (lambda: of(entities=[entity()] * MOST_FINDINGS), "more private parts"),
        (lambda: judgement(is_piece=True), "in pieces"),
        (lambda: judgement(text=None), "waiting"),
    ],
)
def test_a_text_that_may_not_be_clean_is_withheld(
    change: Callable[[], Judgement], withheld: str
) -> None:
    kept, text = recorded(change(), "redacted")
    assert text == ""
    assert withheld in kept.withheld


def of(**more: Any) -> Judgement:
    return judgement(reports={"securityguard": report(**more)})


def entity() -> Entity:
    return Entity(type="email_address", start=5, end=11, score=0.92, validated=True)


def test_all_of_a_text_is_kept_where_that_is_wanted() -> None:
    kept, text = recorded(judgement(reports={}), "full")
    assert (text, kept.withheld) == (TEXT, "")


def test_a_conversation_is_redacted_as_it_was_judged() -> None:
    messages = [Message(role="user", content="hi"), Message(role="user", content="a@b.cd")]
    whole = "hi\n\na@b.cd"
    found = report(
        text_length=len(whole),
        entities=[Entity(type="email_address", start=4, end=10, score=0.9, validated=True)],
    )
    one = judgement(text=messages, reports={"securityguard": found})
    assert recorded(one, "redacted")[1] == "hi\n\n[EMAIL_ADDRESS:********]"
    assert one.characters == 8


def test_a_report_from_an_instance_is_recorded_alike() -> None:
    here = judgement()
    remote = msgspec.Raw(msgspec.json.encode(here.reports["securityguard"]))
    there = replace(here, reports={"securityguard": remote})
    assert recorded(here, "redacted") == recorded(there, "redacted")


def test_the_best_score_of_a_category_is_recorded() -> None:
    finding = Finding(category="pii", start=5, end=11, score=0.97, detector="d", message="m")
    kept, _ = recorded(of(findings=[finding]), "redacted")
    assert kept.guards["securityguard"].categories["pii"] == 0.97


def test_a_guard_without_a_verdict_is_recorded_as_missing() -> None:
    kept, _ = recorded(judgement(missing={"biasguard": "deadline_exceeded"}), "redacted")
    assert kept.guards["biasguard"].missing == "deadline_exceeded"


@pytest.mark.parametrize("user", ["", "jane", "𝒳" * 100, "a\ud800b"])
def test_a_person_has_one_digest_which_names_nobody(user: str) -> None:
    persons = Persons(b"p" * 32)
    digest = persons.digest("t", user)
    assert digest == persons.digest("t", user)
    assert len(digest) == (32 if user else 0)
    assert not user or digest != Persons(b"q" * 32).digest("t", user)
    assert not user or digest != persons.digest("other", user)
    persons.forget("t", user)
    assert not persons._known.get(("t", user))


def test_tenant_and_user_do_not_run_into_each_other() -> None:
    persons = Persons(b"p" * 32)
    assert persons.digest("ab", "c") != persons.digest("a", "bc")
