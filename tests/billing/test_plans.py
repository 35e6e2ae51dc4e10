"""Plans as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiguardian.billing.plans import Plans, load_plans, read_plans
from aiguardian.policy.read import PolicyError
from aiguardian.settings.rates import read_limits

GOOD = """
free: starter
plans:
  starter:
    limits: [100 requests/day]
  team:
    about: For a team
    price: price_team
    limits: [600 requests/minute, 50 usd/day soft]
    metered:
      tokens: {event: aiguardian_tokens, price: price_meter}
  big:
    price: price_big
"""


def test_plans_are_read() -> None:
    plans = read_plans(GOOD, file="plans.yaml")
    assert list(plans.each) == ["starter", "team", "big"]
    team = plans.each["team"]
    assert team.limits == read_limits(["600 requests/minute", "50 usd/day soft"])
    assert (team.about, team.price) == ("For a team", "price_team")
    assert team.meters["tokens"].event == "aiguardian_tokens"
    assert plans.free is plans.each["starter"]
    assert plans.of_prices(("price_x", "price_team")) is team
    assert plans.of_prices(("price_meter",)) is None
    assert plans.each["big"].limits == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("free: starter", "free: startr", 2, "must be one of starter, team, big"),
        ("free: starter", "free: big", 2, "must not have a price"),
        ("free: starter", "fre: starter", 2, "Did you mean free?"),
        ("    about:", "    abuot:", 7, "Did you mean about?"),
        ("100 requests/day", "100 pages/day", 5, "is not an amount"),
        ("limits: [100 requests/day]", "limits: many", 5, "must be a list"),
        ("price: price_big", "price: price_team", 2, "same price"),
        ("price: price_big", "price: 'a b'", 13, "Stripe's names"),
        ("  big:", "  Big:", 13, "lower-case"),
        ("tokens: {", "words: {", 11, "Allowed: requests, tokens, usd"),
        ("event: aiguardian_tokens, ", "", 11, "needs an event and a price"),
        ("event: aiguardian", "evnt: aiguardian", 11, "Did you mean event?"),
        ("    price: price_team\n", "", 10, "Only a plan with a price"),
        ("plans:", "plans: [", 5, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, fault: str) -> None:
    assert old in GOOD
    with pytest.raises(PolicyError) as caught:
        read_plans(GOOD.replace(old, new, 1), file="plans.yaml")
    assert fault in str(caught.value)
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "free: x", "plans: {}", "[]", "plans: 3", "\u0000"])
def test_what_is_no_file_of_plans_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        read_plans(text, file="plans.yaml")


def test_a_file_is_read_and_a_bad_one_named(tmp_path: Path) -> None:
    path = tmp_path / "plans.yaml"
    path.write_text(GOOD)
    assert len(load_plans(path).each) == 3
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyError, match="not UTF-8"):
        load_plans(path)
    path.write_bytes(b"#" * 70_000)
    with pytest.raises(PolicyError, match="longer than"):
        load_plans(path)
    with pytest.raises(OSError, match="No such file"):
        load_plans(tmp_path / "nowhere.yaml")
    assert load_plans(None) == Plans()
