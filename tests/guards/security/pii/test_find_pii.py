from __future__ import annotations

from dataclasses import dataclass

import pytest

from aiguardian.guards.security.pii.find import find_pii


def types(text: str, **options: str) -> list[tuple[str, str]]:
    return [(one.type, text[one.start : one.end]) for one in find_pii(text, **options)]


FOUND = [
    ("Write to jo.ann+x@mail.example.org today", "EMAIL_ADDRESS", "jo.ann+x@mail.example.org"),
    ('Write to "jo ann"@example.org today', "EMAIL_ADDRESS", '"jo ann"@example.org'),
    ("mail: jürgen@straße-köln.de", "EMAIL_ADDRESS", "jürgen@straße-köln.de"),
    ("邮箱：王伟@例子.公司", "EMAIL_ADDRESS", "王伟@例子.公司"),
    ("mailto:jo@xn--bcher-kva.example.", "EMAIL_ADDRESS", "jo@xn--bcher-kva.example"),
    ("Ring me on +44 20 7946 0018.", "PHONE_NUMBER", "+44 20 7946 0018"),
    ("(202) 555-0143", "PHONE_NUMBER", "(202) 555-0143"),
    ("Mobile: 0490 39 07 81", "PHONE_NUMBER", "0490 39 07 81"),
    ("Fax: 345-899-3560x4587", "PHONE_NUMBER", "345-899-3560x4587"),
    ("Мой телефон 8 912 345-67-89", "PHONE_NUMBER", "8 912 345-67-89"),
    ("رقم الجوال ٠٥٠ ١٢٣ ٤٥٦٧", "PHONE_NUMBER", "٠٥٠ ١٢٣ ٤٥٦٧"),
    ("電話 03-1234-5678 です", "PHONE_NUMBER", "03-1234-5678"),
    ("085 175 7641-Office", "PHONE_NUMBER", "085 175 7641"),
    ("Card 4111 1111 1111 1111 please", "CREDIT_CARD", "4111 1111 1111 1111"),
    ("5555-5555-5555-4444", "CREDIT_CARD", "5555-5555-5555-4444"),
    ("378282246310005", "CREDIT_CARD", "378282246310005"),
    ("DE89 3704 0044 0532 0130 00", "IBAN_CODE", "DE89 3704 0044 0532 0130 00"),
    ("my iban is gb29nwbk60161331926819", "IBAN_CODE", "gb29nwbk60161331926819"),
    ("BIC: DEUTDEFF500", "BIC", "DEUTDEFF500"),
    ("routing number 021000021", "BANK_ROUTING", "021000021"),
    ("sort code 20-00-00", "BANK_ROUTING", "20-00-00"),
    ("Account no. 55779911", "BANK_ACCOUNT", "55779911"),
    ("from 81.2.69.160 at noon", "IP_ADDRESS", "81.2.69.160"),
    ("see http://81.2.69.160/a", "IP_ADDRESS", "81.2.69.160"),
    ("route 10/81.2.69.160", "IP_ADDRESS", "81.2.69.160"),
    ("2a02:810d:8a80:1c::2", "IP_ADDRESS", "2a02:810d:8a80:1c::2"),
    ("ether 00:1b:63:84:45:e6", "MAC_ADDRESS", "00:1b:63:84:45:e6"),
    ("ether 001b.6384.45e6", "MAC_ADDRESS", "001b.6384.45e6"),
    ("Passport No. X1234567", "PASSPORT", "X1234567"),
    ("Reisepass C01X00T47", "PASSPORT", "C01X00T47"),
    ("My driver's license number is 6940579", "DRIVER_LICENSE", "6940579"),
    ("Kennzeichen: M-AB 1234", "LICENSE_PLATE", "M-AB 1234"),
    ("госномер А123ВС77", "LICENSE_PLATE", "А123ВС77"),
    ("VIN 1HGCM82633A004352", "VIN", "1HGCM82633A004352"),
    ("IMEI 490154203237518", "IMEI", "490154203237518"),
    ("born on 3 May 1980 in Graz", "DATE_OF_BIRTH", "3 May 1980"),
    ("geboren am 3. März 1980", "DATE_OF_BIRTH", "3. März 1980"),
    ("生年月日：1985年3月12日", "DATE_OF_BIRTH", "1985年3月12日"),
    ("дата рождения 12.05.1990", "DATE_OF_BIRTH", "12.05.1990"),
    ("DOB 04/05/77", "DATE_OF_BIRTH", "04/05/77"),
    ("She is 45 years old", "AGE", "45"),
    ("an 84-year-old male patient", "AGE", "84"),
    ("Ich bin 34 Jahre alt", "AGE", "34"),
    ("Age: 29", "AGE", "29"),
    ("我今年34岁", "AGE", "34"),
    ("home is at 48.20849, 16.37208", "COORDINATES", "48.20849, 16.37208"),
    ("40°26′46″N 79°58′56″W", "COORDINATES", "40°26′46″N 79°58′56″W"),
    ('{"lat": 48.20849, "lng": 16.37208}', "COORDINATES", '48.20849, "lng": 16.37208'),
    ("username: jdoe92", "USERNAME", "jdoe92"),
    ("twitter: @jane_d", "USERNAME", "@jane_d"),
    ("MRN: 00123456", "MEDICAL_RECORD", "00123456"),
    ("policy number AB-1234567", "INSURANCE_NUMBER", "AB-1234567"),
    ("my zip code is 53-320", "POSTAL_CODE", "53-320"),
    (
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "CRYPTO_ADDRESS",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    ),
    (
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "CRYPTO_ADDRESS",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "type_", "value"), FOUND, ids=[row[0][:40] for row in FOUND])
def test_personal_data_is_found_with_its_type_and_span(text: str, type_: str, value: str) -> None:
    assert types(text) == [(type_, value)]


NOTHING = [
    "",
    "No digits and nobody's name.",
    "order 123456789012 of 2024-01-15 12:30:45.123",
    "timestamp 1732190000000, epoch 1732190000",
    "123e4567-e89b-12d3-a456-426614174000",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "sha512-oBx4GyAJ3TWk5T0w2mAS5zK1kCiUeHNkCMpGQw2Lzc9y7lCvKJ4zXkY1H3Bq3y9VJxWlW5yZ2nqN3XQ==",
    "version 1.2.3.4 and numpy==2.2.0.1",
    "pi is 3.14159265358979 and e is 2.718281828459045",
    "ISBN 978-3-16-148410-0",
    "between 1939-1945 and 2001-2011",
    "std::vector<int> a; x[1::2]; at 12:30:45",
    "git clone git@github.com:org/repo.git",
    "npm i @types/node@18.0.0 logo@2x.png",
    "https://user:word@host.example/path",
    "Card 4111 1111 1111 1112 please",
    "DE88370400440532013000",
    "$1,234,567,890.12 or 1 000 000 000",
    "[0.1234, 0.5678, 0.9012, 0.3456]",
    "a 300-year-old oak, a 12-year-old whisky",
    "you must have a minimum drinking age of 21",
    "books for children aged 8 to 10, or aged 8 - 10",
    "Kinder im Alter 6 bis 12 Jahren",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/122.0.0.0 Safari/537.36",
    "username: string; user_id = request.user.id",
    "the swift response of the bank",
    "swift kotlin and java",
    "127.0.0.1 and 0.0.0.0 and ::1",
    "00:00:00:00:00:00",
    "Boston, MA 02110-1335, USA",
    "x" * 10_000,
    "1" * 10_000,
    "1 " * 5_000,
]


@pytest.mark.parametrize("text", NOTHING, ids=[text[:40] for text in NOTHING])
def test_ordinary_text_holds_no_personal_data(text: str) -> None:
    assert types(text) == []


def test_overlapping_finds_leave_the_better_one_and_come_in_order() -> None:
    text = "tel 0171 1234567, a@example.org, IBAN DE89370400440532013000"
    assert [one.type for one in find_pii(text)] == ["PHONE_NUMBER", "EMAIL_ADDRESS", "IBAN_CODE"]


def test_a_checksum_is_told_by_validated() -> None:
    card, mail = find_pii("4111 1111 1111 1111 a@example.org")
    assert card.validated
    assert not mail.validated


def test_a_lower_threshold_shows_what_is_unsure() -> None:
    assert find_pii("123456782") == []
    assert [one.type for one in find_pii("123456782", threshold=0.1)] != []


def test_the_region_says_where_a_number_is_dialled() -> None:
    assert types("it is 2 1234 5678 now") == []
    assert types("it is 030 901820 now", region="DE") == [("PHONE_NUMBER", "030 901820")]


@dataclass(frozen=True)
class Name:
    type: str
    start: int
    end: int
    score: float


def test_names_of_the_tagger_are_merged_and_a_validated_number_stays() -> None:
    text = "Jo Ann, 4111 1111 1111 1111"
    names = [Name("PERSON", 0, 6, 0.8), Name("ADDRESS", 8, 27, 0.7), Name("PERSON", 3, 6, 0.3)]
    found = find_pii(text, tagger=lambda _: names)
    assert [(one.type, one.detector) for one in found] == [
        ("PERSON", "tagger"),
        ("CREDIT_CARD", "cards"),
    ]


@pytest.mark.parametrize("lead", [0, 65_500, 65_530, 65_536, 131_060])
def test_a_number_across_the_parts_of_a_long_text_is_found_once(lead: int) -> None:
    text = "." * lead + " DE89 3704 0044 0532 0130 00 and 4111 1111 1111 1111"
    assert [one.type for one in find_pii(text)] == ["IBAN_CODE", "CREDIT_CARD"]


def test_offsets_are_code_points_of_the_text_as_given() -> None:
    text = "🙂İ\u202f é tel\u00a0+49\u202f30\u2011901820 😀"
    assert types(text) == [("PHONE_NUMBER", "+49\u202f30\u2011901820")]


ADDRESSES = [
    ("We met at 12 Elm Grove Road yesterday", "12 Elm Grove Road"),
    ("Er wohnt in der Lindenstraße 14b.", "Lindenstraße 14b"),
    ("il habite 7 rue de la Paix", "7 rue de la Paix"),
    ("abita in Via Giuseppe Verdi 21", "Via Giuseppe Verdi 21"),
    ("vive en Calle de Alcalá, 48", "Calle de Alcalá, 48"),
    ("ул. Ленина, д. 5", "ул. Ленина, д. 5"),
    ("write to P.O. Box 104 please", "P.O. Box 104"),
    ("PSC 4115, Box 7815\nAPO AA 41945", "PSC 4115, Box 7815\nAPO AA 41945"),
    ("4 Oak Lane, Apt. 12", "4 Oak Lane, Apt. 12"),
]


@pytest.mark.parametrize(("text", "value"), ADDRESSES, ids=[row[0] for row in ADDRESSES])
def test_an_address_is_one_from_its_first_number_to_its_last(text: str, value: str) -> None:
    assert types(text) == [("ADDRESS", value)]


def test_an_address_of_the_tagger_takes_in_the_number_beside_it() -> None:
    text = "lives at 10963 Rua Augusta since"
    found = find_pii(text, tagger=lambda _: [Name("ADDRESS", 15, 26, 0.8)])
    assert [text[one.start : one.end] for one in found] == ["10963 Rua Augusta"]


@pytest.mark.parametrize("text", ["3 Main ideas", "version 5 of the Street View", "box 5, room 3"])
def test_a_number_beside_an_ordinary_word_is_no_address(text: str) -> None:
    assert types(text) == []
