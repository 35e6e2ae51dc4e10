# ruff: noqa: E501 - tables of texts
"""The expected language, others, and what says nothing about it."""

import pytest

from aiguardian.errors import InvalidField
from aiguardian.guards.health.language import find_wrong_language
from aiguardian.processor import Deadline, Finding, Unjudged

ENGLISH = "The weather is lovely today and we are going to the beach with the children. "
GERMAN = "Das Wetter ist heute schön und wir fahren mit den Kindern an den Strand. "
FRENCH = "Il fait beau aujourd'hui et nous allons à la plage avec les enfants. "
RUSSIAN = "Сегодня прекрасная погода, и мы едем с детьми на пляж. "
CHINESE = "今天天气很好，我们带孩子们去海边玩。"
JAPANESE = "今日は天気がいいので、子供たちと海に行きます。これから出発します。"
NORWEGIAN = "Været er fint i dag, og vi skal til stranden sammen med barna våre. "
DANISH = "Vejret er dejligt i dag, og vi tager på stranden med vores børn. "
INDONESIAN = "Cuaca hari ini sangat cerah dan kami pergi ke pantai bersama anak-anak. "
CROATIAN = "Danas je lijepo vrijeme i idemo na plažu s djecom. Bit će odlično. "
SERBIAN = "Данас је лепо време и идемо на плажу са децом. Биће одлично. "


def judge(text: str, expected: str) -> tuple[list[Finding], list[Unjudged]]:
    findings, unjudged = find_wrong_language(text, expected=expected, deadline=Deadline(60))
    return [f for f in findings if f.score >= 0.5], unjudged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GERMAN, "en"), (FRENCH, "en"), (RUSSIAN, "en"), (CHINESE, "en"), (ENGLISH, "de"),
        (ENGLISH, "ja"), (ENGLISH, "ar"), (JAPANESE, "zh"), (CHINESE * 4, "ja"), (RUSSIAN, "zh"),
        (FRENCH * 3, "es"), ("Привет, как дела?", "en"), ("你好，很高兴见到你", "en"),
        (ENGLISH + "\n" + GERMAN * 4, "en"),
    ],
)  # fmt: skip
def test_another_language_is_found(text: str, expected: str) -> None:
    findings, unjudged = judge(text, expected)
    assert findings
    assert not unjudged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH, "en"), (GERMAN, "de"), (FRENCH, "fr"), (RUSSIAN, "ru"), (CHINESE, "zh"),
        (JAPANESE, "ja"), (NORWEGIAN, "da"), (DANISH, "no"), (DANISH, "sv"), (INDONESIAN, "ms"),
        (CROATIAN, "sr"), (SERBIAN, "sr"), (CROATIAN, "bs"), (SERBIAN, "bs"),
        (ENGLISH + "The French say « il fait beau ».", "en"),
        ("使用 Python 和 Django 开发网站时，可以用 pip install django 命令来安装。", "zh"),
        (GERMAN + "\n\n```python\nfor item in the_list_of_items:\n    print(item)\n```\n", "de"),
        ("Der Link: https://example.org/the/english/page/about/the/weather/today\n" + GERMAN, "de"),
        ("Das Startup nutzt Machine Learning, Cloud Computing und Big Data, um Kunden zu finden.", "de"),
    ],
)  # fmt: skip
def test_the_expected_language_or_one_close_to_it_passes(text: str, expected: str) -> None:
    assert judge(text, expected) == ([], [])


@pytest.mark.parametrize(
    "text", ["Yes.", "OK", "42", "Paris", "", "🎉", "```python\nprint('the end')\n```"]
)
def test_too_little_text_is_not_judged_rather_than_passed(text: str) -> None:
    findings, unjudged = judge(text, "en")
    assert not findings
    assert "Too few letters" in unjudged[0].reason


def test_the_span_is_the_part_in_the_other_language() -> None:
    text = ENGLISH * 3 + "\n" + RUSSIAN * 6
    (finding,) = judge(text, "en")[0]
    assert text[finding.start : finding.end] == (RUSSIAN * 6).strip()


@pytest.mark.parametrize("code", ["xx", "EN", "english", "", "pt-BR"])
def test_an_unknown_code_is_refused_with_the_known_ones(code: str) -> None:
    with pytest.raises(InvalidField, match=r"Known: af am an ar .* zu") as error:
        judge("text", code)
    assert error.value.field == "expect.language"
