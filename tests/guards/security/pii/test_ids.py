from __future__ import annotations

import random

import pytest

from aiguardian.guards.security.pii.find import find_pii
from aiguardian.guards.security.pii.ids.table import ID_FORMATS, by_shape

# Number, type, words beside it. Specimens that the authorities print, or made from the rule.
SPECIMENS = [
    ("536-90-4399", "US_SSN", "SSN"), ("912-70-1234", "US_ITIN", "ITIN"),
    ("12-3456789", "US_EIN", "EIN"), ("1234567893", "US_NPI", "NPI"),
    ("1EG4-TE5-MK73", "US_MBI", "Medicare"), ("130-692-502", "CA_SIN", "SIN"),
    ("111.444.777-35", "BR_CPF", "CPF"), ("11.444.777/0001-61", "BR_CNPJ", "CNPJ"),
    ("20-12345678-6", "AR_CUIT", "CUIT"), ("12.345.678-5", "CL_RUT", "RUT"),
    ("AB 12 34 56 C", "UK_NINO", "NI number"), ("943 476 5919", "UK_NHS", "NHS"),
    ("1955839661", "UK_UTR", "UTR"), ("1234567T", "IE_PPS", "PPS"),
    ("2 95 10 99 126 111 93", "FR_NIR", "sécurité sociale"), ("732 829 320", "FR_SIREN", "SIREN"),
    ("732 829 320 00074", "FR_SIRET", "SIRET"), ("86 095 742 719", "DE_TAX_ID", "Steuer-ID"),
    ("12345678Z", "ES_DNI", "DNI"), ("X1234567L", "ES_NIE", "NIE"),
    ("RSSMRA85T10A562S", "IT_FISCAL_CODE", "codice fiscale"),
    ("123456782", "NL_BSN", "BSN"), ("85.07.30-033.28", "BE_NATIONAL_NUMBER", "rijksregister"),
    ("1237 010180", "AT_SOCIAL_SECURITY", "SVNR"), ("756.9217.0769.85", "CH_AHV", "AHV"),
    ("010180-1234", "DK_CPR", "CPR"), ("811218-9876", "SE_PERSONNUMMER", "personnummer"),
    ("131052-308T", "FI_HETU", "hetu"), ("44051401359", "PL_PESEL", "PESEL"),
    ("526-104-08-28", "PL_NIP", "NIP"), ("094259216", "GR_AFM", "ΑΦΜ"),
    ("7523169263", "BG_EGN", "ЕГН"), ("33392005961", "HR_OIB", "OIB"),
    ("10000000146", "TR_TCKN", "TC Kimlik No"), ("112-233-445 95", "RU_SNILS", "СНИЛС"),
    ("7830002293", "RU_INN", "ИНН"), ("2341 2341 2346", "IN_AADHAAR", "Aadhaar"),
    ("ABCPE1234F", "IN_PAN", "PAN"), ("27AAPFU0939F1ZV", "IN_GSTIN", "GSTIN"),
    ("11010519491231002X", "CN_RESIDENT_ID", "身份证"),
    ("800101-1234567", "KR_RRN", "주민등록번호"),
    ("A123456789", "TW_ID", "身分證"), ("S1234567D", "SG_NRIC", "NRIC"),
    ("A123456(3)", "HK_HKID", "HKID"), ("1-1017-00230-70-8", "TH_NATIONAL_ID", "เลขบัตรประชาชน"),
    ("123 456 782", "AU_TFN", "TFN"), ("51 824 753 556", "AU_ABN", "ABN"),
    ("2123 45670 1", "AU_MEDICARE", "Medicare"), ("49-091-850", "NZ_IRD", "IRD"),
    ("8001015009087", "ZA_ID", "SA ID"), ("DE136695976", "VAT_NUMBER", "USt-IdNr"),
    ("GOHC870513HDFNRR02", "MX_CURP", "CURP"),
]  # fmt: skip
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"


@pytest.mark.parametrize(("value", "type_", "word"), SPECIMENS, ids=[row[0] for row in SPECIMENS])
def test_a_number_beside_its_word_gets_its_type(value: str, type_: str, word: str) -> None:
    text = f"{word}: {value}."
    assert [(one.type, text[one.start : one.end]) for one in find_pii(text)] == [(type_, value)]


CHECKED = [
    row for row in SPECIMENS if next(one for one in ID_FORMATS if one.type == row[1]).has_checksum
]


@pytest.mark.parametrize(("value", "type_", "word"), CHECKED, ids=[row[0] for row in CHECKED])
def test_a_checksum_catches_nearly_every_wrong_digit(value: str, type_: str, word: str) -> None:
    wrong = [
        value[:place] + other + value[place + 1 :]
        for place, digit in enumerate(value)
        if digit in _DIGITS
        for other in _DIGITS
        if other != digit
    ]
    passed = sum(any(one.type == type_ for one in find_pii(f"{word}: {text}")) for text in wrong)
    assert passed <= 0.12 * len(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "123456782",
        "the item 044051401359 and 111222333",
        "part 943-476-5919x",
        "build 10000000146",
        "SSN 666-12-3456",
        "SSN 000-12-3456",
        "SSN 987-65-4320",
        "id 44051401358",
        "/users/44051401359/files",
    ],
)
def test_a_bare_or_wrong_number_is_no_identity(text: str) -> None:
    assert [one.type for one in find_pii(text) if one.detector == "ids"] == []


def test_the_nearer_word_gives_the_type() -> None:
    assert [one.type for one in find_pii("no BSN but the tax file number 123456782")] == ["AU_TFN"]


def test_every_check_survives_whatever_its_shapes_let_in() -> None:
    rng = random.Random(7)
    countries = ("DE", "FR", "PL", "NL", "ES", "CY", "AT", "IE", "CH", "GB", "RO", "XX")
    for shape, rows in by_shape().items():
        for _ in range(40):
            text = "".join(
                rng.choice("0123456789") if c == "9" else rng.choice(LETTERS) if c == "A" else c
                for c in shape.decode()
            )
            value = "".join(char for char in text if char.isalnum())
            if shape.startswith(b"AA"):
                value = rng.choice(countries) + value[2:]
            for row, _ in rows:
                assert row.check(value) in (True, False)


def test_every_check_survives_one_digit_or_letter_all_over() -> None:
    for shape, rows in by_shape().items():
        for filling in ("0A", "9Z", "5K", "1X"):
            text = shape.decode().replace("9", filling[0]).replace("A", filling[1])
            value = "".join(char for char in text if char.isalnum())
            for row, _ in rows:
                assert row.check(value) in (True, False)


def test_more_than_twenty_five_countries_are_covered() -> None:
    assert len({row.type.partition("_")[0] for row in ID_FORMATS}) > 45
