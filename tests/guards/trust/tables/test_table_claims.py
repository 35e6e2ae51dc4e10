from __future__ import annotations

import pytest

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.trust.judgement import Check, Claim, Source
from aiguardian.guards.trust.tables.check import check_table_claim
from aiguardian.guards.trust.tables.find import find_tables
from aiguardian.guards.trust.tables.linking import link
from aiguardian.guards.trust.tables.programs import run_programs
from aiguardian.processor import Deadline

HARBOURS = """busiest harbours of the northern coast
harbour | country | ships | opened | manager
Alvik | Norway | 410 | 1902 | Ida Holm
Brunsdorf | Germany | 385 | 1875 | Karl Voss
Carrow | Scotland | 290 | 1931 | Ewan Reid
Dunmore | Scotland | 120 | 1960 | Ann Blair
Eskil | Norway | 75 | 1988 | Ola Dahl
"""
ACCOUNTS = """ | 2019 | 2018
(in thousands) | |
Paper | $1,500 | $1,200
Ink | 640 | 800
Total | $2,140 | $2,000
"""


def check(text: str, table: str, *, question: str = "") -> list[Check]:
    deadline = Deadline(60.0)
    kind = "answer" if question else "sentence"
    claim = Claim(text, 0, len(text), kind, question)  # type: ignore[arg-type]  # one of two kinds
    return check_table_claim(claim, find_tables(Source(3, "s", table), deadline), deadline)


def outcomes(text: str, table: str) -> dict[str, bool]:
    deadline = Deadline(60.0)
    (found,) = find_tables(Source(0, "s", table), deadline)
    return {o.program: o.holds for o in run_programs(link(text, found, deadline), deadline)}


# program, a claim that it makes true, one that it makes false
PROGRAMS = [
    ("row", "Ida Holm manages Alvik in Norway.", "Ida Holm manages Carrow in Scotland."),
    ("count", "There are 2 harbours in Scotland.", "There are 3 harbours in Scotland."),
    ("extreme", "Alvik has the most ships.", "Dunmore has the most ships."),
    ("compare", "Alvik has more ships than Carrow.", "Carrow has more ships than Alvik."),
    ("order", "Brunsdorf opened before Alvik.", "Dunmore opened before Alvik."),
    ("bound", "Carrow had more than 280 ships.", "Carrow had more than 300 ships."),
    (
        "difference",
        "Alvik and Carrow differ by 120 ships, a gap of 120 between Alvik and Carrow.",
        "Alvik and Carrow differ by 130 ships, a gap of 130 between Alvik and Carrow.",
    ),
    ("only", "Brunsdorf is the only harbour in Germany.", "Scotland is the only country."),
    ("ranked", "Brunsdorf has the second most ships.", "Carrow has the second most ships."),
    ("value", "The ships of Dunmore were 120.", "The ships of Dunmore were 150."),
]


@pytest.mark.parametrize(("program", "true", "false"), PROGRAMS)
def test_a_program_tells_a_true_claim_from_a_false_one(program: str, true: str, false: str) -> None:
    assert outcomes(true, HARBOURS)[program]
    assert not outcomes(false, HARBOURS)[program]


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("Ida Holm manages Alvik in Norway.", "Ida Holm manages Carrow in Scotland."),
        ("Alvik has the most ships.", "Dunmore has the most ships."),
        ("Ann Blair manages the harbour Dunmore.", "Ann Blair manages the harbour Eskil."),
    ],
)
def test_a_true_claim_is_supported_and_a_false_one_is_not(true: str, false: str) -> None:
    assert "supported" in {one.outcome for one in check(true, HARBOURS)}
    assert "supported" not in {one.outcome for one in check(false, HARBOURS)}


@pytest.mark.parametrize(
    ("question", "answer", "name", "outcome"),
    [
        ("What were the sales of Ink in 2018?", "800", "table.lookup", "supported"),
        ("What were the sales of Ink in 2018?", "640", "table.lookup", "contradicted"),
        ("What was the change in Paper from 2018 to 2019?", "300", "table.difference", "supported"),
        ("What was the percentage change in Paper?", "25 %", "table.growth", "supported"),
        ("What is the average of Ink in both years?", "720", "table.average", "supported"),
        (
            "What was the change in Paper from 2018 to 2019?",
            "317",
            "table.arithmetic",
            "contradicted",
        ),
        ("In which year was Ink higher?", "2018", "table.year", "supported"),
        ("In which year was Ink higher?", "2019", "table.year", "contradicted"),
    ],
)
def test_an_answer_is_looked_up_or_calculated(
    question: str, answer: str, name: str, outcome: str
) -> None:
    (one,) = check(answer, ACCOUNTS, question=question)
    assert (one.name, one.outcome) == (name, outcome)
    assert answer in one.message


def test_the_evidence_is_a_span_of_the_source() -> None:
    checks = check("Ida Holm manages Alvik in Norway.", HARBOURS)
    evidence = checks[0].evidence
    assert evidence is not None
    assert evidence.source == 3
    assert HARBOURS[evidence.start : evidence.end] == evidence.text
    assert "Ida Holm" in evidence.text


@pytest.mark.parametrize("claim", ["", "The moon is made of rock.", "🚢", "א ב ג"])
def test_a_claim_about_something_else_gives_no_check(claim: str) -> None:
    assert check(claim, HARBOURS) == []


def test_names_of_other_scripts_are_linked() -> None:
    table = "город | страна\nОсло | Норвегия\nЛима | Перу\n"
    assert outcomes("Осло Норвегия", table)["row"]
    assert not outcomes("Осло Перу", table)["row"]


def test_ten_thousand_ragged_rows_are_judged() -> None:
    rows = "".join(
        f"Port {i} | {i % 90} | {i}{' | x' if i % 13 == 0 else ''}\n" for i in range(10_000)
    )
    assert check("Port 77 has 77 ships.", "harbour | ships | number\n" + rows)


def test_a_past_deadline_stops_the_check() -> None:
    tables = find_tables(Source(0, "s", HARBOURS), Deadline(60.0))
    claim = Claim("Alvik has 410 ships.", 0, 20)
    with pytest.raises(DeadlineExceeded):
        check_table_claim(claim, tables, Deadline(0.0))
