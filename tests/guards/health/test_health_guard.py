"""HealthGuard through its contract."""

import random
from typing import Any

import msgspec
import pytest

from aiguardian.errors import DeadlineExceeded, InvalidField, PayloadTooLarge
from aiguardian.guards.health import guard as health_guard
from aiguardian.guards.health.guard import HealthGuard
from aiguardian.guards.health.schemas import HealthPayload, HealthReport
from aiguardian.guards.health.self_tests import IN_THE_WRONG_LANGUAGE, SELF_TESTS
from aiguardian.guards.health.vitals import FixedVitals, ServiceVitals, SystemVitals
from aiguardian.processor import MAX_TEXT_BYTES, Caller, Deadline

VITALS = FixedVitals(
    SystemVitals(load_1m_per_core=0.1),
    (ServiceVitals(name="tokenguard", self_tests_passed=True),),
)
GUARD = HealthGuard(VITALS)


def process(timeout_s: float = 60.0, **fields: Any) -> HealthReport:
    payload = msgspec.convert(fields, HealthPayload)
    return GUARD.process(payload, Caller(Deadline(timeout_s)))


@pytest.mark.parametrize("test", [*SELF_TESTS, *IN_THE_WRONG_LANGUAGE], ids=lambda test: test.name)
def test_self_tests_pass(test: Any) -> None:
    report = process(**test.payload)
    assert report.decision.action == test.expect_action
    assert {name: getattr(report, name) for name in test.expect} == test.expect


def test_once_the_language_model_is_loaded_self_tests_use_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for is_loaded, tests in ((False, SELF_TESTS), (True, SELF_TESTS + IN_THE_WRONG_LANGUAGE)):
        monkeypatch.setattr(health_guard, "is_loaded", lambda is_loaded=is_loaded: is_loaded)
        assert GUARD.self_tests() == tests


def test_a_text_is_judged_without_asking_for_a_check() -> None:
    report = process(text="Paris is the capital of France.")
    assert (report.status, report.flagged, report.decision.action) == ("healthy", False, "keep")
    assert [check.name for check in report.checks] == [
        "empty", "truncation", "repetition", "gibberish", "refusal",
    ]  # fmt: skip


def test_without_a_text_the_process_is_looked_at() -> None:
    assert [check.name for check in process().checks] == ["load"]


def test_the_empty_text_is_an_answer_that_is_empty() -> None:
    report = process(text="")
    assert (report.text_length, report.status, report.risk) == (0, "unhealthy", 1.0)
    assert report.findings[0].category == "empty"


def test_service_tells_of_the_guards() -> None:
    report = process(check="service", target="tokenguard")
    assert report.status == "healthy"
    assert report.checks[0].name == "tokenguard.instances"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"check": "response"}, "text"),
        ({"target": "tokenguard"}, "target"),
        ({"text": "a", "target": "tokenguard"}, "target"),
        ({"check": "service", "target": "nope"}, "target"),
        ({"text": "a", "expect": {"language": "xx"}}, "expect.language"),
        ({"text": "a", "expect": {"json_schema": {"type": 1}}}, "expect.json_schema"),
        ({"text": "a", "expect": {"min_length": 3, "max_length": 2}}, "expect.min_length"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as error:
        process(**fields)
    assert error.value.field == field


def test_a_check_that_does_not_exist_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="check"):
        process(check="nonsense")


@pytest.mark.parametrize("expect", [{"unknown": 1}, {"min_length": -1}, {"json_schema": "x"}])
def test_unknown_or_impossible_expectations_are_no_payload(expect: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        process(text="a", expect=expect)


def test_lengths_are_counted_without_white_space_at_the_ends() -> None:
    report = process(text="  12345 \n", expect={"min_length": 6})
    assert report.findings[0].category == "too_short"
    text = "  1234567 "
    finding = process(text=text, expect={"max_length": 5}).findings[0]
    assert (finding.category, text[finding.start : finding.end]) == ("too_long", "67")


def test_short_text_and_an_expected_language_is_not_judged_and_not_passed() -> None:
    report = process(text="Paris", expect={"language": "en"})
    assert isinstance(report.unjudged, list)
    assert "language" not in [check.name for check in report.checks]


def test_a_schema_too_costly_is_not_passed() -> None:
    schema = {"items": {"anyOf": [{"$ref": "#"}, {"$ref": "#", "minItems": 1}]}}
    report = process(text="[" * 60 + "]" * 60, expect={"json_schema": schema})
    assert report.status == "degraded"


def test_several_faults_are_all_told_in_the_order_of_the_text() -> None:
    text = "I'm sorry, but I can't help with that. It is against the rules of the"
    report = process(text=text, expect={"max_length": 10})
    starts = [finding.start for finding in report.findings]
    assert starts == sorted(starts)
    assert {finding.category for finding in report.findings} == {"refusal", "truncated", "too_long"}
    assert report.risk == max(finding.score for finding in report.findings)


def test_figures_are_of_the_gateways_own_process() -> None:
    assert GUARD.runs_here(HealthPayload())
    assert GUARD.runs_here(HealthPayload(check="service"))
    assert not GUARD.runs_here(HealthPayload(text="a"))


def test_only_short_texts_and_figures_are_quick() -> None:
    assert GUARD.is_quick(HealthPayload())
    assert GUARD.is_quick(HealthPayload(text="Hi"))
    assert not GUARD.is_quick(HealthPayload(text="a" * 5_000))
    assert not GUARD.is_quick(
        msgspec.convert({"text": "a", "expect": {"language": "en"}}, HealthPayload)
    )


def test_more_than_the_limit_is_refused_in_bytes() -> None:
    with pytest.raises(PayloadTooLarge):
        process(text="é" * (MAX_TEXT_BYTES // 2 + 1))


def test_a_passed_deadline_stops_the_work() -> None:
    with pytest.raises(DeadlineExceeded):
        process(timeout_s=0.0, text="a" * 10_000)


RNG = random.Random(7)
HOSTILE = {
    "one letter": "a" * MAX_TEXT_BYTES,
    "spaces": " " * MAX_TEXT_BYTES,
    "random letters": "".join(RNG.choices("abcdefgh \n", k=MAX_TEXT_BYTES)),
    "quotes": '"' * MAX_TEXT_BYTES,
    "backticks": "```\n" * (MAX_TEXT_BYTES // 4),
    "brackets": "([{" * (MAX_TEXT_BYTES // 3),
    "tildes": "~" * 4_000 + "x",
    "one line of prose": "I cannot say that the word is here " * (MAX_TEXT_BYTES // 36),
    "new lines": "\n" * (MAX_TEXT_BYTES - 1) + "x",
    "closed think tags": "<think></think>" * (MAX_TEXT_BYTES // 15),
    "think tags": "<think>" * (MAX_TEXT_BYTES // 7),
    "surrogates": "\ud800x" * 200_000,
    "scripts": "aбγد字 " * (MAX_TEXT_BYTES // 12),
    "broken letters": "Ã©" * (MAX_TEXT_BYTES // 4),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mebibyte_of_anything_gets_a_report(name: str) -> None:
    text = HOSTILE[name]
    report = process(text=text)
    assert report.text_length == len(text)
    assert 0.0 <= report.risk <= 1.0
    for finding in report.findings:
        assert 0 <= finding.start <= finding.end <= len(text)


@pytest.mark.parametrize(
    "text", ["\ud800", "\x00", "\u202e", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a\u0301" * 50, "\U0010ffff" * 20]
)
def test_any_unicode_is_a_text(text: str) -> None:
    report = process(text=text, expect={"language": "en", "json_schema": {"type": "string"}})
    assert report.text_length == len(text)


def test_payload_and_report_can_be_described() -> None:
    assert msgspec.json.schema(GUARD.payload)
    assert msgspec.json.schema(GUARD.report)


@pytest.mark.parametrize("text", ["I am fine. " * 12, "no no " * 30, "La la la! " * 20])
def test_a_loop_of_words_is_a_loop_and_not_gibberish(text: str) -> None:
    categories = {finding.category for finding in process(text=text).findings}
    assert "repetition" in categories
    assert "gibberish" not in categories


def test_noise_after_a_loop_is_still_gibberish() -> None:
    noise = "asdkjh qwpoei zmxncb qpwoeiru alskdjf zmxncbv qowieur alskdjfh zxmcnb " * 2
    categories = {finding.category for finding in process(text="I am fine. " * 12 + noise).findings}
    assert "gibberish" in categories
