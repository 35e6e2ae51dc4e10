from __future__ import annotations

import pytest

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.trust.judgement import Check, Claim, Evidence
from aiguardian.guards.trust.quantities.check import check_quantities
from aiguardian.guards.trust.quantities.mentions import Mentions
from aiguardian.processor import Deadline


def check(claim: str, source: str, *, question: str = "") -> list[Check]:
    kind = "answer" if question else "sentence"
    made = Claim(claim, 10, 10 + len(claim), kind, question)  # type: ignore[arg-type]  # one of two kinds
    return check_quantities(made, [Evidence(0, 5, 5 + len(source), source)], Deadline(60.0))


# claim, source, name and outcome of its one check
JUDGED = [
    ("Support rose to 45 %.", "Support rose to 45 %.", "number.percent", "supported"),
    ("Support rose to 45 %.", "Support rose to 54 %.", "number.percent", "contradicted"),
    ("The firm employs 300 people.", "The firm employs 410 people.", "number", "contradicted"),
    ("The bridge opened in 1990.", "The bridge opened in 1994.", "date", "contradicted"),
    ("The bridge opened in the 1990s.", "The bridge opened in May 1994.", "date", "supported"),
    ("The road is 5 km long.", "The road is 5,000 m long.", "number.length", "supported"),
    ("It weighs 7 kg.", "The sky was blue.", "number.mass", "silent"),
    (
        "Sales rose from 20 to 30, an increase of 50 %.",
        "Sales rose from 20 to 30.",
        "arithmetic.growth",
        "supported",
    ),
    (
        "Together the two halls seat 1,330.",
        "The first hall seats 810, the second hall seats 520.",
        "arithmetic.sum",
        "supported",
    ),
    (
        "He was 82 years old when he died.",
        "He was born on 3 April 1693 and died on 24 March 1776.",
        "arithmetic.years",
        "supported",
    ),
]


@pytest.mark.parametrize(("claim", "source", "name", "outcome"), JUDGED)
def test_a_number_is_compared_with_the_one_in_its_place(
    claim: str, source: str, name: str, outcome: str
) -> None:
    checks = check(claim, source)
    assert (name, outcome) in {(one.name, one.outcome) for one in checks}


def test_the_message_names_both_sides_and_the_offsets_point_at_the_number() -> None:
    (one,) = check("Support rose to 45 %.", "In May support rose to 54 %.")
    assert "45 %" in one.message
    assert "54 %" in one.message
    assert (one.start, one.end) == (26, 30)
    assert one.evidence is not None
    assert one.evidence.text == "54 %"
    assert (one.evidence.start, one.evidence.end) == (28, 32)


def test_swapped_numbers_are_not_taken_for_each_other() -> None:
    source = "The red team scored 31 goals. The blue team scored 12 goals."
    true = check("The red team scored 31 goals.", source)[0]
    swapped = check("The red team scored 12 goals.", source)[0]
    assert true.outcome == "supported"
    assert swapped.outcome == "contradicted" or swapped.score < true.score


def test_a_short_answer_is_read_with_its_question() -> None:
    (one,) = check("54", "The team scored 54 goals.", question="How many goals did it score?")
    assert one.outcome == "supported"


@pytest.mark.parametrize("claim", ["", "Nothing to count here.", "One may say so."])
def test_a_claim_without_numbers_gives_no_check(claim: str) -> None:
    assert check(claim, "There are 3 of them.") == []


def test_without_evidence_there_is_no_check() -> None:
    claim = Claim("It costs 3 dollars.", 0, 19)
    assert check_quantities(claim, [], Deadline(60.0)) == []


def test_a_past_deadline_stops_the_check() -> None:
    claim = Claim("It costs 3 dollars.", 0, 19)
    with pytest.raises(DeadlineExceeded):
        check_quantities(claim, [Evidence(0, 0, 20, "It costs 4 dollars. ")], Deadline(0.0))


def test_a_claim_of_a_thousand_numbers_comes_to_an_end() -> None:
    assert len(check("It won 7 games. " * 1000, "It won 5 games in 1990. " * 400)) <= 32


@pytest.mark.parametrize("sentence", ["The road is 5 km long.", "The road is 5 km long " * 30])
def test_a_sentence_seen_before_is_found_where_it_stands_now(sentence: str) -> None:
    """Its quantities are remembered, its place is not."""
    claim = Claim("The road is 5 km long.", 0, 22)
    for number, before in enumerate(("", "Birds sing. ", "Grün\n\n")):
        text = before + sentence
        piece = Evidence(number, 100, 100 + len(text), text)
        (found,) = check_quantities(claim, [piece], Deadline(60.0))
        at = found.evidence
        assert at is not None
        assert (at.source, at.text) == (number, "5 km")
        assert text[at.start - 100 : at.end - 100] == "5 km"


def test_more_quantities_than_are_compared_are_cut_off() -> None:
    source = " ".join(f"Hall {number} seats {number + 1000}." for number in range(400))
    (near,) = check("The hall seats 1050.", source)
    assert near.evidence is not None
    assert near.evidence.text == "1050"
    (far,) = check("The hall seats 1350.", source)
    assert far.evidence is None or far.evidence.text != "1350"


def test_numbers_that_were_read_for_one_claim_are_there_for_the_next() -> None:
    source = "The bridge is 412 m long. The tower is 90 m high."
    piece, known = Evidence(0, 0, len(source), source), Mentions()
    first = known.of([piece], Deadline(60.0))
    assert [mention.written for mention in first] == ["412 m", "90 m"]
    assert known.of([piece], Deadline(60.0)) == first
    for text, outcome in (("The bridge is 412 m long.", "supported"), ("It is 95 m.", "silent")):
        claim = Claim(text, 0, len(text))
        alone = check_quantities(claim, [piece], Deadline(60.0))
        assert check_quantities(claim, [piece], Deadline(60.0), known) == alone
        assert alone[0].outcome in (outcome, "contradicted")


def test_words_beside_a_number_count_by_the_part_that_is_near() -> None:
    source = "Extraordinarily 412 uncharacteristically"
    (mention,) = Mentions().of([Evidence(0, 0, len(source), source)], Deadline(60.0))
    assert "extraordinari" in mention.beside
    assert "uncharacteristical" in mention.near
    assert mention.evidence.text == "412"
