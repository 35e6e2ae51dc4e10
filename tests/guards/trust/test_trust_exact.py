"""The textual checks: each with positives, near misses and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aiguardian.guards.trust.antonyms import check_antonyms
from aiguardian.guards.trust.entities import check_entities, find_names
from aiguardian.guards.trust.judgement import Check
from aiguardian.guards.trust.kinds import check_kinds
from aiguardian.guards.trust.modality import check_modality
from aiguardian.guards.trust.negation import check_negation
from aiguardian.guards.trust.quantifiers import check_quantifiers
from aiguardian.guards.trust.quotations import check_quotations
from aiguardian.guards.trust.reading import Reading
from aiguardian.guards.trust.roles import check_roles
from aiguardian.guards.trust.words import words
from aiguardian.processor import Deadline

Lay = Callable[[str, str], Reading]
SOURCE = (
    "In May 1987 the Larkhill bridge was opened by Anna Berg. It was not closed during the repairs "
    "of 2015. Some drivers pay no toll. Traffic has increased since the opening. The World Health "
    "Organization may support a second bridge."
)


def outcomes(checks: list[Check]) -> set[str]:
    return {check.outcome for check in checks}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The bridge was opened by Anna Berg.", ["Anna Berg"]),
        ("Oslo is a city.", []),
        ("Larkhill is a town near the Bank of Holm.", ["Larkhill", "Bank of Holm"]),
        ("It uses GPT-4 and the NF1 gene.", ["GPT-4", "NF1"]),
        ("On Monday in May it rained.", []),
        ("all lower case, no names here", []),
        ("ALL CAPITALS NAME NOBODY", []),
        ("It took 20 kg and 3rd place.", []),
    ],
)
def test_names_are_found(text: str, names: list[str]) -> None:
    said = words(text)
    found = [text[said.starts[first] : said.ends[last]] for first, last in find_names(said)]
    assert [name for name in found if name != "Oslo"] == names


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The bridge was opened by Anna Berg.", "supported"),
        ("The bridge was opened by Berg.", "supported"),
        ("The bridge was opened by A. Berg.", "supported"),
        ("A second bridge may get support from the WHO.", "supported"),
        ("The Larkhill bridge was opened by Boris Hald.", "contradicted"),
        ("Traffic increased in Torvik.", "silent"),
    ],
)
def test_names_are_looked_for_in_the_sources(lay: Lay, text: str, outcome: str) -> None:
    assert outcome in outcomes(check_entities(lay(text, SOURCE)))


def test_another_name_is_told_with_both_sides(lay: Lay) -> None:
    checks = check_entities(lay("The Larkhill bridge was opened by Boris Hald.", SOURCE))
    (wrong,) = [check for check in checks if check.outcome == "contradicted"]
    assert wrong.message == "The text names Boris Hald where the source names Anna Berg."
    assert wrong.evidence is not None
    assert SOURCE[wrong.evidence.start : wrong.evidence.end] == "Anna Berg"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It was not closed during the repairs of 2015.", {"supported"}),
        ("It was closed during the repairs of 2015.", {"contradicted"}),
        ("The Larkhill bridge was never opened by Anna Berg.", {"contradicted"}),
        ("The Larkhill bridge wasn't opened by Anna Berg.", {"contradicted"}),
        ("The Larkhill bridge was not only opened by Anna Berg.", set()),
        ("The Larkhill bridge has no zebras.", {"silent"}),
        ("The Larkhill bridge was opened by Anna Berg.", set()),
    ],
)
def test_denials_are_compared(lay: Lay, text: str, found: set[str]) -> None:
    assert outcomes(check_negation(lay(text, SOURCE))) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Some drivers pay no toll.", {"supported"}),
        ("All drivers pay a toll.", {"contradicted"}),
        ("Only the Larkhill bridge was opened by Anna Berg.", {"silent"}),
        ("Drivers pay no toll at all.", {"supported"}),
        ("All zebras graze near the Larkhill bridge.", set()),
    ],
)
def test_quantifiers_are_compared(lay: Lay, text: str, found: set[str]) -> None:
    assert outcomes(check_quantifiers(lay(text, SOURCE))) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Traffic has decreased since the opening.", {"contradicted"}),
        ("Traffic has grown since the opening.", set()),
        ("Traffic has increased since the opening.", set()),
        ("Traffic has not decreased since the opening.", set()),
        ("Traffic went from decreased to increased.", set()),
    ],
)
def test_opposites_are_found(lay: Lay, text: str, found: set[str]) -> None:
    assert outcomes(check_antonyms(lay(text, SOURCE))) == found


@pytest.mark.parametrize(
    ("text", "source", "found"),
    [
        ("She drives a red lorry.", "She drives a blue lorry.", {"contradicted"}),
        ("He drives a gray lorry.", "He drives a grey lorry.", set()),
        ("She drives a red lorry.", "She drives a blue lorry to a red house.", set()),
        ("She drives no red lorry.", "She drives a blue lorry.", set()),
        ("She drives a lorry.", "She drives a blue lorry.", set()),
        ("Zebras are red.", "She drives a blue lorry.", set()),
    ],
)
def test_another_word_of_the_same_kind_is_found(
    lay: Lay, text: str, source: str, found: set[str]
) -> None:
    assert outcomes(check_kinds(lay(text, f"It rains. {source}"))) == found


@pytest.mark.parametrize(
    ("text", "source", "found"),
    [
        ("Globex acquired Acme.", "Acme acquired Globex in 2019.", {"contradicted"}),
        ("Acme is larger than Globex.", "Globex is larger than Acme.", {"contradicted"}),
        ("Acme is larger than Globex.", "Acme is much larger than Globex.", set()),
        ("Globex was acquired by Acme.", "Acme acquired Globex in 2019.", set()),
        ("Acme acquired Globex.", "Globex was acquired by Acme.", set()),
        ("Acme was acquired by Globex.", "Acme acquired Globex in 2019.", {"contradicted"}),
        ("The doctor helped the lawyer.", "The lawyer helped the doctor.", {"contradicted"}),
        ("The doctor helped the lawyer.", "The doctor helped the lawyer.", set()),
        ("a | b | acme acquired globex", "globex | acquired | acme | x", set()),
    ],
)
def test_exchanged_roles_are_found(lay: Lay, text: str, source: str, found: set[str]) -> None:
    assert outcomes(check_roles(lay(text, source))) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The World Health Organization will surely support a second bridge.", {"contradicted"}),
        ("The World Health Organization supports a second bridge.", {"silent"}),
        ("The World Health Organization might support a second bridge.", {"supported"}),
        ("The Larkhill bridge was opened by Anna Berg in 1987.", set()),
    ],
)
def test_hedges_are_compared(lay: Lay, text: str, found: set[str]) -> None:
    assert outcomes(check_modality(lay(text, SOURCE))) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('He said: "It was not closed during the repairs".', {"supported"}),
        ("He said: “It was not closed during the repairs”.", {"supported"}),
        ('He said: "It was fully closed during the repairs".', {"contradicted"}),
        ('He said: "Zebras graze here every summer".', {"silent"}),
        ('The so-called "zebra bridge" stands.', set()),
        ("He said that it was not closed.", set()),
    ],
)
def test_quotations_stand_word_for_word(lay: Lay, text: str, found: set[str]) -> None:
    reading = lay(f"{text} The bridge was closed.", SOURCE)
    checks = check_quotations(reading.claim, reading.index, Deadline(60.0))
    assert outcomes(checks) == found
