"""Identifiers of publications and people in a text, and whether they can exist.

ISBN (ISO 2108, both lengths), ISSN (ISO 3297), ORCID (ISO 7064 MOD 11-2), DOI (ISO 26324, syntax:
it has no check digit), arXiv (both schemes), PubMed. Only numbers that are labelled are looked at,
and 13 digits that begin with 978 or 979 in groups: other numbers are nobody's identifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier at `start` to `end`: its `value` without separators, and its fault if any."""

    kind: str
    start: int
    end: int
    value: str
    fault: str
    """What is wrong with it, as the end of a sentence; empty where nothing is."""


_ARCHIVES_TEXT = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas "
    "cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin "
    "nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con"
)
ARCHIVES = frozenset(_ARCHIVES_TEXT.split())
"""The archives of arXiv identifiers until March 2007."""

_ISBN = re.compile(
    r"\bISBN(?:[-‐ ]?1[03])?[:\s#]{0,3}(?P<labelled>[\dX][\dX \-‐–]{6,20}[\dX])(?!\w)"
    r"|(?<![\w-])(?P<bare>97[89][-‐–]\d{1,5}[-‐–]\d{1,7}[-‐–]\d{1,6}[-‐–]\d)(?![\w-])",
    re.IGNORECASE,
)
_ISSN = re.compile(r"\be?-?ISSN[:\s#]{0,3}(\d{4}[-‐–]?\d{3}[\dX])(?!\w)", re.IGNORECASE)
_ORCID = re.compile(
    r"(?:\bORCID(?: iD)?[:\s]{0,3}|orcid\.org/)"
    r"([0-9][0-9-]{10,24}[0-9X])(?!\w)",
    re.IGNORECASE,
)
_DOI = re.compile(
    r"(?:\bdoi:?\s{0,2}(?:https?://(?:dx\.)?doi\.org/)?|\bdoi\.org/)(?=[\d.]{2})"
    r"([^\s\"<>,;】]{3,300})|(?<![\w/.])(10\.\d{4,9}/[^\s\"<>,;】]{1,300})",
    re.IGNORECASE,
)
_DOI_FORM = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,4}/[^\s/][^\s]{0,300}")
_ARXIV = re.compile(
    r"(?:\barXiv\s?(?:preprint\s)?(?:arXiv\s?)?:\s?|\barxiv\.org/(?:abs|pdf|html)/)"
    r"([a-z.-]{0,20}/?\d[\d.]{2,12}(?:v\d{1,3})?)",
    re.IGNORECASE,
)
_ARXIV_NEW = re.compile(r"(\d\d)(\d\d)\.(\d{4,5})(?:v[1-9]\d{0,2})?")
_ARXIV_OLD = re.compile(
    r"([a-z-]+)(?:\.[A-Za-z]{2})?/(\d\d)(\d\d)\d{3}(?:v[1-9]\d{0,2})?", re.IGNORECASE
)
_PMID = re.compile(
    r"(?:\bPMID[:\s#]{0,3}|\bpubmed\.ncbi\.nlm\.nih\.gov/|\bncbi\.nlm\.nih\.gov/pubmed/)"
    r"(\d{1,14})(?!\w)",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s\-‐–]")


def identifiers(text: str) -> list[Identifier]:
    """All identifiers in the order of the text, the faulty ones with their fault. Linear."""
    found = [one for find in _FINDERS for one in find(text)]
    return sorted(found, key=lambda one: one.start)


def _isbns(text: str) -> Iterator[Identifier]:
    for match in _ISBN.finditer(text):
        group = "labelled" if match["labelled"] else "bare"
        value = _SEPARATORS.sub("", match[group]).upper()
        yield Identifier("ISBN", *match.span(group), value, _isbn_fault(value))


def _isbn_fault(value: str) -> str:
    if "X" in value[:-1] or len(value) not in (10, 13):
        return f"has {len(value)} digits: an ISBN has 10 or 13"
    if len(value) == 13:
        if value[:3] not in ("978", "979"):
            return "does not begin with 978 or 979"
        return "" if _ean_check(value[:12]) == value[12] else _digit_fault(_ean_check(value[:12]))
    expected = _modulo_11(value[:9], range(10, 1, -1))
    return "" if expected == value[9] else _digit_fault(expected)


def _digit_fault(expected: str) -> str:
    return f"has a wrong check digit: it would be {expected}"


def _ean_check(digits: str) -> str:
    """The last digit of 13 (GS1): weights 1 and 3 in turn, to the next multiple of ten."""
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return str(-total % 10)


def _modulo_11(digits: str, weights: range) -> str:
    """The check character of ISBN-10 and ISSN: X stands for ten."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return "0123456789X"[-total % 11]


def _issns(text: str) -> Iterator[Identifier]:
    for match in _ISSN.finditer(text):
        value = _SEPARATORS.sub("", match[1]).upper()
        expected = _modulo_11(value[:7], range(8, 1, -1))
        fault = "" if expected == value[7] else _digit_fault(expected)
        yield Identifier("ISSN", *match.span(1), value, fault)


def _orcids(text: str) -> Iterator[Identifier]:
    for match in _ORCID.finditer(text):
        value = match[1].replace("-", "").upper()
        yield Identifier("ORCID", *match.span(1), value, _orcid_fault(value))


def _orcid_fault(value: str) -> str:
    if len(value) != 16 or "X" in value[:-1]:
        return f"has {len(value)} characters: an ORCID iD has 16"
    total = 0
    for digit in value[:15]:
        total = (total + int(digit)) * 2
    expected = "0123456789X"[(12 - total % 11) % 11]
    return "" if expected == value[15] else _digit_fault(expected)


def _dois(text: str) -> Iterator[Identifier]:
    for match in _DOI.finditer(text):
        group = 1 if match[1] else 2
        value = _closed(match[group].rstrip(".:!?*_'’”"))
        start = match.start(group)
        is_doi = _DOI_FORM.fullmatch(value) is not None
        fault = "" if is_doi else "has not the form 10.<registrant>/<name>"
        yield Identifier("DOI", start, start + len(value), value.lower(), fault)


def _closed(value: str) -> str:
    """Without closing brackets that were opened before the value began."""
    for opening, closing in ("()", "[]", "{}"):
        while value.endswith(closing) and value.count(closing) > value.count(opening):
            value = value[:-1].rstrip(".")
    return value


def _arxivs(text: str) -> Iterator[Identifier]:
    for match in _ARXIV.finditer(text):
        value = match[1].removesuffix(".pdf").rstrip(".")
        end = match.start(1) + len(value)
        yield Identifier("arXiv", match.start(1), end, value.lower(), _arxiv_fault(value))


def _arxiv_fault(value: str) -> str:
    new, old = _ARXIV_NEW.fullmatch(value), _ARXIV_OLD.fullmatch(value)
    if new is not None:
        month = int(new[2])
        digits = 4 if new[1] + new[2] < "1501" else 5
        if not 1 <= month <= 12:
            return f"names month {new[2]} of a year"
        if new[1] + new[2] < "0704":
            return "is older than the scheme it is written in (April 2007)"
        return "" if len(new[3]) == digits else f"should have {digits} digits after the point"
    if old is None:
        return "has neither the form 2301.01234 nor hep-th/9901001"
    if old[1].lower() not in ARCHIVES:
        return f"names an archive that does not exist: {old[1]}"
    return "" if 1 <= int(old[3]) <= 12 else f"names month {old[3]} of a year"


def _pmids(text: str) -> Iterator[Identifier]:
    for match in _PMID.finditer(text):
        is_wrong = len(match[1]) > 8 or match[1].startswith("0")
        fault = "is no PubMed number: 1 to 8 digits without a leading 0" if is_wrong else ""
        yield Identifier("PMID", *match.span(1), match[1], fault)


_FINDERS: tuple[Callable[[str], Iterator[Identifier]], ...] = (
    _isbns,
    _issns,
    _orcids,
    _dois,
    _arxivs,
    _pmids,
)
