"""Evidence: which passage of which source a claim could come from."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aiguardian.errors import DeadlineExceeded
from aiguardian.guards.trust.evidence import MOST_LISTED, MOST_TERMS, index_sources
from aiguardian.guards.trust.judgement import Claim, Evidence, Source
from aiguardian.guards.trust.passages import find_passages
from aiguardian.processor import Deadline

BRIDGE = (
    "The Larkhill bridge\n\nIt crosses the river Lark. The bridge was opened in 1987. "
    "Tolls were dropped in 1999. A pub stands nearby. Nobody knows who owns it."
)
TOWER = "The tower of Holm has 212 steps. It was built by monks."


def best(text: str, *sources: str) -> list[Evidence]:
    index = index_sources([Source(n, str(n), each) for n, each in enumerate(sources)], Deadline(60))
    return index.best(Claim(text, 0, len(text)), Deadline(60))


def test_the_passage_that_shares_the_words_comes_first() -> None:
    found = best("Tolls were dropped in 1999.", TOWER, BRIDGE)[0]
    assert found.source == 1
    assert "Tolls were dropped in 1999." in found.text
    assert BRIDGE[found.start : found.end] == found.text
    assert found.score == pytest.approx(1.0)


def test_pieces_do_not_overlap_and_stay_in_their_source() -> None:
    found = best("The bridge and the tower were built by monks who owns tolls.", BRIDGE, TOWER)
    spans = sorted((each.source, each.start, each.end) for each in found)
    assert len({each.source for each in found}) == 2
    for one, other in pairwise(spans):
        assert one[0] != other[0] or one[2] <= other[1]


@pytest.mark.parametrize("text", ["", "Zebras graze.", "the of and", "🐀🐀"])
def test_nothing_shared_is_no_evidence(text: str) -> None:
    assert best(text, BRIDGE) == []


@pytest.mark.parametrize("sources", [(), ("",), (" \n ",), ("...",)])
def test_empty_sources_give_no_evidence(sources: tuple[str, ...]) -> None:
    assert best("The bridge was opened.", *sources) == []


def test_words_of_too_many_passages_still_count_in_what_is_found() -> None:
    filler = " ".join("The bridge stands in the town." for _ in range(MOST_LISTED))
    source = f"{filler} The bridge was painted red by Anna."
    found = best("The bridge in the town was painted red.", source)[0]
    assert found.text.endswith("The bridge was painted red by Anna.")
    assert found.score == pytest.approx(1.0)


def test_a_claim_of_more_words_than_are_looked_up_is_covered_whole() -> None:
    claim = " ".join(f"word{number}x" for number in range(3 * MOST_TERMS))
    assert best(claim, f"Nothing here. {claim}")[0].score == pytest.approx(1.0)


def test_scripts_without_spaces_are_searched() -> None:
    assert best("東京タワーは高い", "大阪城は古い。東京タワーは高い。")[0].source == 0


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("a wrapped\nsentence ends.", ["a wrapped\nsentence ends."]),
        ("Anna: Hello\nBen: Hi", ["Anna: Hello", "Ben: Hi"]),
        ("a | b\nc | d", ["a | b", "c | d"]),
        ("It came in 1846.First came later.", ["It came in 1846.", "First came later."]),
        ("Version 2.Xa3 runs.", ["Version 2.Xa3 runs."]),
    ],
)
def test_sources_are_cut_into_sentences_and_rows(text: str, passages: list[str]) -> None:
    assert [text[p.start : p.end] for p in find_passages(0, text)] == passages


def test_a_long_sentence_is_cut_into_passages() -> None:
    text = "w" * 5_000
    assert sum(p.end - p.start for p in find_passages(0, text)) == 5_000


def test_a_past_deadline_stops_the_reading() -> None:
    deadline = Deadline(60.0)
    deadline.cancel()
    with pytest.raises(DeadlineExceeded):
        index_sources([Source(0, "s", BRIDGE)], deadline)
