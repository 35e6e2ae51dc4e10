"""The passage that is shown for a claim."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aiguardian.guards.trust.claims import find_claims
from aiguardian.guards.trust.evidence import SourceIndex, index_sources
from aiguardian.guards.trust.judgement import Evidence, Source
from aiguardian.guards.trust.schemas import TrustReport
from aiguardian.guards.trust.showing import LONGEST, MOST_PASSAGES, Showing
from aiguardian.processor import Deadline

Check = Callable[..., TrustReport]

ABSTRACT = (
    "Vitamin D and the risk of falls in older adults\n"
    "The aim of this study was to determine whether vitamin D lowers the risk of falls. "
    "We enrolled 812 adults who were older than 70 years at nine clinics in Norway. "
    "Participants got a weekly dose by mail and kept a diary of every fall. "
    "Nurses phoned once a month and asked about walking, sleep and pain. "
    "Falls were 31% rarer with vitamin D than with placebo (p < 0.01). "
    "No kidney stones were seen in either group during the trial."
)


def index(*texts: str) -> SourceIndex:
    sources = [Source(number, str(number), text) for number, text in enumerate(texts)]
    return index_sources(sources, Deadline(60.0))


def shown(claim: str, *texts: str, told: Evidence | None = None) -> Evidence | None:
    made = find_claims(claim)[0]
    found = index(*texts)
    return Showing(found).choose(made, found.best(made, Deadline(60.0)), told)


def test_what_a_study_found_is_shown_rather_than_what_it_asked() -> None:
    claim = "Vitamin D lowers the risk of falls in older adults."
    found = shown(claim, ABSTRACT)
    assert found is not None
    assert "31% rarer" in found.text
    assert not found.text.startswith("Vitamin D and the risk")


def test_offsets_are_those_of_its_text() -> None:
    found = shown("Falls were rarer with vitamin D.", "Nothing here.", ABSTRACT)
    assert found is not None
    assert found.source == 1
    assert ABSTRACT[found.start : found.end] == found.text


def test_the_place_that_a_check_names_is_in_it() -> None:
    place = ABSTRACT.index("nine clinics")
    told = Evidence(0, place, place + len("nine clinics"), "nine clinics")
    found = shown("Vitamin D lowers the risk of falls.", ABSTRACT, told=told)
    assert found is not None
    assert found.start <= told.start
    assert told.end <= found.end


def test_it_stays_short_in_a_long_source() -> None:
    text = " ".join(f"The bridge number {n} is red and long and old." for n in range(400))
    found = shown("The bridge is red and long.", text)
    assert found is not None
    assert found.end - found.start <= LONGEST
    assert found.text.count("bridge") <= MOST_PASSAGES


@pytest.mark.parametrize("text", ["", "   ", "Nothing of it stands here.", "…"])
def test_nothing_is_shown_without_evidence(text: str) -> None:
    assert shown("Vitamin D lowers the risk of falls.", text) is None


def test_one_sentence_is_shown_whole() -> None:
    text = "The bridge is red."
    found = shown("The bridge is red.", text)
    assert found is not None
    assert found.text == text


def test_a_contradicted_claim_shows_the_number_that_contradicts_it(check: Check) -> None:
    filler = "Nobody knows who painted it first. " * 6
    source = f"The bridge was opened in May 1987. {filler}The bridge carries four lanes of traffic."
    (claim,) = check("The bridge was opened in 1993.", source).claims
    assert claim.verdict == "contradicted"
    assert isinstance(claim.evidence, object)
    assert "1987" in source[claim.evidence.start : claim.evidence.end]  # type: ignore[union-attr]
