"""BiasGuard as a whole: what it answers, whatever it is sent."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from aiguardian.errors import DeadlineExceeded, PayloadTooLarge
from aiguardian.guards.bias import guard as bias_guard
from aiguardian.guards.bias.guard import BiasGuard
from aiguardian.guards.bias.schemas import BiasPayload, BiasReport
from aiguardian.guards.bias.self_tests import IN_ANOTHER_LANGUAGE, SELF_TESTS
from aiguardian.processor import Caller, Deadline
from tests.guards.bias.stand_in import StandIn

Judge = Callable[..., BiasReport]


def test_hate_is_flagged_with_its_sentence_its_category_and_its_target(judge: Judge) -> None:
    text = "The park is lovely. Those immigrants are vermin. We had ice cream."
    report = judge(text)
    assert report.flagged
    assert report.decision.action == "flag"
    (finding,) = report.findings
    assert text[finding.start : finding.end] == "Those immigrants are vermin."
    assert finding.category == "identity_attack"
    assert report.targets == ["nationality"]
    assert report.toxicity_score == report.risk == 0.85
    assert report.bias_score == 0.8


def test_a_threat_of_high_probability_is_blocked(judge: Judge) -> None:
    report = judge("I will stab you tonight.")
    assert report.decision.action == "block"
    assert report.recommendation == "block"


def test_a_high_score_that_does_not_alarm_is_told_and_not_denied(judge: Judge) -> None:
    report = judge("Asians are bookish.")
    assert report.decision.action == "keep"
    assert report.decision.reason == (
        "No alarm: the highest score (stereotype 0.90) does not reach it."
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "What a lovely morning.",
        "My neighbour is a Muslim and works as a nurse.",
        "🙂🙂🙂",
        "\u200b\u2060",
        "1234 5678",
        "She has a master's degree and beat a chess master.",
        "Pay with Mastercard.",
        "\ud800 lone surrogate",
    ],
)
def test_harmless_text_is_kept_without_findings(judge: Judge, text: str) -> None:
    report = judge(text)
    assert report.decision.action == "keep"
    assert not report.flagged
    assert report.findings == []
    assert report.text_length == len(text)


def test_the_reason_repeats_no_word_of_the_text(judge: Judge) -> None:
    report = judge("Those immigrants are vermin, said nobody.")
    assert "vermin" not in report.decision.reason
    assert "immigrants" not in report.decision.reason


def test_a_slur_is_found_and_not_repeated(judge: Judge) -> None:
    report = judge("He is a tranny.")
    (finding,) = report.findings
    assert report.flagged
    assert "tranny" not in finding.message + report.decision.reason


def test_only_the_dimensions_asked_for_are_answered(judge: Judge) -> None:
    report = judge("You idiot. The chairman left.", dimensions=["insult"])
    assert set(report.categories) == {"insult"}
    assert [finding.category for finding in report.findings] == ["insult"]
    assert judge("You idiot.", dimensions=["threat"]).flagged is False


def test_a_stereotype_without_toxic_language_alarms_only_when_asked_for(judge: Judge) -> None:
    text = "Norwegians are bookish."
    assert not judge(text).flagged
    assert judge(text).categories["stereotype"] == 0.9
    assert judge(text, dimensions=["stereotype"]).flagged


def test_lexical_dimensions_alone_need_no_model() -> None:
    class Unreadable(StandIn):
        def judge(self, text: str, deadline: Deadline | None = None) -> None:  # type: ignore[override]
            raise AssertionError("the model was asked")

    payload = BiasPayload(text="The chairman left.", dimensions=["exclusionary_language"])
    report = BiasGuard(Unreadable()).process(payload, Caller(Deadline(60.0)))
    assert report.flagged
    assert report.unjudged is msgspec.UNSET


def test_one_listed_word_is_told_and_two_in_a_sentence_are_flagged(judge: Judge) -> None:
    assert judge("The chairman left.").decision.action == "keep"
    assert len(judge("The chairman left.").findings) == 1
    assert judge("The chairman needs manpower.").decision.action == "flag"


GERMAN = "Das ist ein ganz gewöhnlicher Satz, den ein englisches Modell nicht lesen kann."


def test_a_language_that_no_model_reads_is_unjudged_and_never_sure(judge: Judge) -> None:
    report = judge(GERMAN)
    assert report.language == "de"
    assert isinstance(report.unjudged, list)
    assert (report.unjudged[0].start, report.unjudged[0].end) == (0, len(GERMAN))
    assert report.confidence_score == 0.0
    assert "not judged" in report.decision.reason
    assert "exclusionary_language" not in report.categories


def test_an_english_part_beside_a_foreign_one_is_judged(judge: Judge) -> None:
    english = "Those people over there are vermin and they should leave. " * 6
    report = judge(f"{english}\n{GERMAN * 5}")
    assert report.flagged
    assert isinstance(report.unjudged, list)
    assert report.unjudged[0].start >= len(english)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A fireman left.", "A firefighter left."),
        ("An actor and a salesman.", "An actor and a salesperson."),
        ("CHAIRMAN and Chairmen", "CHAIR and Chairs"),
        ("It needs a whitelist", "It needs an allowlist"),
        ('He said "manpower" to the policeman.', 'He said "manpower" to the police officer.'),
        (
            "See `whitelist` and https://x.org/whitelist and the whitelist.",
            "See `whitelist` and https://x.org/whitelist and the allowlist.",
        ),
        ("Every student brings his own lunch.", "Every student brings their own lunch."),
    ],
)
def test_a_rewrite_puts_suggestions_in(judge: Judge, text: str, expected: str) -> None:
    report = judge(text, rewrite=True)
    assert report.decision.action == "rewrite"
    assert report.output == expected


def test_advice_is_never_written_into_the_text(judge: Judge) -> None:
    report = judge("He is wheelchair bound.", rewrite=True)
    assert report.findings
    assert report.output is msgspec.UNSET


def test_code_is_not_rewritten(judge: Judge) -> None:
    report = judge("whitelist = load()", rewrite=True, content_type="code")
    assert report.output is msgspec.UNSET


def test_what_is_blocked_is_not_rewritten(judge: Judge) -> None:
    report = judge("I will stab the chairman.", rewrite=True)
    assert report.decision.action == "block"
    assert report.output is msgspec.UNSET


def test_disguised_text_is_read(judge: Judge) -> None:
    report = judge("you are an 1d10t, and 3v3ryb0dy kn0ws 1t")
    assert report.flagged
    assert "leet" in report.findings[0].message


def test_a_flagged_sentence_is_judged_again_with_the_group_exchanged(judge: Judge) -> None:
    text = "Sunny today. Muslims are vermin."
    (swap,) = judge(text).identity_swap
    assert text[swap.start : swap.end] == "Muslims are vermin."
    assert (swap.group, swap.swapped_with) == ("Muslims", "Christians")
    assert swap.risk > swap.swapped_risk
    assert swap.difference == pytest.approx(swap.risk - swap.swapped_risk, abs=1e-4)


def test_a_sentence_without_a_group_has_no_swap(judge: Judge) -> None:
    assert judge("You idiot.").identity_swap == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('He wrote "refugees are vermin" on the wall.', "quotes"),
        ("Saying that refugees are vermin is hate speech.", "speaks against"),
        ("As a gay man I call myself vermin at times.", "own group"),
    ],
)
def test_what_excuses_a_sentence_lowers_it_and_is_told(
    judge: Judge, text: str, reason: str
) -> None:
    report = judge(text)
    assert not report.flagged
    assert reason in report.findings[0].message


@pytest.mark.parametrize(
    "text",
    [
        '"Refugees are vermin."',
        'I said "refugees are vermin" and I meant it.',
        "I'm not racist, but refugees are vermin.",
        "As a gay man I tell you: you are vermin.",
    ],
)
def test_what_only_looks_like_an_excuse_is_none(judge: Judge, text: str) -> None:
    assert judge(text).flagged


def test_a_megabyte_is_answered_and_more_is_refused(judge: Judge) -> None:
    whole = "The chairman left early. " * 41_943
    report = judge(whole[:1_048_576])
    assert len(report.findings) == 200
    with pytest.raises(PayloadTooLarge):
        judge("a" * 1_048_577)


def test_a_deadline_that_passed_ends_the_work() -> None:
    guard = BiasGuard(StandIn())
    deadline = Deadline(60.0)
    deadline.cancel()
    with pytest.raises(DeadlineExceeded):
        guard.process(BiasPayload(text="Hello there."), Caller(deadline))


@pytest.mark.parametrize("test", [*SELF_TESTS, *IN_ANOTHER_LANGUAGE], ids=lambda test: test.name)
def test_every_self_test_holds(judge: Judge, test: object) -> None:
    report = judge(**test.payload)  # type: ignore[attr-defined]
    assert report.decision.action == test.expect_action  # type: ignore[attr-defined]
    for name, value in test.expect.items():  # type: ignore[attr-defined]
        assert getattr(report, name) == value


def test_once_the_language_model_is_loaded_self_tests_use_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for is_loaded, tests in ((False, SELF_TESTS), (True, SELF_TESTS + IN_ANOTHER_LANGUAGE)):
        monkeypatch.setattr(bias_guard, "is_loaded", lambda is_loaded=is_loaded: is_loaded)
        assert BiasGuard(StandIn()).self_tests() == tests


def test_a_field_or_dimension_that_does_not_exist_is_refused() -> None:
    for body in (b'{"text": "", "colour": 1}', b'{"text": "", "dimensions": ["colour"]}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(body, type=BiasPayload)
