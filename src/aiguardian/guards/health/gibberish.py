"""Category `gibberish`: what no reader and no machine can read.

Three kinds of evidence, each with its own spans: replacement characters and text decoded with
the wrong code page (exact); letters from many scripts inside words; and windows that a trained
model takes for noise, where the language model finds no language either. Both must agree: the
first knows code and names, the second 140 languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from aiguardian.guards.health.schemas import found
from aiguardian.ml.gibberish import WINDOW, Window, gibberish_windows
from aiguardian.processor import Deadline, Finding
from aiguardian.text.fences import without_code
from aiguardian.text.language import are_close, language_probabilities

SUSPECT_AT = 0.5
"""Probability from which on a window is looked at more closely (training/gibberish.py, 2026-11:
0.1 % of real windows of sources kept out reach it)."""
NO_LANGUAGE = "zxx"
"""ISO 639-2 for "no linguistic content": the language model was trained to say so."""
READABLE_AT = 0.75
"""Probability of the likeliest language from which on a window is taken as written in it."""
SURE_AT = 0.85
"""Probability of a window from which on the language model must be surer, twenty times."""
NO_LANGUAGE_AT = 0.02
"""Probability of no language below which there is one, whichever it is."""
LEAST_SHARE = 0.2
"""Share of the answer that must be noise. Below it, it is an example, a key or a name in it."""
MOST_CHECKED = 24
"""Windows shown to the language model, evenly spread: more changes no verdict."""

REPLACEMENT = re.compile("\ufffd+")
FEWEST_REPLACEMENTS = 3
"""One or two may stand in a quotation of broken text."""
MOJIBAKE = re.compile(
    r"(?:[\u00c2\u00c3][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
    r"|\u00e2\u20ac[\u0098-\u00bf\u0153\u02dc\u2122\u0161\u201c\u201d\u00a6\u00a2]"
    r"|[\u00d0\u00d1][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    r"|\u00f0\u0178[\u0080-\u00ff\u2018-\u203a\u20ac])"
)
"""UTF-8 read as Windows-1252: `Ã©`, `â€™`, `Ð¿`. Nearest false positive: `Ã£` in "SÃO" no, for
both letters must follow each other; Vietnamese and Portuguese capitals are followed by letters."""
MOJIBAKE_SHARE = 0.02
"""Hits per code point from which on the answer is broken and not only quotes something broken."""

LONG_TOKEN = re.compile(r"(?<![\w+/=.:-])[\w+/=.:-]{16,}")
SEQUENCE = re.compile(r"[ACDEFGHIKLMNPQRSTVWYBXZ]+")
"""DNA and protein, in their one-letter codes."""
ACRONYM = re.compile(r"(?<!\w)(?:[A-Za-z]{0,2}[A-Z]{2,4}[a-z0-9]{0,3}|[^\W\d_])(?!\w)")
"""`NATO`, `mRNA`, `NADH2`, single letters (chords, word searches): no language, and no noise."""
LONG_COLLAPSE = 300
"""Code points of noise at the very end that make an answer unhealthy, whatever its share."""

UNREADABLE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd\ud800-\udfff\x00-\x08\x0e-\x1f]{8,}")
"""Private use, lone surrogates, controls: no font and no program shows them."""

SCRIPT = (
    ("Latin", re.compile(r"[A-Za-z\u00c0-\u024f]")),
    ("Cyrillic", re.compile(r"[\u0400-\u052f]")),
    ("Greek", re.compile(r"[\u0370-\u03ff]")),
    ("Arabic", re.compile(r"[\u0600-\u06ff]")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]")),
    ("Indic", re.compile(r"[\u0900-\u0dff]")),
    ("Thai", re.compile(r"[\u0e00-\u0eff]")),
    ("East Asian", re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")),
)
MIXED = re.compile(r"\w{3,}")
MOST_SCRIPTS = 4
"""Scripts in one window from which on it is a salad: real texts quote two, rarely three."""
MIXED_WORDS = 0.25
"""Share of words with letters of two scripts; East Asian next to Latin is no mixture."""


def find_gibberish(text: str, *, content_type: str, deadline: Deadline) -> list[Finding]:
    """Findings over unreadable stretches; an empty list for language and code. Linear."""
    exact = [*_replacements(text), *_mojibake(text), *_unreadable(text)]
    if exact or content_type == "code":
        return exact
    prose = ACRONYM.sub(_blank, LONG_TOKEN.sub(_blank_data, without_code(text)))
    deadline.check()
    suspects = []
    for count, window in enumerate(gibberish_windows(prose)):
        if count % 256 == 0:
            deadline.check()
        if window.probability >= SUSPECT_AT:
            suspects.append(window)
    salads = _salads(prose, deadline)
    suspects = [*_without_language(prose, suspects, deadline), *salads]
    return _joined(text, suspects)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _blank_data(match: re.Match[str]) -> str:
    """Blanks base64, hashes, keys, identifiers and sequences: unreadable by right. A long run
    of small letters stays: nothing is written so."""
    token = match[0]
    has_digit = any(map(str.isdigit, token))
    has_cases = not (token.islower() or token.isupper())
    is_data = token.isascii() and (
        (has_digit and any(map(str.isalpha, token)))
        or (has_cases and len(token) >= 24)
        or SEQUENCE.fullmatch(token)
    )
    return " " * len(token) if is_data else token


def _replacements(text: str) -> list[Finding]:
    hits = [match.span() for match in REPLACEMENT.finditer(text)]
    count = sum(end - start for start, end in hits)
    if count < FEWEST_REPLACEMENTS or count < MOJIBAKE_SHARE * len(text) / 2:
        return []
    message = f"{count} replacement characters: the text was decoded wrongly and letters are lost."
    return [_over(hits, 0.95, message)]


def _mojibake(text: str) -> list[Finding]:
    hits = [match.span() for match in MOJIBAKE.finditer(text)]
    if len(hits) < FEWEST_REPLACEMENTS or len(hits) < MOJIBAKE_SHARE * len(text):
        return []
    message = f"UTF-8 read in a wrong code page in {len(hits)} places."
    return [_over(hits, 0.9, message)]


def _unreadable(text: str) -> list[Finding]:
    hits = [match.span() for match in UNREADABLE.finditer(text)]
    if not hits or sum(end - start for start, end in hits) < LEAST_SHARE * len(text):
        return []
    return [_over(hits, 0.9, "Code points that nothing can show.")]


def _over(hits: list[tuple[int, int]], score: float, message: str) -> Finding:
    return found("gibberish", hits[0][0], hits[-1][1], score=score, message=message)


def _without_language(prose: str, suspects: list[Window], deadline: Deadline) -> Iterable[Window]:
    """The suspects in which no language is found, of `MOST_CHECKED` of them."""
    step = max(1, -(-len(suspects) // MOST_CHECKED))
    checked = suspects[::step]
    unread = []
    for window in checked:
        deadline.check()
        if not _has_language(prose[window.start : window.end], window.probability):
            unread.append(window)
    if step == 1 or len(unread) < len(checked):
        return unread
    return suspects  # each of the sample: then the others too


def _has_language(piece: str, probability: float) -> bool:
    ranked = language_probabilities(piece)
    if ranked[NO_LANGUAGE] < (NO_LANGUAGE_AT if probability < SURE_AT else NO_LANGUAGE_AT / 20):
        return True
    likeliest = max(ranked, key=lambda code: ranked[code] * (code != NO_LANGUAGE))
    family = sum(share for code, share in ranked.items() if are_close(code, likeliest))
    return family >= READABLE_AT


def _salads(prose: str, deadline: Deadline) -> list[Window]:
    """Windows with letters of many scripts, or of two inside many words."""
    if prose.isascii():
        return []
    salads = []
    for start in range(0, len(prose), WINDOW):
        if start % (64 * WINDOW) == 0:
            deadline.check()
        piece = prose[start : start + WINDOW]
        if piece.isascii():
            continue
        counts = [len(pattern.findall(piece)) for _, pattern in SCRIPT]
        scripts = sum(count >= 3 for count in counts)
        if scripts >= MOST_SCRIPTS or _mixed_share(piece) >= MIXED_WORDS:
            salads.append(Window(start, start + len(piece), 0.9))
    return salads


def _mixed_share(piece: str) -> float:
    words = MIXED.findall(piece)
    if len(words) < 5:
        return 0.0
    mixed = sum(
        sum(bool(pattern.search(word)) for name, pattern in SCRIPT if name != "East Asian") >= 2
        for word in words
    )
    return mixed / len(words)


def _joined(text: str, windows: list[Window]) -> list[Finding]:
    """Overlapping windows as one finding each; none when they cover too little."""
    spans: list[list[float]] = []
    for window in sorted(windows, key=lambda each: each.start):
        if spans and window.start <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], window.end)
            spans[-1][2] = max(spans[-1][2], window.probability)
        else:
            spans.append([window.start, window.end, window.probability])
    covered = sum(end - start for start, end, _ in spans)
    share = covered / max(1, len(text.strip()))
    if not spans:
        return []
    start, end, _ = spans[-1]
    ends_in_noise = end >= len(text.rstrip()) - WINDOW and end - start >= LONG_COLLAPSE
    weight = 1.0 if share >= LEAST_SHARE or ends_in_noise else 0.5
    message = f"{min(share, 1.0):.0%} of the answer is in no language and no code."
    return [
        found(
            "gibberish", int(start), min(int(end), len(text)), score=weight * score, message=message
        )
        for start, end, score in spans
    ]
