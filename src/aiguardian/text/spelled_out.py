"""Text written letter by letter, "i g n o r e" or "i-g-n-o-r-e", and Morse code, read in place.

A run counts when the letters put together are known words, an address, or a word of another
script. Nearest false positives: lists of variables, initials, chords, tables of single letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiguardian.text.decoding import Decoding, rewritten
from aiguardian.text.likeness import common_words
from aiguardian.text.offsets import Edit

FEWEST = 5
"""Letters of a run that counts alone. Shorter ones count beside it."""
FEWEST_OTHER = 8
"""The same for letters of other scripts than Latin, where no word list helps."""
LONGEST_WORD = 16

# One sign between letters, up to three where a word ends. The letters of one run share the sign.
# A gap is as long as it can be: three signs, or fewer with none behind them.
_GAP = r"(?:(?:\1|[ \n]){3}|(?:\1|[ \n]){0,2}(?!\1|[ \n]))"
_RUN = re.compile(
    r"(?<![^\W_])[^\W_]"
    rf"(?:([ .\-_*·•|/,~\n]){_GAP}(?:[^\W_](?![^\W_])|[@.](?=[ .\-_*])))"
    rf"(?:\1{_GAP}(?:[^\W_](?![^\W_])|[@._+-](?!\w))){{1,2000}}"
)
_HINT = re.compile(r"[ .\-_*·•|/,~\n]\w[ .\-_*·•|/,~\n]\w[ .\-_*·•|/,~\n]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af]")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}")
_MORSE = re.compile(r"(?<![\w.\-])[.\-]{1,6}(?:(?: {1,3}/? {0,2}|/)[.\-]{1,6}){5,2000}(?![\w.\-])")
_MORSE_HINT = re.compile(r"[.\-](?: {1,3}/? {0,2}|/)[.\-]{1,6}[ /]")
_MORSE_LETTERS = {
    entry[1:]: entry[0]
    for line in (
        "a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.-",
        "r.-. s... t- u..- v...- w.-- x-..- y-.-- z--.. @.--.-. ..-.-.-",
        "0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. 9----.",
    )
    for entry in line.split()
}


def spelled_out(text: str) -> Iterator[Decoding]:
    """Readings with letters put together in place. Linear."""
    if not _HINT.search(text):
        return
    edits = []
    for match in _RUN.finditer(text):
        run = match.group().rstrip("@._+-")
        if words := _joined(run, match[1]):
            edits.append(Edit(match.start(), match.start() + len(run), words))
    letters = [sum(map(str.isalnum, edit.new)) for edit in edits]
    if letters and max(letters) >= FEWEST:
        yield from rewritten(text, edits, "spelled_out")


def morse(text: str) -> Iterator[Decoding]:
    """Readings with Morse code in place (ITU-R M.1677, letters, digits, @ and full stop)."""
    if not _MORSE_HINT.search(text):
        return
    edits = []
    for match in _MORSE.finditer(text):
        words = re.split(r" ?/ ?| {2,}", match.group())
        spelled = ["".join(_MORSE_LETTERS.get(sign, "") for sign in word.split()) for word in words]
        if new := segmented("".join(spelled)):
            edits.append(Edit(*match.span(), new))
    yield from rewritten(text, edits, "morse")


def segmented(letters: str) -> str:
    """Lower-case ASCII letters cut into known words; empty when a fifth of them or more is left.

    The cut with the most letters in known words, longer words first; O(n * `LONGEST_WORD`).
    """
    words, size = common_words(), len(letters)
    best = [0.0] * (size + 1)  # (size + 1,), score of the best cut of the first n letters
    step = [1] * (size + 1)
    for end in range(1, size + 1):
        best[end] = best[end - 1] - 1.0
        for length in range(3, min(LONGEST_WORD, end) + 1):
            if letters[end - length : end] in words:
                score = best[end - length] + length - 1.5
                if score > best[end]:
                    best[end], step[end] = score, length
    parts, end, known = [], size, 0
    while end:
        parts.append(letters[end - step[end] : end])
        known += step[end] if step[end] > 1 else 0
        end -= step[end]
    if known < 0.8 * size or known < 4:
        return ""
    return " ".join(_singles_together(parts[::-1]))


def _singles_together(parts: list[str]) -> Iterator[str]:
    single = ""
    for part in parts:
        if len(part) == 1:
            single += part
            continue
        if single:
            yield single
        single = ""
        yield part
    if single:
        yield single


def _joined(run: str, sign: str) -> str:
    """The words that a run spells, empty when it spells none."""
    parts = re.split(rf"(?:{re.escape(sign)}|[ \n]){{2,}}", run)
    words = [part.replace(sign, "") for part in parts]
    joined = " ".join(words)
    if sign != "@" and "@" in joined:
        return joined if _ADDRESS.search(joined.replace(" ", "")) else ""
    letters = "".join(words)
    if not letters.isalpha():
        return ""
    if not letters.isascii():
        return joined if len(letters) >= FEWEST_OTHER and not _UNSPACED.search(letters) else ""
    if len(letters) < FEWEST:
        return joined if joined.lower() in common_words() else ""
    whole = segmented(letters.lower())
    if not whole:
        return ""
    return joined if len(words) > 1 and _all_known(words) else whole


def _all_known(words: list[str]) -> bool:
    known = sum(len(word) for word in words if word.lower() in common_words())
    return 2 * known >= sum(map(len, words))
