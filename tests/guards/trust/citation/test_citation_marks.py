"""Citation marks: what is one, what only looks like one, and what each names."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.citation.carried import carried
from aiguardian.guards.trust.citation.marks import citation_marks
from aiguardian.guards.trust.citation.references import references

IDS = frozenset(["doc-1", "doc-2", "smith2020"])


def found(text: str) -> list[tuple[str, str]]:
    return [(mark.kind, mark.value) for mark in citation_marks(text, IDS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rains [3].", [("number", "3")]),
        ("It rains [1, 4–6].", [("number", n) for n in "1456"]),
        ("It rains [1][2].", [("number", "1"), ("number", "2")]),
        ("It rains【4:0†source】.", [("number", "4")]),
        ("It rains.¹ Then not.²,³", [("number", "1"), ("number", "2"), ("number", "3")]),
        ("It rains in 2019² again.", [("number", "2")]),
        ("It rains<sup>2</sup>.", [("number", "2")]),
        ("It rains [Source 2].", [("number", "2")]),
        ("It rains[^note].", [("footnote", "note")]),
        ("It rains [doc-2].", [("id", "doc-2")]),
        ("It rains [doc-9].", [("id", "doc-9")]),
        ("It rains (Smith 2020).", [("author", "Smith")]),
        (
            "It rains (see Smith et al., 2020; Li & Wu 2019).",
            [("author", "Smith"), ("author", "Li")],
        ),
        ("Van der Berg et al. (2018) say so.", [("author", "Van der Berg")]),
        ("It rains (O’Neil and Müller, 2001a, p. 7).", [("author", "O’Neil")]),
        ("It rains. (Source: World Bank)", [("name", "World Bank")]),
        ("It [rains](https://a.example/x_(y)).", [("url", "https://a.example/x_(y)")]),
        ("See https://a.example/x.", [("url", "https://a.example/x")]),
    ],
)
def test_a_citation_is_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The value is in the range [1, 2].",
        "The interval [0, 1] is closed.",
        "Call a[1] first.",
        "`rows[3]` is the fourth.",
        "```\nx = rows [3]\n```",
        "An area of 5 m² or 10 km².",
        "[2020] was dry.",
        "The games (May 2020) were late.",
        "A list [sic] and [...] more.",
        "x² + y³",
        "12² = 144 and 10³ grains",
    ],
)
def test_what_only_looks_like_a_citation_is_none(text: str) -> None:
    assert found(text) == []


def test_offsets_are_code_points_of_the_text() -> None:
    text = "Ünïcödé 🙂 rains [3]."
    (mark,) = citation_marks(text, IDS)
    assert text[mark.start : mark.end] == "[3]"


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Tea is old [1]. Coffee is young [2].", ["Tea is old .", "Coffee is young ."]),
        ("Tea is old. [1] Coffee is young. [2]", ["Tea is old.", "Coffee is young."]),
        (
            "Green tea is made in Japan [1], while coffee is grown in Brazil [2].",
            ["Green tea is made in Japan", ", while coffee is grown in Brazil"],
        ),
        ("[1] shows that tea is old.", ["shows that tea is old."]),
        ("- Tea is old [1]\n- Coffee is young [2]\n", ["- Tea is old", "- Coffee is young"]),
    ],
)
def test_a_mark_carries_the_claim_before_it(text: str, claims: list[str]) -> None:
    assert [one.text for one in carried(text, citation_marks(text, IDS))] == claims


def test_marks_side_by_side_carry_one_claim() -> None:
    text = "Tea is old [1][2] [3]."
    (one,) = carried(text, citation_marks(text, IDS))
    assert [mark.value for mark in one.marks] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "text",
    [
        "X [1].\n\n## References\n[1] Smith, J. (2020). Tea.\n[2] Li, W. Coffee.\n",
        "X [1].\n\n**References:**\n1. Smith, J. (2020). Tea.\n2. Li, W. Coffee.\n",
        "X[^1].\n\n[^1]: Smith, J. (2020). Tea.\n[^2]: Li, W. Coffee.\n",
        "X [1].\n\nQuellen\n- Smith, J. (2020). Tea.\n- Li, W. Coffee.\n",
    ],
)
def test_the_references_of_a_text_are_read(text: str) -> None:
    listed = references(text)
    assert listed.entries == {"1": "Smith, J. (2020). Tea.", "2": "Li, W. Coffee."}
    assert listed.holds(text.index("Li, W."))
    assert not listed.holds(0)


def test_a_text_without_references_has_none() -> None:
    assert references("See references above. 1. One\n2. Two\n").entries == {}
