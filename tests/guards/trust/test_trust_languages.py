"""Exact checks in languages that no model reads: numbers, dates and denials."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import UNSET

from aiguardian.guards.trust.language import language_of
from aiguardian.guards.trust.quantities.numerals import has_decimal_commas
from aiguardian.guards.trust.schemas import TrustReport

Check = Callable[..., TrustReport]

SOURCES = {
    "de": "Die Brücke bei Larkheim wurde am 3. Mai 1987 eröffnet. Sie kostete 1.234,5 Millionen "
    "Euro und ist 412 Meter lang. Im Jahr 2020 fuhren 12,5 Prozent mehr Autos über die Brücke. "
    "Die Brücke hat keinen Radweg.",
    "fr": "Le pont de Larkhill a été ouvert le 3 mai 1987. Il a coûté 1 234,5 millions d'euros et "
    "mesure 412 mètres. En 2020, le trafic sur le pont a augmenté de 12,5 pour cent. Le pont n'a "
    "pas de piste cyclable.",
    "es": "El puente de Larkhill se inauguró el 3 de mayo de 1987. Costó 1.234,5 millones de euros "
    "y mide 412 metros. En 2020 el tráfico del puente aumentó un 12,5 por ciento. El puente no "
    "tiene carril bici.",
    "it": "Il ponte di Larkhill è stato aperto il 3 maggio 1987. È costato 1.234,5 milioni di euro "
    "ed è lungo 412 metri. Nel 2020 il traffico sul ponte è aumentato del 12,5 per cento. Il ponte "
    "non ha una pista ciclabile.",
    "pt": "A ponte de Larkhill foi inaugurada em 3 de maio de 1987. Custou 1.234,5 milhões de "
    "euros e tem 412 metros. Em 2020 o tráfego na ponte aumentou 12,5 por cento. A ponte não tem "
    "ciclovia.",
    "nl": "De brug bij Larkhill werd op 3 mei 1987 geopend. De brug kostte 1.234,5 miljoen euro en "
    "is 412 meter lang. In 2020 nam het verkeer op de brug met 12,5 procent toe. De brug heeft "
    "geen fietspad.",
}
CLAIMS = {
    "de": (
        "Die Brücke bei Larkheim wurde am {day}. Mai 1987 eröffnet.",
        "Die Brücke kostete 1.{cost}34,5 Millionen Euro.",
        "Im Jahr 2020 fuhren {share} % mehr Autos über die Brücke.",
        ("Die Brücke hat keinen Radweg.", "Die Brücke hat einen Radweg."),
    ),
    "fr": (
        "Le pont de Larkhill a été ouvert le {day} mai 1987.",
        "Le pont a coûté 1 {cost}34,5 millions d'euros.",
        "En 2020, le trafic sur le pont a augmenté de {share} %.",
        ("Le pont n'a pas de piste cyclable.", "Le pont a une piste cyclable."),
    ),
    "es": (
        "El puente de Larkhill se inauguró el {day} de mayo de 1987.",
        "El puente costó 1.{cost}34,5 millones de euros.",
        "En 2020 el tráfico del puente aumentó un {share} %.",
        ("El puente no tiene carril bici.", "El puente tiene carril bici."),
    ),
    "it": (
        "Il ponte di Larkhill è stato aperto il {day} maggio 1987.",
        "Il ponte è costato 1.{cost}34,5 milioni di euro.",
        "Nel 2020 il traffico sul ponte è aumentato del {share} %.",
        ("Il ponte non ha una pista ciclabile.", "Il ponte ha una pista ciclabile."),
    ),
    "pt": (
        "A ponte de Larkhill foi inaugurada em {day} de maio de 1987.",
        "A ponte custou 1.{cost}34,5 milhões de euros.",
        "Em 2020 o tráfego na ponte aumentou {share} %.",
        ("A ponte não tem ciclovia.", "A ponte tem ciclovia."),
    ),
    "nl": (
        "De brug bij Larkhill werd op {day} mei 1987 geopend.",
        "De brug kostte 1.{cost}34,5 miljoen euro.",
        "In 2020 nam het verkeer op de brug met {share} % toe.",
        ("De brug heeft geen fietspad.", "De brug heeft een fietspad."),
    ),
}
RIGHT = {"day": "3", "cost": "2", "share": "12,5"}
WRONG = {"day": "5", "cost": "3", "share": "21,5"}


def cases() -> list[tuple[str, str, bool]]:
    found = []
    for language, (*templates, (denied, said)) in CLAIMS.items():
        for template in templates:
            found += [(language, str(template).format(**RIGHT), True)]
            found += [(language, str(template).format(**WRONG), False)]
        found += [(language, denied, True), (language, said, False)]
    return found


@pytest.mark.parametrize(("language", "text", "is_right"), cases())
def test_a_wrong_date_sum_share_or_denial_is_told_from_a_right_one(
    check: Check, language: str, text: str, is_right: bool
) -> None:
    (claim,) = check(text, SOURCES[language]).claims
    assert (claim.verdict == "supported") == is_right, claim.reason


@pytest.mark.parametrize("language", SOURCES)
def test_the_guard_says_that_no_model_reads_it(check: Check, language: str) -> None:
    denied = CLAIMS[language][3][0]
    report = check(
        denied, SOURCES[language], validation_level="standard", validation_type="grounding"
    )
    assert report.unjudged is not UNSET
    (part,) = report.unjudged
    assert (part.start, part.end) == (0, len(denied))
    assert f'the language "{language}"' in part.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Stadt hat 12.345 Einwohner und ein Rathaus.", True),
        ("La ciudad tiene 12.345 habitantes y un puente.", True),
        ("De stad heeft een brug van 12.345 meter.", True),
        ("The city of Los Angeles de Porciuncula has 12,345 houses.", False),
        ("It weighs 12.345 grams.", False),
        ("12.345", False),
        ("", False),
    ],
)
def test_a_point_before_three_digits_is_read_by_the_language(text: str, expected: bool) -> None:
    assert has_decimal_commas(text) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Umzug an den Hafen war in der Stadt umstritten, also blieb alles.", "de"),
        ("The train has not arrived in Bonn because of the snow.", "en"),
        ("Oslo is in Norway as well as in Europe, on an open fjord.", "en"),
    ],
)
def test_words_that_neighbours_share_do_not_make_a_text_english(text: str, language: str) -> None:
    assert language_of(text) == language
