"""Category `wrong_language`: the answer is not in the language that was expected.

Scripts decide first (a Russian answer to an English question needs no statistics), then
`text.language`. Code and addresses are blanked out before.
"""

from __future__ import annotations

import re

from aiguardian.errors import InvalidField
from aiguardian.guards.health.schemas import found
from aiguardian.processor import Deadline, Finding, Unjudged
from aiguardian.text.fences import without_code
from aiguardian.text.language import LANGUAGES, are_close, language_probabilities

SCRIPTS = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f",
    "Armenian": "\u0530-\u058f",
    "Hebrew": "\u0590-\u05ff",
    "Arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    "Devanagari": "\u0900-\u097f",
    "Bengali": "\u0980-\u09ff",
    "Gurmukhi": "\u0a00-\u0a7f",
    "Gujarati": "\u0a80-\u0aff",
    "Oriya": "\u0b00-\u0b7f",
    "Tamil": "\u0b80-\u0bff",
    "Telugu": "\u0c00-\u0c7f",
    "Kannada": "\u0c80-\u0cff",
    "Malayalam": "\u0d00-\u0d7f",
    "Sinhala": "\u0d80-\u0dff",
    "Thai": "\u0e00-\u0e7f",
    "Lao": "\u0e80-\u0eff",
    "Myanmar": "\u1000-\u109f",
    "Georgian": "\u10a0-\u10ff",
    "Ethiopic": "\u1200-\u137f",
    "Khmer": "\u1780-\u17ff",
    "Kana": "\u3040-\u30ff",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f",
    "Hangul": "\u1100-\u11ff\uac00-\ud7af",
}
LETTERS = {name: re.compile(f"[{ranges}]") for name, ranges in SCRIPTS.items()}

WRITTEN_IN: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ("ru", "uk", "be", "bg", "mk", "ky", "tt", "ba", "tg"), frozenset({"Cyrillic"})
    ),
    **dict.fromkeys(("sr", "bs", "az", "uz", "kk", "mn", "tk"), frozenset({"Cyrillic", "Latin"})),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug"), frozenset({"Arabic"})),
    **dict.fromkeys(("hi", "mr", "ne", "sa"), frozenset({"Devanagari"})),
    "ku": frozenset({"Arabic", "Latin"}),
    "zh": frozenset({"Han"}),
    "ja": frozenset({"Kana", "Han"}),
    "ko": frozenset({"Hangul", "Han"}),
    "el": frozenset({"Greek"}),
    "hy": frozenset({"Armenian"}),
    "he": frozenset({"Hebrew"}),
    "bn": frozenset({"Bengali"}),
    "as": frozenset({"Bengali"}),
    "pa": frozenset({"Gurmukhi", "Arabic"}),
    "gu": frozenset({"Gujarati"}),
    "or": frozenset({"Oriya"}),
    "ta": frozenset({"Tamil"}),
    "te": frozenset({"Telugu"}),
    "kn": frozenset({"Kannada"}),
    "ml": frozenset({"Malayalam"}),
    "si": frozenset({"Sinhala"}),
    "th": frozenset({"Thai"}),
    "lo": frozenset({"Lao"}),
    "my": frozenset({"Myanmar"}),
    "ka": frozenset({"Georgian"}),
    "am": frozenset({"Ethiopic"}),
    "km": frozenset({"Khmer"}),
}
"""Scripts a language is written in; every other language of `LANGUAGES` is written in Latin."""

WIDE = frozenset({"Han", "Kana", "Hangul", "Thai"})
FEWEST_LETTERS = 40
"""Latin letters below which py3langid errs too often: "No problem" is Czech to it."""
FEWEST_OTHER_LETTERS = 6
"""For a script that is not the expected one: the script itself is the evidence."""
BLOCK_LETTERS = 200
"""Paragraphs are put together to about this many letters before they are judged."""
MOST_BLOCKS = 48
WRONG_SHARE = 0.4
"""Share of letters in another language from which on the answer is in the wrong one; below
it, it quotes, names or teaches. By judgement."""
SURE = 0.85
"""Probability of the other language from which on a block counts as written in it."""


def find_wrong_language(
    text: str, *, expected: str, deadline: Deadline
) -> tuple[list[Finding], list[Unjudged]]:
    """Findings over the blocks in another language; or what was too short to tell."""
    if expected not in LANGUAGES:
        known = " ".join(sorted(LANGUAGES))
        raise InvalidField(
            f"expect.language is not a known ISO 639-1 code. Known: {known}.",
            field="expect.language",
        )
    judged = 0
    wrong: list[tuple[int, int, int, float]] = []  # start, end, letters, probability
    for start, end in _blocks(without_code(text)):
        deadline.check()
        verdict = _judge(text[start:end], expected)
        if verdict is None:
            continue
        letters, probability = verdict
        judged += letters
        if probability >= SURE:
            wrong.append((start, end, letters, probability))
    if not judged:
        reason = f"Too few letters to tell whether it is written in {expected}."
        return [], [Unjudged(start=0, end=len(text), reason=reason)]
    return _findings(wrong, judged, expected), []


def _findings(
    wrong: list[tuple[int, int, int, float]], judged: int, expected: str
) -> list[Finding]:
    share = sum(letters for _, _, letters, _ in wrong) / judged
    if not wrong:
        return []
    score = 0.5 + 0.5 * share if share >= WRONG_SHARE else share
    message = f"{share:.0%} of the letters are not in the expected language ({expected})."
    return [
        found("wrong_language", start, end, score=min(score, probability), message=message)
        for start, end, _, probability in _joined(wrong)
    ]


def _joined(
    wrong: list[tuple[int, int, int, float]],
) -> list[tuple[int, int, int, float]]:
    """Blocks with at most white space between them become one."""
    joined: list[tuple[int, int, int, float]] = []
    for block in wrong:
        if joined and block[0] - joined[-1][1] <= 2:
            last = joined.pop()
            block = (last[0], block[1], last[2] + block[2], max(last[3], block[3]))
        joined.append(block)
    return joined


def _blocks(prose: str) -> list[tuple[int, int]]:
    """Spans of whole lines with about `BLOCK_LETTERS` letters; `MOST_BLOCKS` evenly spread."""
    blocks: list[tuple[int, int]] = []
    start = None
    for line in re.finditer(r"[^\n]{1,2000}", prose):
        if not line[0].strip():
            continue
        begin = line.start() + len(line[0]) - len(line[0].lstrip())
        start = begin if start is None else start
        end = line.start() + len(line[0].rstrip())
        if end - start >= BLOCK_LETTERS:
            blocks.append((start, end))
            start = None
    if start is not None:
        blocks.append((start, end))
    step = max(1, -(-len(blocks) // MOST_BLOCKS))
    return blocks[::step]


def _judge(block: str, expected: str) -> tuple[int, float] | None:
    """(letters, probability that it is in another language), or None: too little to tell."""
    counts = {name: len(pattern.findall(block)) for name, pattern in LETTERS.items()}
    letters = sum(counts.values())
    own = WRITTEN_IN.get(expected, frozenset({"Latin"}))
    foreign = letters - sum(counts[script] for script in own)
    # A Chinese sign is half a word, a Latin letter a fifth: terms must not outweigh a sentence.
    home = (letters - foreign) * (3 if own & WIDE else 1)
    if foreign >= FEWEST_OTHER_LETTERS and foreign > 0.6 * (foreign + home):
        if counts["Latin"] == foreign and letters < FEWEST_LETTERS:
            return None
        return letters, 0.99
    if expected == "zh" and counts["Kana"] > 0.15 * letters:
        return letters, 0.97
    if expected == "ja" and letters >= FEWEST_LETTERS and not counts["Kana"]:
        return letters, 0.95
    if letters < FEWEST_LETTERS and "Latin" in own:
        return None
    if not letters:
        return None
    return letters, _other_language(block, expected)


def _other_language(block: str, expected: str) -> float:
    ranked = language_probabilities(_quiet(block))
    if expected not in ranked:
        return 0.0
    near = sum(p for code, p in ranked.items() if are_close(code, expected) or code == "zxx")
    likeliest = next(iter(ranked))
    if near >= 0.05 or ranked[likeliest] < 0.6:
        return 0.0
    return 1.0 - near


def _quiet(block: str) -> str:
    """Without the digits and signs that say nothing about a language."""
    return re.sub(r"[\d_#*|<>{}\[\]()=+/\\~^`$%&@-]+", " ", block)
