"""What an emoji means in a post about people, in words.

`ml/emoji.py` writes the names that Unicode gives: a kitchen knife is a "hocho" there, and a dark
skin tone has a number. Here a woman with that tone is a "black woman", a flag is its country, and
letters drawn as signs (🅰️, 0️⃣, 💲) are letters again, so that a word spelt with them is that word.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("emoji_meanings.txt")

TONES = {
    "\U0001f3fb": "white",
    "\U0001f3fc": "white",
    "\U0001f3fd": "brown",
    "\U0001f3fe": "black",
    "\U0001f3ff": "black",
}
"""How posts use the five skin tones of people; on hands and thumbs a tone says nothing."""
SHAPES = re.compile("[\ufe0e\ufe0f]")
JOINED = "\u200d"
PRIDE, TRANS = "\U0001f3f3\u200d\U0001f308", "\U0001f3f3\u200d\u26a7"
SEXES = {"\u2640": "woman", "\u2642": "man"}
_DIGIT = re.compile("([0-9])\u20e3")
_DIGIT_LETTERS = str.maketrans("013457", "oieast")
_LETTER = re.compile("[A-Za-z]")
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_TONE = "[\U0001f3fb-\U0001f3ff]"
_SIGN = re.compile(
    f"(?P<sign>[\u2139\u203c-\u27bf\u2b00-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa"
    f"\U0001f400-\U0001faff])(?P<tone>{_TONE})?(?:{JOINED}(?P<sex>[\u2640\u2642]))?{JOINED}?"
)


def mean_emoji(text: str) -> str:
    """The text with emoji as the words that posts mean by them. Linear; ASCII comes back as it is.

    What the table does not hold stays, for `ml/emoji.py` to name.
    """
    if text.isascii():
        return text
    text = SHAPES.sub("", text).replace(PRIDE, " gay pride ").replace(TRANS, " transgender pride ")
    text = _spelt(text)
    text = _FLAG.sub(lambda pair: _country(pair[1], pair[2]), text)
    return _SIGN.sub(_meant, text)


def _spelt(text: str) -> str:
    """Signs that are letters as letters, and digits among such letters as the letters they ape."""
    letters = _table()["letters"]
    if not any(sign in text for sign in letters) and "\u20e3" not in text:
        return text
    words = []
    for word in re.split(r"(\s+)", text):
        plain = _DIGIT.sub(r"\1", word)
        if _LETTER.search(plain):
            spelt = "".join(letters.get(char, char) for char in plain)
            plain = spelt.translate(_DIGIT_LETTERS) if spelt != word else plain
        words.append(plain)
    return "".join(words)


def _meant(found: re.Match[str]) -> str:
    sign, tone, sex = found["sign"], found["tone"], found["sex"]
    table = _table()
    if sign in table["people"]:
        words = table["people"][sign]
        if sex:
            words = words.replace("person", SEXES[sex])
        return f" {TONES[tone]} {words} " if tone else f" {words} "
    words = table["plain"].get(sign, sign)
    return f" {words} {SEXES[sex]} " if sex else f" {words} "


def _country(first: str, second: str) -> str:
    code = "".join(chr(ord(letter) - 0x1F1E6 + ord("a")) for letter in (first, second))
    return f" {_table()['countries'].get(code, code)} "


@cache
def _table() -> dict[str, dict[str, str]]:
    """Words by sign, by kind: people, plain, letters, countries."""
    table: dict[str, dict[str, str]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            kind = table.setdefault(line[2:], {})
        elif line and not line.startswith("#"):
            sign, words = line.split(" ", 1)
            kind[sign] = words
    return table
