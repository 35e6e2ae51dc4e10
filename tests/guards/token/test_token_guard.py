"""The guard as the dispatcher sees it: payload in, report out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiguardian.errors import DeadlineExceeded, InvalidField, PayloadTooLarge
from aiguardian.guards.token.families import family_of
from aiguardian.guards.token.guard import TokenGuard
from aiguardian.guards.token.schemas import TokenPayload, TokenReport
from aiguardian.processor import Caller, Deadline

GUARD = TokenGuard()
SAMPLE = "This is a test message for token optimization"


def report(**payload: Any) -> TokenReport:
    decoded = msgspec.convert(payload, TokenPayload, strict=True)
    return GUARD.process(decoded, Caller(Deadline(60)))


def test_the_sample_is_kept_and_counted_exactly() -> None:
    got = report(text=SAMPLE)
    assert got.decision.action == got.recommendation == "keep"
    assert (got.text_length, got.risk, got.flagged) == (45, 0.0, False)
    assert (got.tokens.encoding, got.tokens.exact, got.tokens.input) == ("o200k_base", True, 8)
    assert (got.tokens.context_window, got.tokens.fits) == (128_000, True)
    assert got.cost.total == pytest.approx((8 * 2.5 + 256 * 10) / 1e6)
    assert got.optimized.text == SAMPLE
    assert got.output is msgspec.UNSET
    assert got.alternatives


@pytest.mark.parametrize("test", GUARD.self_tests(), ids=lambda test: test.name)
def test_self_tests_pass(test: Any) -> None:
    got = report(**test.payload)
    assert got.decision.action == test.expect_action
    assert all(getattr(got, name) == value for name, value in test.expect.items())


REFUSED = [
    ({}, "text"),
    ({"text": "a", "messages": [{"role": "user", "content": "b"}]}, "text"),
    ({"text": "a", "target_ratio": 0.5}, "target_ratio"),
    ({"text": "a", "query": "b", "optimize": "none"}, "query"),
    ({"text": "a", "optimize": "lossy", "target_ratio": 0.5, "target_tokens": 3}, "target_tokens"),
]


@pytest.mark.parametrize(("payload", "field"), REFUSED)
def test_contradictions_are_refused_by_the_name_of_the_field(
    payload: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidField) as error:
        report(**payload)
    assert error.value.field == field


@pytest.mark.parametrize(
    "payload",
    [
        {"text": 1},
        {"text": "a", "target_ratio": 1.5, "optimize": "lossy"},
        {"text": "a", "optimize": "max"},
        {"text": "a", "budget_usd": -1},
        {"text": "a", "model": ""},
        {"text": "a", "unknown": 1},
        {"text": "a", "expected_output_tokens": "9"},
    ],
)
def test_wrong_fields_do_not_pass_the_schema(payload: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(payload, TokenPayload, strict=True)


def test_a_text_past_the_limit_is_too_large_and_one_at_it_is_not() -> None:
    assert report(text="é" * 524_288, optimize="none").tokens.input > 0
    with pytest.raises(PayloadTooLarge):
        report(text="é" * 524_289)


def test_the_deadline_ends_long_work() -> None:
    deadline = Deadline(60)
    deadline.cancel()
    with pytest.raises(DeadlineExceeded):
        GUARD.process(TokenPayload(text="word and word " * 50_000), Caller(deadline))


def test_a_shorter_text_is_offered_as_output() -> None:
    got = report(text="One   line.\n\n\n\n\nAnother one.\n")
    assert got.decision.action == "rewrite"
    assert got.output == got.optimized.text == "One line.\n\nAnother one.\n"
    assert got.optimized.saved_tokens == sum(s.saved_tokens for s in got.optimized.steps) > 0


def test_what_does_not_fit_is_flagged_with_the_numbers() -> None:
    got = report(text="word " * 9000, model="gpt-4")
    assert (got.decision.action, got.flagged, got.risk, got.tokens.fits) == (
        "flag",
        True,
        1.0,
        False,
    )
    assert "8,192" in got.decision.reason
    assert got.output is msgspec.UNSET


def test_the_answer_counts_for_the_window() -> None:
    assert report(text="hi", model="gpt-4", expected_output_tokens=9000).flagged
    assert not report(text="hi", model="gpt-4", expected_output_tokens=8000).flagged


def test_a_request_over_budget_is_flagged() -> None:
    assert report(text="hi", expected_output_tokens=1000, budget_usd=0.001).flagged
    assert not report(text="hi", expected_output_tokens=1000, budget_usd=0.1).flagged


def test_an_unknown_model_is_counted_not_priced_and_its_neighbours_are_named() -> None:
    got = report(text="hi", model="gpt-4oo", budget_usd=1.0)
    assert got.tokens.exact  # the family is plain from the name
    assert got.cost.total is None
    assert got.tokens.fits is None
    assert "gpt-4o" in got.cost.did_you_mean
    assert got.unjudged[0].reason.startswith("The budget was not checked")
    assert got.alternatives == []


FAMILIES = [
    ("gpt-4o-2024-08-06", "o200k_base", True),
    ("openai/gpt-4.1-mini", "o200k_base", True),
    ("o3-mini", "o200k_base", True),
    ("gpt-5", "o200k_base", True),
    ("chatgpt-4o-latest", "o200k_base", True),
    ("azure/gpt-4o", "o200k_base", True),
    ("ft:gpt-4o-mini-2024-07-18:a::b", "o200k_base", True),
    ("gpt-4", "cl100k_base", True),
    ("gpt-4-1106-preview", "cl100k_base", True),
    ("gpt-35-turbo", "cl100k_base", True),
    ("text-embedding-3-large", "cl100k_base", True),
    ("ft:gpt-3.5-turbo:a::b", "cl100k_base", True),
    ("cl100k_base", "cl100k_base", True),
    ("gpt-7", "o200k_base", False),
    ("claude-opus-4-5", "o200k_base", False),
    ("us.anthropic.claude-3-haiku-20240307-v1:0", "o200k_base", False),
    ("gemini-2.5-pro", "o200k_base", False),
    ("my-own-model", "o200k_base", False),
]


@pytest.mark.parametrize(("model", "encoding", "exact"), FAMILIES)
def test_a_model_name_leads_to_its_vocabulary(model: str, encoding: str, exact: bool) -> None:
    family = family_of(model)
    assert (family.encoding, family.is_exact) == (encoding, exact)


def test_the_risk_of_an_estimate_near_the_window_is_between_zero_and_one() -> None:
    risks = [
        report(text="word " * n, model="claude-3-haiku-20240307", optimize="none").risk
        for n in (20_000, 150_000, 200_000)
    ]
    assert risks[0] < 0.01 < risks[1] < risks[2]


CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hello"},
]


def test_a_conversation_has_the_overhead_of_the_chat_format() -> None:
    # 3 for the reply, and for each message 3, its role (1) and its text (3 and 1).
    assert report(messages=CHAT).tokens.input == 3 + (3 + 1 + 3) + (3 + 1 + 1)
    named = [CHAT[0], CHAT[1] | {"name": "bob"}]
    assert report(messages=named).tokens.input == report(messages=CHAT).tokens.input + 2


def test_a_conversation_is_given_back_with_shorter_texts() -> None:
    messages = [
        CHAT[0],
        {"role": "user", "content": [{"type": "text", "text": "Why   is   it   so?"}]},
    ]
    got = report(messages=messages)
    assert got.decision.action == "rewrite"
    assert got.optimized.messages[1].content == [{"type": "text", "text": "Why is it so?"}]
    assert got.text_length == len("Be brief.\n\nWhy   is   it   so?")


def test_pictures_make_a_count_inexact_and_are_named() -> None:
    content = [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": "x"}}]
    got = report(messages=[{"role": "user", "content": content}])
    assert not got.tokens.exact
    assert "image_url" in got.tokens.note


FACTS = (
    "The tower was built in 1874. It has a red roof. Two keepers lived there. It rains a lot. " * 8
)


def test_lossy_says_what_was_kept_and_dropped() -> None:
    got = report(text=FACTS, optimize="lossy", target_ratio=0.5, query="When was it built?")
    spans = [*got.optimized.kept, *got.optimized.dropped]
    assert sum(span.end - span.start for span in spans) == len(FACTS)
    assert "1874" in got.output
    assert 0.475 <= got.optimized.tokens / got.tokens.input <= 0.525


def test_lossy_never_touches_instructions_and_the_last_question() -> None:
    messages = [
        CHAT[0],
        {"role": "user", "content": FACTS},
        {"role": "user", "content": "Which roof?"},
    ]
    got = report(messages=messages, optimize="lossy", target_ratio=0.5)
    texts = [message.content for message in got.optimized.messages]
    assert texts[0] == "Be brief."
    assert texts[2] == "Which roof?"
    assert "red roof" in texts[1]
    assert got.optimized.tokens <= got.tokens.input * 0.525


DECLINED = [
    {"text": "Short. Text.", "optimize": "lossy"},
    {"text": FACTS, "optimize": "lossy", "target_ratio": 1.0},
    {"text": FACTS, "optimize": "lossy", "target_tokens": 0},
    {"messages": [{"role": "user", "content": FACTS}], "optimize": "lossy", "target_ratio": 0.2},
]


@pytest.mark.parametrize("payload", DECLINED)
def test_lossy_declines_with_the_reason_when_it_is_not_worth_it(payload: dict[str, Any]) -> None:
    got = report(**payload)
    assert got.decision.action == "keep"
    assert isinstance(got.optimized.declined, str)
    assert got.optimized.declined in got.decision.reason


def test_a_change_that_would_cost_more_than_the_cache_saves_is_declined() -> None:
    text = "One   two   three.   " * 300
    assert report(text=text).optimized.saved_tokens > 0
    assert "cache" in report(text=text, cached_tokens=1800).optimized.declined


@given(st.text(max_size=300), st.sampled_from(["none", "lossless", "lossy"]))
def test_any_text_gets_a_report_that_is_valid_json(text: str, optimize: str) -> None:
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        return
    got = report(text=text, optimize=optimize)
    assert msgspec.json.decode(msgspec.json.encode(got))["text_length"] == len(text)
    assert got.optimized.tokens <= got.tokens.input


def test_quick_work_is_small_and_never_lossy() -> None:
    assert GUARD.is_quick(TokenPayload(text=SAMPLE))
    assert not GUARD.is_quick(TokenPayload(text=SAMPLE, optimize="lossy"))
    assert not GUARD.is_quick(TokenPayload(text="a" * 10_000))
    assert not GUARD.is_quick(TokenPayload(text="a\n" * 100))
    assert not GUARD.is_quick(TokenPayload(text=SAMPLE, model="no-such-model"))
