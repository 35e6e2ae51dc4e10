"""A language that no model reads is said to be unjudged; the others are judged."""

from __future__ import annotations

import pytest

from aiguardian.guards.security.unread import unread_language


@pytest.mark.parametrize(
    "text",
    [
        "Ngicela ungitshele ukuthi isifundo sizoqala nini kusasa ekuseni, ngoba kufanele ngihambe.",
        "Tá an aimsir go hálainn inniu agus beimid ag dul go dtí an trá tar éis na scoile amárach.",
    ],
)
def test_other_languages_are_unjudged(text: str) -> None:
    (unjudged,) = unread_language(text)
    assert (unjudged.start, unjudged.end) == (0, len(text))
    assert "language" in unjudged.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "1234567890 " * 20,
        "Please tell me when the lesson begins tomorrow, I have to take my child to school.",
        "Bitte sag mir, wann der Unterricht morgen beginnt, denn ich muss mein Kind hinbringen.",
        "Скажи, пожалуйста, когда завтра начинается урок, мне нужно отвести ребёнка в школу.",
        "明日の授業は何時に始まりますか。子どもを学校へ連れて行かなければなりません。どうか教えてください。お願いします。",
        "def add(a, b):\n    return a + b\n\nprint(add(1, 2))\nfor i in range(10): print(i)",
        "xk3 qwe zzt " * 10,
    ],
)
def test_what_is_read_or_cannot_be_told_is_judged(text: str) -> None:
    assert unread_language(text) == []
