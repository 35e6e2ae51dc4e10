"""Limits as they are written."""

from __future__ import annotations

import pytest

from aiguardian.identity.principal import KeyLimits
from aiguardian.settings.rates import Limit, read_limit, read_limits
from aiguardian.settings.read import SettingsError, read


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("600 requests/minute", Limit(600, "requests", 60)),
        ("1 request per second", Limit(1, "requests", 1)),
        ("  5000   Tokens / Day ", Limit(5_000, "tokens", 86_400)),
        ("10 usd/day", Limit(10_000_000_000, "usd", 86_400)),
        ("0.000000001 USD/week soft", Limit(1, "usd", 604_800, is_hard=False)),
        ("2.50 usd/30d hard", Limit(2_500_000_000, "usd", 2_592_000)),
        ("0 requests/hour", Limit(0, "requests", 3_600)),
        ("7 tokens/90s", Limit(7, "tokens", 90)),
        ("7 tokens/15m", Limit(7, "tokens", 900)),
    ],
)
def test_a_limit_is_read_and_written_back(text: str, limit: Limit) -> None:
    assert read_limit(text) == limit
    assert read_limit(str(limit)) == limit


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is not an amount"),
        ("600", "is not an amount"),
        ("requests/minute", "is not an amount"),
        ("-1 requests/minute", "is not an amount"),
        ("600 requests", "is not an amount"),
        ("600 pages/minute", "is not an amount"),
        ("600 requests/month", "is not an amount"),
        ("600 requests/minute softly", "is not an amount"),
        ("1e3 requests/minute", "is not an amount"),
        ("٦٠٠ requests/minuté", "is not an amount"),
        ("0.5 requests/minute", "has a part"),
        ("0.0000000001 usd/day", "is not an amount"),
        ("9999999999 usd/day", "is more than"),
        ("1 requests/0s", "has a window"),
        ("1 requests/400d", "has a window"),
        ("9" * 10_000, "is not an amount"),
    ],
)
def test_what_is_no_limit_is_refused_with_the_mend(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_limit(text)


def test_the_first_of_several_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"'nonsense' is not an amount"):
        read_limits(["1 requests/day", "nonsense"])


def test_settings_hold_several_side_by_side() -> None:
    settings = read({"RATE_LIMIT_PER_KEY": "600 requests/minute, 10 usd/day soft"})
    assert [str(one) for one in settings.rates.per_key] == [
        "600 requests/minute",
        "10 usd/day soft",
    ]
    assert settings.rates.per_ip == ()


def test_a_wrong_limit_stops_the_start_and_is_named() -> None:
    with pytest.raises(SettingsError) as caught:
        read({"RATE_LIMIT_PER_USER": "1 requests/day, many"})
    (fault,) = caught.value.faults
    assert fault.startswith("RATE_LIMIT_PER_USER: ")
    assert "soft" in fault


def test_a_keys_limits_are_kept_as_they_are_read() -> None:
    texts = ["5 requests/minute", "0.25 usd/day soft"]
    assert KeyLimits.read(texts).texts() == texts
    assert KeyLimits().texts() == []
