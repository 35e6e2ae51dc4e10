"""Citations resolve, fit what they carry, or are reported."""

from __future__ import annotations

import pytest

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.trust.citation.check import Candidate, check_citations, wrong_source
from aiguardian.guards.trust.citation.overlap import Fit
from aiguardian.guards.trust.judgement import Check, Source
from aiguardian.processor import Deadline
from benchmarks.hostile import HOSTILE

RIVER = "Smith, J. (2020). The Amazon river carries more water than any other river on earth."
HEART = "Müller and Li 2019 report that caffeine raises the heart rate of adults by five beats."
TEA = "https://tea.example.org/japan The production of green tea in Japan fell by 8 % in 2021."
SOURCES = [Source(0, "smith2020", RIVER), Source(1, "doc-2", HEART), Source(2, "doc-3", TEA)]
AMAZON = "The Amazon carries more water than any other river"
CAFFEINE = "Caffeine raises the heart rate of adults"
GREEN = "The production of green tea in Japan fell in 2021"


def checks(text: str, sources: list[Source] | None = None) -> list[Check]:
    given = SOURCES if sources is None else sources
    return check_citations(text, given, lambda claim, source: 0.5, Deadline(30))


def names(text: str, sources: list[Source] | None = None) -> list[str]:
    return [check.name.partition(".")[2] for check in checks(text, sources)]


@pytest.mark.parametrize(
    "text",
    [
        f"{AMAZON} [1].",
        f"{CAFFEINE} [doc-2].",
        f"{GREEN} (Source: doc-3).",
        f"{GREEN}.³",
        f"{AMAZON} (Smith, 2020).",
        f"{CAFFEINE} (Müller & Li, 2019).",
        f"{GREEN}. See https://www.tea.example.org/japan/.",
        f"{CAFFEINE}[^a].\n\n[^a]: doc-2\n",
        f"{AMAZON} [7].\n\nReferences\n[7] smith2020\n",
        f"{AMAZON} [1][2].",
    ],
)
def test_a_right_citation_is_kept(text: str) -> None:
    assert set(names(text)) == {"resolved"}


@pytest.mark.parametrize(
    "text",
    [
        f"{AMAZON} [2].",
        f"{CAFFEINE} [doc-3].",
        f"{GREEN} (Source: doc-2).",
        f"{GREEN} (Smith, 2020).",
        f"{CAFFEINE}[^a].\n\n[^a]: doc-3\n",
    ],
)
def test_a_citation_of_the_wrong_source_is_found(text: str) -> None:
    (check,) = checks(text)
    assert (check.name, check.outcome) == ("citation.wrong_source", "contradicted")
    assert check.evidence is not None
    assert SOURCES[check.evidence.source].text.find(check.evidence.text) == check.evidence.start


@pytest.mark.parametrize(
    "text",
    [
        f"{AMAZON} [4].",
        f"{AMAZON} [doc-9].",
        f"{AMAZON}[^9].\n\n[^1]: doc-2\n",
        f"{AMAZON} [3].\n\nReferences\n[1] smith2020\n[2] doc-2\n",
        f"{AMAZON} (Jones et al., 2018).",
        f"{AMAZON} (Smith, 2014).",
        f"{AMAZON} (Source: Annals of Hydrology).",
        f"{AMAZON}, see https://other.example.org/x.",
    ],
)
def test_a_citation_of_nothing_is_found(text: str) -> None:
    (check,) = checks(text)
    assert (check.name, check.outcome) == ("citation.unresolved", "silent")
    assert check.score >= 0.5


def test_a_source_that_does_not_speak_of_the_claim_is_reported() -> None:
    assert names("Penguins breed on Antarctic ice shelves [1].", SOURCES[:1]) == ["unsupported"]


def test_a_malformed_identifier_is_reported_without_sources() -> None:
    assert names("See ISBN 978-3-16-148410-1.", []) == ["malformed"]


def test_an_identifier_that_no_source_has_is_reported() -> None:
    sources = [Source(0, "a", "Tea. doi:10.1000/abc")]
    assert names("See doi:10.1000/abd.", sources) == ["unresolved"]
    assert names("See doi:10.1000/abc.", sources) == []


def test_a_mark_without_sources_or_list_says_little() -> None:
    (check,) = checks("Tea is old [3].", [])
    assert check.score < 0.5


@pytest.mark.parametrize("text", ["", "No citation at all.", "The games (Tokyo 2020) were late."])
def test_a_text_without_citations_has_no_checks(text: str) -> None:
    assert checks(text) == []


def test_the_second_opinion_moves_the_chance() -> None:
    own = Candidate(0, Fit(0, 0.5, 0.4), Fit(0, 0.5, 0.4))
    rival = Candidate(1, Fit(1, 0.6, 0.5), Fit(1, 0.6, 0.5))
    by_words = wrong_source(own, rival)
    assert wrong_source(own, rival, -1.0) < by_words < wrong_source(own, rival, 1.0)


def test_the_judge_is_asked_only_in_doubt() -> None:
    def judge(claim: str, source: Source) -> float:
        raise AssertionError(claim)

    assert len(check_citations(f"{AMAZON} [1]. {CAFFEINE} [3].", SOURCES, judge, Deadline(30))) == 2


@pytest.mark.parametrize("name", HOSTILE, ids=map(repr, HOSTILE))
def test_a_hostile_text_is_read_to_its_end(name: str) -> None:
    text = HOSTILE[name](40_000)
    check_citations(text, [Source(0, "a", text), *SOURCES], lambda claim, source: 0.0, Deadline(60))


@pytest.mark.parametrize(
    "unit",
    [
        "[1] ",
        "[1][1]",
        "(Aa, 2020; ",
        "(Aa 2020) ",
        "[^1]: x\n",
        "https://a.b/(",
        "ISBN 1-",
        "¹",
        "A, ",
        "References\n",
        "[1, 2, ",
        "Source: ",
        "doi:10.1/",
        "(see Aa and ",
        "Van der ",
        "[a](b",
    ],
)
def test_many_marks_are_read_to_their_end(unit: str) -> None:
    check_citations(unit * (40_000 // len(unit)), SOURCES, lambda claim, source: 0.0, Deadline(60))


def test_many_sources_and_marks_keep_the_deadline() -> None:
    sources = [Source(place, f"doc-{place}", f"{RIVER} {place}") for place in range(300)]
    with pytest.raises(DeadlineExceeded):
        check_citations(f"{AMAZON} [1]. " * 500, sources, lambda claim, source: 0.0, Deadline(0.0))
