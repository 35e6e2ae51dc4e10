"""Statements in other languages than English become facts of the same slots."""

from __future__ import annotations

import pytest

from aiguardian.guards.context.memory.fact_forms import LANGUAGES, forms
from aiguardian.guards.context.memory.facts import find_facts


def found(text: str) -> list[tuple[str, str, bool]]:
    return [(fact.slot, fact.value, fact.ends) for fact in find_facts("user", text)]


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        ("Ich wohne in Oslo.", "Ich bin letzte Woche nach Lima gezogen.", "lima"),
        ("J'habite à Oslo.", "J’ai déménagé à Lima.", "lima"),
        ("Vivo en Oslo.", "Me mudé a Lima la semana pasada.", "lima"),
        ("Abito a Oslo.", "Mi sono trasferita da Oslo a Lima.", "lima"),
        ("Moro em Oslo.", "Me mudei para Lima.", "lima"),
        ("Ik woon in Oslo.", "Ik ben naar Lima verhuisd.", "lima"),
        ("I live in Oslo.", "Ich wohne jetzt in Lima", "lima"),
        ("Ich mag Jazz.", "Ich mag Jazz nicht mehr.", "no"),
        ("J'adore le jazz.", "Je n'aime plus le jazz.", "no"),
        ("Me gusta el jazz.", "Ya no me gusta el jazz.", "no"),
        ("Mi piace il jazz.", "Non mi piace più il jazz.", "no"),
        ("Gosto de jazz.", "Já não gosto de jazz.", "no"),
        ("Ik hou van jazz.", "Ik hou niet meer van jazz.", "no"),
        ("Ich bin 34 Jahre alt.", "Ich bin 35 geworden.", "35"),
        ("J'ai deux chats.", "J'ai trois chats.", "trois"),
        ("Mi color favorito es el rojo.", "Mi color favorito es el verde.", "verde"),
        ("Il mio colore preferito è il rosso.", "Il mio colore preferito è il blu.", "blu"),
        ("Minha cor favorita é azul.", "Minha cor favorita é verde.", "verde"),
        ("I am vegetarian.", "Je suis devenue végane.", "vegan"),
        ("Ik werk bij Philips.", "Ik werk nu voor ASML.", "asml"),
    ],
)
def test_a_later_value_takes_the_slot_of_the_one_before(
    before: str, after: str, value: str
) -> None:
    (first,), (second,) = found(before), found(after)
    assert first[0] == second[0]
    assert first[1] != second[1] == value


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("Ich wohne nicht mehr in Köln.", "user|home", "koln"),
        ("Je n'habite plus à Lyon.", "user|home", "lyon"),
        ("Ya no vivo en Cádiz.", "user|home", "cadiz"),
        ("Non abito più a Pisa.", "user|home", "pisa"),
        ("Já não moro em Braga.", "user|home", "braga"),
        ("Ik werk niet meer bij Philips.", "user|employer", "philips"),
    ],
)
def test_what_no_longer_holds_ends_its_fact(text: str, slot: str, value: str) -> None:
    assert found(text) == [(slot, value, True)]


@pytest.mark.parametrize(
    "text",
    [
        "Wohne ich in Köln?",
        "Sie wohnt in Köln.",
        "Ich bin müde.",
        "Je ne sais pas.",
        "Il habite à Lyon.",
        "Ella vive en Cádiz.",
        "¿Dónde vivo?",
        "Trabajo para vivir bien.",
        "Lei abita a Pisa.",
        "Hij woont in Gent.",
        "Me gusta",
        "Jag bor i Oslo.",
        "ich " * 2_000,
        "j'ai " + "très " * 2_000,
    ],
)
def test_what_states_nothing_of_its_own_is_no_fact(text: str) -> None:
    assert found(text) == []


def test_a_form_of_a_related_language_does_not_read_the_sentence() -> None:
    assert found("Agora vivo com a minha família no Porto.") == [("user|home", "porto", False)]
    assert found("Adesso vivo con la mia famiglia a Torino.") == [("user|home", "torino", False)]


def test_spans_are_those_of_the_turn() -> None:
    text = "🎉 Hallo! Ich heiße Änne Groß."
    (fact,) = find_facts("user", text)
    assert text[fact.start : fact.end] == "Ich heiße Änne Groß"
    assert fact.value == "anne groß"


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_tells_of_the_same_relations(name: str) -> None:
    relations = {form.relation for form in forms()[name].forms}
    expected = {form.relation for form in forms()["de"].forms}
    assert relations == expected
