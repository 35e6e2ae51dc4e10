"""Which parts of a text are in a language that is read."""

from __future__ import annotations

import pytest

from aiguardian.guards.bias.reading import read_languages
from aiguardian.processor import Deadline

ENGLISH = frozenset({"en"})


def language(text: str) -> tuple[str, bool]:
    reading = read_languages(text, ENGLISH, Deadline(60.0))
    return reading.language, bool(reading.unread)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "lol u trippin bro smh",
        "😂😂😂",
        "1 2 3 4",
        "No problem",
        "This is plain English and you can read it.",
        "THIS IS SHOUTED AND YOU WILL READ IT",
        "@someone http://x.y RT nah",
        "Hello, мир",
    ],
)
def test_english_slang_and_what_cannot_be_told_are_read(text: str) -> None:
    assert language(text)[1] is False


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ich kann diese Leute einfach nicht mehr sehen, sie gehen mir auf die Nerven.", "de"),
        ("Je ne supporte plus ces gens qui parlent sans arrêt de leurs problèmes.", "fr"),
        ("No soporto a esa gente que habla todo el día de sus problemas.", "es"),
        ("Я больше не могу слышать этих людей.", "ru"),
        ("我受不了那些人整天抱怨。", "zh"),
        ("これ以上あの人たちの話は聞きたくない。", "ja"),
        ("لا أستطيع تحمل هؤلاء الناس بعد الآن", "ar"),
    ],
)
def test_another_language_is_not_read(text: str, code: str) -> None:
    assert language(text) == (code, True)


def test_spans_cover_the_foreign_part_only() -> None:
    english = "This is plain English and you can read it, I think. " * 8
    french = "Je ne supporte plus ces gens qui parlent sans arrêt de leurs problèmes. " * 8
    reading = read_languages(f"{english}\n{french}\n", ENGLISH, Deadline(60.0))
    ((start, end, code),) = reading.unread
    assert code == "fr"
    assert start == len(english) + 1
    assert end >= len(english) + len(french) - 1
