from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aiguardian.policy.read import read_policy
from aiguardian.policy.recorded import Recorded, StoredTraffic, TrafficError, TrafficFile
from aiguardian.policy.replay import MOST_EXAMPLES, Replay, redecide, replay
from aiguardian.policy.rules import Catalogue, GuardKind, Policy
from aiguardian.storage.request_rows import (
    MemoryRequests,
    RecordedText,
    RecordedVerdict,
    RequestRow,
)

CATALOGUE: Catalogue = {
    "securityguard": GuardKind(("injection", "secrets", "pii"), ("secrets", "pii"), "closed"),
    "biasguard": GuardKind(("toxicity", "hate"), ()),
    "trustguard": GuardKind((), ()),
}


def policy(text: str, name: str = "new") -> Policy:
    return read_policy(text, name=name, catalogue=CATALOGUE)


def security(alarm: str = "", score: float = 0.9, **checks: float) -> RecordedVerdict:
    scores = {"injection": 0.0, "secrets": 0.0, "pii": 0.0} | checks
    if alarm:
        scores[alarm] = score
    return RecordedVerdict(
        action="flag" if alarm else "keep",
        flagged=bool(alarm),
        alarms=(alarm,) if alarm else (),
        categories=scores,
        risk=max(scores.values()),
    )


def text(action: Any = "keep", **fields: Any) -> Recorded:
    made: dict[str, Any] = {
        "id": "r-1",
        "at": 5.0,
        "direction": "input",
        "action": action,
        "policy": "old",
        "guards": {"securityguard": security()},
        "missing": {},
    }
    return Recorded(**(made | fields))


BLOCKS = policy("input: {securityguard: {injection: block, '*': flag}}", "old")


def against(old: Policy | None, new: Policy, *texts: Recorded) -> Replay:
    return replay(texts, new, against=lambda _: old, judged_by=lambda _: old, catalogue=CATALOGUE)


def test_texts_are_counted_by_what_they_were_and_what_they_would_be() -> None:
    attack = text("block", guards={"securityguard": security("injection", 0.8)})
    mail = text("flag", guards={"securityguard": security("pii")}, id="r-2")
    new = policy("input: {securityguard: {injection: {action: block, threshold: 0.85}}}")
    found = against(BLOCKS, new, attack, mail, text())
    assert (found.total, found.unchanged, found.changed) == (3, 2, 1)
    change = found.changes["block", "keep"]
    assert [(one.id, one.why) for one in change.examples] == [
        ("r-1", "securityguard.injection 0.80: block -> block from 0.85 on")
    ]


def test_against_what_was_decided_then_the_rule_that_applies_now_is_told() -> None:
    found = against(None, BLOCKS, text("keep", guards={"securityguard": security("injection")}))
    (example,) = found.changes["keep", "block"].examples
    assert example.why == "securityguard.injection 0.90: block"


@pytest.mark.parametrize(
    ("rules", "recorded", "gap"),
    [
        ("securityguard: {pii: flag}", {}, ""),
        ("securityguard: {pii: flag}", {"guards": {}}, "securityguard was not asked"),
        (
            "biasguard: {hate: block}",
            {},
            "biasguard was not asked",
        ),
        (
            "securityguard: {pii: flag}",
            {"guards": {"securityguard": RecordedVerdict(categories={"injection": 0.0})}},
            "securityguard did not look for secrets",
        ),
        (
            "securityguard: {pii: flag, secrets: ignore}",
            {"guards": {"securityguard": RecordedVerdict(categories={"injection": 0.0})}},
            "securityguard did not look for pii",
        ),
        (
            "securityguard: {pii: ignore, secrets: ignore}",
            {"guards": {"securityguard": RecordedVerdict(categories={"injection": 0.0})}},
            "",
        ),
        # A guard that has a score only for what it found has looked for all of it.
        ("biasguard: {hate: block}", {"guards": {"biasguard": RecordedVerdict()}}, ""),
        # Asked only where there are sources: not there then, not missing now.
        ("trustguard: {'*': block}", {}, ""),
        # It was asked and gave no verdict: that decides by `on_failure`.
        ("securityguard: {pii: flag}", {"guards": {}, "missing": {"securityguard": "x"}}, ""),
    ],
)
def test_what_nobody_looked_at_is_not_decided_again(
    rules: str, recorded: dict[str, Any], gap: str
) -> None:
    new = policy(f"input: {{{rules}}}")
    assert redecide(text(**recorded), new, CATALOGUE).gap == gap
    found = against(None, new, text(**recorded))
    assert dict(found.undecided) == ({gap: 1} if gap else {})


def test_a_block_stands_whatever_else_was_not_looked_at() -> None:
    new = policy("input: {securityguard: {injection: block}, biasguard: {hate: block}}")
    attack = text(guards={"securityguard": security("injection")})
    assert (redecide(attack, new, CATALOGUE).action, redecide(attack, new, CATALOGUE).gap) == (
        "block",
        "",
    )


def test_a_missing_verdict_is_decided_by_what_the_policy_or_the_guard_says_of_it() -> None:
    gone = text("block", guards={}, missing={"securityguard": "deadline_exceeded"})
    assert redecide(gone, policy("input: {securityguard: {pii: flag}}"), CATALOGUE).action == (
        "block"
    )
    opened = policy("input: {securityguard: {pii: flag, on_failure: open}}")
    assert redecide(gone, opened, CATALOGUE).action == "keep"


@pytest.mark.parametrize(
    ("old", "new", "alarm", "is_known"),
    [
        ([], [], "pii", True),
        (["a"], ["a"], "pii", True),
        ([], ["a"], "", True),  # what is allowed more was no finding anyway
        ([], ["a"], "pii", False),  # the finding may be what is allowed now
        (["a"], [], "", False),  # something may have been allowed that is not any more
    ],
)
def test_another_allow_list_is_not_decided_again_without_the_text(
    old: list[str], new: list[str], alarm: str, *, is_known: bool
) -> None:
    rules = "input: {securityguard: {pii: flag}}\nallow: "
    recorded = text(guards={"securityguard": security(alarm)})
    found = against(
        policy(rules + json.dumps(old), "old"), policy(rules + json.dumps(new)), recorded
    )
    assert (found.undecided.total() == 0) is is_known


def test_parts_that_were_not_judged_count_where_a_policy_says_so() -> None:
    part = RecordedVerdict(categories={"pii": 0.0}, unjudged=("No detector reads Tamil.",))
    new = policy("input: {biasguard: {hate: block}}\nunjudged: block")
    recorded = text(guards={"biasguard": part})
    assert redecide(recorded, new, CATALOGUE).action == "block"


def test_the_direction_chooses_the_rules_and_one_without_rules_is_kept() -> None:
    attack = text("block", direction="tool", guards={"securityguard": security("injection")})
    assert redecide(attack, BLOCKS, CATALOGUE).action == "keep"


def test_examples_are_bounded() -> None:
    new = policy("input: {securityguard: {injection: observe}}")
    attack = text("block", guards={"securityguard": security("injection")})
    change = against(BLOCKS, new, *[attack] * 50).changes["block", "keep"]
    assert (change.count, len(change.examples)) == (50, MOST_EXAMPLES)


def row(request_id: str, at: float, *judged: RecordedText, tenant: str = "a") -> RequestRow:
    made = f"{request_id}{tenant}".encode()
    return RequestRow(
        b"%015d" % int(at) + made, at, tenant, request_id, "k", "", "/x", 200, "keep", 0.1, judged
    )


def test_stored_traffic_is_one_tenants_newest_first_with_all_texts_of_a_request() -> None:
    store = MemoryRequests()
    said = RecordedText(
        direction="input",
        policy="old",
        action="flag",
        guards={"securityguard": security("pii"), "biasguard": RecordedVerdict(missing="late")},
    )
    alone = RecordedText(action="keep", guards={"tokenguard": RecordedVerdict(action="keep")})
    store.add([row("r-1", 10.0, said, alone), row("r-2", 20.0, said, said)])
    store.add([row("r-3", 30.0, said, tenant="b")])
    traffic = StoredTraffic(store, "a")
    assert [one.id for one in traffic.texts(0.0)] == ["r-2", "r-2", "r-1"]
    assert [one.id for one in traffic.texts(15.0)] == ["r-2", "r-2"]
    (one,) = traffic.request("r-1")
    assert (one.action, one.policy, list(one.guards), one.missing) == (
        "flag",
        "old",
        ["securityguard"],
        {"biasguard": "late"},
    )
    assert traffic.request("r-3") == []


def test_a_string_is_looked_for_in_the_texts_that_are_kept() -> None:
    store = MemoryRequests()
    said = RecordedText(direction="input", action="keep")
    kept = msgspec.structs.replace(row("r-1", 10.0, said, said), texts=("Write to Ren\u00e9.", ""))
    store.add([kept, row("r-2", 20.0, said)])

    def holds(value: str) -> list[bool | None]:
        return [one.holds for one in StoredTraffic(store, "a", value).texts(0.0)]

    assert holds(" Rene\u0301 ") == [None, True, None]
    assert holds("rené") == [None, False, None]
    assert holds("") == [None, None, None]


def test_traffic_is_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiguardian.policy.recorded.PAGE", 2)
    store = MemoryRequests()
    said = RecordedText(direction="input", action="keep")
    store.add([row(f"r-{at}", float(at), said) for at in range(1, 6)])
    ids = [one.id for one in StoredTraffic(store, "a").texts(0.0)]
    assert ids == ["r-5", "r-4", "r-3", "r-2", "r-1"]


LINE = {
    "request_id": "r-1",
    "at": 5.0,
    "judged": [
        {
            "direction": "input",
            "action": "block",
            "policy": "ours",
            "guards": {"securityguard": {"alarms": ["pii"], "categories": {"pii": 0.9}}},
        }
    ],
}


def test_a_file_holds_a_request_a_line(tmp_path: Path) -> None:
    path = tmp_path / "traffic.ndjson"
    other = LINE | {"request_id": "ü-東京", "at": 9.0, "of a later version": 1}
    path.write_text(f"{json.dumps(LINE)}\n\n{json.dumps(other)}\n")
    assert [one.id for one in TrafficFile(path).texts(0.0)] == ["r-1", "ü-東京"]
    assert [one.id for one in TrafficFile(path).texts(6.0)] == ["ü-東京"]
    (one,) = TrafficFile(path).request("r-1")
    assert one.guards["securityguard"].alarms == ("pii",)
    path.write_text("")
    assert list(TrafficFile(path).texts(0.0)) == []


@pytest.mark.parametrize(
    "line", ["{", '{"at": 1}', '"text"', "[]", json.dumps(LINE | {"at": "today"}), "\ud800"]
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "traffic.ndjson"
    path.write_bytes(f"{json.dumps(LINE)}\n{line}\n".encode("utf-8", "surrogatepass"))
    with pytest.raises(TrafficError, match="line 2"):
        list(TrafficFile(path).texts(0.0))


def test_a_line_that_is_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiguardian.policy.recorded.MOST_LINE_BYTES", 100)
    path = tmp_path / "traffic.ndjson"
    path.write_text("x" * 500)
    with pytest.raises(TrafficError, match="line 1: longer"):
        list(TrafficFile(path).texts(0.0))
