from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from aiguardian.errors import InvalidField, Overloaded
from aiguardian.policy import shadow as module
from aiguardian.policy.decide import Heard, Missing
from aiguardian.policy.options import suffices
from aiguardian.policy.rules import GuardRules, Policy, Rule
from aiguardian.policy.shadow import Seen, Shadow, Shadowed
from aiguardian.processor import Decision

HEARD = {"biasguard": Heard(Decision("flag", 0.9, "hate"), True, 0.9, ["hate"], {"hate": 0.9})}


def policy(name: str, act: Any, *, shadow: str | None = None) -> Policy:
    rules = {"biasguard": GuardRules({"hate": Rule(act)})}
    return Policy(name, directions={"input": rules}, shadow=shadow)


MILD, HARD = policy("mild", "flag"), policy("hard", "block")


async def verdicts(_: Policy) -> tuple[Mapping[str, Heard], Mapping[str, Missing]]:
    return HEARD, {}


def seen(by: Policy = MILD, ask: Any = verdicts, characters: int = 10) -> Seen:
    return Seen("id", "a", "input", by, "flag", ask, characters)


class Told:
    def __init__(self, *, default: str | None = "hard") -> None:
        self.shadowed: list[Shadowed] = []
        self.lost: list[str] = []
        self.shadow = Shadow(
            self.find, default=default, count=self.shadowed.append, lose=self.lost.append
        )

    def find(self, name: str, tenant: str) -> Policy:
        assert tenant == "a"
        if name not in ("mild", "hard"):
            raise InvalidField("There is no such policy.")
        return {"mild": MILD, "hard": HARD}[name]

    async def run(self) -> None:
        task = asyncio.create_task(self.shadow.run())
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()


async def test_another_policy_decides_from_the_same_verdicts_and_is_told() -> None:
    told = Told()
    told.shadow.take(seen())
    assert told.shadowed == [], "not while the request is being answered"
    await told.run()
    (one,) = told.shadowed
    assert (one.seen.action, one.ruling.decision.action, one.agrees) == ("flag", "block", False)
    assert [rule.category for rule in one.ruling.applied] == ["hate"]


@pytest.mark.parametrize(
    ("by", "default", "name"),
    [
        (policy("mild", "flag"), None, None),
        (policy("mild", "flag"), "hard", "hard"),
        (policy("mild", "flag", shadow="other"), "hard", "other"),
        (policy("hard", "flag"), "hard", None),
    ],
)
def test_a_policys_own_shadow_goes_before_the_one_of_all(
    by: Policy, default: str | None, name: str | None
) -> None:
    assert Told(default=default).shadow.name(by) == name


async def test_what_cannot_be_decided_is_counted_and_does_not_stop_the_rest() -> None:
    async def busy(_: Policy) -> Any:
        raise Overloaded("full")

    async def broken(_: Policy) -> Any:
        raise RuntimeError("a fault")

    told = Told()
    told.shadow.take(seen(ask=busy))
    told.shadow.take(seen(by=policy("mild", "flag", shadow="nope")))
    told.shadow.take(seen(ask=broken))
    told.shadow.take(seen())
    await told.run()
    assert told.lost == ["busy", "unknown_policy", "failed"]
    assert len(told.shadowed) == 1


async def test_what_waits_is_bounded_by_number_and_by_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Told()
    for _ in range(module.MOST_WAITING + 3):
        told.shadow.take(seen())
    assert told.lost == ["queue_full"] * 3
    monkeypatch.setattr(module, "MOST_WAITING_CHARACTERS", 25)
    other = Told()
    for _ in range(3):
        other.shadow.take(seen())
    assert other.lost == ["queue_full"]
    await other.run()
    other.shadow.take(seen())
    assert other.lost == ["queue_full"], "what was decided makes room"


@pytest.mark.parametrize(
    ("asked", "wanted", "is_enough"),
    [
        ({"checks": ["pii", "code"]}, {"checks": ["pii"]}, True),
        ({"checks": ["pii"]}, {"checks": ["pii", "code"]}, False),
        ({}, {"checks": ["pii"]}, True),
        ({"checks": ["pii"], "redact": {"pii": "mask"}}, {"checks": ["pii"]}, True),
        ({"checks": ["pii"], "allow": ["a"]}, {"checks": ["pii"]}, False),
        ({"checks": ["pii"]}, {"checks": ["pii"], "allow": ["a"]}, False),
        ({"rewrite": True}, {}, True),
        ({"text": "a"}, {"text": "b"}, False),
        ({}, {}, True),
    ],
)
def test_a_report_suffices_where_it_looked_for_all_that_is_wanted(
    asked: dict[str, Any], wanted: dict[str, Any], *, is_enough: bool
) -> None:
    assert suffices(asked, wanted) is is_enough
