"""Identifiers of publications: right ones pass, one wrong digit is found."""

from __future__ import annotations

import pytest

from aiguardian.guards.trust.citation.addresses import address_fault, normal_address
from aiguardian.guards.trust.citation.identifiers import identifiers

RIGHT = [
    ("ISBN", "ISBN 978-3-16-148410-0"),
    ("ISBN", "ISBN-13: 9783161484100"),
    ("ISBN", "ISBN 0-306-40615-2"),
    ("ISBN", "ISBN-10 0-8044-2957-X"),
    ("ISBN", "the book 978-3-16-148410-0"),
    ("ISSN", "ISSN 2049-3630"),
    ("ORCID", "ORCID 0000-0002-1825-0097"),
    ("ORCID", "https://orcid.org/0000-0002-1694-233X"),
    ("DOI", "doi:10.1000/xyz123"),
    ("DOI", "https://doi.org/10.1002/(SICI)1097-4571(199806)49:8<1::AID-X>3.0.CO;2-F"[:45]),
    ("DOI", "(10.1234/abc.5)"),
    ("arXiv", "arXiv:2301.01234v2"),
    ("arXiv", "arXiv:0704.0001"),
    ("arXiv", "arXiv:hep-th/9901001"),
    ("arXiv", "https://arxiv.org/abs/math.GT/0309136"),
    ("PMID", "PMID: 12345678"),
]
WRONG = [
    ("ISBN", "ISBN 978-3-16-148410-1"),
    ("ISBN", "ISBN 0-306-40615-3"),
    ("ISBN", "ISBN 97831614841"),
    ("ISBN", "ISBN 977-3-16-148410-0"),
    ("ISSN", "ISSN 2049-3631"),
    ("ORCID", "ORCID 0000-0002-1825-0098"),
    ("ORCID", "orcid.org/0000-0002-1825-009"),
    ("DOI", "doi:11.1000/xyz123"),
    ("DOI", "doi: 10.12/abc"),
    ("DOI", "https://doi.org/10.1000"),
    ("arXiv", "arXiv:2313.01234"),
    ("arXiv", "arXiv:2301.1234"),
    ("arXiv", "arXiv:1401.12345"),
    ("arXiv", "arXiv:hep-xx/9901001"),
    ("PMID", "PMID 0123"),
    ("PMID", "PMID 123456789"),
]


@pytest.mark.parametrize(("kind", "text"), RIGHT)
def test_a_right_identifier_has_no_fault(kind: str, text: str) -> None:
    assert [(one.kind, one.fault) for one in identifiers(text)] == [(kind, "")]


@pytest.mark.parametrize(("kind", "text"), WRONG)
def test_a_wrong_identifier_has_a_fault(kind: str, text: str) -> None:
    (one,) = identifiers(text)
    assert one.kind == kind
    assert one.fault


@pytest.mark.parametrize(
    "text",
    ["", "Call 978-555-0199.", "10.5 km", "an ISBN", "ratio 10.1/2", "version 2301.0", "doi"],
)
def test_other_numbers_are_no_identifiers(text: str) -> None:
    assert identifiers(text) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://sub.example.co.uk:8080/a/b?x=1#y",
        "www.example.org/x",
        "https://münchen.de/straße",
        "http://127.0.0.1/x",
        "https://[2001:db8::1]/x",
        "http://localhost:3000",
    ],
)
def test_a_well_formed_address_has_no_fault(address: str) -> None:
    assert address_fault(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://https://example.org",
        "http:/example.org",
        "http:///example.org",
        "https://example",
        "https://-example-.org",
        "https://example.123",
        "http://300.1.1.1/",
        "https://example.org:99999/",
        "https://example.org/%zz",
        "https://exa..mple.org",
    ],
)
def test_a_malformed_address_has_a_fault(address: str) -> None:
    assert address_fault(address)


def test_addresses_of_one_page_are_equal() -> None:
    assert normal_address("https://www.Example.org/a/?utm_source=x#part") == "example.org/a"
    assert normal_address("http://example.org/a") == "example.org/a"
    assert normal_address("https://example.org/b") != "example.org/a"
